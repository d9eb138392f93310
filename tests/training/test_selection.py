"""Who was approached: propensities, weights, means that are corrected by them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from training.selection import (
    HORIZON_QUARTERS,
    doubly_robust_mean,
    effective_size,
    exposure,
    inverse_weights,
    logged_probability,
    propensity,
    weighted_mean,
)

DAY = pd.Timestamp("2025-01-01")


def test_the_weights_of_a_hand_worked_case():
    # Of two estate units both were approached (e = 1), of four others one (e = 1/4): it speaks for four.
    weights = inverse_weights(np.array([1.0, 1.0, 0.25]))
    assert weights.tolist() == [1, 1, 4]
    mean, _ = weighted_mean(np.array([1.0, 1.0, 0.0]), weights)
    assert mean == pytest.approx(2 / 6)
    assert effective_size(weights) == pytest.approx(36 / 18)


def test_no_unit_speaks_for_more_than_twenty():
    assert inverse_weights(np.array([0.01, 0.0, 1.0])).tolist() == [20, 20, 1]
    assert inverse_weights(np.array([0.001]), stabiliser=0.5).tolist() == [10]


def test_with_known_propensities_the_weighted_mean_is_the_population_mean_over_many_draws():
    # Horvitz and Thompson: E[sum S y / e] = sum y, with variance sum y² (1 - e) / e. Twenty thousand draws.
    rng = np.random.default_rng(0)
    n, draws = 60, 20_000
    probability, outcome = rng.uniform(0.06, 0.95, n), rng.random(n)
    selected = rng.random((draws, n)) < probability
    means = (selected * outcome) @ inverse_weights(probability) / n
    variance = (outcome**2 * (1 - probability) / probability).sum() / n**2
    assert means.mean() == pytest.approx(outcome.mean(), abs=4 * np.sqrt(variance / draws))
    assert means.var() == pytest.approx(variance, rel=0.1)
    naive = (selected * outcome).sum(axis=1) / selected.sum(axis=1)
    outcome_that_follows = probability * 0.8
    naive = (selected * outcome_that_follows).sum(axis=1) / selected.sum(axis=1)
    weighted = np.array(
        [weighted_mean(outcome_that_follows[s], inverse_weights(probability[s]))[0] for s in selected[:2000]]
    )
    assert naive.mean() > outcome_that_follows.mean() + 0.05
    assert weighted.mean() == pytest.approx(outcome_that_follows.mean(), abs=0.01)


def test_the_doubly_robust_mean_is_right_when_either_part_is():
    rng = np.random.default_rng(1)
    n, draws = 400, 1500
    x = rng.standard_normal(n)
    true, probability = 1 / (1 + np.exp(-x)), 1 / (1 + np.exp(-0.5 - x))
    found = {"both": [], "outcome": [], "propensity": [], "neither": []}
    for _ in range(draws):
        selected, outcome = rng.random(n) < probability, rng.random(n) < true
        for name, predicted, e in (
            ("both", true, probability),
            ("outcome", true, np.full(n, 0.6)),
            ("propensity", np.full(n, 0.3), probability),
            ("neither", np.full(n, 0.3), np.full(n, 0.6)),
        ):
            found[name].append(doubly_robust_mean(outcome * 1.0, predicted, selected, e))
    means = {name: np.mean([mean for mean, _ in each]) for name, each in found.items()}
    for name in ("both", "outcome", "propensity"):
        assert means[name] == pytest.approx(true.mean(), abs=0.005), name
    assert means["neither"] > true.mean() + 0.05
    spread = np.std([mean for mean, _ in found["both"]])
    assert np.mean([error for _, error in found["both"]]) == pytest.approx(spread, rel=0.25)


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
