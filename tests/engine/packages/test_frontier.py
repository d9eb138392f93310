"""What evenness costs: the frontier of groups reached against worth is the best of all choices at each step."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.packages.frontier import floor_prices, frontier, reaches, unbeaten
from engine.packages.optimum import optimum
from tests.engine.packages.package_cases import mixed_problem


def best_that_reaches(problem, groups, least) -> float | None:
    choices = (np.array(bits, dtype=bool) for bits in product([False, True], repeat=len(problem)))
    kept = (one for one in choices if problem.holds(one) and sum(one[rows].any() for rows in groups) >= least)
    return max((problem.value(chosen) for chosen in kept), default=None)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 7))
def test_every_step_of_evenness_is_the_best_of_all_choices_that_reach_as_many(seed, n):
    problem = mixed_problem(seed, n)
    best = optimum(problem)
    if best is None:
        return
    groups = [np.arange(n)[place::3] for place in range(3)]
    found, finished = reaches(problem, best, groups)
    assert finished
    assert [at.best.value for at in found] == sorted((at.best.value for at in found), reverse=True)
    for at in found:
        assert problem.holds(at.best.chosen)
        assert at.best.value == pytest.approx(best_that_reaches(problem, groups, at.groups), abs=1e-7)
    assert best_that_reaches(problem, groups, found[-1].groups + 1) is None


def test_a_floor_that_no_package_keeps_has_no_price_and_others_cost_what_the_package_loses():
    problem = mixed_problem(3, 6)
    best = optimum(problem)
    found = floor_prices(problem, best, {str(place): np.array([place]) for place in range(6)})
    for name, price in found.items():
        forced = optimum(problem, inside=[int(name)])
        if best.chosen[int(name)] or forced is None:
            assert price is None
        else:
            assert price == pytest.approx(best.value - forced.value, abs=1e-7)
    assert set(found.values()) != {None}


def test_every_frontier_ends_in_time_and_says_what_it_lacks():
    problem = mixed_problem(3, 6)
    best = optimum(problem)
    groups = [np.arange(6)[place::3] for place in range(3)]
    late = -np.inf
    (point,) = frontier(problem, "budgets.capital", [5e10], until=late)
    assert (point.best, point.finished) == (None, False)
    found, finished = reaches(problem, best, groups, until=late)
    assert ([at.best for at in found], finished) == ([best], False)
    assert floor_prices(problem, best, {"a": groups[0]}, until=late) == {}
    assert unbeaten(problem, np.ones(6), until=late) == ((), False)
    assert all(at.finished for at in frontier(problem, "budgets.capital", [4e10, 5e10]))
