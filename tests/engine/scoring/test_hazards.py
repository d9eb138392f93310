"""Laws of competing ways out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.scoring.hazards import HazardLink, incidence, inverse_link, sifted

HAZARD = arrays(np.float64, (3, 4), elements=st.floats(0, 1))


@given(HAZARD, HAZARD)
def test_both_ways_out_grow_and_together_never_exceed_certainty(restart, end):
    restarted, ended = incidence(restart, end)
    for way in (restarted, ended):
        assert (np.diff(way, axis=1, prepend=0) >= -1e-15).all()
    assert (restarted + ended <= 1 + 1e-12).all()


@given(HAZARD)
def test_without_a_competing_end_it_is_one_minus_the_product_of_staying(restart):
    restarted, ended = incidence(restart, np.zeros_like(restart))
    assert np.allclose(restarted, 1 - np.cumprod(1 - restart, axis=1))
    assert not ended.any()


def test_a_case_by_hand():
    """.1 restart, then .2 of the remaining .9 end: .18; then .1 of .72 restart: .072."""
    restarted, ended = incidence(np.array([0.1, 0.1]), np.array([0.2, 0.0]))
    assert restarted == pytest.approx([0.1, 0.172])
    assert ended == pytest.approx([0.18, 0.18])


def test_the_hazard_of_those_left_is_what_unlike_units_make_of_it():
    """A million units whose hazards differ by a gamma factor of variance .8, followed for three periods of time."""
    draw = np.random.default_rng(5)
    factor = draw.gamma(1 / 0.8, 0.8, 1_000_000)
    for hazard in (0.05, 0.4):
        left = np.exp(-factor * hazard * 3.0)
        found = np.exp(sifted(np.log(np.array([hazard])), np.array([0.8 * 3.0])))
        assert found[0] == pytest.approx((factor * hazard * left).sum() / left.sum(), rel=0.01)


@given(st.floats(-20, 20), st.floats(0, 5), st.floats(0, 50), st.floats(0, 50))
def test_a_better_score_stays_the_better_one_and_a_longer_wait_is_never_a_better_sign(score, more, exposure, longer):
    one, other = sifted(np.array([score, score + more]), np.array([exposure, exposure]))
    assert one <= other + 1e-12
    assert sifted(np.array([score]), np.array([exposure + longer]))[0] <= one + 1e-12


@pytest.mark.parametrize("link", list(HazardLink))
def test_links_map_scores_into_probabilities_and_keep_their_order(link):
    score = np.linspace(-50, 50, 201)
    chance = inverse_link(score, link)
    assert ((chance >= 0) & (chance <= 1)).all()
    assert (np.diff(chance) >= 0).all()
    assert inverse_link(np.array([-30.0]), link)[0] == pytest.approx(np.exp(-30.0), rel=1e-9)
