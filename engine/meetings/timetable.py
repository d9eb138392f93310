"""Meetings in slots, exactly: the dearest that can be held at once, and as few moved as possible (HiGHS)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp
from scipy.sparse import coo_array, vstack

from engine.meetings.pairs import Bits, Counts, Floats

SECONDS = 30.0
"""How long one search for slots may take before it ends with what it has, and says so."""

NOWHERE = -1
"""Slot of a meeting for which there is none."""

_SOLVED = 0  # how `milp` says that nothing is better
_SAME = 1e-6
"""Worths that differ by less than this share of the least one count as equal, for the solver's own rounding."""


@dataclass(frozen=True, eq=False, slots=True)
class Free:
    """When each party and each table is free.

    Parameters
    ----------
    guests
        Boolean, shape (n, slots).
    hosts
        Boolean, shape (m, slots).
    tables
        Meetings at once, shape (slots,).
    third
        For each host the third party that sits with it at every meeting (a bank, the estates company), by its place in
        ``thirds``; -1 for none. Shape (m,).
    thirds
        Meetings that each third party can sit in at once, shape (k, slots).
    foreign
        Whether a guest and a host need an interpreter, shape (n, m).
    interpreters
        Meetings with an interpreter at once, shape (slots,).
    """

    guests: Bits
    hosts: Bits
    tables: Counts
    third: Counts
    thirds: Counts
    foreign: Bits
    interpreters: Counts

    @classmethod
    def of(
        cls,
        guests: ArrayLike,
        hosts: ArrayLike,
        tables: ArrayLike,
        *,
        third: ArrayLike | None = None,
        thirds: ArrayLike | None = None,
        foreign: ArrayLike | None = None,
        interpreters: ArrayLike = 0,
    ) -> Free:
        """Take arrays of any kind; without third parties, and with a language for each pair, by default.

        Raises
        ------
        ValueError
            Where shapes do not fit.

        Examples
        --------
        >>> Free.of([[1, 1]], [[1, 0]], 5).tables.tolist()
        [5, 5]
        """
        who, where = (np.atleast_2d(np.asarray(one, dtype=bool)) for one in (guests, hosts))
        slots = who.shape[1]
        seats = np.broadcast_to(np.asarray(tables, dtype=np.int64), (slots,)).copy()
        beside = np.full(len(where), NOWHERE) if third is None else np.asarray(third, dtype=np.int64)
        given = np.zeros((0, slots)) if thirds is None else np.atleast_2d(np.asarray(thirds))
        sit = given.astype(np.int64)
        strange = np.zeros((len(who), len(where)), bool) if foreign is None else np.asarray(foreign, dtype=bool)
        speak = np.broadcast_to(np.asarray(interpreters, dtype=np.int64), (slots,)).copy()
        if where.shape[1] != slots or len(beside) != len(where) or sit.shape[1] != slots:
            raise ValueError(f"guests {who.shape}, hosts {where.shape}, third {beside.shape}, thirds {sit.shape}")
        if strange.shape != (len(who), len(where)):
            raise ValueError(f"guests {who.shape}, hosts {where.shape}, foreign {strange.shape}")
        if len(beside) and beside.max() >= len(sit):
            raise ValueError(f"host {int(beside.argmax())} has a third party that is none")
        return cls(who, where, seats, beside, sit, strange, speak)

    @property
    def slots(self) -> int:
        """How many slots there are."""
        return len(self.tables)

    def together(self, guest: Counts, host: Counts) -> Bits:
        """Whether a guest, a host, its third party, a table and, where they need one, an interpreter are free at once.

        Shape (pairs, slots).
        """
        third = self.third[host]
        sits = np.ones((len(host), self.slots), dtype=bool)
        sits[third >= 0] = self.thirds[third[third >= 0]] > 0
        speak = ~self.foreign[guest, host][:, None] | (self.interpreters > 0)
        found: Bits = self.guests[guest] & self.hosts[host] & sits & (self.tables > 0) & speak
        return found

    def beside(self, guest: Counts, host: Counts, slot: Counts) -> Free:
        """What is left beside meetings that stand, each in its slot; shapes (p,)."""
        guests, hosts = self.guests.copy(), self.hosts.copy()
        tables, thirds, speak = self.tables.copy(), self.thirds.copy(), self.interpreters.copy()
        guests[guest, slot] = False
        hosts[host, slot] = False
        np.subtract.at(tables, slot, 1)
        third = self.third[host]
        np.subtract.at(thirds, (third[third >= 0], slot[third >= 0]), 1)
        np.subtract.at(speak, slot[self.foreign[guest, host]], 1)
        tables, thirds, speak = (np.maximum(one, 0) for one in (tables, thirds, speak))
        return Free(guests, hosts, tables, self.third, thirds, self.foreign, speak)


@dataclass(frozen=True, eq=False, slots=True)
class Timetable:
    """Slots of meetings.

    Parameters
    ----------
    slot
        Slot of each meeting, shape (p,); ``NOWHERE`` where none could be found.
    proven
        Whether no timetable holds dearer meetings, or as dear ones with fewer moved.
    """

    slot: Counts
    proven: bool


