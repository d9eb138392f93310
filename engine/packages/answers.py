"""Why a unit is in and what it displaced, why another is out and what would bring it in, and what each term costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import EhyaError, ErrorCode
from engine.packages.conflict import Loosening, loosened
from engine.packages.optimum import SECONDS, Bits, Optimum, least_loosening, optimum
from engine.packages.rules import PackageProblem, PackageRule, TermKind

SUMS = (TermKind.CAPITAL, TermKind.PUBLIC_MONEY, TermKind.HARD_CURRENCY, TermKind.DEBT)
"""Kinds of terms that sum what units need."""

_FIXED = (TermKind.KNOWN, TermKind.WITHDRAWN, TermKind.ONLY_WITH)
_STEPPED = (TermKind.COUNT, TermKind.QUOTA, *SUMS)
_SMALL = 1e-7  # of an objective: below it nothing is gained


@dataclass(frozen=True, eq=False, slots=True)
class Inside:
    """Why a unit is in.

    Parameters
    ----------
    place
        Of the unit.
    gain
        Objective that the package would lose without it; ``None`` where no package keeps the terms without it (see
        ``needed``), or where there was no time to look.
    displaced
        Places of the units that would come instead.
    leaving
        Places of others that would leave with it.
    finished
        Whether there was time to prove it; else ``gain`` is what it loses at most, or ``None`` where nothing was found.
    """

    place: int
    gain: float | None
    displaced: NDArray[np.intp]
    leaving: NDArray[np.intp]
    finished: bool = True

    @property
    def needed(self) -> bool:
        """Whether it is proven that no package keeps the terms without the unit."""
        return self.gain is None and self.finished


@dataclass(frozen=True, eq=False, slots=True)
class Outside:
    """Why a unit is out.

    Parameters
    ----------
    place
        Of the unit.
    barriers
        Rules that keep it out by itself, whatever else is chosen.
    price
        Objective lost when it is forced in, and so by how much its worth would have to rise for it to come in; ``None``
        where no package with it keeps the terms.
    leaving, entering
        Places of the units that would go and come when it is forced in.
    changes
        For each rule that can bring it in by giving way alone, for all units: the least by which its limit must move;
        a rule without a limit to move is given up. Other units gain by it too, so that it may take more than room.
    cheaper
        For each rule that sums what units need: the least that must come off the unit's own need.
    finished
        Whether there was time for all of it; else the price is what it costs at most, and changes may be missing.
    """

    place: int
    barriers: tuple[PackageRule, ...]
    price: float | None
    leaving: NDArray[np.intp]
    entering: NDArray[np.intp]
    changes: tuple[Loosening, ...]
    cheaper: tuple[Loosening, ...] = ()
    finished: bool = True


@dataclass(frozen=True, eq=False, slots=True)
class Binding:
    """What a rule costs where it stands.

    Parameters
    ----------
    rule
        The rule.
    total
        What the chosen units add up to.
    step
        By how much it was loosened to see.
    value
        Objective won by that step; 0 where the rule does not bind.
    """

    rule: PackageRule
    total: float
    step: float
    value: float


def why_inside(problem: PackageProblem, best: Optimum, place: int, *, until: float = np.inf) -> Inside:
    """Say what a unit of the package is worth to it, and what it displaced.

    Parameters
    ----------
    problem, best
        Worth and rules, and their optimum.
    place
        Of the unit.
    until
        Moment of `time.monotonic` at which the search ends.

    Examples
    --------
    >>> one = PackageRule("count", TermKind.COUNT, np.arange(2), np.ones(2), high=1.0)
    >>> problem = PackageProblem(np.array([3.0, 2.0]), (one,))
    >>> said = why_inside(problem, optimum(problem), 0)
    >>> said.gain, said.displaced.tolist()
    (1.0, [1])
    """
    other, finished = in_time(problem, until, outside=[place])
    finished = finished and best.gap == 0  # a package that is not proven tells no price
    if other is None:
        nobody = np.empty(0, dtype=np.intp)
        return Inside(place, None, nobody, nobody, finished)
    entering, leaving = difference(best.chosen, other.chosen)
    return Inside(place, max(best.value - other.value, 0.0), entering, leaving[leaving != place], finished)


def why_outside(problem: PackageProblem, best: Optimum, place: int, *, until: float = np.inf) -> Outside:
    """Say what keeps a unit out, what forcing it costs, and the smallest changes that would bring it in.

    A change brings a unit in when, after it, some package with it is as good as the best without: a limit that moves
    makes room for others too. Each is found by programs of its own, so that no smaller one does. The search ends at
    ``until`` (`time.monotonic`).

    Examples
    --------
    Less of its own need leaves the rival where it was; with 9 for all, both are in:

    >>> budget = PackageRule("budgets.capital", TermKind.CAPITAL, np.arange(2), np.array([4.0, 5.0]), high=5.0)
    >>> problem = PackageProblem(np.array([4.0, 2.0]), (budget,))
    >>> found = why_outside(problem, optimum(problem), 1)
    >>> found.price, [one.amount for one in found.changes], [one.amount for one in found.cheaper]
    (2.0, [4.0], [4.0])
    """
    barriers = tuple(rule for rule in problem.rules if _keeps_out(rule, place))
    forced, finished = in_time(problem, until, inside=[place])
    finished = finished and best.gap == 0  # a package that is not proven tells no price
    price, leaving, entering = None, np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp)
    if forced is not None:
        price = max(best.value - forced.value, 0.0)
        entering, leaving = difference(best.chosen, forced.chosen)
    changes: list[Loosening] = []
    cheaper: list[Loosening] = []
    for at, rule in enumerate(problem.rules):
        if rule.kind in _FIXED or not _in_reach(rule, place, best):
            continue
        for found, search in ((changes, _for_all), (cheaper, _of_its_need)):
            change, looked = search(problem, at, place, best, until)
            finished = finished and looked
            found += [] if change is None else [change]
    entering = entering[entering != place]
    return Outside(place, barriers, price, leaving, entering, tuple(changes), tuple(cheaper), finished)


def bindings(problem: PackageProblem, best: Optimum, *, until: float = np.inf) -> tuple[tuple[Binding, ...], bool]:
    """What each rule that binds would bring if it were one step looser: solved again, not read off a relaxation.

    A step is one unit of a count or quota, and a twentieth of a sum; other terms have no step but to be given up.
    Rules for which there is no time before ``until`` (`time.monotonic`) are left out.

    Returns
    -------
    tuple
        The rules by which a step brings something, and whether there was time for all.

    Examples
    --------
    >>> one = PackageRule("count", TermKind.COUNT, np.arange(2), np.ones(2), high=1.0)
    >>> problem = PackageProblem(np.array([3.0, 2.0]), (one,))
    >>> found, finished = bindings(problem, optimum(problem))
    >>> [(said.step, said.value) for said in found], finished
    ([(1.0, 2.0)], True)
    """
    found, finished = [], True
    for at, rule in enumerate(problem.rules):
        # several units may need more of a sum than one in their place, so that money that is left may bind all the same
        if rule.kind not in SUMS and not (rule.kind in _STEPPED and _tight(rule, best.chosen)):
            continue
        step = _step(rule, best.chosen)
        other, proven = in_time(_looser(problem, at, step), until)
        if not proven:
            finished = False
            continue
        value = 0.0 if other is None else max(other.value - best.value, 0.0)
        if value > _SMALL * max(1.0, abs(best.value)):
            found.append(Binding(rule, rule.total(best.chosen), step, value))
    return tuple(found), finished


def _step(rule: PackageRule, chosen: Bits) -> float:
    """A unit of a count; a twentieth of a sum, of a sum of nil a twentieth of what all units would need."""
    if rule.kind not in SUMS:
        return 1.0
    return 0.05 * (max(rule.high, rule.total(chosen)) or float(np.abs(rule.coefficients).sum()))


def prices(problem: PackageProblem, best: Optimum, *, until: float = np.inf) -> dict[str, float]:
    """Objective that each term costs: what the best package without it would have more.

    A term for which there is no time before ``until`` (`time.monotonic`) has no price.

    Examples
    --------
    >>> one = PackageRule("count", TermKind.COUNT, np.arange(2), np.ones(2), high=1.0)
    >>> problem = PackageProblem(np.array([3.0, 2.0]), (one,))
    >>> prices(problem, optimum(problem))
    {'count': 2.0}
    """
    found = {}
    for term in problem.terms:
        if term in (TermKind.KNOWN.value, TermKind.WITHDRAWN.value):
            continue
        other, finished = in_time(problem.without(term), until)
        if finished:
            found[term] = 0.0 if other is None else max(other.value - best.value, 0.0)
    return found


def in_time(problem: PackageProblem, until: float, **forced: Any) -> tuple[Optimum | None, bool]:
    """The optimum, where there is time to find it before ``until`` (`time.monotonic`), and whether it is proven.

    Examples
    --------
    >>> in_time(PackageProblem(np.ones(1), ()), -np.inf)
    (None, False)
    """
    left = until - monotonic()
    if left <= 0:
        return None, False
    try:
        found = optimum(problem, seconds=min(left, SECONDS), **forced)
    except EhyaError as error:
        if error.code is not ErrorCode.PACKAGE_OUT_OF_TIME:
            raise
        return None, False
    return found, found is None or found.gap == 0


def difference(one: Bits, other: Bits) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Places of the units that come, and of those that go, from one package to another.

    Examples
    --------
    >>> come, go = difference(np.array([True, False]), np.array([False, True]))
    >>> come.tolist(), go.tolist()
    ([1], [0])
    """
    return np.flatnonzero(other & ~one), np.flatnonzero(one & ~other)


