"""The smallest contradiction, and the least that heals it."""

from itertools import combinations
from time import monotonic

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from package_cases import best_of_all, hard_rows, mixed_problem

from engine.packages.conflict import conflict
from engine.packages.optimum import optimum
from engine.packages.rules import Chance, PackageProblem, PackageRule, TermKind


def test_terms_that_can_all_be_kept_are_in_no_conflict():
    assert conflict(PackageProblem(np.ones(2), ())) is None


def test_a_quota_that_nobody_answers_is_a_conflict_of_its_own():
    nobody = PackageRule("quotas.1", TermKind.QUOTA, np.empty(0, dtype=np.intp), np.empty(0), low=2.0)
    found = conflict(PackageProblem(np.ones(2), (nobody,)))
    assert found.terms == ("quotas.1",)
    assert [one.limit for one in found.healed["quotas.1"]] == [0.0]


def test_of_two_contradictions_the_smaller_one_is_said():
    units = np.arange(4)
    rules = (
        PackageRule("quotas.1", TermKind.QUOTA, np.array([0, 1]), np.ones(2), low=2.0),
        PackageRule("quotas.2", TermKind.QUOTA, np.array([2, 3]), np.ones(2), low=2.0),
        PackageRule("count", TermKind.COUNT, units, np.ones(4), high=3.0),
        PackageRule("pinned.a", TermKind.PINNED, np.array([0]), np.ones(1), low=1.0),
        PackageRule("barred.a", TermKind.BARRED, np.array([0]), np.ones(1), high=0.0),
    )
    found = conflict(PackageProblem(np.ones(4), rules[:3]))
    assert found.terms == ("quotas.1", "quotas.2", "count")
    found = conflict(PackageProblem(np.ones(4), rules))
    assert len(found.terms) == 2  # the pin against the bar, or the bar against the quota
    assert "barred.a" in found.terms


def test_where_no_term_heals_alone_several_do_together():
    rules = (
        PackageRule("pinned.a", TermKind.PINNED, np.array([0]), np.ones(1), low=1.0),
        PackageRule("barred.a", TermKind.BARRED, np.array([0]), np.ones(1), high=0.0),
        PackageRule("pinned.b", TermKind.PINNED, np.array([1]), np.ones(1), low=1.0),
        PackageRule("barred.b", TermKind.BARRED, np.array([1]), np.ones(1), high=0.0),
    )
    found = conflict(PackageProblem(np.ones(2), rules))
    assert found.healed == {}
    assert len(found.together) == 2


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_no_smaller_set_of_terms_contradicts_itself(seed):
    problem = mixed_problem(seed, 5)
    found = conflict(problem)
    assert (found is None) == (best_of_all(problem) is not None)
    if found is None:
        return
    assert best_of_all(problem.only(found.terms)) is None
    for fewer in combinations(problem.terms, len(found.terms) - 1):
        assert best_of_all(problem.only(fewer)) is not None


def test_a_search_that_takes_too_long_ends_in_time_with_what_is_known():
    pinned = PackageRule("pinned.a", TermKind.PINNED, np.array([0]), np.ones(1), low=1.0)
    barred = PackageRule("barred.a", TermKind.BARRED, np.array([0]), np.ones(1), high=0.0)
    problem = PackageProblem(np.ones(40), (*hard_rows(40, 5), pinned, barred))
    began = monotonic()
    found = conflict(problem, seconds=0.5)
    assert monotonic() - began < 5
    assert found.seconds == 0.5
    assert (found.fewest, found.all_ways) == (False, False)
    assert {"pinned.a", "barred.a"} <= set(found.terms)
    assert optimum(problem.only(found.terms), seconds=5) is None
    assert conflict(PackageProblem(np.ones(40), (pinned, barred))).seconds is None


def test_of_contradictions_as_small_the_first_terms_are_said():
    rules = [
        PackageRule(f"{name}.{unit}", kind, np.array([unit]), np.ones(1), low=low, high=high)
        for unit in range(6)
        for name, kind, low, high in (("pinned", TermKind.PINNED, 1.0, np.inf), ("barred", TermKind.BARRED, 0.0, 0.0))
    ]
    assert conflict(PackageProblem(np.ones(6), tuple(rules))).terms == ("pinned.0", "barred.0")


def test_a_chance_is_named_among_what_contradicts_itself_and_how_far_it_must_come_down():
    """By hand: one of two units comes back in every second world; only both come back in all."""
    units = np.arange(2)
    count = PackageRule("count", TermKind.COUNT, units, np.ones(2), high=1.0)
    budget = PackageRule("budgets.capital", TermKind.CAPITAL, units, np.ones(2), high=9.0)
    chance = Chance(np.array([[True, False], [False, True]]), 1, 0.9)
    found = conflict(PackageProblem(np.ones(2), (count, budget), None, chance))
    assert found.terms == ("count", "chance")
    assert [rule.kind for rule in found.rules] == [TermKind.COUNT, TermKind.CHANCE]
    assert {term: [one.limit for one in gave] for term, gave in found.healed.items()} == {
        "count": [2.0],
        "chance": [0.5],
    }
    assert (found.fewest, found.all_ways, found.seconds) == (True, True, None)


def test_terms_that_take_no_part_in_it_are_dropped_many_at_a_time_where_time_is_up():
    """The fewest are out of reach, but not that most of thirty bars beside it take no part."""
    pinned = PackageRule("pinned.0", TermKind.PINNED, np.array([0]), np.ones(1), low=1.0)
    bars = [
        PackageRule(f"barred.{unit}", TermKind.BARRED, np.array([unit]), np.ones(1), high=0.0) for unit in range(30)
    ]
    found = conflict(PackageProblem(np.ones(40), (pinned, bars[0], *hard_rows(40, 5), *bars[1:])), seconds=2)
    assert not found.fewest
    assert {"barred.0", "pinned.0"} <= set(found.terms)
    assert len(found.terms) <= 20
