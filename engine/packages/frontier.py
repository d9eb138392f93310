"""What more money buys: the best package under each budget, who comes and goes; and packages that no other beats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.packages.answers import difference
from engine.packages.optimum import Optimum, optimum
from engine.packages.rules import Array, PackageProblem, PackageRule, TermKind

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
    """

    limit: float
    best: Optimum | None
    entering: NDArray[np.intp]
    leaving: NDArray[np.intp]


def frontier(problem: PackageProblem, term: str, limits: Sequence[float], *, nested: bool = False) -> tuple[Point, ...]:
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
        best = optimum(_under(problem, term, limit), inside=kept)
        now = before if best is None else best.chosen
        points.append(Point(limit, best, *difference(before, now)))
        before = now
    return tuple(points)


def unbeaten(problem: PackageProblem, other: Array, *, most: int = 30) -> tuple[tuple[Optimum, ...], bool]:
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
        second = optimum(wanted)
        if second is None:
            return tuple(found), True
        # among equals by the second, the best by the first
        tied = PackageRule(
            "tied", TermKind.COUNT, everywhere, other, low=second.value - 1e-7 * max(1.0, abs(second.value))
        )
        first = optimum(replace(plain, rules=(*plain.rules, tied)))
        if first is None:
            return tuple(found), True
        found.append(first)
        floor = first.value + 1e-5 * max(1.0, abs(first.value))
    return tuple(found), False


def _under(problem: PackageProblem, term: str, limit: float) -> PackageProblem:
    rules = tuple(
        replace(rule, high=limit) if rule.term == term and rule.kind is not TermKind.KNOWN else rule
        for rule in problem.rules
    )
    return replace(problem, rules=rules)
