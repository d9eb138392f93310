"""What is not known widens, by as much as such units differ in it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.scoring.sections import Block
from engine.scoring.unknown import added, spread_of, widened

PLACE = Block(column="place", levels=[0.0, 1.0, 2.0], centre=[0.5, 0.3, 0.2], scale=1.0)
DEED = Block(column="deed", levels=None, centre=[0.7], scale=1.0)
AGE = Block(column="age", levels=None, centre=[3.0], scale=2.0, log=True)


def test_the_variance_of_a_level_that_is_not_known_is_that_of_a_draw_from_the_shares():
    slopes = np.array([0.4, -0.2, 1.0])
    drawn = np.random.default_rng(0).choice(slopes, 400_000, p=[0.5, 0.3, 0.2])
    assert slopes @ spread_of(PLACE) @ slopes == pytest.approx(drawn.var(), rel=0.01)


def test_two_scores_move_together_by_one_value_and_apart_by_what_is_doubted():
    one, two = np.array([2.0, 0.0, 0.0, 0.0, 0.5]), np.array([-1.0, 0.0, 0.0, 0.0, 0.25])
    none = np.zeros((3, 5))
    found = added([one, two], [none, none], [AGE, PLACE, DEED])
    assert found[0].tolist() == [[4.0, -2.0], [-2.0, 1.0]]
    assert found[1].tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert found[2] == pytest.approx(0.21 * np.array([[0.25, 0.125], [0.125, 0.0625]]))
    doubted = added([one, two], [none, none + np.array([[1.0], [-1.0], [0.0]])], [AGE, PLACE, DEED])
    assert (doubted - found)[0] == pytest.approx(np.array([[0.0, 0.0], [0.0, 2 / 3]]))


@given(st.floats(0, 50), st.floats(0, 50))
def test_more_that_is_not_known_never_narrows(less, more):
    away = np.array([[-1.5, -0.2, 0.1, 0.9]])
    near, far = (widened(away, np.array([variance])) for variance in sorted((less, more)))
    assert (np.abs(far) >= np.abs(near) - 1e-12).all()
    assert (np.abs(near) >= np.abs(away) - 1e-12).all()


def test_draws_that_all_agree_are_no_error():
    assert np.isfinite(widened(np.zeros((1, 4)), np.array([2.0]))).all()
