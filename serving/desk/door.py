"""What an investor asks at its door: what is on offer, how much a wish costs, what its mandates find today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd

from engine.domain.exclusion import Exclusion
from engine.domain.mandate import Mandate
from engine.domain.unit import Field
from engine.errors import EhyaError, ErrorCode
from engine.matching.limits import exclusions
from engine.matching.opening import NOT_THE_MANDATES, Opening, widest_opening
from engine.matching.reasons import WhyNot
from engine.ranking.reasons import Triage
from engine.store import Register, StoredInvitation, StoredKey, StoredList, StoredMandate
from serving.desk.answered import declined_now, weighed_by_answers
from serving.desk.appraisal import Appraised
from serving.desk.comparing import Comparison, compared
from serving.desk.mandates import keep_list, list_for, make_list
from serving.desk.named import find_unit
from serving.desk.stock import Offer, Stock
from serving.desk.units import Searched, UnitList, UnitsRequest
from serving.disclosure.levels import CallerRole

ON_OFFER = (Triage.OFFER.value, Triage.FIX_FIRST.value)
"""Verdicts of what an investor is shown where it asks for none."""
HANDED_OUT = 20
"""Units of a hand-out at most; a mandate's own limit may be less."""
LOOKED_AFTER = 20
"""Mandates of one owner that are matched anew each time the door is opened."""
_searched: WeakKeyDictionary[Stock, Searched] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class WishCost:
    """What one wish of a mandate costs.

    Parameters
    ----------
    code
        The limit.
    keeps_out
        Units that break it, whatever else they break.
    alone
        Units that would fit if it alone fell.
    """

    code: Exclusion
    keeps_out: int
    alone: int


@dataclass(frozen=True, slots=True)
class Fits:
    """How a mandate fares on what is on offer.

    Parameters
    ----------
    fitting, units
        Units that break no limit, and all units.
    costs
        What each wish costs, the dearest first; what no mandate can loosen is not among them.
    opening
        The one limit that, loosened, would let in most units; ``None`` where none alone would let in any.
    """

    fitting: int
    units: int
    costs: tuple[WishCost, ...]
    opening: Opening | None


def fits(stock: Stock, mandate: Mandate) -> Fits:
    """How many units still fit a mandate, and which of its wishes costs most.

    Parameters
    ----------
    stock
        What is on offer: for investors the public one.
    mandate
        What is wished.
    """
    book = stock.book_for(mandate)
    bits = exclusions(book, mandate)
    loose = [code for code in Exclusion if code not in NOT_THE_MANDATES]
    costs = [
        WishCost(code, int(np.count_nonzero(bits & code.bit)), int(np.count_nonzero(bits == code.bit)))
        for code in loose
    ]
    dearest = sorted((one for one in costs if one.keeps_out), key=lambda one: (-one.alone, -one.keeps_out))
    return Fits(int(np.count_nonzero(bits == 0)), len(bits), tuple(dearest), widest_opening(book, mandate))


def found_on_offer(stock: Stock, request: UnitsRequest) -> UnitList:
    """Units on offer that are asked for, at the level of the public.

    Parameters
    ----------
    stock
        What is on offer.
    request
        Words, filters, order; without a wish of verdicts those of `ON_OFFER`.

    Raises
    ------
    EhyaError
        ``unknown_option`` for another order, ``place_unknown``, ``sector_unknown``.
    """
    searched = _searched.get(stock)
    if searched is None:
        # The search of the register looks at ids of companies too, which no investor's table holds.
        table = stock.units.reindex(columns=[*stock.units.columns, Field.NATIONAL_ID.value, Field.BUSINESS_ID.value])
        searched = _searched[stock] = Searched(replace(stock.appraised, table=table))
    wishes = {**request.wishes} if request.wishes.get("triage") else {**request.wishes, "triage": list(ON_OFFER)}
    return searched.find(replace(request, wishes=wishes, missing=()))


def shown_alone(stock: Stock) -> Appraised:
    """The appraisal with no other units than those on show; made for the public, it holds no private value."""
    return replace(stock.appraised, table=stock.appraised.table.loc[stock.units.index])


def compared_on_offer(stock: Stock, wanted: Sequence[str]) -> Comparison:
    """Two to five units on show side by side; see `serving.desk.comparing.compared`."""
    return compared(shown_alone(stock), wanted)


@dataclass(frozen=True, eq=False, slots=True)
class DoorStanding:
    """How a saved mandate stands today.

    Parameters
    ----------
    saved
        The mandate.
    fitting
        Units that fit it now; ``None`` where its words are none of today's any more.
    last
        The last list that was kept for it.
    new
        Units that a list of today would hold and that one does not; nil where there is none.
    opening
        Where nothing fits: the one limit that, loosened, would let in most units; else ``None``.
    """

    saved: StoredMandate
    fitting: int | None
    last: StoredList | None
    new: int
    opening: Opening | None = None


