"""The plan of an event's meetings: stable pairs that have a slot, and why each other wish has none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd

from engine.codes import Code
from engine.meetings.pairs import Bits, Counts, Floats, blocking, stable_pairs
from engine.meetings.timetable import NOWHERE, SECONDS, Free, Timetable, timetable


class Unmet(Code):
    """Why a meeting that somebody wishes does not take place."""

    NOT_WANTED_THERE = "not_wanted_there"
    NOT_THERE = "not_there"
    NEVER_FREE_TOGETHER = "never_free_together"
    THIRD_NEVER_FREE = "third_never_free"
    NO_SLOT_LEFT = "no_slot_left"
    BETTER_ONES_MET = "better_ones_met"
    BETTER_ONES_MET_THERE = "better_ones_met_there"


@dataclass(frozen=True, eq=False, slots=True)
class Gathering:
    """Who would meet whom, how often, and when they can.

    Parameters
    ----------
    guests, hosts
        Names, shapes (n,) and (m,): investors, and units with those who speak for them.
    wish, welcome
        As of `engine.meetings.pairs.stable_pairs`, shape (n, m).
    most, most_there
        Meetings of each guest, and of each host, at most; shapes (n,) and (m,).
    free
        When everybody can.
    """

    guests: pd.Index
    hosts: pd.Index
    wish: Floats
    welcome: Floats
    most: Counts
    most_there: Counts
    free: Free


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
        Pairs that would both rather meet and for whom time is not what keeps them apart: none, which is the proof.
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
    beside the others, and so on. Of a plan that is made anew, meetings that can still take place are kept, also where
    a new wish is dearer, and as few as possible move.

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
        How long one search for slots may take.

    Examples
    --------
    >>> free = Free.of(np.ones((2, 1)), np.ones((2, 1)), 2)
    >>> likes = np.array([[2.0, 1.0], [2.0, np.nan]])
    >>> names = pd.Index(["x", "y"]), pd.Index(["a", "b"])
    >>> day = Gathering(*names, likes, np.ones((2, 2)), np.array([2, 1]), np.array([1, 1]), free)
    >>> plan = plan_meetings(day)
    >>> plan.meetings[["guest", "host"]].values.tolist(), plan.unmet.values.tolist()
    ([['x', 'a']], [['x', 'b', 'no_slot_left'], ['y', 'a', 'better_ones_met_there']])
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
    late, at = np.zeros_like(both), np.where(stays, old, NOWHERE)
    proven, again = True, bool(stays.any())
    if again:
        guest, host = np.nonzero(stays)
        found = _moved(gathering, guest, host, at[guest, host], since, seconds)
        proven, at[guest, host] = found.proven, found.slot
        late[guest, host] = found.slot == NOWHERE
        stays &= ~late
    while True:
        pairs = stays | _beside(gathering, stays, possible & ~late & ~stays)
        at[~pairs] = NOWHERE
        guest, host = np.nonzero(pairs)
        worth, fixed = _worth(gathering, guest, host), at[guest, host] >= 0
        search = partial(timetable, guest, host, worth, gathering.free, since=since, seconds=seconds)
        found = search(before=at[guest, host], fixed=fixed)
        proven &= found.proven
        at[guest, host] = found.slot
        without = found.slot == NOWHERE
        if not without.any():
            break
        late[guest[without], host[without]] = True
    held = _filled(gathering, late, at, since)
    guest, host = np.nonzero(held >= 0)
    slot, was = held[guest, host], old[guest, host]
    met = held >= 0
    return MeetingPlan(
        _meetings(gathering, guest, host, slot, kept),
        _unmet(gathering, met, possible, late, since),
        _blocking(gathering, met, possible & ~late & ~stays, stays),
        proven,
        int(((was >= 0) & (was != slot)).sum()),
    )


def _moved(gathering: Gathering, guest: Counts, host: Counts, before: Counts, since: int, seconds: float) -> Timetable:
    """Slots of the meetings of a plan before: those that cannot stay move, others only where that is not enough."""
    free = gathering.free
    past = before < since
    must = ~past & ~free.together(guest, host)[np.arange(len(guest)), before]
    worth = _worth(gathering, guest, host)
    search = partial(timetable, guest, host, worth, free, before=before, since=since, seconds=seconds)
    if (clash := _clashes(free, guest, host, before)).any():  # tables or third parties have become fewer
        must |= clash & ~past
    found = search(fixed=~must)
    without = found.slot == NOWHERE
    if not without.any():
        return found
    near = (np.isin(guest, guest[without]) | np.isin(host, host[without]) | must) & ~past
    found = search(fixed=~near)
    if not (found.slot == NOWHERE).any():
        # One move besides is the least where none was not enough; of more, another way might have done with fewer.
        moved = int((~must & (found.slot != before)).sum())
        return Timetable(found.slot, found.proven and moved <= 1)
    return search(fixed=past)


def _clashes(free: Free, guest: Counts, host: Counts, slot: Counts) -> Bits:
    """Meetings for which there is no table, or no third party, beside those before them in the same slot."""
    table = pd.Series(slot).groupby(slot).cumcount().to_numpy()
    third = free.third[host]
    seat = pd.Series(slot).groupby([slot, third]).cumcount().to_numpy()
    seats = np.full(len(slot), len(slot) + 1)
    seats[third >= 0] = free.thirds[third[third >= 0], slot[third >= 0]]
    found: Bits = (table >= free.tables[slot]) | (seat >= seats)
    return found


def _filled(gathering: Gathering, late: Bits, at: Counts, since: int) -> Counts:
    """Slots with those meetings that found none at first, where in the end there is one and both have room."""
    at = at.copy()
    guest, host = np.nonzero(at >= 0)
    free = gathering.free.beside(guest, host, at[guest, host])
    room, room_there = gathering.most - (at >= 0).sum(axis=1), gathering.most_there - (at >= 0).sum(axis=0)
    guest, host = np.nonzero(late & (at < 0))
    order = np.argsort(-_worth(gathering, guest, host), kind="stable")
    for one in order:
        who, where = guest[one : one + 1], host[one : one + 1]
        open_ = free.together(who, where)[0]
        open_[:since] = False
        if room[who] > 0 and room_there[where] > 0 and open_.any():
            at[who, where] = slot = int(open_.argmax())
            free = free.beside(who, where, np.array([slot]))
            room[who] -= 1
            room_there[where] -= 1
    return at


def _beside(gathering: Gathering, locked: Bits, allowed: Bits) -> Bits:
    """Stable pairs in the room that kept meetings leave."""
    return stable_pairs(*_room(gathering, locked, allowed))


def _room(gathering: Gathering, locked: Bits, allowed: Bits) -> tuple[Floats, Floats, Counts, Counts]:
    wish, welcome = (np.where(allowed, one, np.nan) for one in (gathering.wish, gathering.welcome))
    left = np.maximum(gathering.most - locked.sum(axis=1), 0)
    return wish, welcome, left, np.maximum(gathering.most_there - locked.sum(axis=0), 0)


def _worth(gathering: Gathering, guest: Counts, host: Counts) -> Floats:
    """A meeting is worth 1 to 2, by the places that both give each other: one more is dearer than any better one."""
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


def _unmet(gathering: Gathering, met: Bits, possible: Bits, late: Bits, since: int) -> pd.DataFrame:
    wished = np.isfinite(gathering.wish) & ~met
    guest, host = np.nonzero(wished)
    refused = ~np.isfinite(gathering.welcome)[guest, host]
    alone = (gathering.free.guests[guest] & gathering.free.hosts[host])[:, since:]
    sides = (gathering.free.guests, gathering.free.hosts)
    there, there_too = (np.asarray(side[:, since:].any(axis=1), dtype=bool) for side in sides)
    full = met.sum(axis=1) >= gathering.most
    least = np.where(met, gathering.wish, np.inf).min(axis=1, initial=np.inf)
    satisfied = full[guest] & (gathering.wish[guest, host] <= least[guest])
    why = np.select(
        [
            refused,
            ~(there[guest] & there_too[host]),
            ~alone.any(axis=1),
            ~possible[guest, host],
            late[guest, host],
            satisfied,
        ],
        [
            Unmet.NOT_WANTED_THERE.value,
            Unmet.NOT_THERE.value,
            Unmet.NEVER_FREE_TOGETHER.value,
            Unmet.THIRD_NEVER_FREE.value,
            Unmet.NO_SLOT_LEFT.value,
            Unmet.BETTER_ONES_MET.value,
        ],
        Unmet.BETTER_ONES_MET_THERE.value,
    )
    names = {"guest": gathering.guests.to_numpy()[guest], "host": gathering.hosts.to_numpy()[host]}
    return pd.DataFrame({**names, "why": why.astype(object)})


def _blocking(gathering: Gathering, met: Bits, allowed: Bits, locked: Bits) -> pd.DataFrame:
    found = blocking(met & ~locked, *_room(gathering, locked, allowed | (met & ~locked)))
    guest, host = np.nonzero(found)
    return pd.DataFrame({"guest": gathering.guests.to_numpy()[guest], "host": gathering.hosts.to_numpy()[host]})


def without(gathering: Gathering, party: str, *, since: int = 0) -> Gathering:
    """The same event, from a slot on without a party that does not come or had to leave.

    Parameters
    ----------
    gathering
        The event.
    party
        Name of a guest or a host.
    since
        First slot without it.

    Raises
    ------
    KeyError
        Where nobody is called so.

    Examples
    --------
    >>> free = Free.of(np.ones((1, 2)), np.ones((1, 2)), 2)
    >>> one = np.ones((1, 1))
    >>> day = Gathering(pd.Index(["x"]), pd.Index(["a"]), one, one, np.array([1]), np.array([1]), free)
    >>> without(day, "a", since=1).free.hosts.tolist()
    [[True, False]]
    """
    guests, hosts = gathering.free.guests.copy(), gathering.free.hosts.copy()
    side, names = (guests, gathering.guests) if party in gathering.guests else (hosts, gathering.hosts)
    side[names.get_loc(party), since:] = False
    return replace(gathering, free=replace(gathering.free, guests=guests, hosts=hosts))