def timetable(
    guest: ArrayLike,
    host: ArrayLike,
    worth: ArrayLike,
    free: Free,
    *,
    before: ArrayLike | None = None,
    fixed: ArrayLike | None = None,
    since: int = 0,
    seconds: float = SECONDS,
) -> Timetable:
    """Give each meeting a slot in which all who take part are free and a table is left.

    The sum of the worths of the meetings that have a slot is the greatest possible; among such timetables as few
    meetings as possible leave the slot that they had.

    Parameters
    ----------
    guest, host
        Who meets, places, shape (p,).
    worth
        How dear each meeting is, above nil, shape (p,).
    free
        When everybody can.
    before
        Slot that each meeting had, ``NOWHERE`` where it is new, shape (p,).
    fixed
        Whether a meeting stays where it was, shape (p,); by default none.
    since
        First slot in which a meeting that is not fixed may be.
    seconds
        How long each of the two searches may take.

    Raises
    ------
    ValueError
        For a worth that is not above nil, or a fixed meeting without a slot.

    Examples
    --------
    >>> all_day = Free.of(np.ones((2, 2)), np.ones((2, 2)), 2)
    >>> timetable([0, 0, 1, 1], [0, 1, 0, 1], [1, 1, 1, 1], all_day).slot.tolist() in ([0, 1, 1, 0], [1, 0, 0, 1])
    True
    >>> timetable([0, 1], [0, 0], [1, 2], Free.of(np.ones((2, 1)), np.ones((1, 1)), 2)).slot.tolist()
    [-1, 0]
    """
    who, where = (np.asarray(one, dtype=np.int64) for one in (guest, host))
    dear = np.asarray(worth, dtype=np.float64)
    was = np.full(len(who), NOWHERE) if before is None else np.asarray(before, dtype=np.int64)
    stands = np.zeros(len(who), dtype=bool) if fixed is None else np.asarray(fixed, dtype=bool)
    if len(dear) and not (dear > 0).all():
        raise ValueError("each meeting is worth more than nil")
    if (was[stands] < 0).any():
        raise ValueError("a meeting without a slot cannot stay where it was")
    slot = np.where(stands, was, NOWHERE)
    left = free.beside(who[stands], where[stands], was[stands])
    open_ = left.together(who, where) & ~stands[:, None] & (np.arange(free.slots) >= since)
    meeting, at = np.nonzero(open_)
    if not len(meeting):
        return Timetable(slot, True)
    rules, most = _rules(who, where, meeting, at, left)
    gain = dear[meeting]
    dearest = _solve(-gain, rules, most, seconds)
    taken, proven = dearest.x, dearest.status == _SOLVED
    moves = ((was[meeting] >= 0) & (was[meeting] != at)).astype(np.float64)
    if taken is not None and moves[taken > 0.5].any():
        # Of all timetables that hold meetings as dear as these: the one with the fewest moves.
        asked = LinearConstraint(gain[None, :], float(gain @ (taken > 0.5)) - _SAME * dear.min(), np.inf)
        fewest = _solve(moves, rules, most, seconds, asked)
        taken = taken if fewest.x is None else fewest.x
        proven &= fewest.status == _SOLVED
    if taken is not None:
        chosen = taken > 0.5
        slot[meeting[chosen]] = at[chosen]
    return Timetable(slot, bool(proven))


def _solve(
    cost: Floats, rules: coo_array, most: Floats, seconds: float, asked: LinearConstraint | None = None
) -> OptimizeResult:
    constraints = [LinearConstraint(rules, -np.inf, most), *([asked] if asked is not None else [])]
    options = {"time_limit": seconds, "mip_rel_gap": 0.0}
    return milp(cost, constraints=constraints, integrality=np.ones(len(cost)), bounds=Bounds(0, 1), options=options)


def _rules(
    who: Counts, where: Counts, meeting: Counts, at: Counts, free: Free
) -> tuple[coo_array, NDArray[np.float64]]:
    """Each meeting once, each party once a slot, as many tables, third parties and interpreters as there are."""
    count, slots = len(meeting), free.slots
    column = np.arange(count)
    third = free.third[where[meeting]]
    beside = third >= 0

    def rows(key: Counts, height: int, columns: Counts = column) -> coo_array:
        return coo_array((np.ones(len(key)), (key, columns)), shape=(height, count))

    parts: list[tuple[coo_array, Floats]] = [
        (rows(meeting, len(who)), np.ones(len(who))),
        (rows(who[meeting] * slots + at, free.guests.size), np.ones(free.guests.size)),
        (rows(where[meeting] * slots + at, free.hosts.size), np.ones(free.hosts.size)),
        (rows(at, slots), free.tables.astype(np.float64)),
    ]
    if beside.any():
        key = third[beside] * slots + at[beside]
        parts.append((rows(key, free.thirds.size, column[beside]), free.thirds.ravel().astype(np.float64)))
    strange = free.foreign[who[meeting], where[meeting]]
    if strange.any():
        parts.append((rows(at[strange], slots, column[strange]), free.interpreters.astype(np.float64)))
    matrix = vstack([part for part, _ in parts], format="csr")
    most = np.concatenate([limit for _, limit in parts])
    some = np.diff(matrix.indptr) > 0
    return matrix[some], most[some]