def _keeps_out(rule: PackageRule, place: int) -> bool:
    alone = float(rule.coefficients[rule.rows == place].sum())
    return alone > rule.high * (1 + 1e-9) and not (rule.coefficients < 0).any()


def _in_reach(rule: PackageRule, place: int, best: Optimum) -> bool:
    """Whether a rule stands in the unit's way: it counts the unit, or holds others that could make room."""
    if place in rule.rows:
        return bool(np.isfinite(rule.high))
    return _tight(rule, best.chosen) and bool(np.isfinite(rule.low))


def _of_its_need(
    problem: PackageProblem, at: int, place: int, best: Optimum, until: float
) -> tuple[Loosening | None, bool]:
    """The least off the unit's own need of a sum: packages without it stay as they are, and so does their best."""
    rule = problem.rules[at]
    own = float(rule.coefficients[rule.rows == place].sum())
    if rule.kind not in SUMS or own <= 0:
        return None, True
    found, finished = _giving_way(problem, at, place, best.value, until)
    if found is None:
        return None, finished
    amount = found.loosened.get(at, 0.0)
    fits = amount <= own * (1 + 1e-9)
    return (loosened(rule, amount, found) if fits else None), finished


def _for_all(
    problem: PackageProblem, at: int, place: int, best: Optimum, until: float
) -> tuple[Loosening | None, bool]:
    """The least by which a rule must give way for all; whether there was time to look at every way."""
    rule = problem.rules[at]
    if rule.kind not in _STEPPED:
        return _given_up(problem, at, place, until)
    ways = []
    for side in _sides(rule):
        change, finished = _moved(problem, at, side, place, best, until)
        if not finished:
            return None, False
        ways += [] if change is None else [change]
    return min(ways, key=lambda one: one.amount, default=None), True


