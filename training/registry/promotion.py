"""Put a trained model to work, or an earlier one back: the gates decide, the register records the digest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import printable
from engine.scoring.artefact import Model, path_of
from engine.scoring.integrity import load_whole
from engine.settings import Settings
from engine.store import Register
from training.gates.champion import at_work, opened_champion
from training.gates.rules import Gate, Verdict, excused, shut_gates
from training.registry.delivery import Delivery, deliver
from training.registry.versions import Alias, Registered, registered, set_alias, settle, tag_model

ALL_GATES_OPEN = "gates_open"
FORCED = "forced"
ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class PromotionResult:
    """A model that is at work.

    Parameters
    ----------
    version, digest, path
        Which file.
    reason
        Why: ``gates_open``, the words of the person who promoted it, or these after ``forced:`` or ``rollback:``.
    gates
        What each gate found; empty where none was asked.
    already
        It was at work before: nothing was done.
    delivery
        What came of moving the aliases on the MLflow of the team; ``None`` where there is none.
    """

    version: str
    digest: str
    path: Path
    reason: str
    gates: tuple[Verdict, ...] = ()
    already: bool = False
    delivery: Delivery | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """A model of the workspace.

    Parameters
    ----------
    version, digest
        Which file.
    aliases
        ``champion``, ``challenger``: the champion is what the register says it is.
    trained_at, promoted_at
        UTC; ``None`` where not known or never.
    kind, origin, data_until
        What it learnt from.
    reason
        Why it was put to work last.
    metrics, gates
        As in its document; empty when its file cannot be opened.
    shut
        Gates that stood in its way when it was trained, by code.
    problem
        Code of what is wrong with its file, empty when nothing is.
    """

    version: str
    digest: str
    aliases: tuple[str, ...]
    trained_at: datetime | None
    promoted_at: datetime | None
    kind: str
    origin: str
    data_until: str
    reason: str
    metrics: dict[str, Any] = field(default_factory=dict)
    gates: list[dict[str, Any]] = field(default_factory=list)
    shut: tuple[str, ...] = ()
    problem: str = ""


def put_to_work(
    register: Register,
    settings: Settings,
    ask: Callable[[Model], Sequence[Verdict]],
    *,
    promoted_at: datetime,
    version: str | None = None,
    reason: str | None = None,
    force: bool = False,
) -> PromotionResult:
    """Make a trained model the champion, if its gates open.

    Parameters
    ----------
    register, settings, promoted_at, version, reason, force
        Those of ``training.promote``.
    ask
        What the gates say of the model; called once its file was opened, and not for the champion.

    Raises
    ------
    EhyaError
        Those of ``training.promote``.
    """
    reason = own_words(reason)
    if force and not reason:
        raise EhyaError(ErrorCode.REASON_MISSING, command="ehya promote --force")
    settle(settings, at_work(register))
    entry = challenger_or_champion(register, settings, version)
    path = path_of(settings.models, entry.version)
    model = opened(settings, entry.version, entry.digest)
    champion = register.promotions.champion()
    if champion is not None and (champion.model_version, champion.digest) == (entry.version, entry.digest):
        delivery = deliver(settings, champion.model_version)
        return PromotionResult(entry.version, entry.digest, path, champion.reason, already=True, delivery=delivery)
    verdicts = excused(ask(model), reason)
    shut = shut_gates((verdict.gate, verdict.passed) for verdict in verdicts)
    if shut and not force:
        deliver(settings, None if champion is None else champion.model_version)
        raise EhyaError(ErrorCode.GATES_SHUT, given=list(shut), version=entry.version)
    words = f"{FORCED}: {reason}" if shut else reason or ALL_GATES_OPEN
    delivery = _record(register, settings, entry.version, entry.digest, promoted_at, words, model)
    return PromotionResult(entry.version, entry.digest, path, words, tuple(verdicts), delivery=delivery)


def rollback(
    register: Register, settings: Settings, *, reason: str, promoted_at: datetime, version: str | None = None
) -> PromotionResult:
    """Put an earlier champion back to work.

    Parameters
    ----------
    register, settings
        Register that records promotions, and the folders of the workspace.
    reason
        Why; kept with the model.
    promoted_at
        The moment, UTC where it has no zone.
    version
        Which one; by default the model that was at work before the present one.

    Raises
    ------
    EhyaError
        ``reason_missing``; ``no_earlier_champion``, ``never_promoted`` when there is nothing to go back to;
        ``model_file_missing``, ``model_changed``, ``not_a_model``, ``model_format_other`` when the file is not the one
        that was promoted: its digest is checked again.
    """
    reason = own_words(reason)
    if not reason:
        raise EhyaError(ErrorCode.REASON_MISSING, command="ehya rollback")
    settle(settings, at_work(register))
    past = register.promotions()
    now = past[0] if past else None
    earlier = [each for each in past if now is not None and each.model_version != now.model_version]
    if version is None:
        if not earlier:
            raise EhyaError(ErrorCode.NO_EARLIER_CHAMPION)
        chosen = earlier[0]
    else:
        named = [each for each in past if each.model_version == version]
        if not named:
            allowed = sorted({each.model_version for each in earlier})
            raise EhyaError(ErrorCode.NEVER_PROMOTED, given=version, allowed=allowed)
        chosen = named[0]
    path = path_of(settings.models, chosen.model_version)
    model = opened(settings, chosen.model_version, chosen.digest)
    if now is not None and chosen == now:
        delivery = deliver(settings, chosen.model_version)
        return PromotionResult(
            chosen.model_version, chosen.digest, path, chosen.reason, already=True, delivery=delivery
        )
    words = f"{ROLLBACK}: {reason}"
    delivery = _record(register, settings, chosen.model_version, chosen.digest, promoted_at, words, model)
    return PromotionResult(chosen.model_version, chosen.digest, path, words, delivery=delivery)


def own_words(reason: str | None) -> str:
    r"""A person's reason as it is kept: one line that steers no terminal, and that cannot pass for a reason of ours.

    Examples
    --------
    >>> own_words("\x1b[1mnew debts\nwere written off"), own_words(" \x00 "), own_words("gates_open")
    ('new debts were written off', '', '"gates_open"')
    """
    words = printable(reason or "")
    return f'"{words}"' if words.partition(":")[0].strip() in (ALL_GATES_OPEN, FORCED, ROLLBACK) else words


def models(register: Register, settings: Settings) -> tuple[Listed, ...]:
    """All models that the registry or the register knows, newest first."""
    settle(settings, at_work(register))
    entries = {entry.version: entry for entry in registered(settings)}
    past = register.promotions()
    champion = opened_champion(register, settings)
    first = at_work(register)
    names = dict.fromkeys([*entries, *(each.model_version for each in past)])
    listed = []
    for name in names:
        entry = entries.get(name)
        own = [each for each in past if each.model_version == name]
        digest = own[0].digest if own else entry.digest if entry else ""
        problem, model = "", None
        try:
            model = champion if champion and champion.version == name else opened(settings, name, digest)
        except EhyaError as error:
            problem = error.code.value
        aliases = [Alias.CHAMPION.value] if name == first else []
        if entry and Alias.CHALLENGER in entry.aliases and name != first:
            aliases.append(Alias.CHALLENGER.value)
        document = model.document if model else None
        tags = entry.tags if entry else {}
        listed.append(
            Listed(
                version=name,
                digest=digest,
                aliases=tuple(aliases),
                trained_at=entry.registered_at if entry else None,
                promoted_at=own[0].promoted_at if own else None,
                kind=document.kind if document else tags.get("ehya.kind", ""),
                origin=document.origin if document and document.origin else tags.get("ehya.origin", ""),
                data_until=document.data_until if document else tags.get("ehya.data_until", ""),
                reason=own[0].reason if own else "",
                metrics=dict(document.metrics) if document else {},
                gates=list(document.gates) if document else [],
                shut=_shut(document.gates) if document else (),
                problem=problem,
            )
        )
    return tuple(listed)


def model_of(register: Register, settings: Settings, version: str | None) -> Model:
    """Open a model by its name, its file checked against the digest that register or registry recorded.

    Parameters
    ----------
    register, settings
        Register that records promotions, and the folders of the workspace.
    version
        Which one; the champion by default.

    Raises
    ------
    EhyaError
        ``no_model``, ``unknown_model``, ``model_file_missing``, ``model_changed``, ``not_a_model``,
        ``model_format_other``.
    """
    if version is None:
        champion = register.promotions.champion()
        if champion is None:
            raise EhyaError(ErrorCode.NO_MODEL)
        return opened(settings, champion.model_version, champion.digest)
    entry = challenger_or_champion(register, settings, version)
    return opened(settings, version, entry.digest)


def opened(settings: Settings, version: str, digest: str) -> Model:
    """Open a model's file; a missing one is named by its version.

    Raises
    ------
    EhyaError
        ``model_file_missing``, ``model_changed``, ``not_a_model``, ``model_format_other``.
    """
    path = path_of(settings.models, version)
    if not path.is_file():
        raise EhyaError(ErrorCode.MODEL_FILE_MISSING, version=version, given=str(path))
    return load_whole(path, digest=digest)


def challenger_or_champion(register: Register, settings: Settings, version: str | None = None) -> Registered:
    """The model named, or else the challenger, or else the champion.

    Raises
    ------
    EhyaError
        ``no_challenger``, ``unknown_model``.
    """
    entries = registered(settings)
    if version is None:
        for entry in entries:
            if Alias.CHALLENGER in entry.aliases:
                return entry
        champion = register.promotions.champion()
        if champion is None:
            raise EhyaError(ErrorCode.NO_CHALLENGER)
        version = champion.model_version
    for entry in entries:
        if entry.version == version:
            return entry
    for promotion in register.promotions():
        if promotion.model_version == version:
            return Registered(version, promotion.digest, "", promotion.promoted_at)
    raise EhyaError(ErrorCode.UNKNOWN_MODEL, given=version, allowed=[entry.version for entry in entries][:10])


def _shut(gates: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    # A file of another Ehya may name gates that this one does not ask.
    known = [(Gate(line["gate"]), bool(line["passed"])) for line in gates if line["gate"] in set(Gate)]
    return tuple(gate.value for gate in shut_gates(known))


def delivered(register: Register, settings: Settings) -> Delivery | None:
    """Mend the aliases, and send the MLflow of the team what still waits.

    Returns
    -------
    Delivery or None
        ``None`` where there is no server.
    """
    settle(settings, at_work(register))
    return deliver(settings, at_work(register))


def _record(
    register: Register,
    settings: Settings,
    version: str,
    digest: str,
    promoted_at: datetime,
    reason: str,
    model: Model,
) -> Delivery | None:
    register.promotions.record(
        model_version=version, digest=digest, promoted_at=promoted_at, reason=reason, metrics=model.metrics
    )
    set_alias(settings, Alias.CHAMPION, version)
    challenger = next((each.version for each in registered(settings) if Alias.CHALLENGER in each.aliases), None)
    if challenger == version:
        set_alias(settings, Alias.CHALLENGER, None)
    tag_model(settings, version, {"ehya.promoted_at": promoted_at.isoformat(), "ehya.reason": reason[:4000]})
    return deliver(settings, version)
