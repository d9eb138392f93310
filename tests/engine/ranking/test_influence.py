"""Weights that mean something: what a part decides, and the weights that make it decide so much."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import EhyaError
from engine.ranking.influence import influence, weights_for

RNG = np.random.default_rng(0)
VALUES = RNG.random((400, 4)) * np.array([0.1, 1.0, 0.5, 0.3])


def test_influences_are_shares_of_the_variance_of_the_score():
    weights = np.array([0.4, 0.3, 0.2, 0.1])
    found = influence(VALUES, weights)
    assert found.sum() == pytest.approx(1.0)
    score = VALUES @ weights
    expected = [np.cov(VALUES[:, part] * weights[part], score)[0, 1] / score.var(ddof=1) for part in range(4)]
    assert found == pytest.approx(expected)


def test_a_part_on_which_units_hardly_differ_decides_little_whatever_its_weight():
    assert influence(VALUES, np.array([0.7, 0.1, 0.1, 0.1]))[0] < 0.4


@pytest.mark.parametrize("wanted", [(0.25, 0.25, 0.25, 0.25), (0.4, 0.3, 0.2, 0.1), (0.5, 0.5, 0.0, 0.0)])
def test_weights_give_the_influence_that_was_asked_for(wanted):
    found = weights_for(np.array(wanted), VALUES)
    assert found.sum() == pytest.approx(1.0)
    assert influence(VALUES, found) == pytest.approx(np.array(wanted), abs=1e-6)


def test_weights_hold_where_parts_go_together():
    mixed = VALUES @ (np.eye(4) + 0.3 * RNG.random((4, 4)))
    found = weights_for(np.array([0.3, 0.3, 0.2, 0.2]), mixed)
    assert influence(mixed, found) == pytest.approx([0.3, 0.3, 0.2, 0.2], abs=1e-6)


def test_a_part_that_is_the_same_for_all_cannot_decide():
    flat = VALUES.copy()
    flat[:, 2] = 0.5
    with pytest.raises(EhyaError) as caught:
        weights_for(np.full(4, 0.25), flat)
    assert caught.value.facts["given"] == [2]
    assert weights_for(np.array([0.5, 0.3, 0.0, 0.2]), flat)[2] == 0.0


def test_units_that_all_score_alike_have_no_influences():
    assert influence(np.full((3, 2), 0.5), np.array([0.5, 0.5])).tolist() == [0.0, 0.0]
    assert influence(np.full((1, 2), 0.5), np.array([0.5, 0.5])).tolist() == [0.0, 0.0]
