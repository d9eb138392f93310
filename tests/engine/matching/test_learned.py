"""Weights after answers: the stated ones without any, moved as a peer's regression says, never below nil."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from engine.domain.mandate import FitPart
from engine.matching.learned import DOUBT, STEEPNESS, learned_weights

STATED = {FitPart.SECTOR: 0.5, FitPart.PLACE: 0.0, FitPart.FEASIBILITY: 0.3, FitPart.JOBS: 0.2}


def answered(seed, count, truth=(1.0, 0.0, 0.2, 6.0)):
    random = np.random.default_rng(seed)
    agreement = random.random((count, 4))
    return agreement, random.random(count) < expit((agreement - 0.5) @ np.array(truth))


def test_without_answers_the_stated_weights_stand():
    assert learned_weights(STATED, np.zeros((0, 4)), []) == STATED


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 40))
def test_weights_add_up_to_one_and_a_part_that_was_not_stated_gets_none(seed, count):
    found = learned_weights(STATED, *answered(seed, count))
    assert sum(found.values()) == pytest.approx(1)
    assert min(found.values()) >= 0
    assert found[FitPart.PLACE] == 0


def test_the_order_of_answers_changes_nothing_and_equal_answers_give_equal_weights():
    agreement, wanted = answered(3, 20)
    mixed = np.random.default_rng(0).permutation(20)
    one, other = learned_weights(STATED, agreement, wanted), learned_weights(STATED, agreement[mixed], wanted[mixed])
    assert one == pytest.approx(other, abs=1e-4)


def test_it_is_the_optimum_that_a_general_solver_finds():
    agreement, wanted = answered(5, 30)
    free = [0, 2, 3]
    prior = STEEPNESS * np.array([0.5, 0.3, 0.2])

    def cost(theta):
        odds = theta[0] + (agreement[:, free] - 0.5) @ theta[1:]
        likely = np.where(wanted, expit(odds), expit(-odds))
        variance = DOUBT**2 * np.array([0.5, 0.3, 0.2]) * 3
        return -np.log(likely).sum() + ((theta[1:] - prior) ** 2 / variance).sum() / 2 + (theta[0] / STEEPNESS) ** 2 / 2

    peer = minimize(cost, [0, *prior], method="SLSQP", bounds=[(None, None), *[(0, None)] * 3], options={"ftol": 1e-12})
    found = learned_weights(STATED, agreement, wanted)
    np.testing.assert_allclose(
        [found[part] for part in STATED if STATED[part]], peer.x[1:] / peer.x[1:].sum(), atol=1e-3
    )


def test_many_answers_tell_what_an_investor_looks_at_and_few_move_little():
    few = learned_weights(STATED, *answered(0, 3))
    many = learned_weights(STATED, *answered(0, 2000))
    assert abs(few[FitPart.JOBS] - 0.2) < 0.1
    assert many[FitPart.JOBS] > 0.7


def test_one_answer_to_everything_moves_no_order():
    """An investor who wants all of them says nothing of the parts that all share."""
    found = learned_weights(STATED, np.full((10, 4), 0.5), [True] * 10)
    assert found == pytest.approx(STATED, abs=1e-6)


@pytest.mark.parametrize("wanted", [True, False])
@pytest.mark.parametrize("alike", [0.0, 1.0, np.nan])
def test_units_that_agree_alike_in_all_parts_or_of_which_nothing_is_known_move_no_weight(alike, wanted):
    assert learned_weights(STATED, np.full((10, 4), alike), [wanted] * 10) == pytest.approx(STATED, abs=1e-4)


def test_a_part_that_is_not_known_says_nothing():
    known = learned_weights(STATED, [[1.0, 0.0, 0.5, 0.9]] * 5, [True] * 5)
    unknown = learned_weights(STATED, [[1.0, 0.0, 0.5, np.nan]] * 5, [True] * 5)
    assert known[FitPart.JOBS] > unknown[FitPart.JOBS]
    nothing = learned_weights(STATED, [[1.0, 0.0, 0.5, 0.5]] * 5, [True] * 5)
    assert unknown == pytest.approx(nothing, abs=1e-5)


def test_a_declined_units_good_part_loses_weight():
    found = learned_weights(STATED, [[1.0, 0.0, 0.5, 0.5]] * 5, [False] * 5)
    assert found[FitPart.SECTOR] < 0.5


def test_answers_and_units_must_be_as_many():
    with pytest.raises(ValueError, match="2 units, 1 answers"):
        learned_weights(STATED, np.zeros((2, 4)), [True])
