"""The champion of the day, and what a challenger would change."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from engine import scoring
from engine.domain.reported import reported_units
from engine.domain.standing import standing, withdrawn
from engine.domain.unit import unit_table
from engine.errors import EhyaError
from engine.scoring.artefact import Model, load, path_of
from engine.scoring.document import REPORTED
from engine.settings import Settings
from engine.store import Register
from features import matrix
from training.cohort.past_units import past_units
from training.evaluation import replay
from training.evaluation.evidence import JudgedTables, kept
from training.evaluation.judged_table import CHAMPION_LEFT_OUT
from training.gates.churn import OTHER_KIND, explained, first_units

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Opponent:
    """What stands against a challenger.

    Parameters
    ----------
    champion
        The model at work; ``None`` before the first promotion, or when its file cannot be opened.
    evidence
        What the champion was judged on.
    first, now_first
        First units of the ranking by the champion and by the challenger.
    explained
        Unit that came or went -> what was learnt about it since the champion.
    digest
        SHA-256 of the champion's file.
    """

    champion: Model | None = None
    evidence: JudgedTables | None = None
    first: list[str] = field(default_factory=list)
    now_first: list[str] = field(default_factory=list)
    explained: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""

    @property
    def since(self) -> str:
        """The champion's last day, ISO 8601."""
        return "" if self.champion is None else self.champion.document.data_until


def against(model: Model, register: Register, settings: Settings, *, as_of: pd.Timestamp) -> Opponent:
    """Open the champion and see what a challenger would change in the ranking.

    Parameters
    ----------
    model
        The challenger.
    register, settings
        Where units, events and models are.
    as_of
        Day of the comparison.

    Returns
    -------
    Against
        A champion whose file is gone or was changed is none: it cannot serve either, and must not stand in the way.
    """
    units, events = register.units(known_by=as_of), register.events(known_by=as_of)
    gone = withdrawn(units, events, as_of=as_of)
    current = standing(units, events, as_of=as_of).assign(withdrawn=gone)
    now_first = first_units(current, model, as_of=as_of)
    champion = opened_champion(register, settings)
    if champion is None:
        return Opponent(now_first=now_first)
    first = first_units(current, champion, as_of=as_of)
    moved = sorted(set(first) ^ set(now_first))
    found: dict[str, str] = {}
    if moved:
        since = champion.data_until
        found = explained(moved, register.units(known_by=since), units, register.events(known_by=as_of), since=since)
        if champion.kind != model.kind:
            found = dict.fromkeys(moved, OTHER_KIND) | found
    return Opponent(champion, evidence_of(champion, settings), first, now_first, found, champion.digest)


def newer(before: Opponent, model: Model, data_digest: str) -> bool:
    """Whether a model's last day is later than the champion's, and it learnt from something that the champion did not.

    Parameters
    ----------
    before
        The champion.
    model, data_digest
        The model, and the digest of what it learnt from.
    """
    if before.champion is None:
        return False
    later = model.data_until > before.champion.data_until
    return bool(later and data_digest != before.champion.card.get("data_digest"))


def side_by_side(
    own: JudgedTables,
    label: str,
    before: Opponent,
    register: Register,
    *,
    as_of: pd.Timestamp,
    rival: JudgedTables | None = None,
) -> JudgedTables:
    """Put the champion's figures beside a model's, on outcomes that the champion did not see either.

    Parameters
    ----------
    own
        What the model was judged on.
    label
        What the label of its outcomes is.
    before
        The champion, and what it was judged on.
    register
        Asked for units as they were known on the day of each outcome.
    as_of
        Day of the comparison.
    rival
        What the champion's recipe says of the same rows, fitted anew to what each fold could see
        (``training.pipeline.rival``); ``None`` where there is nothing to fit.

    Returns
    -------
    JudgedTables
        The champion's probability is that of ``rival``. Without one it is the one it gave when it was judged itself,
        where it was judged on the same unit and day. Where it was not, its file is asked, if it cannot have seen the
        outcome: a model of press reports answers for units of its table by heads that did not see their province; a
        model of outcomes only for days since its own last one. Elsewhere it stays missing.
    """
    champion = before.champion
    if champion is None:
        return own.alone()
    if rival is not None:
        return own.beside(rival).by(before.digest)
    evidence = own.alone().beside(before.evidence)
    reported = champion.kind == REPORTED
    missing = evidence.outcomes["champion_probability"].isna()
    if label == "reported_status":
        rows = evidence.outcomes[missing] if reported else evidence.outcomes.iloc[:0]
        said = _press_figures(champion, rows, register, as_of=as_of)
    else:
        fresh = missing if reported else missing & (evidence.outcomes["origin"] >= champion.data_until)
        rows = evidence.outcomes[fresh]
        events = register.events(known_by=as_of)
        answered = replay.feasibility(champion, rows, past_units(register), events)
        said = pd.Series(answered, index=rows.index)
    # A file that has seen nothing of an outcome has not seen its unit's part of it either.
    names = [name for name in ("champion_probability", CHAMPION_LEFT_OUT) if name in evidence.outcomes.columns]
    filled = {name: evidence.outcomes[name].fillna(said.reindex(evidence.outcomes.index)) for name in names}
    return JudgedTables(evidence.outcomes.assign(**filled), evidence.jobs, before.digest)


def _press_figures(champion: Model, rows: pd.DataFrame, register: Register, *, as_of: pd.Timestamp) -> pd.Series:
    press = reported_units()
    press = press.assign(as_of=as_of.as_unit("s"))
    known = press.reindex(columns=unit_table(pd.DataFrame({"unit_id": []})).columns)
    mine = rows[rows["unit_id"].isin(known.index)]
    if mine.empty:
        return pd.Series(dtype="float64")
    units = known.loc[mine["unit_id"]]
    said = scoring.reported_status(champion, matrix(units, champion.schema, champion.fitted, as_of=as_of))
    return pd.Series(said, index=mine.index)


def at_work(register: Register) -> str | None:
    """Version of the model that the register says is at work; ``None`` before the first promotion."""
    champion = register.promotions.champion()
    return None if champion is None else champion.model_version


def opened_champion(register: Register, settings: Settings) -> Model | None:
    """The model at work, if there is one and its file is the one promoted."""
    promotion = register.promotions.champion()
    if promotion is None:
        return None
    try:
        return load(path_of(settings.models, promotion.model_version), digest=promotion.digest)
    except EhyaError as error:
        _log.warning("champion %s cannot be opened: %s", promotion.model_version, error)
        return None


def evidence_of(model: Model, settings: Settings) -> JudgedTables | None:
    """What a model was judged on, from beside its file.

    Raises
    ------
    EhyaError
        ``model_changed`` when a table is not the one written at training.
    """
    return kept(path_of(settings.models, model.version).parent, model.document.judged)
