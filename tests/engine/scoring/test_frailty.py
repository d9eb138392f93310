"""A single unit around the figure of units like it: quantiles of a logit-normal distribution whose mean is kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit, logit
from scipy.stats import norm

from engine.scoring.frailty import around, estimate_doubt, middle_score, unit_ends

CHANCE, SPREAD = st.floats(0.002, 0.998), st.floats(0.0, 4.0)


def mean_of(middle: float, spread: float) -> float:
    """Mean of the probability, by quadrature."""
    if spread == 0:
        return float(expit(middle))
    bend = float(np.clip(-middle / spread, -9, 9))
    return quad(lambda b: expit(middle + spread * b) * norm.pdf(b), -9, 9, points=[bend], limit=200)[0]


@pytest.mark.parametrize("mean", [0.01, 0.05, 0.2, 0.5, 0.8, 0.97])
@pytest.mark.parametrize("spread", [0.0, 0.35, 1.4, 2.55, 5.0])
def test_the_mean_over_unlike_units_is_the_figure_of_the_model(mean, spread):
    middle = float(middle_score(np.array([mean]), np.array([spread]))[0])
    assert logit(mean_of(middle, spread)) == pytest.approx(logit(mean), abs=4e-3)


def test_a_case_by_hand():
    """At one half nothing moves: the ends are the normal quantiles of .1 and .9 on the log-odds."""
    low, point, high = unit_ends(np.array([0.5]), 0.0, 1.0)[0]
    assert (low, point, high) == pytest.approx((expit(-1.28155), 0.5, expit(1.28155)), abs=1e-4)


def test_eight_of_ten_units_lie_inside():
    """Of many drawn units with figures of their own, and an estimate that errs by as much as it says."""
    rng = np.random.default_rng(5)
    drawn, doubt, spread = 40_000, 0.4, 1.4
    middle = rng.normal(-1.5, 0.8, drawn)
    truth = expit(middle + spread * rng.standard_normal(drawn))
    about = middle + doubt * rng.standard_normal(drawn)
    mean = np.array([mean_of(score, spread) for score in np.linspace(-6, 3, 181)])
    said = np.interp(about, np.linspace(-6, 3, 181), mean)
    low, _, high = unit_ends(said, doubt, spread).T
    assert ((low <= truth) & (truth <= high)).mean() == pytest.approx(0.80, abs=0.015)


@given(CHANCE, SPREAD, SPREAD)
def test_the_point_lies_inside_and_more_doubt_never_narrows(mean, doubt, spread):
    low, point, high = unit_ends(np.array([mean]), doubt, spread)[0]
    assert 0 <= low <= point == mean <= high <= 1
    wider = unit_ends(np.array([mean]), doubt + 0.5, spread)[0]
    assert logit(wider[2]) - logit(wider[0]) >= logit(high) - logit(low) - 1e-6


@given(CHANCE, SPREAD)
def test_failing_is_coming_back_turned_round(mean, spread):
    there = unit_ends(np.array([mean]), 0.0, spread)[0]
    back = unit_ends(np.array([1 - mean]), 0.0, spread)[0]
    assert back == pytest.approx(1 - there[::-1], abs=1e-3)


def test_nothing_is_said_where_nothing_is_known():
    assert np.isnan(around(np.full((2, 3), np.nan))).all()


def test_an_estimate_at_an_end_of_the_scale_has_an_interval():
    found = around(np.array([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]))
    assert np.isfinite(found).all()
    assert estimate_doubt(np.array([0.0]), np.array([1.0]))[0] > 10
