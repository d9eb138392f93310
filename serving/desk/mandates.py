"""Mandates that are kept: save, change and withdraw one; make, page and compare the lists for it; answer to a unit."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from engine.domain.mandate import FitPart, Mandate
from engine.domain.reaction import ALIKE, DeclineReason, ReactionKind, ReactionRemark
from engine.errors import EhyaError, ErrorCode
from engine.matching.shortlist import METHOD, Shortlist
from engine.store import Register, StoredList, StoredMandate
from engine.store.clock import utc
from serving.desk.answered import declined_now, weighed_by_answers
from serving.desk.clock import day_of
from serving.desk.offered import refuse_gone
from serving.desk.question import stated_choices
from serving.desk.stock import Stock
from serving.disclosure.values import codes

KEPT_PLACES = 200
"""Places of a list that are kept at most; who wants more states a narrower mandate."""
KEPT_A_DAY = 200
"""Lists and versions of mandates that one owner may add within a day: what is kept is kept for good."""
_DAY = timedelta(days=1)
ADDRESSABLE = "no / \\ . .."
"""What no name of a part of an address may hold or be."""
_NAME = re.compile(r"(?!\.{1,2}$)[^/\\\x00-\x1f\x7f]{1,200}")
_ID_BYTES = 12


@dataclass(frozen=True, slots=True)
class ListChange:
    """What changed from one list of a mandate to the next.

    Parameters
    ----------
    now, before
        The lists; ``None`` where there was none before.
    entered, left
        Units that were shown and came or went, in the order of their list; none where there was no list before.
    moved
        Units that both have shown and whose place changed, with their places before and now.
    """

    now: StoredList
    before: StoredList | None
    entered: tuple[str, ...]
    left: tuple[str, ...]
    moved: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class RecordedReaction:
    """What was said to a unit on a list, as it was recorded.

    Parameters
    ----------
    owner
        Who said it.
    list_id, unit_id
        To what.
    kind, reason
        What, and why where it was declined.
    made_at
        When.
    remarks
        What is remarkable of it: it was said before, a newer list of the mandate stands, all answers are alike.
    """

    owner: str
    list_id: str
    unit_id: str
    kind: ReactionKind
    reason: DeclineReason | None
    made_at: datetime
    remarks: tuple[ReactionRemark, ...] = ()

    @property
    def document(self) -> dict[str, Any]:
        """As plain JSON."""
        return {
            "owner": self.owner,
            "list_id": self.list_id,
            "unit_id": self.unit_id,
            "kind": self.kind.value,
            "reason": None if self.reason is None else self.reason.value,
            "made_at": self.made_at.isoformat(),
            "remarks": [one.value for one in self.remarks],
        }


def save_mandate(
    register: Register,
    owner: str,
    stated: Mapping[str, Any],
    *,
    made_at: datetime,
    actor: str,
    replaces: tuple[str, int] | None = None,
) -> StoredMandate:
    """Save what an owner states.

    Parameters
    ----------
    register
        The register.
    owner
        Whose mandate it is.
    stated
        The mandate as it was written; it is checked and kept so.
    made_at, actor
        Now, and who saves it.
    replaces
        Name and version that it replaces; ``None`` for a new one.

    Raises
    ------
    EhyaError
        What `engine.domain.mandate.Mandate.read` raises, ``mandate_value_refused`` for an id that no address can name;
        ``mandate_exists``, ``mandate_unknown``, ``mandate_changed``, ``kept_enough``.
    """
    name = Mandate.read(stated).id
    if not _NAME.fullmatch(name):
        raise EhyaError(ErrorCode.MANDATE_VALUE_REFUSED, key="id", given=name, allowed=ADDRESSABLE)
    _refuse_more(register, owner, made_at)
    if replaces is not None and name != replaces[0]:
        raise EhyaError(ErrorCode.MANDATE_VALUE_REFUSED, key="id", given=name, allowed=replaces[0])
    over = None if replaces is None else replaces[1]
    return register.mandates.save(owner, name, stated, over=over, made_at=made_at, actor=actor)


@dataclass(frozen=True, eq=False, slots=True)
class MadeList:
    """A list as it was computed, not kept yet.

    Parameters
    ----------
    saved
        The version of the mandate that it answers.
    found
        The list.
    stock
        What was on offer.
    places
        Its places as they will be kept.
    """

    saved: StoredMandate
    found: Shortlist
    stock: Stock
    places: Sequence[Mapping[str, Any]]


def make_list(register: Register, owner: str, name: str, stock: Stock) -> MadeList:
    """Make a list for a saved mandate: all units that pass its limits, up to the mandate's own limit or `KEPT_PLACES`.

    What its owner answered to the units of lists before moves the weights of the parts (`serving.desk.answered`), and
    what it declined steps back with what is like it (`engine.matching.novelty`).
    It only reads: the matching keeps no writer waiting.

    Parameters
    ----------
    register, owner, name
        The saved mandate.
    stock
        What is on offer: for investors the public one.

    Raises
    ------
    EhyaError
        ``mandate_unknown``.
    """
    return list_for(register, register.mandates.get(owner, name), stock)


def list_for(register: Register, saved: StoredMandate, stock: Stock, *, before: datetime | None = None) -> MadeList:
    """The list of a saved mandate: the one that is kept where its owner asks, and that its webhooks are told of.

    Parameters
    ----------
    register
        The open register.
    saved
        The mandate, at one of its versions.
    stock
        What is on offer: for investors the public one.
    before
        Only answers that were given before a moment count.
    """
    stated = Mandate.read(saved.document)
    mandate = weighed_by_answers(register, saved.owner, saved.name, stated, before=before)
    declined = declined_now(register, saved.owner, before=before)
    found = stock.offer(mandate, limit=min(mandate.limit or KEPT_PLACES, KEPT_PLACES), declined=declined).shortlist
    agreement = np.column_stack([found.terms.agreement(part, found.rows) for part in FitPart])
    rows = zip(found.table().to_dict(orient="records"), agreement.tolist(), found.rows.tolist(), strict=True)
    places = [_place(line, agrees) | _stepped_back(found, row) for line, agrees, row in rows]
    return MadeList(saved, found, stock, places)


def keep_list(
    register: Register, made: MadeList, *, top: int, made_at: datetime, actor: str, webhook_id: str | None = None
) -> StoredList:
    """Keep a list in its whole order, and log its first places as shown.

    The same version of a mandate has one list of the same units in the same state, however often it is asked for.

    Parameters
    ----------
    register, made
        The list.
    top
        Places to show first.
    made_at, actor
        Now, and who asks.
    webhook_id
        The webhook for whose message it is; such a list is none that its owner adds.

    Raises
    ------
    EhyaError
        ``kept_enough``.
    """
    saved, stock = made.saved, made.stock
    kept = register.lists.same(saved.owner, saved.number, made.found.run_id, stock.version)
    if kept is None:
        if webhook_id is None:
            _refuse_more(register, saved.owner, made_at)
        kept = register.lists.keep(
            saved.owner,
            saved.number,
            list_id=secrets.token_urlsafe(_ID_BYTES),
            run_id=made.found.run_id,
            stock_version=stock.version,
            model_version=stock.model_version,
            as_of=stock.as_of,
            places=made.places,
            feasible=made.found.feasible,
            weights={part.value: weight for part, weight in made.found.weights.items()},
            made_by={"method": METHOD, "question": stated_choices(stock.appraised.question)},
            webhook_id=webhook_id,
            made_at=made_at,
            actor=actor,
        )
    return register.lists.show(saved.owner, kept.list_id, until=top, shown_on=day_of(made_at))


def _refuse_more(register: Register, owner: str, made_at: datetime) -> None:
    """Refuse what would be one more than an owner may add within a day."""
    since = made_at - _DAY
    if register.lists.count(owner, since=since) + register.mandates.count(owner, since=since) >= KEPT_A_DAY:
        raise EhyaError(ErrorCode.KEPT_ENOUGH, allowed=KEPT_A_DAY)


def list_change(register: Register, owner: str | None, list_id: str) -> ListChange:
    """Compare a list of an owner, or of anybody, with the one before it for its mandate, as far as both were shown.

    A unit that neither has shown is not named: what a caller learns of a unit is a showing, and is logged as one.

    Raises
    ------
    EhyaError
        ``list_unknown``.
    """
    now = register.lists.get(owner, list_id)
    before = register.lists.before(now.owner, list_id)
    if before is None:
        return ListChange(now, None, (), (), {})
    here, there = _shown(now), _shown(before)
    entered, left = _without(here, before), _without(there, now)
    moved = {unit: (there[unit], here[unit]) for unit in here if there.get(unit, here[unit]) != here[unit]}
    return ListChange(now, before, entered, left, moved)


def react(
    register: Register,
    owner: str,
    list_id: str,
    stated: Mapping[str, Any],
    *,
    stock: Stock,
    made_at: datetime,
    actor: str,
) -> RecordedReaction:
    """Record what an owner says to a unit on a list: ``unit_id``, ``kind``, and why where it declines.

    What was the last word on a unit of this list already is not recorded twice; what comes late counts all the same,
    and both are remarked.

    Parameters
    ----------
    register, owner, list_id, stated
        Who says what to which unit.
    stock
        What is on offer: nobody can be interested in what is offered no more; declining it costs nothing.
    made_at, actor
        Now, and who says it.

    Raises
    ------
    EhyaError
        ``reaction_refused`` with what can be; ``list_unknown``, ``not_on_list``; ``unit_gone``.
    """
    allowed = ("unit_id", "kind", "reason")
    strange = next((key for key in stated if key not in allowed), None)
    if strange is not None:
        raise EhyaError(ErrorCode.REACTION_REFUSED, key=strange, given=stated[strange], allowed=list(allowed))
    unit, kind, reason = (stated.get(key) for key in allowed)
    if not isinstance(unit, str):
        raise EhyaError(ErrorCode.REACTION_REFUSED, key="unit_id", given=unit, allowed=[])
    if kind not in list(ReactionKind):
        raise EhyaError(ErrorCode.REACTION_REFUSED, key="kind", given=kind, allowed=[one.value for one in ReactionKind])
    reasons = [one.value for one in DeclineReason] if kind == ReactionKind.DECLINED else [None]
    if reason not in reasons:
        raise EhyaError(ErrorCode.REACTION_REFUSED, key="reason", given=reason, allowed=[one for one in reasons if one])
    why = None if reason is None else DeclineReason(reason)
    register.lists.refuse_unshown(owner, list_id, unit)
    if kind == ReactionKind.INTERESTED:
        refuse_gone(unit, stock)
    before = register.lists.reactions(owner)
    last = before[(before["list_id"] == list_id) & (before["unit_id"] == unit)].tail(1).to_dict("records")
    remarks = [] if register.lists.newest(owner, list_id) == list_id else [ReactionRemark.NEWER_LIST]
    if last and (last[0]["kind"], last[0]["reason"] or None) == (kind, reason):
        at = utc(last[0]["made_at"])
        return RecordedReaction(
            owner, list_id, unit, ReactionKind(kind), why, at, (ReactionRemark.ALREADY_SAID, *remarks)
        )
    register.lists.react(owner, list_id, unit, kind=str(kind), reason=why and why.value, made_at=made_at, actor=actor)
    kinds = before["kind"].tail(ALIKE - 1)
    if len(kinds) == ALIKE - 1 and (kinds == kind).all():
        remarks.append(ReactionRemark.ALL_ALIKE)
    return RecordedReaction(owner, list_id, unit, ReactionKind(kind), why, made_at, tuple(remarks))


def _stepped_back(found: Shortlist, row: int) -> dict[str, Any]:
    """What earlier declines leave of the fit of a unit, and why; nothing of one that does not step back."""
    novelty = found.terms.novelty
    why = None if novelty is None else novelty.why(row)
    return {} if novelty is None or why is None else {"novelty": float(novelty.left[row]), "stepped_back": why.value}


def _place(row: Mapping[Any, Any], agrees: Sequence[float]) -> dict[str, Any]:
    """One place as it is kept: what was said of it then."""
    return {
        "unit_id": str(row["unit_id"]),
        "position": int(row["position"]),
        "fit": float(row["fit"]),
        "parts": {part.value: float(row[f"part_{part.value}"]) for part in FitPart},
        "agreement": {part.value: float(agrees[place]) for place, part in enumerate(FitPart)},
        "reasons": codes(row["reasons"]),
        "factor": float(row["factor"]),
        "against": codes(row["against"]),
        "unknown": codes(row["unknown"]),
        "price_basis": row["price_basis"] or None,
    }


def _shown(kept: StoredList) -> dict[str, int]:
    """Positions of the units that a list has shown."""
    shown = (place for place in kept.places if place["position"] in kept.shown)
    return {str(place["unit_id"]): int(place["position"]) for place in shown}


def _without(units: Iterable[str], kept: StoredList) -> tuple[str, ...]:
    """Those of the units that have no place on a list, not even one that it has not shown."""
    there = {place["unit_id"] for place in kept.places}
    return tuple(unit for unit in units if unit not in there)
