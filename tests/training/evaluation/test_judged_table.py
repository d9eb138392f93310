"""Figures over the judged table: by hand, against peers, and whatever the order of the rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss
from sklearn.metrics import log_loss as sklearn_log_loss

from training.evaluation.judged_table import (
    beside_champion,
    calibration,
    coverage_metrics,
    log_loss,
    paired_gain,
    probability_metrics,
    wilson_interval,
)


def drawn(units=60, origins=3, seed=0):
    """Outcomes of a known chance, a probability that knows half of it, and the base rate."""
    draw = np.random.default_rng(seed)
    chance = draw.uniform(0.05, 0.8, units)
    label = (draw.random((units, origins)) < chance[:, None]).astype(float)
    return pd.DataFrame(
        {
            "unit_id": np.repeat([f"u{number:03d}" for number in range(units)], origins),
            "origin": np.tile(pd.date_range("2020-01-01", periods=origins, freq="QS"), units),
            "label": label.ravel(),
            "probability": np.repeat((chance + 0.4) / 2, origins),
            "champion_probability": np.nan,
            "prior_probability": 0.4,
            "weight": np.repeat(draw.uniform(0.5, 2.0, units), origins),
            "county": np.repeat(draw.choice(["Urmia", "Khoy"], units), origins),
            "sector": "10",
            "size": np.repeat(draw.choice(["small", "large"], units), origins),
        }
    )


def test_scores_agree_with_scikit_learn():
    judged = drawn()
    found = probability_metrics(judged, "probability")
    label, probability, weight = judged["label"], judged["probability"], judged["weight"]
    assert found["brier"] == pytest.approx(brier_score_loss(label, probability, sample_weight=weight))
    assert found["log_loss"] == pytest.approx(sklearn_log_loss(label, probability, sample_weight=weight))
    assert found["brier_low"] < found["brier"] < found["brier_high"]
    assert (found["rows"], found["units"]) == (180, 60)


def test_a_certainty_that_was_wrong_costs_much_but_is_finite():
    assert np.isfinite(log_loss(np.array([1.0, 0.0]), np.array([0.0, 0.0]))).all()


def test_the_paired_gain_is_the_difference_of_weighted_means():
    """By hand: losses .04 and .25 weigh 1, .09 and .01 weigh 3: own .0775, other .07."""
    rows = pd.DataFrame(
        {
            "unit_id": ["a", "b"], "origin": 0, "label": [1.0, 0.0], "weight": [1.0, 3.0],
            "probability": [0.8, 0.3], "prior_probability": [0.5, 0.1],
        }
    )  # fmt: skip
    gain = paired_gain(rows)
    assert (gain.own, gain.other, gain.gain) == pytest.approx((0.0775, 0.07, -0.0075))


def test_the_interval_is_that_of_a_plain_bootstrap_of_units():
    judged = drawn(units=40, origins=2, seed=5).assign(weight=1.0)
    gain = paired_gain(judged)
    by_unit = (judged["prior_probability"] - judged["label"]) ** 2 - (judged["probability"] - judged["label"]) ** 2
    means = by_unit.groupby(judged["unit_id"]).mean().to_numpy()
    picks = np.random.default_rng(1).integers(0, 40, size=(20_000, 40))
    low, high = np.quantile(means[picks].mean(axis=1), [0.05, 0.95])
    assert (gain.low, gain.high) == pytest.approx((low, high), abs=0.003)


def test_a_unit_seen_at_many_quarters_counts_once_for_the_interval():
    """Each row ten times over: the figures stay, and so does their uncertainty."""
    judged = drawn()
    often = pd.concat([judged.assign(origin=judged["origin"] + pd.Timedelta(days=day)) for day in range(10)])
    one, ten = paired_gain(judged), paired_gain(often)
    assert ten.rows == 10 * one.rows
    assert (ten.gain, ten.low, ten.high) == pytest.approx((one.gain, one.low, one.high))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_the_order_of_rows_changes_nothing(seed):
    judged = drawn(seed=seed % 7)
    mixed = judged.sample(frac=1, random_state=seed)
    assert paired_gain(judged) == paired_gain(mixed)
    assert probability_metrics(judged, "probability") == probability_metrics(mixed, "probability")


def test_swapping_the_two_models_turns_the_sign_of_the_gain():
    judged = drawn()
    one, other = paired_gain(judged), paired_gain(judged, "prior_probability", "probability")
    assert (one.gain, one.low, one.high) == pytest.approx((-other.gain, -other.high, -other.low))


@pytest.mark.parametrize(("successes", "count"), [(0, 5), (44, 55), (55, 55), (3, 4)])
def test_the_wilson_interval_is_that_of_scipy(successes, count):
    peer = binomtest(successes, count).proportion_ci(0.95, method="wilson")
    assert wilson_interval(successes, count) == pytest.approx((peer.low, peer.high))


def test_coverage_counts_units_and_knows_the_champions_interval():
    seen = pd.DataFrame(
        {
            "unit_id": ["a", "a", "b", "c"], "jobs": [10, 10, 50, 0],
            "low": [5, 11, 20, 0], "point": [9, 12, 40, 0], "high": [12, 20, 60, 3],
            "champion_low": [0, 0, 0, np.nan], "champion_point": [5, 5, 5, np.nan],
            "champion_high": [9, 9, 90, np.nan],
        }
    )  # fmt: skip
    own, theirs = coverage_metrics(seen), coverage_metrics(seen, "champion_")
    assert (own["coverage_80"], own["units"], own["rows"]) == (pytest.approx(2.5 / 3), 3, 4)
    assert own["mean_absolute_error"] == pytest.approx(((1 + 2) / 2 + 10 + 0) / 3)
    assert (theirs["coverage_80"], theirs["units"]) == (pytest.approx(0.5), 2)
    assert coverage_metrics(seen.head(0))["units"] == 0


def test_a_champion_is_set_beside_the_rows_it_was_judged_on():
    judged = drawn(units=3, origins=2)
    champions = judged.iloc[[3, 0]].assign(probability=[0.11, 0.22])
    beside = beside_champion(judged, champions)["champion_probability"]
    assert beside.iloc[[0, 3]].tolist() == [0.22, 0.11]
    assert beside.isna().sum() == 4


def test_a_unit_that_was_judged_often_misses_the_interval_once():
    """Ten quarters of one unit come out above; three other units inside, of which one is a person off: 1 of 4."""
    seen = pd.DataFrame({"unit_id": ["often"] * 10 + list("abc"), "jobs": [30] * 10 + [8, 8, 9]})
    found = coverage_metrics(seen.assign(low=1, point=8, high=np.where(seen["jobs"] == 30, 11, 9)))
    assert (found["coverage_80"], found["above"], found["below"]) == (0.75, 0.25, 0.0)
    assert (found["mean_width"], found["mean_absolute_error"]) == ((10 + 3 * 8) / 4, (22 + 1) / 4)


def test_the_calibration_slope_is_that_of_a_logistic_regression():
    """Peer: scikit-learn without a penalty, on the log-odds that were said."""
    rng = np.random.default_rng(4)
    score = rng.normal(-1.0, 1.2, 800)
    label = (rng.random(800) < expit(0.2 + 0.6 * score)).astype(float)
    weight = rng.uniform(0.5, 2.0, 800)
    peer = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(score[:, None], label, sample_weight=weight)
    found = calibration(label, expit(score), weight, np.arange(800))
    assert found["calibration_slope"] == pytest.approx(peer.coef_[0, 0], abs=1e-4)
    assert found["calibration_slope_low"] < 0.6 < found["calibration_slope_high"] < 1.0


def test_the_first_of_the_list_are_units_and_not_rows():
    label, said = np.array([1.0, 0.0, 0.0, 1.0]), np.array([0.9, 0.8, 0.3, 0.2])
    found = calibration(label, said, np.ones(4), np.array([0, 0, 1, 2]))
    assert (found["top_units"], found["top_said"], found["top_happened"]) == (
        3,
        pytest.approx(1.4 / 3),
        pytest.approx(2 / 3),
    )


def test_where_all_is_said_alike_there_is_no_slope():
    found = calibration(np.array([1.0, 0.0]), np.array([0.5, 0.5]), np.ones(2), np.arange(2))
    assert found["calibration_slope"] is None
