"""Lists of an event chosen together: unlike units on each, no unit everywhere or nowhere, and each list good still.

Rounds of picks: in each every list takes one unit, by its fit and by how unlike it is to those that the list holds
(Carbonell, Goldstein, 1998, maximal marginal relevance), among units that are on fewer lists than the most. A list may
lose a twentieth of what its fits are worth against its own best (NDCG, gains are fits); where only a unit that is on
too many lists already would keep that, it is taken and said. Units below the least then take last places where the
quality bears it, and some places go by lot, each with its chance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from engine.matching.book import UnitBook
from engine.matching.event_terms import EventTerms
from engine.matching.tree import SECTOR_LIKENESS

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]

POOL = 10
"""Units looked at for each list, for each of its places (assumed)."""
LEAST_POOL = 100
"""Units looked at for each list at least (assumed)."""
PICKED_SHARE = 0.6
"""Share of the quality that may be lost which picks may use; the rest is for the least and for lots (assumed)."""
_SURE = 1e-12


@dataclass(frozen=True, eq=False, slots=True)
class Pool:
    """Units among which a list is chosen.

    Parameters
    ----------
    rows, fit
        Rows of the book and their fits, best first, shape (k,).
    key
        What the list's lots are drawn by: a digest of what its investor wants.
    """

    rows: Rows
    fit: Floats
    key: str


@dataclass(frozen=True, eq=False, slots=True)
class Exposed:
    """Lists that were chosen together.

    Parameters
    ----------
    rows
        Rows of the book on each list, best fit first.
    fit
        Their fits.
    propensity
        Chance with which each came to its place, given the draws before: 1 where nothing was drawn.
    ndcg
        Quality of each list against its own best, shape (lists,).
    shown
        Lists that each unit is on, shape (n,).
    cap
        Lists that a unit may be on at most.
    """

    rows: tuple[Rows, ...]
    fit: tuple[Floats, ...]
    propensity: tuple[Floats, ...]
    ndcg: Floats
    shown: NDArray[np.int64]
    cap: int


def exposed(
    book: UnitBook,
    pools: Sequence[Pool],
    places: Sequence[int],
    terms: EventTerms,
    declined: Sequence[Rows] | None = None,
) -> Exposed:
    """Choose the lists of an event.

    Parameters
    ----------
    book
        Units on offer.
    pools
        Of each mandate the units to choose among, best first (`pool_size`).
    places
        Places of each list.
    terms
        How they are chosen.
    declined
        Rows that each investor declined: they are on its list no more, and what is like them stands back.

    Returns
    -------
    Exposed
        Equal inputs give equal lists.
    """
    likeness = _Likeness.of(book)
    refused = declined or [np.empty(0, np.intp)] * len(pools)
    lists = [
        _List.of(pool, count, terms, likeness, gone) for pool, count, gone in zip(pools, places, refused, strict=True)
    ]
    shown = np.zeros(len(book), dtype=np.int64)
    cap = terms.cap(len(lists))
    order = default_rng(terms.seed).permutation(len(lists))
    for place in range(max(places, default=0)):
        for at in order if place % 2 == 0 else order[::-1]:
            lists[at].pick(place, shown, cap, terms)
    _lift(lists, shown, terms)
    for at, one in enumerate(lists):
        one.draw(shown, cap, terms, default_rng([terms.seed, *pools[at].key.encode()[:16]]))
    chosen = [one.done() for one in lists]
    return Exposed(
        rows=tuple(rows for rows, _, _ in chosen),
        fit=tuple(fit for _, fit, _ in chosen),
        propensity=tuple(chance for _, _, chance in chosen),
        ndcg=np.array([one.ndcg for one in lists]),
        shown=shown,
        cap=cap,
    )


def pool_size(places: int) -> int:
    """Units to look at for a list of so many places."""
    return max(LEAST_POOL, POOL * places)


def ndcg(fit: Floats, best: Floats) -> float:
    """Quality of a list: what its fits are worth, each place less than the one before, against the best list's.

    Järvelin, Kekäläinen, 2002, Cumulated gain-based evaluation of IR techniques; gains are fits.

    Examples
    --------
    >>> round(ndcg(np.array([1.0, 0.5]), np.array([1.0, 1.0])), 4)
    0.8066
    """
    ideal = float(best @ _discount(best.size))
    return float(fit @ _discount(fit.size)) / ideal if ideal > 0 else 1.0


def _discount(places: int) -> Floats:
    found: Floats = 1 / np.log2(np.arange(places) + 2)
    return found


@dataclass(frozen=True, eq=False, slots=True)
class _Likeness:
    """How alike units are: shares of the levels of sector and place that they have in common."""

    sectors: NDArray[np.intp]
    places: NDArray[np.intp]

    @classmethod
    def of(cls, book: UnitBook) -> _Likeness:
        sectors = book.sector_tree.lines[:, book.sector.codes]
        return cls(sectors, book.place_tree.lines[:, book.place.codes])

    def to(self, rows: Rows, one: int) -> Floats:
        """Likeness of rows to one of them all, 0..1."""
        both = (self.sectors, SECTOR_LIKENESS), (self.places, 1 - SECTOR_LIKENESS)
        parts = [
            weight * ((lines[:, rows] == lines[:, [one]]) & (lines[:, [one]] >= 0)).mean(axis=0)
            for lines, weight in both
        ]
        found: Floats = parts[0] + parts[1]
        return found


@dataclass(eq=False, slots=True)
class _List:
    """A list as it grows: what it may hold, what it holds, and what its quality bears still."""

    pool: Rows
    gain: Floats
    discount: Floats
    ideal: Floats
    alike: Floats
    likeness: _Likeness
    taken: list[int]
    chance: list[float]
    lost: float
    bears: float

    @classmethod
    def of(cls, pool: Pool, places: int, terms: EventTerms, likeness: _Likeness, declined: Rows) -> _List:
        keeps = ~np.isin(pool.rows, declined)
        rows, gain = pool.rows[keeps], pool.fit[keeps]
        count = min(places, rows.size)
        discount, ideal = _discount(count), gain[:count]
        alike = np.zeros(rows.size)
        for one in declined.tolist():
            np.maximum(alike, likeness.to(rows, one), out=alike)
        bears = (1 - terms.least_ndcg) * float(ideal @ discount)
        return cls(rows, gain, discount, ideal, alike, likeness, [], [], 0.0, bears)

    @property
    def ndcg(self) -> float:
        """Quality of what it holds."""
        return ndcg(np.sort(self.gain[self.taken])[::-1], self.ideal)

    def pick(self, place: int, shown: NDArray[np.int64], cap: int, terms: EventTerms) -> None:
        """Take one unit more."""
        if place >= self.ideal.size:
            return
        free = np.ones(self.pool.size, dtype=bool)
        free[self.taken] = False
        loss = self.lost + (self.ideal[place] - self.gain) * self.discount[place]
        under = free & (shown[self.pool] < cap)
        within = self.bears * PICKED_SHARE * self.discount[: place + 1].sum() / self.discount.sum()
        value = (1 - terms.diversity) * self.gain / max(self.ideal[0], _SURE) - terms.diversity * self.alike
        fits = np.flatnonzero(under & (loss <= within + _SURE))
        if fits.size:
            at = int(fits[np.argmax(value[fits])])
        else:
            fits = np.flatnonzero(under & (loss <= self.bears + _SURE))
            at = int(fits[0]) if fits.size else int(np.flatnonzero(free)[0])  # the pool is in order of fit
        self.lost = float(loss[at])
        self._take(at, shown)
        np.maximum(self.alike, self.likeness.to(self.pool, int(self.pool[at])), out=self.alike)

    def draw(self, shown: NDArray[np.int64], cap: int, terms: EventTerms, random: Generator) -> None:
        """Give last places away by lot, each to one of all units that its quality bears there."""
        for _ in range(min(terms.explore, len(self.taken))):
            slot = self.last(shown, terms.least)
            if slot is None:
                return
            held = self.taken[slot]
            free = np.ones(self.pool.size, dtype=bool)
            free[self.taken] = False
            bears = self.worth_without(slot) + self.gain * self.discount[-1]
            could = free & (shown[self.pool] < cap) & (bears >= terms.least_ndcg * self.best - _SURE)
            among = [held, *np.flatnonzero(could).tolist()]
            drawn = int(random.integers(len(among)))
            self.replace(slot, among[drawn], shown, 1 / len(among))

    @property
    def best(self) -> float:
        """What the best list is worth."""
        return float(self.ideal @ self.discount)

    def worth_without(self, slot: int) -> float:
        """What the list is worth without one of its units, the others moved up."""
        rest = np.sort(np.delete(self.gain[self.taken], slot))[::-1]
        return float(rest @ self.discount[: rest.size])

    def last(self, shown: NDArray[np.int64], least: int) -> int | None:
        """The unit of least fit that was not drawn and is not needed here for the least: its place in ``taken``."""
        slots = [slot for slot, at in enumerate(self.taken) if self.chance[slot] == 1 and shown[self.pool[at]] > least]
        return min(slots, key=lambda slot: (self.gain[self.taken[slot]], -self.taken[slot]), default=None)

    def replace(self, slot: int, at: int, shown: NDArray[np.int64], chance: float = 1.0) -> None:
        """Put another unit of the pool in a place."""
        shown[self.pool[self.taken[slot]]] -= 1
        self.taken[slot], self.chance[slot] = at, chance
        shown[self.pool[at]] += 1

    def done(self) -> tuple[Rows, Floats, Floats]:
        """Rows, fits and chances, best fit first; equal fits as in the pool."""
        taken = np.array(self.taken, dtype=np.intp)
        order = np.argsort(taken, kind="stable")
        return self.pool[taken[order]], self.gain[taken[order]], np.array(self.chance)[order]

    def _take(self, at: int, shown: NDArray[np.int64]) -> None:
        self.taken.append(at)
        self.chance.append(1.0)
        shown[self.pool[at]] += 1


def _lift(lists: Sequence[_List], shown: NDArray[np.int64], terms: EventTerms) -> None:
    """Bring units that are on too few lists into last places, the rarest first, where the list stays best."""
    if not terms.least:
        return
    where: dict[int, list[tuple[int, int]]] = {}
    for number, one in enumerate(lists):
        for at, row in enumerate(one.pool.tolist()):
            if shown[row] < terms.least:
                where.setdefault(row, []).append((number, at))
    for row in sorted(where, key=lambda row: (len(where[row]), row)):
        for _ in range(terms.least - int(shown[row])):
            if not _lifted(lists, where[row], shown, terms):
                break


def _lifted(
    lists: Sequence[_List], where: Sequence[tuple[int, int]], shown: NDArray[np.int64], terms: EventTerms
) -> bool:
    found: tuple[float, int, int, int] | None = None
    for number, at in where:
        one = lists[number]
        if at in one.taken:
            continue
        slot = one.last(shown, terms.least)
        if slot is None:
            continue
        worth = (one.worth_without(slot) + one.gain[at] * one.discount[-1]) / max(one.best, _SURE)
        if worth >= terms.least_ndcg - _SURE and (found is None or worth > found[0]):
            found = (worth, number, slot, at)
    if found is None:
        return False
    _, number, slot, at = found
    lists[number].replace(slot, at, shown)
    return True
