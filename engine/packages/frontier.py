"""What more money buys, and what evenness costs: the best package under each budget, or in so many counties at least;
and packages that no other beats.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.packages.answers import difference, in_time
from engine.packages.optimum import Optimum
from engine.packages.rules import Array, PackageProblem, PackageRule, Rows, TermKind

SHARES = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0)
"""Shares of a budget at which the frontier is drawn."""


@dataclass(frozen=True, eq=False, slots=True)
class Point:
    """The best package under one budget.

    Parameters
    ----------
    limit
        The budget, in its own measure.
    best
        The package; ``None`` where none keeps the terms.
    entering, leaving
        Places of the units that come and go against the point before.
    finished
        Whether there was time to prove it; else ``best`` is what was found by then, if anything.
    """

    limit: float
    best: Optimum | None
    entering: NDArray[np.intp]
    leaving: NDArray[np.intp]
    finished: bool = True


def frontier(
    problem: PackageProblem, term: str, limits: Sequence[float], *, nested: bool = False, until: float = np.inf
) -> tuple[Point, ...]:
    """Solve under each of several limits of one sum.

    Parameters
    ----------
    problem
        Worth and rules.
    term
        Key of the term whose limit moves.
    limits
        Its limits, from the lowest.
    nested
        Whether a unit that is in stays in as the limit grows: packages that can be carried out step by step, at a
        price that the values show.
    until
        Moment of `time.monotonic` at which the search ends.

    Examples
    --------
    >>> budget = PackageRule("budgets.capital", TermKind.CAPITAL, np.arange(3), np.array([4.0, 3.0, 3.0]), high=6.0)
    >>> problem = PackageProblem(np.array([5.0, 3.0, 3.0]), (budget,))
    >>> [(at.limit, at.best.value, at.leaving.tolist()) for at in frontier(problem, "budgets.capital", [4.0, 6.0])]
    [(4.0, 5.0, []), (6.0, 6.0, [0])]
    >>> [at.best.value for at in frontier(problem, "budgets.capital", [4.0, 6.0], nested=True)]
    [5.0, 5.0]
    """
    points: list[Point] = []
    before = np.zeros(len(problem), dtype=bool)
    for limit in limits:
        kept = np.flatnonzero(before).tolist() if nested else ()
        best, finished = in_time(_under(problem, term, limit), until, inside=kept)
        now = before if best is None else best.chosen
        points.append(Point(limit, best, *difference(before, now), finished))
        before = now
    return tuple(points)


def unbeaten(
    problem: PackageProblem, other: Array, *, most: int = 30, until: float = np.inf
) -> tuple[tuple[Optimum, ...], bool]:
    """Packages that no other beats under every weight between two: the problem's worth and ``other``.

    Each is the best by the second among those better by the first than the one before (the constraint method), so that
    also packages which no single weight would choose are found.

    Parameters
    ----------
    problem
        Worth and rules; its tail does not count here.
    other
        Worth of each unit at the other end, shape (n,).
    most
        Packages at most.
    until
        Moment of `time.monotonic` at which the search ends.

    Returns
    -------
    tuple
        The packages, from the best by ``other``, and whether they are all.

    Examples
    --------
    >>> one = PackageRule("count", TermKind.COUNT, np.arange(3), np.ones(3), high=1.0)
    >>> found, complete = unbeaten(PackageProblem(np.array([9.0, 5.0, 1.0]), (one,)), np.array([1.0, 2.0, 9.0]))
    >>> [np.flatnonzero(best.chosen).tolist() for best in found], complete
    ([[2], [1], [0]], True)
    """
    plain = replace(problem, tail=None)
    found: list[Optimum] = []
    floor = -np.inf
    everywhere = np.arange(len(problem))
    while len(found) < most:
        kept = PackageRule("unbeaten", TermKind.COUNT, everywhere, problem.worth, low=floor)
        wanted = replace(plain, worth=other, rules=(*plain.rules, kept) if np.isfinite(floor) else plain.rules)
        second, finished = in_time(wanted, until)
        if second is None or not finished:
            return tuple(found), finished
        # among equals by the second, the best by the first
        tied = PackageRule(
            "tied", TermKind.COUNT, everywhere, other, low=second.value - 1e-7 * max(1.0, abs(second.value))
        )
        first, finished = in_time(replace(plain, rules=(*plain.rules, tied)), until)
        if first is None or not finished:
            return tuple(found), finished
        found.append(first)
        floor = first.value + 1e-5 * max(1.0, abs(first.value))
    return tuple(found), False


@dataclass(frozen=True, eq=False, slots=True)
class ReachedGroups:
    """The best package that reaches so many groups at least.

    Parameters
    ----------
    groups
        Groups with a unit in the package.
    best
        The package.
    entering, leaving
        Places of the units that come and go against the best package of all.
    """

    groups: int
    best: Optimum
    entering: NDArray[np.intp]
    leaving: NDArray[np.intp]


def reaches(
    problem: PackageProblem, best: Optimum, groups: Sequence[Rows], *, until: float = np.inf
) -> tuple[tuple[ReachedGroups, ...], bool]:
    """Evenness against worth: the best package that reaches one group more, and one more, as long as there is any.

    Parameters
    ----------
    problem
        Worth and rules.
    best
        Its optimum.
    groups
        Places of the units of each group, that share no unit: of each county, or each sector.
    until
        Moment of `time.monotonic` at which the search ends.

    Returns
    -------
    tuple
        From the best package of all to the one that reaches most groups, each exact: a group counts through a unit
        without worth that may be in only where one of the group is. And whether there was time to come to its end.

    Examples
    --------
    >>> from engine.packages.optimum import optimum
    >>> two = PackageRule("count", TermKind.COUNT, np.arange(3), np.ones(3), high=2.0)
    >>> problem = PackageProblem(np.array([9.0, 5.0, 1.0]), (two,))
    >>> found, finished = reaches(problem, optimum(problem), [np.array([0, 1]), np.array([2])])
    >>> [(at.groups, at.best.value, at.entering.tolist(), at.leaving.tolist()) for at in found]
    [(1, 14.0, [], []), (2, 10.0, [2], [1])]
    """
    now = sum(bool(best.chosen[rows].any()) for rows in groups)
    points = [ReachedGroups(now, best, *difference(best.chosen, best.chosen))]
    while points[-1].groups < len(groups):
        wider, finished = in_time(_reaching(problem, groups, points[-1].groups + 1), until)
        if wider is None or not finished:
            return tuple(points), finished
        found = replace(wider, chosen=wider.chosen[: len(problem)])
        there = sum(bool(found.chosen[rows].any()) for rows in groups)
        points.append(ReachedGroups(there, found, *difference(best.chosen, found.chosen)))
    return tuple(points), True


def floor_prices(
    problem: PackageProblem, best: Optimum, groups: Mapping[str, Rows], *, until: float = np.inf
) -> dict[str, float | None]:
    """What a floor of one unit more would cost in each group, all else as it is.

    Parameters
    ----------
    problem, best
        Worth and rules, and their optimum.
    groups
        Name -> places of its units.
    until
        Moment of `time.monotonic` at which the search ends.

    Returns
    -------
    dict
        Name -> objective lost; ``None`` where no package has one unit more of the group. A group for which there was no
        time has no price.

    Examples
    --------
    >>> from engine.packages.optimum import optimum
    >>> one = PackageRule("count", TermKind.COUNT, np.arange(2), np.ones(2), high=1.0)
    >>> problem = PackageProblem(np.array([9.0, 5.0]), (one,))
    >>> floor_prices(problem, optimum(problem), {"Khoy": np.array([0]), "Maku": np.array([1])})
    {'Khoy': None, 'Maku': 4.0}
    """
    found: dict[str, float | None] = {}
    for name, rows in groups.items():
        least = float(best.chosen[rows].sum()) + 1
        floor = PackageRule("floor", TermKind.QUOTA, rows, np.ones(len(rows)), low=least)
        other, finished = in_time(replace(problem, rules=(*problem.rules, floor)), until)
        if finished:
            found[name] = None if other is None else max(best.value - other.value, 0.0)
    return found


def _reaching(problem: PackageProblem, groups: Sequence[Rows], least: int) -> PackageProblem:
    """The problem with a unit without worth for each group, of which ``least`` must be in."""
    count, more = len(problem), len(groups)
    added = np.arange(count, count + more)
    rules = [
        PackageRule(
            "reached", TermKind.ONLY_WITH, np.append(rows, place), np.append(-np.ones(len(rows)), 1.0), high=0.0
        )
        for place, rows in zip(added, groups, strict=True)
    ]
    rules.append(PackageRule("reached", TermKind.COUNT, added, np.ones(more), low=float(least)))
    tail, chance = problem.tail, problem.chance
    if tail is not None:
        tail = replace(tail, draws=np.pad(tail.draws, ((0, 0), (0, more))))
    if chance is not None:
        chance = replace(chance, revived=np.pad(chance.revived, ((0, 0), (0, more))))
    worth = np.append(problem.worth, np.zeros(more))
    return PackageProblem(worth, (*problem.rules, *rules), tail, chance)


def _under(problem: PackageProblem, term: str, limit: float) -> PackageProblem:
    rules = tuple(
        replace(rule, high=limit) if rule.term == term and rule.kind is not TermKind.KNOWN else rule
        for rule in problem.rules
    )
    return replace(problem, rules=rules)
