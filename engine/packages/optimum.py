"""The best choice of units under rules, exactly: a mixed integer program, solved by HiGHS.

The mean of the worst worlds (conditional value at risk; Rockafellar, Uryasev, 2000, Journal of Risk 2(3), 21-41) is
the least of linear functions, one a set of worlds; those that bind are found one by one and added as cuts, so that the
optimum over all joint draws is exact without a row for each draw. A chance is looked at first without its rows: where
the best choice keeps it anyway, nothing else is needed.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, linprog, milp
from scipy.sparse import block_array, coo_array, csr_array, hstack

from engine.errors import EhyaError, ErrorCode
from engine.packages.rules import Array, PackageProblem, Rows, rule_coefficients

SECONDS = 60.0
"""How long one search may take before it ends with a gap, which is printed."""

WIDE = 4_000
"""Units above which those that the relaxed problem finds hopeless are left out first, and proven to be so after."""

_OUT_OF_TIME, _NONE = 1, 2  # how `milp` says that time was up, and that no choice keeps the rules
_EXACT = 1e-9  # relative: below it two objectives are equal
_PROVEN = 1e-6  # relative: what HiGHS itself calls no distance
_TIGHTER = 2e-6  # of a row's size: HiGHS allows itself 1e-6, we do not

Bits = NDArray[np.bool_]
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, eq=False, slots=True)
class Optimum:
    """A choice of units, and how sure it is that none is better.

    Parameters
    ----------
    chosen
        Whether each unit is in, shape (n,).
    value
        Objective of the choice.
    bound
        No choice that keeps the rules has a greater objective.
    loosened
        By how much each rule that could give way did, by its place.
    """

    chosen: Bits
    value: float
    bound: float
    loosened: Mapping[int, float]

    @property
    def gap(self) -> float:
        """Relative distance to the bound: 0 where the choice is proven to be the best.

        Examples
        --------
        >>> Optimum(np.array([True]), 99.0, 100.0, {}).gap
        0.01
        """
        distance = self.bound - self.value
        return 0.0 if distance <= _PROVEN * max(1.0, abs(self.value)) else distance / max(abs(self.bound), 1e-12)


def optimum(
    problem: PackageProblem,
    *,
    inside: Collection[int] = (),
    outside: Collection[int] = (),
    seconds: float = SECONDS,
    wide: int = WIDE,
) -> Optimum | None:
    """Find the best choice that keeps all rules.

    Parameters
    ----------
    problem
        Worth and rules.
    inside, outside
        Places of units that must be in, or out.
    seconds
        Time after which the best choice so far is given, with its gap.
    wide
        See ``WIDE``.

    Returns
    -------
    Optimum or None
        ``None`` where no choice keeps the rules: that is proven.

    Raises
    ------
    EhyaError
        ``package_out_of_time`` where no choice that keeps the rules was found in time, nor proven that there is none;
        ``package_solver_failed``.

    Examples
    --------
    >>> from engine.packages.rules import PackageRule, TermKind
    >>> budget = PackageRule("capital", TermKind.CAPITAL, np.arange(3), np.array([4.0, 3.0, 3.0]), high=6.0)
    >>> best = optimum(PackageProblem(np.array([5.0, 3.0, 3.0]), (budget,)))
    >>> best.chosen.tolist(), best.value, best.gap
    ([False, True, True], 6.0, 0.0)
    """
    search = _Search(problem, inside, outside, seconds)
    if len(search.units) <= wide or problem.counts_tail or search.contradiction:
        return search.best()
    return _sifted(problem, search, inside, outside, seconds, wide)


def least_loosening(
    problem: PackageProblem,
    rules: Collection[int],
    *,
    inside: Collection[int] = (),
    at_least: float | None = None,
    seconds: float = SECONDS,
) -> Optimum | None:
    """Find the choice for which some rules must give way least.

    Parameters
    ----------
    problem
        Worth and rules.
    rules
        Places of the rules that may give way; they are weighed by their own size.
    inside
        Places of units that must be in.
    at_least
        Least objective of the choice; any where ``None``.
    seconds
        Of the search.

    Returns
    -------
    Optimum or None
        Its ``loosened`` says by how much; ``None`` where no loosening of these rules is enough.

    Raises
    ------
    EhyaError
        ``package_out_of_time`` where none is proven to be the least in time; ``package_solver_failed``.

    Examples
    --------
    >>> from engine.packages.rules import PackageRule, TermKind
    >>> budget = PackageRule("capital", TermKind.CAPITAL, np.arange(2), np.array([4.0, 3.0]), high=2.0)
    >>> count = PackageRule("count", TermKind.COUNT, np.arange(2), np.ones(2), low=1.0)
    >>> least_loosening(PackageProblem(np.ones(2), (budget, count)), [0]).loosened
    {0: 1.0}
    """
    return _Search(problem, inside, (), seconds, giving_way=tuple(rules), at_least=at_least).best()


def likeliest(problem: PackageProblem, *, seconds: float = SECONDS) -> Optimum | None:
    """Find the choice with which the least chance of a problem is greatest, all other rules kept.

    Parameters
    ----------
    problem
        Worth and rules, with a chance.
    seconds
        Time after which the likeliest choice so far is given, with its gap.

    Returns
    -------
    Optimum or None
        Its ``value`` is the share of the worlds in which enough units come back; ``None`` where no choice keeps the
        other rules.

    Raises
    ------
    EhyaError
        ``package_out_of_time`` where no choice was found in time; ``package_solver_failed``.

    Examples
    --------
    >>> from engine.packages.rules import Chance, PackageRule, TermKind
    >>> one = PackageRule("count", TermKind.COUNT, np.arange(2), np.ones(2), high=1.0)
    >>> chance = Chance(np.array([[True, False], [True, True], [False, False], [True, False]]), 1, 0.9)
    >>> found = likeliest(PackageProblem(np.array([1.0, 5.0]), (one,), None, chance))
    >>> found.chosen.tolist(), found.value
    ([True, False], 0.75)
    """
    assert problem.chance is not None
    return _Search(replace(problem, tail=None), (), (), seconds, likeliest=True).best()


def _sifted(
    problem: PackageProblem,
    search: _Search,
    inside: Collection[int],
    outside: Collection[int],
    seconds: float,
    wide: int,
) -> Optimum | None:
    """Solve among the units with the best reduced costs, then bring back all that could still be better.

    Bringing a unit in costs the relaxed optimum at least its reduced cost; where that leaves less than a choice that
    is already found, no better choice holds the unit. So what is left out is proven to be out, and the answer exact.
    """
    until = monotonic() + seconds
    try:
        relaxed = search.relaxed()
    except _NotRelaxedError:
        return search.best()
    if relaxed is None:
        return None
    top, cost = relaxed
    near = search.units[np.argsort(cost, kind="stable")[:wide]]
    first = _among(problem, near, inside, outside, max(until - monotonic(), 1.0))
    if first is None:
        return search.best()
    hopeful = search.units[top - cost > first.value - _EXACT * max(1.0, abs(first.value))]
    if np.isin(hopeful, near).all():
        return first
    try:
        second = _among(problem, np.union1d(near, hopeful), inside, outside, max(until - monotonic(), 1.0))
    except EhyaError as error:
        if error.code is not ErrorCode.PACKAGE_OUT_OF_TIME:
            raise
        return replace(first, bound=max(top, first.value))
    if second is None or second.value < first.value:  # time was up before it found as much
        return replace(first, bound=first.value if second is None else max(second.bound, first.value))
    return second


def _among(
    problem: PackageProblem, units: Rows, inside: Collection[int], outside: Collection[int], seconds: float
) -> Optimum | None:
    others = np.setdiff1d(np.arange(len(problem)), units)
    shut = np.setdiff1d(others, np.array(list(inside), dtype=np.intp))
    return _Search(problem, inside, [*outside, *shut.tolist()], seconds).best()


@contextmanager
def _silenced() -> Iterator[None]:
    """Keep a line that HiGHS writes past its own switch off the standard output: a program may read JSON there."""
    with _one_at_a_time:
        try:
            kept = os.dup(1)
        except OSError:  # there is no standard output
            yield
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, 1)
            yield
        finally:
            os.dup2(kept, 1)
            os.close(kept)
            os.close(nowhere)


class _NotRelaxedError(Exception):
    """The relaxed problem was not solved: nothing follows of it."""


class _Search:
    """Columns: units, then what each soft rule gives way by, then the tail's mean, then one a world of the chance."""

    def __init__(
        self,
        problem: PackageProblem,
        inside: Collection[int],
        outside: Collection[int],
        seconds: float,
        giving_way: tuple[int, ...] = (),
        at_least: float | None = None,
        likeliest: bool = False,
    ) -> None:
        self.problem, self.seconds, self.at_least = problem, seconds, at_least
        self.likeliest = likeliest
        self.until = monotonic() + seconds
        self.giving_way = giving_way
        # a rule gives way upwards below its floor, downwards above its ceiling
        ends = [(place, problem.rules[place]) for place in giving_way]
        self.sides = [(place, 1.0) for place, rule in ends if np.isfinite(rule.low)]
        self.sides += [(place, -1.0) for place, rule in ends if np.isfinite(rule.high)]
        low, high = np.zeros(len(problem)), np.ones(len(problem))
        low[list(inside)], high[list(outside)] = 1.0, 0.0
        self._shut(high)
        self.contradiction = bool((low > high).any())
        self.units = np.flatnonzero(high > 0)
        self.low, self.high = low[self.units], high[self.units]
        self.scales = np.array([rule.scale for rule in problem.rules])
        self.rows = csr_array(rule_coefficients(problem.rules, len(problem))[:, self.units])
        self.limits = (
            np.array([rule.low for rule in problem.rules], dtype=np.float64),
            np.array([rule.high for rule in problem.rules], dtype=np.float64),
        )
        self.tighter = np.zeros((2, len(problem.rules)))
        self.cuts: list[Rows] = []
        self.with_chance = likeliest

    def _shut(self, high: Array) -> None:
        """Close units that a rule keeps out by itself, so that the program has no column for them."""
        for place, rule in enumerate(self.problem.rules):
            if place in self.giving_way or (rule.coefficients < 0).any():
                continue
            high[rule.rows[rule.coefficients > rule.high * (1 + 1e-9) + 1e-300]] = 0.0

    def best(self) -> Optimum | None:
        if self.contradiction:
            return None
        best: Optimum | None = None
        bound = np.inf
        while (found := self._solve(best)) is not None:
            bound = min(bound, found.bound)
            if self._stands(found) and (best is None or found.value > best.value):
                best = found
            if not self._repair(found):
                break
            if monotonic() > self.until:
                # what was found breaks a rule that the program left out, or is not proven to give way least
                if best is None or self.giving_way:
                    raise self._out_of_time
                break
        if best is None or self.giving_way:
            return found
        return replace(best, bound=max(bound, best.value))

    def _stands(self, found: Optimum) -> bool:
        """Whether a choice keeps every rule that may not give way."""
        problem = self.problem
        kept = all(self._kept(place, found) for place in range(len(problem.rules)))
        return kept and (problem.chance is None or self.likeliest or problem.chance.holds(found.chosen))

    @property
    def _out_of_time(self) -> EhyaError:
        return EhyaError(ErrorCode.PACKAGE_OUT_OF_TIME, seconds=self.seconds)

    def relaxed(self) -> tuple[float, Array] | None:
        """Optimum with shares of units allowed, and what bringing in each unit costs it at least, shape (units,).

        ``None`` where not even shares of units keep the rules; `_NotRelaxedError` where it is not known.
        """
        scaled = csr_array(self.rows.multiply(1 / self.scales[:, None]))
        low, high = (end / self.scales for end in self.limits)
        up, down = np.isfinite(high), np.isfinite(low)
        rows = csr_array(block_array([[scaled[np.flatnonzero(up)]], [-scaled[np.flatnonzero(down)]]]))
        limits = np.concatenate([high[up], -low[down]])
        bounds = np.column_stack([self.low, self.high])
        said = linprog(
            -self.problem.worth[self.units],
            A_ub=rows,
            b_ub=limits,
            bounds=bounds,
            method="highs",
            options={"time_limit": max(self.until - monotonic(), 0.1)},
        )
        if said.status == _NONE:
            return None
        if not said.success:
            raise _NotRelaxedError
        reduced = -self.problem.worth[self.units] - rows.T @ said.ineqlin.marginals
        return -float(said.fun), np.maximum(reduced, 0.0)

    def _repair(self, found: Optimum) -> bool:
        """Whether the program left something out that the choice breaks; it is put in."""
        problem = self.problem
        broken = [place for place, rule in enumerate(problem.rules) if not self._kept(place, found)]
        for place in broken:
            total, rule = problem.rules[place].total(found.chosen), problem.rules[place]
            self.tighter[int(total > rule.high), place] += _TIGHTER
        cut = self._cut(found)
        chance = problem.chance is not None and not self.with_chance and not problem.chance.holds(found.chosen)
        self.with_chance |= chance
        return bool(broken) or cut or chance

    def _kept(self, place: int, found: Optimum) -> bool:
        return place in self.giving_way or self.problem.rules[place].holds(found.chosen)

    def _cut(self, found: Optimum) -> bool:
        """Whether the tail was counted too well: then its worst worlds become a cut."""
        tail = self.problem.tail
        if not self.problem.counts_tail or tail is None:
            return False
        worlds = np.sort(tail.worlds(found.chosen))
        if any(np.array_equal(worlds, cut) for cut in self.cuts):
            return False
        self.cuts.append(worlds)
        wanted = found.value if self.giving_way else found.bound
        return self.problem.value(found.chosen) < wanted - _EXACT * max(1.0, abs(wanted)) or (
            self.at_least is not None and self.problem.value(found.chosen) < self.at_least - self._slack
        )

    @property
    def _slack(self) -> float:
        return 1e-7 * max(1.0, abs(self.at_least or 0.0))

    def _solve(self, best: Optimum | None) -> Optimum | None:
        problem = self.problem
        units, soft = len(self.units), len(self.sides)
        tail = int(problem.counts_tail)
        worlds = len(problem.chance.revived) if self.with_chance and problem.chance else 0
        if units + soft + tail == 0:
            nobody = np.zeros(len(problem), dtype=bool)
            none = Optimum(nobody, 0.0, 0.0, {})
            return none if self._stands(none) else None
        rows, low, high = self._constraints(worlds)
        cost = self._cost(worlds)
        limits = Bounds(
            np.concatenate([self.low, np.zeros(soft), np.full(tail, -np.inf), np.zeros(worlds)]),
            np.concatenate([self.high, np.full(soft, np.inf), np.full(tail, self._tail_top), np.ones(worlds)]),
        )
        whole = np.concatenate([np.ones(units), np.zeros(soft + tail), np.ones(worlds)])
        said = self._said(cost, whole, limits, LinearConstraint(rows, low, high) if rows.shape[0] else ())
        if said.status == _OUT_OF_TIME and (said.x is None or self.giving_way):
            if best is None or self.giving_way:
                raise self._out_of_time
            return best
        if said.x is None:
            return None
        return self._read(said.x, said.mip_dual_bound)

    def _said(self, cost: Array, whole: Array, limits: Bounds, rows: LinearConstraint | tuple[()]) -> OptimizeResult:
        """What HiGHS says of the program; once more without its presolve where that leaves it undecided.

        Raises
        ------
        EhyaError
            ``package_solver_failed`` where it neither solves the program, nor proves it empty, nor runs out of time.
        """
        for presolve in (True, False):
            left = max(self.until - monotonic(), 0.1)
            with _silenced():
                said = milp(
                    cost,
                    integrality=whole,
                    bounds=limits,
                    constraints=rows,
                    options={"mip_rel_gap": 0.0, "time_limit": left, "presolve": presolve},
                )
            if said.x is not None or said.status in (_OUT_OF_TIME, _NONE):
                return said
        raise EhyaError(ErrorCode.PACKAGE_SOLVER_FAILED, given=said.message)

    def _read(self, solution: Array, dual: float | None) -> Optimum:
        chosen = np.zeros(len(self.problem), dtype=bool)
        chosen[self.units] = solution[: len(self.units)] > 0.5
        value = self.problem.value(chosen)
        given = {
            place: max(self._missed(place, chosen), 0.0)
            for place in self.giving_way
            if self._missed(place, chosen) > self.scales[place] * 1e-9
        }
        bound = value if self.giving_way or dual is None else max(value, -float(dual))
        if self.likeliest and self.problem.chance is not None:
            value, worlds = self.problem.chance.share(chosen), len(self.problem.chance.revived)
            bound = value if dual is None else max(value, -float(dual) / worlds)
        return Optimum(chosen, value, bound, given)

    def _missed(self, place: int, chosen: Bits) -> float:
        rule = self.problem.rules[place]
        total = rule.total(chosen)
        return max(rule.low - total, total - rule.high)

    def _cost(self, worlds: int) -> Array:
        tail = self.problem.tail
        price = [tail.penalty] if tail is not None and self.problem.counts_tail else []
        if self.likeliest:
            return np.concatenate([np.zeros(len(self.units)), -np.ones(worlds)])
        if not self.giving_way:
            return -np.concatenate([self.problem.worth[self.units], price, np.zeros(worlds)])
        # a little of the worth decides between choices that give way alike, so that the answer is one
        little = 1e-9 / max(1.0, float(np.abs(self.problem.worth).sum()))
        worth = -little * self.problem.worth[self.units]
        return np.concatenate([worth, np.ones(len(self.sides)), np.zeros(len(price) + worlds)])

    @property
    def _tail_top(self) -> float:
        tail = self.problem.tail
        return float(np.maximum(tail.draws, 0).sum(axis=1).max(initial=0.0)) if tail is not None else 0.0

    def _constraints(self, worlds: int) -> tuple[csr_array, Array, Array]:
        """All rows, each divided by its own size."""
        problem, soft = self.problem, len(self.sides)
        tail = int(problem.counts_tail)
        sizes = self.scales if len(self.scales) else np.ones(0)
        scaled = csr_array(self.rows.multiply(1 / sizes[:, None])) if len(sizes) else self.rows
        low, high = (end / sizes for end in self.limits)
        low, high = low + self.tighter[0], high - self.tighter[1]
        blocks = [hstack([scaled, self._slacks(), csr_array((len(sizes), tail + worlds))], format="csr")]
        lows, highs = [low], [high]
        for more, least, most in self._further(soft, tail, worlds):
            blocks.append(more)
            lows.append(least)
            highs.append(most)
        return csr_array(block_array([[block] for block in blocks])), np.concatenate(lows), np.concatenate(highs)

    def _slacks(self) -> csr_array:
        """A column for each side of the rules that may give way."""
        shape = (len(self.scales), len(self.sides))
        places = np.array([place for place, _ in self.sides], dtype=np.int64)
        signs = np.array([sign for _, sign in self.sides])
        return csr_array(coo_array((signs, (places, np.arange(len(self.sides)))), shape))

    def _further(self, soft: int, tail: int, worlds: int) -> list[tuple[csr_array, Array, Array]]:
        """Rows of the least objective, of the tail's cuts and of the chance."""
        problem, rows = self.problem, []
        units = len(self.units)
        if self.at_least is not None:
            price = [problem.tail.penalty] if tail and problem.tail else []
            cells = np.concatenate([problem.worth[self.units], np.zeros(soft), price, np.zeros(worlds)])
            rows.append((csr_array(cells[None]), np.array([self.at_least - self._slack]), np.array([np.inf])))
        for cut in self.cuts:
            assert problem.tail is not None
            mean = problem.tail.draws[np.ix_(cut, self.units)].mean(axis=0)
            cells = np.concatenate([mean, np.zeros(soft), [-1.0], np.zeros(worlds)])
            rows.append((csr_array(cells[None]), np.zeros(1), np.array([np.inf])))
        if worlds and problem.chance is not None:
            revived = csr_array(problem.chance.revived[:, self.units].astype(np.float64))
            need = -problem.chance.at_least * csr_array(np.eye(worlds))
            enough = hstack([revived, csr_array((worlds, soft + tail)), need], format="csr")
            often = np.concatenate([np.zeros(units + soft + tail), np.ones(worlds)])
            rows.append((enough, np.zeros(worlds), np.full(worlds, np.inf)))
            if self.likeliest:
                return rows
            rows.append((csr_array(often[None]), np.array([float(problem.chance.worlds)]), np.array([np.inf])))
        return rows