def standings(register: Register, owner: str, stock: Stock) -> tuple[DoorStanding, ...]:
    """How the saved mandates of an owner stand today, by name."""
    lists = {one.mandate: one for one in register.lists(owner)}
    return tuple(
        _standing(register, one, lists.get(one.name), stock) for one in register.mandates(owner)[:LOOKED_AFTER]
    )


def _standing(register: Register, saved: StoredMandate, last: StoredList | None, stock: Stock) -> DoorStanding:
    try:
        made = list_for(register, saved, stock)
    except EhyaError:  # a place or a sector that was renamed since
        return DoorStanding(saved, None, last, 0)
    there = {str(place["unit_id"]) for place in last.places} if last is not None else set()
    new = sum(str(place["unit_id"]) not in there for place in made.places) if last is not None else 0
    opening = None if made.found.feasible else widest_opening(made.found.terms.book, made.found.mandate)
    return DoorStanding(saved, made.found.feasible, last, new, opening)


def list_that_shows(register: Register, owner: str, unit_id: str) -> StoredList | None:
    """The newest list of an owner that has shown it a unit: what is said to a unit is said to a list."""
    for one in reversed(register.lists(owner)):
        for place in one.places:
            if place["unit_id"] == unit_id and place["position"] in one.shown:
                return one
    return None


def last_words(register: Register, owner: str) -> Mapping[str, tuple[str, str | None]]:
    """The last thing that an owner said to each unit: its kind and, where it declined, why."""
    said = register.lists.reactions(owner).drop_duplicates("unit_id", keep="last")
    reasons = said["reason"].astype(object).where(said["reason"].notna(), None)  # a column of text keeps its NaN
    return {unit: (kind, reason) for unit, kind, reason in zip(said["unit_id"], said["kind"], reasons, strict=True)}


def hand_out(register: Register, owner: str, name: str, stock: Stock, *, made_at: datetime, actor: str) -> Offer:
    """The list of a saved mandate to take home: it is kept, and its places count as shown.

    Parameters
    ----------
    register, owner, name
        The saved mandate.
    stock
        What is on offer: for investors the public one.
    made_at, actor
        Now, and who asks.

    Raises
    ------
    EhyaError
        ``mandate_unknown``, ``kept_enough``.
    """
    made = make_list(register, owner, name, stock)
    mandate = made.found.mandate
    top = min(mandate.limit or HANDED_OUT, HANDED_OUT)
    keep_list(register, made, top=top, made_at=made_at, actor=actor)
    return stock.offer(mandate, limit=top)


def why_not_here(stock: Stock, register: Register, one: StoredList, given: str) -> WhyNot:
    """Why a unit is not on a list, or where it stands, by the mandate as the list was made for.

    Parameters
    ----------
    stock
        What is on offer now.
    register
        The register.
    one
        The list.
    given
        Id or name of a unit on show.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``; ``mandate_unknown`` where the mandate was withdrawn.
    """
    saved = register.mandates.get(one.owner, one.mandate)
    unit = find_unit(stock.units, given)
    mandate = weighed_by_answers(register, one.owner, one.mandate, Mandate.read(saved.document))
    return stock.why_not(mandate, unit, declined=declined_now(register, one.owner))


def opening_now(register: Register, one: StoredList, stock: Stock) -> Opening | None:
    """The one limit of a list's mandate that, loosened, would let in most units on offer now; ``None`` for none."""
    mandate = Mandate.read(register.mandates.get(one.owner, one.mandate).document)
    return fits(stock, mandate).opening


def own_invitations(register: Register, investor: str) -> tuple[StoredInvitation, ...]:
    """Invitations that an investor took, the newest first: to which events it came in."""
    return tuple(one for one in register.invitations() if one.investor == investor and one.name is not None)


def own_keys(register: Register, investor: str) -> tuple[StoredKey, ...]:
    """Keys that act as an investor, the newest first; a key of the office that names it is the office's to revoke."""
    keys = register.keys()
    return tuple(one for one in keys if one.investor == investor and one.role == CallerRole.INVESTOR)


def own_key(register: Register, investor: str, key_id: str) -> StoredKey:
    """A key that acts as an investor.

    Raises
    ------
    EhyaError
        ``key_unknown`` without the keys there are: they are others'.
    """
    found = next((one for one in own_keys(register, investor) if one.key_id == key_id), None)
    if found is None:
        raise EhyaError(ErrorCode.KEY_UNKNOWN, given=key_id, allowed=[])
    return found


def key_name(investor: str, given: str) -> str:
    """What a key that an investor makes is called: names of keys are given out once, so that one of another's tells
    nobody that it is there.

    Examples
    --------
    >>> key_name("food-fund", "nightly job")
    'food-fund · nightly job'
    """
    return f"{investor} · {given}"


def counties_on_offer(units: pd.DataFrame) -> Mapping[str, int]:
    """Units of each county that is known."""
    counted = units[Field.COUNTY.value].dropna().value_counts(sort=False)
    return {str(county): int(count) for county, count in counted.sort_index().items()}
