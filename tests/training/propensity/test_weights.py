"""Inverse weights and the means they give, by hand and over many draws."""

from __future__ import annotations

import numpy as np
import pytest

from training.propensity.weights import doubly_robust_mean, effective_size, inverse_weights, weighted_mean


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
