"""The smallest change of weights that swaps two, and how far two rankings agree."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.ranking.swap import agreement, smallest_swap


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_at_the_new_weights_both_are_level_and_nearer_ones_do_not_do(seed):
    random = np.random.default_rng(seed)
    one, other, weights = random.random(5), random.random(5), random.dirichlet(np.ones(5))
    ahead, behind = (one, other) if weights @ one >= weights @ other else (other, one)
    found = smallest_swap(ahead, behind, weights)
    if found is None:
        assert (behind < ahead).all()
        return
    assert found.weights @ behind >= found.weights @ ahead - 1e-9
    assert found.weights.sum() == pytest.approx(1)
    assert np.abs(found.weights - weights).sum() / 2 == pytest.approx(found.moved, abs=1e-9)
    # moving weight t from one criterion to another gains at most the widest difference of gains
    gain = behind - ahead
    for _ in range(20):
        near = weights + 0.9 * found.moved * _one_way(random, weights)
        assert (near < 0).any() or near @ gain <= 1e-9 or found.moved < 1e-9


def _one_way(random, weights):
    """A change of weights of size one: some give, others take."""
    give, take = random.permutation(len(weights))[:2]
    change = np.zeros(len(weights))
    change[give], change[take] = -1.0, 1.0
    return change


def test_one_that_is_worse_everywhere_never_comes_level():
    assert smallest_swap(np.array([0.9, 0.8]), np.array([0.5, 0.7]), np.array([0.5, 0.5])) is None


def test_agreement_says_who_moved_by_how_much_and_why():
    before = pd.DataFrame({"rank": [1, 2, 3, 4], "part_jobs": [0.4, 0.3, 0.2, 0.1]}, index=list("abcd"))
    after = pd.DataFrame({"rank": [1, 3, 2, pd.NA], "part_jobs": [0.4, 0.3, 0.35, 0.1]}, index=list("abcd"))
    found = agreement(before, after)
    assert found.tau == pytest.approx(1 / 3)
    assert found.movers.loc["c", ["before", "after", "by"]].tolist() == [3, 2, 1]
    assert found.movers.loc["c", "part_jobs"] == pytest.approx(0.15)
    assert (found.come, found.gone) == ((), ("d",))


def test_rankings_without_a_unit_in_common_have_no_tau():
    one = pd.DataFrame({"rank": [1]}, index=["a"])
    assert np.isnan(agreement(one, one.rename(index={"a": "b"})).tau)
