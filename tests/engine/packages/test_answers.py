"""What would bring a unit in: the least that does when it gives way for all, held to a search of every choice."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from package_cases import mixed_problem

from engine.packages.answers import why_outside
from engine.packages.optimum import optimum
from engine.packages.rules import PackageProblem, PackageRule, TermKind

MOVED = (TermKind.COUNT, TermKind.QUOTA, TermKind.CAPITAL)


def every_choice(n):
    return [np.array(bits, dtype=bool) for bits in product([False, True], repeat=n)]


def comes_in(problem, choices, place) -> bool:
    """Whether a package with the unit is as good as the best without."""
    kept = [(problem.value(chosen), bool(chosen[place])) for chosen in choices if problem.holds(chosen)]
    ends = [max((value for value, there in kept if there is wanted), default=-np.inf) for wanted in (True, False)]
    return ends[0] > -np.inf and ends[0] >= ends[1] - 1e-7


def with_rule(problem, at, rule):
    return replace(problem, rules=(*problem.rules[:at], rule, *problem.rules[at + 1 :]))


def least_by_search(problem, at, place):
    """Least by which either end of a rule must move, or 0 where giving it up helps; ``None`` where nothing does."""
    rule, choices = problem.rules[at], every_choice(len(problem))
    if rule.kind not in MOVED:
        free = with_rule(problem, at, replace(rule, low=-np.inf, high=np.inf))
        return 0.0 if comes_in(free, choices, place) else None
    totals = [rule.total(chosen) for chosen in choices]
    up = sorted({0.0, *(total - rule.high for total in totals if total > rule.high)})
    down = sorted({0.0, *(rule.low - total for total in totals if total < rule.low)})
    ways = [(by, replace(rule, high=rule.high + by)) for by in up if np.isfinite(rule.high)]
    ways += [(by, replace(rule, low=rule.low - by)) for by in down if np.isfinite(rule.low)]
    good = [by for by, wider in ways if comes_in(with_rule(problem, at, wider), choices, place)]
    return min(good, default=None)


def test_a_limit_that_others_use_first_must_move_until_the_unit_itself_comes_in():
    """By hand: of worths 9, 8, 7 and 1 the last is in a best package of four, not of three."""
    count = PackageRule("count", TermKind.COUNT, np.arange(4), np.ones(4), high=2.0)
    problem = PackageProblem(np.array([9.0, 8.0, 7.0, 1.0]), (count,))
    said = why_outside(problem, optimum(problem), 3)
    assert [(one.amount, one.limit) for one in said.changes] == [(2.0, 4.0)]
    assert said.cheaper == ()


def test_less_of_its_own_need_and_more_for_all_are_two_figures():
    """By hand: 5, 4 and 3 need 5 each under 5; the 3 comes in at nil of its own need, or once 15 are there for all."""
    budget = PackageRule("budgets.capital", TermKind.CAPITAL, np.arange(3), np.full(3, 5.0), high=5.0)
    problem = PackageProblem(np.array([5.0, 4.0, 3.0]), (budget,))
    said = why_outside(problem, optimum(problem), 2)
    assert [one.amount for one in said.cheaper] == [5.0]
    assert [one.limit for one in said.changes] == [15.0]


def test_a_verdict_given_up_brings_in_only_who_then_is_among_the_best():
    """By hand: one place; two hidden units are worth 9 and 8, the open one 5: only the 9 comes in."""
    count = PackageRule("count", TermKind.COUNT, np.arange(3), np.ones(3), high=1.0)
    hidden = PackageRule("publishable_only", TermKind.PUBLISHABLE, np.array([0, 1]), np.ones(2), high=0.0)
    problem = PackageProblem(np.array([9.0, 8.0, 5.0]), (count, hidden))
    best = optimum(problem)
    first, second = (why_outside(problem, best, place) for place in (0, 1))
    assert [one.rule.term for one in first.changes] == ["publishable_only"]
    assert second.changes == ()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_every_change_is_the_least_of_all_that_bring_the_unit_in(seed):
    problem = mixed_problem(seed, 5)
    best = optimum(problem)
    if best is None:
        return
    for place in np.flatnonzero(~best.chosen).tolist():
        said = why_outside(problem, best, place)
        assert said.finished
        found = {one.rule.term: one.amount for one in said.changes}
        for at, rule in enumerate(problem.rules):
            least = least_by_search(problem, at, place)
            if place in rule.rows and np.isfinite(rule.high) and rule.kind is not TermKind.ONLY_WITH:
                assert (rule.term in found) is (least is not None)
            if rule.term in found and rule.kind in MOVED:
                assert found[rule.term] == pytest.approx(least)
