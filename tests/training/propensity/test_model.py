"""Who was approached: propensities, weights, means that are corrected by them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from training.propensity.model import HORIZON_QUARTERS, exposure, logged_probability, propensity
from training.propensity.weights import effective_size, weighted_mean

DAY = pd.Timestamp("2025-01-01")


def test_the_fitted_probability_is_the_true_one(world, schema):
    X, exposed, hazard = world(8000, estate=1.2, size=0.4)
    found = propensity(X, schema, exposed)
    true = 1 - np.exp(-hazard * HORIZON_QUARTERS)
    assert np.corrcoef(found.horizon, true)[0, 1] > 0.97
    assert found.horizon.mean() == pytest.approx(true.mean(), abs=0.02)
    by_now = 1 - np.exp(-hazard * exposed["possible"].to_numpy())
    assert found.probability.mean() == pytest.approx(by_now.mean(), abs=0.02)
    assert np.abs(found.probability - by_now).mean() < 0.03


def test_weights_bring_the_population_back_that_the_approached_are_not(world, schema):
    gaps = []
    for seed in range(8):
        X, exposed, _ = world(3000, seed, estate=1.5)
        met = exposed["approached"].to_numpy()
        weights = propensity(X, schema, exposed).weights()[met]
        share = X["in_estate"].to_numpy()
        gaps.append((share[met].mean() - share.mean(), weighted_mean(share[met], weights)[0] - share.mean()))
    before, after = np.mean(gaps, axis=0)
    assert before > 0.1
    assert abs(after) < 0.02


def test_under_no_selection_weights_are_one_within_noise(world, schema):
    X, exposed, _ = world(3000)
    weights = propensity(X, schema, exposed).weights()[exposed["approached"].to_numpy()]
    assert np.abs(weights - 1).max() < 0.15
    assert effective_size(weights) > 0.99 * len(weights)


def test_how_long_a_unit_stood_in_the_register_makes_no_weight_of_its_own(world, schema):
    X, exposed, _ = world(3000)
    weights = propensity(X, schema, exposed).weights()
    met = exposed["approached"].to_numpy()
    short, long = (weights[met & mask].mean() for mask in (exposed["possible"] < 3, exposed["possible"] > 12))
    assert short == pytest.approx(long, abs=0.05)


def test_the_order_of_rows_is_irrelevant(world, schema):
    X, exposed, _ = world(600, estate=1.0)
    turned = np.random.default_rng(3).permutation(600)
    here = propensity(X, schema, exposed)
    there = propensity(X.iloc[turned], schema, exposed.iloc[turned])
    # The folds that choose the penalty differ; what is fitted with one penalty does not.
    assert here.penalty == there.penalty
    assert there.probability == pytest.approx(here.probability[turned], abs=1e-6)


def test_recorded_fields_beside_the_matrix_are_read(world, schema):
    X, exposed, _ = world(4000, estate=1.5)
    fields = pd.DataFrame({"estate": np.where(X["in_estate"] > 0, "a", None), "note": "same"})
    part = schema.subset(["size", "county"])
    without = propensity(X[list(part.names)], part, exposed).horizon
    told = pd.DataFrame({"estate": np.where(X["in_estate"] > 0, "inside", "outside"), "note": "same"})
    with_it = propensity(X[list(part.names)], part, exposed, fields=told).horizon
    gap = [each[X["in_estate"] > 0].mean() - each[X["in_estate"] == 0].mean() for each in (without, with_it)]
    assert gap[1] > gap[0] + 0.2
    assert propensity(X[list(part.names)], part, exposed, fields=fields).horizon.shape == (4000,)


def test_logged_probabilities_stand_instead_of_fitted_ones(world, schema):
    X, exposed, _ = world(400)
    logged = np.where(np.arange(400) < 5, 0.1, np.nan)
    found = propensity(X, schema, exposed, logged=logged)
    assert found.probability[:5].tolist() == [0.1] * 5
    assert found.logged.sum() == 5
    assert (found.probability[5:] != 0.1).all()


def test_showings_after_the_approach_and_without_a_probability_say_nothing():
    exposed = pd.DataFrame({"approached_on": pd.to_datetime(["2024-03-01", None])}, index=["a", "b"])
    lines = pd.DataFrame(
        {
            "unit_id": ["a", "a", "a", "b", "b"],
            "run_id": ["r", "s", "t", "r", "r"],
            "shown_on": pd.to_datetime(["2024-01-01", "2024-06-01", "2024-01-01", "2024-06-01", "2024-06-01"]),
            "propensity": [0.5, 0.9, None, 0.25, 0.2],
        }
    )
    assert logged_probability(lines, exposed).tolist() == pytest.approx([0.5, 0.25])
    assert np.isnan(logged_probability(lines.iloc[:0], exposed)).all()


def test_events_known_later_and_approaches_after_the_last_day_change_nothing():
    entered = pd.Series(pd.to_datetime(["2020-01-01"] * 3 + ["2024-12-31"]), index=list("abcd"))
    events = pd.DataFrame(
        {
            "unit_id": ["a", "b", "c"],
            "happened_on": pd.to_datetime(["2021-01-01", "2021-01-01", "2024-01-01"]),
            "known_on": pd.to_datetime(["2021-01-02", "2025-06-01", "2024-01-01"]),
        }
    )
    found = exposure(entered, events, as_of=DAY, until=pd.Timestamp("2023-01-01"))
    assert found["approached"].to_dict() == {"a": True, "b": False, "c": False}
    assert (found["possible"] == found["possible"].iloc[0]).all()
    assert exposure(entered, events, as_of=DAY)["approached"].tolist() == [True, False, True, False]


def test_too_few_approached_units_are_an_error_with_the_count(world, schema):
    X, exposed, _ = world(100)
    with pytest.raises(EhyaError) as refusal:
        propensity(X, schema, exposed.assign(approached=np.arange(100) < 7))
    assert refusal.value.code is ErrorCode.TOO_FEW_ROWS
    assert refusal.value.facts["given"] == 7