def _moved(
    problem: PackageProblem, at: int, side: PackageRule, place: int, best: Optimum, until: float
) -> tuple[Loosening | None, bool]:
    """The least by which one end of a rule must move.

    The best without the unit never falls as the end moves. So the least for which a package with the unit reaches what
    the others reach now is no more than the least of all; where they reach more by then, that is what it must reach.
    """
    rule = problem.rules[at]
    other = replace(rule, high=np.inf) if np.isfinite(side.high) else replace(rule, low=-np.inf)
    apart = replace(problem, rules=(*problem.rules[:at], side, *problem.rules[at + 1 :], other))
    least = best.value
    while True:
        found, finished = _giving_way(apart, at, place, least, until)
        if found is None or not finished:
            return None, finished
        amount = found.loosened.get(at, 0.0)
        rival, finished = in_time(_looser(apart, at, amount), until, outside=[place])
        if not finished:
            return None, False
        # what must be reached grows each time, or the solver tells the two apart no more
        if rival is None or _reaches(found.value, rival.value) or rival.value <= least:
            return loosened(rule, amount, found), True
        least = rival.value


def _given_up(problem: PackageProblem, at: int, place: int, until: float) -> tuple[Loosening | None, bool]:
    """A rule without a limit to move, given up for all, where that brings the unit in."""
    rule = problem.rules[at]
    without = replace(problem, rules=(*problem.rules[:at], *problem.rules[at + 1 :]))
    with_it, finished = in_time(without, until, inside=[place])
    if with_it is None or not finished:
        return None, finished
    rival, finished = in_time(without, until, outside=[place])
    if not finished or (rival is not None and not _reaches(with_it.value, rival.value)):
        return None, finished
    total = rule.total(with_it.chosen)
    return loosened(rule, max(rule.low - total, total - rule.high, 0.0), with_it), True


def _giving_way(
    problem: PackageProblem, at: int, place: int, least: float, until: float
) -> tuple[Optimum | None, bool]:
    """The choice with the unit that is worth so much and for which a rule gives way least, and whether it is proven."""
    left = until - monotonic()
    if left <= 0:
        return None, False
    try:
        found = least_loosening(problem, [at], inside=[place], at_least=least, seconds=min(left, SECONDS))
    except EhyaError as error:
        if error.code is not ErrorCode.PACKAGE_OUT_OF_TIME:
            raise
        return None, False
    return found, True


def _reaches(value: float, wanted: float) -> bool:
    return value >= wanted - _SMALL * max(1.0, abs(wanted))


def _sides(rule: PackageRule) -> list[PackageRule]:
    """The ends of a rule, each as a rule of its own."""
    up = [replace(rule, low=-np.inf)] if np.isfinite(rule.high) else []
    return up + ([replace(rule, high=np.inf)] if np.isfinite(rule.low) else [])


def _tight(rule: PackageRule, chosen: Bits) -> bool:
    """Whether one more, or one fewer, of the units might break the rule."""
    total, most = rule.total(chosen), float(np.abs(rule.coefficients).max(initial=0.0))
    return total + most > rule.high or total - most < rule.low


def _looser(problem: PackageProblem, at: int, step: float) -> PackageProblem:
    rule = problem.rules[at]
    wider = replace(rule, low=rule.low - step, high=rule.high + step)
    return replace(problem, rules=(*problem.rules[:at], wider, *problem.rules[at + 1 :]))
