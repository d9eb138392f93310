"""Two who would both rather meet, in a slot that both could give each other; and a plan in which there are no such two.

Pairs that are stable by number of meetings alone need not be so in time: a pair for which no slot was left may both
like each other better than whom they meet in one slot.
"""

from __future__ import annotations

from hashlib import blake2b
from time import monotonic

import numpy as np

from engine.meetings.gathering import Gathering
from engine.meetings.pairs import Bits, Counts, Floats
from engine.meetings.timetable import NOWHERE

MOST = 2_000
"""Swaps before the best plan so far is taken."""


def swaps(gathering: Gathering, possible: Bits, stays: Bits, at: Counts, since: int) -> Bits:
    """Whether two who do not meet would both rather meet in a slot.

    Each is free then and has room, or would give up a meeting that it likes less: the one in that slot, or where the
    slot is free and it has its most, the one that it likes least. Meetings that stay are given up by nobody.

    Parameters
    ----------
    gathering
        The event.
    possible
        Pairs that may meet at all, shape (n, m).
    stays
        Meetings that stay, shape (n, m).
    at
        Slot of each meeting, ``NOWHERE`` where there is none, shape (n, m).
    since
        First slot that is still to come.

    Returns
    -------
    numpy.ndarray
        Boolean, shape (n, m, slots).
    """
    free = gathering.free
    level, busy = _levels(gathering.wish, at, stays, gathering.most, free.guests)
    level_there, busy_there = _levels(gathering.welcome.T, at.T, stays.T, gathering.most_there, free.hosts)
    apart = possible & (at < 0)
    rather = gathering.wish[:, :, None] > level[:, None, :]
    rather_there = gathering.welcome[:, :, None] > level_there[None, :, :]
    found: Bits = apart[:, :, None] & rather & rather_there
    found[:, :, :since] = False
    guest, host = np.nonzero(at >= 0)
    slot = at[guest, host]
    left = free.beside(guest, host, slot)
    # whoever gives up the meeting in the slot leaves a table, and its third party a seat
    table = (left.tables > 0) & (free.tables > 0)
    found &= table | busy[:, None, :] | busy_there[None, :, :]
    third = free.third
    with_third = third >= 0
    if with_third.any():
        seats = np.ones((len(third), free.slots), dtype=bool)
        seats[with_third] = left.thirds[third[with_third]] > 0
        beside = np.full((len(gathering.guests), free.slots), NOWHERE)
        beside[guest, slot] = third[host]
        same = beside[:, None, :] == third[None, :, None]
        needs_none = ~with_third[:, None] | busy_there
        found &= seats[None] | needs_none[None] | same
    foreign = free.foreign
    if foreign.any():  # whoever gives up a meeting with an interpreter leaves that one too
        spoken = np.zeros(free.guests.shape, dtype=bool)
        spoken_there = np.zeros(free.hosts.shape, dtype=bool)
        spoken[guest, slot] = foreign[guest, host]
        spoken_there[host, slot] = foreign[guest, host]
        interpreter = (left.interpreters > 0) | spoken[:, None, :] | spoken_there[None, :, :]
        found &= ~foreign[:, :, None] | interpreter
    return found


def swapped(
    gathering: Gathering, possible: Bits, stays: Bits, at: Counts, since: int, *, until: float = np.inf
) -> Counts:
    """Slots after everybody who would both rather meet does; the dearest pair goes first.

    Where both sides like by one measure, as fits are, swaps end by themselves: the values of all meetings, from the
    greatest to the least, rise with each. Where they do not, a plan without such pairs need not exist, and swaps may
    run in a circle: then it is the plan of that circle in which the fewest pairs are left.

    Parameters
    ----------
    gathering, possible, stays, at, since
        As of `swaps`.
    until
        When to end with the best so far (`time.monotonic`).

    Returns
    -------
    numpy.ndarray
        Slots, shape (n, m).
    """
    at = at.copy()
    dear = np.where(possible, gathering.wish + gathering.welcome, -np.inf)
    best, fewest, seen = at, np.inf, set[bytes]()
    for _ in range(MOST):
        found = swaps(gathering, possible, stays, at, since)
        pairs = found.any(axis=2)
        count = int(pairs.sum())
        if count < fewest:
            best, fewest = at.copy(), count
        state = blake2b(at.tobytes(), digest_size=16).digest()
        if not count or state in seen or monotonic() > until:
            break
        seen.add(state)
        dearest = int(np.where(pairs, dear, -np.inf).argmax())
        guest, host = map(int, np.unravel_index(dearest, pairs.shape))
        slots = np.flatnonzero(found[guest, host])
        _swap(gathering, stays, at, guest, host, slots)
    return best


def _swap(gathering: Gathering, stays: Bits, at: Counts, guest: int, host: int, slots: Counts) -> None:
    """Let two meet, rather in a slot that costs nobody a meeting; each gives up what it must."""
    of_guest = (at[guest][:, None] == slots).sum(axis=0)
    of_host = (at[:, host][:, None] == slots).sum(axis=0)
    slot = int(slots[(of_guest + of_host).argmin()])
    at[guest, at[guest] == slot] = NOWHERE
    at[at[:, host] == slot, host] = NOWHERE
    _give_up(at[guest], gathering.wish[guest], stays[guest], int(gathering.most[guest]))
    _give_up(at[:, host], gathering.welcome[:, host], stays[:, host], int(gathering.most_there[host]))
    at[guest, host] = slot


def _give_up(at: Counts, liked: Floats, stays: Bits, most: int) -> None:
    """Make room for one more meeting: the least liked one that need not stay goes."""
    met = at >= 0
    if met.sum() >= most:
        least = np.where(met & ~stays, liked, np.inf).argmin()
        at[least] = NOWHERE


def _levels(liked: Floats, at: Counts, stays: Bits, most: Counts, free: Bits) -> tuple[Floats, Bits]:
    """What another must be liked more than to be met in a slot, and whether a meeting in that slot is given up for it.

    Shapes (n, slots): -inf where one is free and has room, +inf where nothing would be given up.
    """
    met = at >= 0
    room = met.sum(axis=1) < most
    may_go = np.where(met & ~stays, liked, np.inf)
    least = may_go.min(axis=1, initial=np.inf)
    without = np.where(room, -np.inf, least)
    level = np.where(free, without[:, None], np.inf)
    busy = np.zeros(free.shape, dtype=bool)
    row, column = np.nonzero(met)
    slot = at[row, column]
    level[row, slot] = np.where(stays[row, column], np.inf, liked[row, column])
    busy[row, slot] = True
    level[~free] = np.inf
    level[most == 0] = np.inf
    return level, busy
