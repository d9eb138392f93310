"""The plan of an event's meetings: stable pairs that have a slot, and why each other wish has none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from time import monotonic

import numpy as np
import pandas as pd

from engine.codes import Code
from engine.meetings.gathering import Gathering
from engine.meetings.pairs import Bits, Counts, Floats, stable_pairs
from engine.meetings.swaps import swapped, swaps
from engine.meetings.timetable import NOWHERE, SECONDS, Free, Timetable, timetable

_SWAPS = 5.0
"""Seconds that swaps may take where the searches for slots used up theirs."""


class Unmet(Code):
    """Why a meeting that somebody wishes does not take place."""

    NOT_WANTED_THERE = "not_wanted_there"
    NOT_THERE = "not_there"
    NEVER_FREE_TOGETHER = "never_free_together"
    NO_COMMON_LANGUAGE = "no_common_language"
    THIRD_NEVER_FREE = "third_never_free"
    MAY_MEET_NOBODY = "may_meet_nobody"
    KEPT_ONES_STAY = "kept_ones_stay"
    NO_INTERPRETER_LEFT = "no_interpreter_left"
    NO_SLOT_LEFT = "no_slot_left"
    BETTER_ONES_MET = "better_ones_met"
    BETTER_ONES_MET_THERE = "better_ones_met_there"


@dataclass(frozen=True, eq=False, slots=True)
class MeetingPlan:
    """Meetings with their slots, and wishes that stay wishes.

    Parameters
    ----------
    meetings
        By slot, then table: ``guest, host`` (names), ``slot`` (from 0), ``table`` (from 1), ``third`` (place, -1 for
        none).
    unmet
        Wishes of guests without a meeting, in their order: ``guest, host, why`` (`Unmet`).
    blocking
        Pairs that would both rather meet, in a slot that both could give them (`engine.meetings.swaps.swaps`). None,
        which is the proof, where both sides like by one measure; where they do not, perhaps some.
    proven
        Whether each timetable on the way was proven to hold the dearest meetings.
    moved
        Meetings that were there before and have another slot now.
    """

    meetings: pd.DataFrame
    unmet: pd.DataFrame
    blocking: pd.DataFrame
    proven: bool
    moved: int = 0


def plan_meetings(
    gathering: Gathering, *, kept: pd.DataFrame | None = None, since: int = 0, seconds: float = SECONDS
) -> MeetingPlan:
    """Find pairs that nobody would rather swap and give each a slot.

    Pairs come first. Those for which the timetable has no slot give their room to the next best, which are placed
    beside the others, and so on; in the end two who would both rather meet in some slot do (`swapped`). Of a plan
    that is made anew, meetings that can still take place are kept, also where a new wish is dearer, and as few as
    possible move.

    Parameters
    ----------
    gathering
        The event.
    kept
        ``guest, host, slot`` of a plan before (names), perhaps with their ``table``, which they keep with their slot.
        Meetings that can take place no more fall away.
    since
        First slot that is still to come: what was before it stays as it was.
    seconds
        How long the searches for slots may take together; swaps after them at least `_SWAPS` seconds.

    Examples
    --------
    >>> free = Free.of(np.ones((2, 1)), np.ones((2, 1)), 2)
    >>> likes = np.array([[2.0, 1.0], [2.0, np.nan]])
    >>> names = pd.Index(["x", "y"]), pd.Index(["a", "b"])
    >>> day = Gathering(*names, likes, np.ones((2, 2)), np.array([2, 1]), np.array([1, 1]), free)
    >>> plan = plan_meetings(day)
    >>> plan.meetings[["guest", "host"]].values.tolist(), plan.unmet.values.tolist()
    ([['x', 'a']], [['x', 'b', 'better_ones_met'], ['y', 'a', 'better_ones_met_there']])
    """
    both = np.isfinite(gathering.wish) & np.isfinite(gathering.welcome)
    old = _slots_before(gathering, kept)
    guest, host = np.nonzero(both | (old >= 0))
    open_ = gathering.free.together(guest, host)
    possible, stays = np.zeros_like(both), np.zeros_like(both)
    possible[guest, host] = open_[:, since:].any(axis=1) & both[guest, host]
    was = old[guest, host]
    past = (was >= 0) & (was < since)
    stays[guest, host] = past | ((was >= 0) & possible[guest, host])
    held = np.zeros_like(both)
    held[guest[past], host[past]] = True
    day = _capped(gathering, held, since)
    deadline = monotonic() + seconds
    late, at = np.zeros_like(both), np.where(stays, old, NOWHERE)
    proven = True
    if stays.any():
        guest, host = np.nonzero(stays)
        found = _moved(day, guest, host, at[guest, host], since, deadline)
        proven, at[guest, host] = found.proven, found.slot
        late[guest, host] = found.slot == NOWHERE
        stays &= ~late
    while True:
        pairs = stays | _beside(day, stays, possible & ~late & ~stays)
        at[~pairs] = NOWHERE
        guest, host = np.nonzero(pairs)
        worth, fixed = _worth(day, guest, host), at[guest, host] >= 0
        search = partial(timetable, guest, host, worth, day.free, since=since, seconds=_left(deadline))
        found = search(before=at[guest, host], fixed=fixed)
        proven &= found.proven
        at[guest, host] = found.slot
        without = found.slot == NOWHERE
        if not without.any() or monotonic() > deadline:
            break
        late[guest[without], host[without]] = True
    at = swapped(day, possible, stays, at, since, until=max(deadline, monotonic() + _SWAPS))
    guest, host = np.nonzero(at >= 0)
    slot, was = at[guest, host], old[guest, host]
    return MeetingPlan(
        _meetings(gathering, guest, host, slot, kept),
        _unmet(day, possible, stays, at, since),
        _named(gathering, np.nonzero(swaps(day, possible, stays, at, since).any(axis=2))),
        proven,
        int(((was >= 0) & (was != slot)).sum()),
    )


def _left(deadline: float) -> float:
    return max(deadline - monotonic(), 0.1)


def _capped(gathering: Gathering, past: Bits, since: int) -> Gathering:
    """The same event where nobody may have more meetings than slots: a limit beyond them would promise what is not."""
    free = gathering.free
    most = np.minimum(gathering.most, past.sum(axis=1) + free.guests[:, since:].sum(axis=1))
    most_there = np.minimum(gathering.most_there, past.sum(axis=0) + free.hosts[:, since:].sum(axis=1))
    return replace(gathering, most=most, most_there=most_there)


def _moved(gathering: Gathering, guest: Counts, host: Counts, before: Counts, since: int, deadline: float) -> Timetable:
    """Slots of the meetings of a plan before: those that cannot stay move, others only where that is not enough."""
    free = gathering.free
    past = before < since
    must = ~past & ~free.together(guest, host)[np.arange(len(guest)), before]
    worth = _worth(gathering, guest, host)
    search = partial(timetable, guest, host, worth, free, before=before, since=since)
    if (clash := _clashes(free, guest, host, before)).any():  # tables, third parties, interpreters have become fewer
        must |= clash & ~past
    found = search(fixed=~must, seconds=_left(deadline))
    without = found.slot == NOWHERE
    if not without.any():
        return found
    near = (np.isin(guest, guest[without]) | np.isin(host, host[without]) | must) & ~past
    wider = search(fixed=~near, seconds=_left(deadline))
    if not (wider.slot == NOWHERE).any():
        # One move besides is the least where none was not enough; of more, another way might have done with fewer.
        moved = int((~must & (wider.slot != before)).sum())
        return Timetable(wider.slot, wider.proven and moved <= 1)
    ways = [found, wider, *([search(fixed=past, seconds=_left(deadline))] if monotonic() < deadline else [])]

    def judged(way: Timetable) -> tuple[float, int]:
        """What it holds, then how little it moves: a search that time cut short is no better for being the last."""
        return float(worth[way.slot != NOWHERE].sum()), -int((way.slot != before).sum())

    best = max(ways, key=judged)
    return Timetable(best.slot, best.proven and best is ways[-1] and len(ways) == 3)


def _clashes(free: Free, guest: Counts, host: Counts, slot: Counts) -> Bits:
    """Meetings for which there is no table, third party or interpreter beside those before them in the same slot."""
    table = pd.Series(slot).groupby(slot).cumcount().to_numpy()
    third = free.third[host]
    seat = pd.Series(slot).groupby([slot, third]).cumcount().to_numpy()
    seats = np.full(len(slot), len(slot) + 1)
    seats[third >= 0] = free.thirds[third[third >= 0], slot[third >= 0]]
    foreign = free.foreign[guest, host]
    spoken = pd.Series(foreign.astype(np.int64)).groupby(slot).cumsum().to_numpy()
    found: Bits = (table >= free.tables[slot]) | (seat >= seats) | (foreign & (spoken > free.interpreters[slot]))
    return found


def _beside(gathering: Gathering, locked: Bits, allowed: Bits) -> Bits:
    """Stable pairs in the room that kept meetings leave."""
    return stable_pairs(*_room(gathering, locked, allowed))


def _room(gathering: Gathering, locked: Bits, allowed: Bits) -> tuple[Floats, Floats, Counts, Counts]:
    wish, welcome = (np.where(allowed, one, np.nan) for one in (gathering.wish, gathering.welcome))
    left = np.maximum(gathering.most - locked.sum(axis=1), 0)
    return wish, welcome, left, np.maximum(gathering.most_there - locked.sum(axis=0), 0)


def _worth(gathering: Gathering, guest: Counts, host: Counts) -> Floats:
    """A meeting is worth 1 to 2, by the places that both give each other: no better one costs two others."""
    places = _place(gathering.wish)[guest, host] + _place(gathering.welcome.T)[host, guest]
    return 1.0 + places / 2.0


def _place(liked: Floats) -> Floats:
    """Place among all that one likes: 1 for the first, towards nil for the last; shape of ``liked``."""
    order = np.argsort(np.argsort(np.where(np.isfinite(liked), -liked, np.inf), axis=1, kind="stable"), axis=1)
    place: Floats = 1.0 - order / max(liked.shape[1], 1)
    return place


def _slots_before(gathering: Gathering, kept: pd.DataFrame | None) -> Counts:
    old = np.full(gathering.wish.shape, NOWHERE)
    if kept is not None and len(kept):
        guest, host = (
            names.get_indexer(pd.Index(kept[side]))
            for names, side in ((gathering.guests, "guest"), (gathering.hosts, "host"))
        )
        there = (guest >= 0) & (host >= 0)
        old[guest[there], host[there]] = kept["slot"].to_numpy(dtype=np.int64)[there]
        old[old >= gathering.free.slots] = NOWHERE
    return old


def _meetings(
    gathering: Gathering, guest: Counts, host: Counts, slot: Counts, kept: pd.DataFrame | None
) -> pd.DataFrame:
    order = np.lexsort((host, guest, slot))
    guest, host, slot = guest[order], host[order], slot[order]
    met = pd.DataFrame(
        {
            "guest": gathering.guests.to_numpy()[guest],
            "host": gathering.hosts.to_numpy()[host],
            "slot": slot,
            "third": gathering.free.third[host],
        }
    )
    met.insert(3, "table", _tables(met, kept))
    return met.sort_values(["slot", "table"], kind="stable", ignore_index=True)


def _tables(met: pd.DataFrame, kept: pd.DataFrame | None) -> Counts:
    """Table of each meeting, from 1: its own where it stays in its slot, else the first that is free."""
    table = np.zeros(len(met), dtype=np.int64)
    if kept is not None and "table" in kept and len(kept):
        key = ["guest", "host", "slot"]
        was = met[key].merge(kept[[*key, "table"]], on=key, how="left")["table"]
        table = was.fillna(0).to_numpy(dtype=np.int64)
    for _, places in met.groupby("slot").indices.items():
        taken = set(table[places])
        open_ = (number for number in range(1, len(places) + len(taken) + 1) if number not in taken)
        for place in places[table[places] == 0]:
            table[place] = next(open_)
    return table


def _unmet(gathering: Gathering, possible: Bits, stays: Bits, at: Counts, since: int) -> pd.DataFrame:
    met = at >= 0
    guest, host = np.nonzero(np.isfinite(gathering.wish) & ~met)
    pair = guest, host
    alone = (gathering.free.guests[guest] & gathering.free.hosts[host])[:, since:]
    sides = (gathering.free.guests, gathering.free.hosts)
    there, there_too = (np.asarray(side[:, since:].any(axis=1), dtype=bool) for side in sides)
    would, would_there = _would(gathering.wish, met, gathering.most), _would_there(gathering, met)
    foreign = gathering.free.foreign[pair]
    nobody_speaks = foreign & (gathering.free.interpreters[since:].max(initial=0) == 0)
    fixed, fixed_there = _would(gathering.wish, stays, gathering.most * 0), _would_there(gathering, stays, nothing=True)
    reasons = {
        Unmet.NOT_WANTED_THERE: ~np.isfinite(gathering.welcome)[pair],
        Unmet.NOT_THERE: ~(there[guest] & there_too[host]),
        Unmet.NEVER_FREE_TOGETHER: ~alone.any(axis=1),
        Unmet.NO_COMMON_LANGUAGE: nobody_speaks,
        Unmet.THIRD_NEVER_FREE: ~possible[pair],
        Unmet.MAY_MEET_NOBODY: (gathering.most[guest] == 0) | (gathering.most_there[host] == 0),
        Unmet.BETTER_ONES_MET: ~would[pair],
        Unmet.BETTER_ONES_MET_THERE: ~would_there[pair],
        Unmet.KEPT_ONES_STAY: fixed[pair] | fixed_there[pair],
        Unmet.NO_INTERPRETER_LEFT: foreign & _but_for_interpreters(gathering, guest, host, at, since),
    }
    why = np.select(list(reasons.values()), [one.value for one in reasons], Unmet.NO_SLOT_LEFT.value)
    return _named(gathering, pair).assign(why=why.astype(object))


def _but_for_interpreters(gathering: Gathering, guest: Counts, host: Counts, at: Counts, since: int) -> Bits:
    """Whether pairs that do not meet had a slot beside the meetings that stand, if an interpreter were left in it."""
    there, where = np.nonzero(at >= 0)
    left = gathering.free.beside(there, where, at[there, where])
    spoken = replace(left, foreign=np.zeros_like(left.foreign))
    found: Bits = np.asarray(spoken.together(guest, host)[:, since:].any(axis=1), dtype=bool)
    return found


def _would(liked: Floats, met: Bits, most: Counts) -> Bits:
    """Whether each would rather meet each other: it has room, or meets somebody whom it likes less."""
    least = np.where(met, liked, np.inf).min(axis=1, initial=np.inf)
    found: Bits = (met.sum(axis=1) < most)[:, None] | (liked > least[:, None])
    return found


def _would_there(gathering: Gathering, met: Bits, *, nothing: bool = False) -> Bits:
    most = gathering.most_there * 0 if nothing else gathering.most_there
    return _would(gathering.welcome.T, met.T, most).T


def _named(gathering: Gathering, pairs: tuple[Counts, ...]) -> pd.DataFrame:
    guest, host = pairs
    return pd.DataFrame({"guest": gathering.guests.to_numpy()[guest], "host": gathering.hosts.to_numpy()[host]})
