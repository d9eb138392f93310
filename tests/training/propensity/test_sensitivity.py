"""Sensitivity: bounds under a hidden cause, and the sign of one."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from training.propensity.sensitivity import Late, late_approach, sensitivity, strength, tilted_mean
from training.propensity.weights import SelectionWarning, inverse_weights, weighted_mean


def test_without_a_hidden_cause_the_bounds_are_the_weighted_mean():
    rng = np.random.default_rng(0)
    values, e = rng.random(30), rng.uniform(0.06, 0.9, 30)
    mean, _ = weighted_mean(values, inverse_weights(e))
    assert tilted_mean(values, e, 1.0) == pytest.approx((mean, mean))


def test_the_bounds_are_the_worst_of_all_assignments():
    # Every unit's odds at either end: 2^9 assignments, none beyond the bounds and one at each.
    rng = np.random.default_rng(1)
    values, e, gamma = rng.random(9), rng.uniform(0.1, 0.9, 9), 1.7
    odds = 1 / e - 1
    means = []
    for sides in product((1 / gamma, gamma), repeat=9):
        weights = 1 + odds * np.array(sides)
        means.append(float(weights @ values / weights.sum()))
    assert tilted_mean(values, e, gamma) == pytest.approx((min(means), max(means)))


def test_bounds_widen_with_the_strength_and_stay_within_the_values():
    rng = np.random.default_rng(2)
    values, e = (rng.random(200) < 0.3) * 1.0, rng.uniform(0.1, 0.9, 200)
    found = sensitivity(values, e).bounds
    assert (np.diff(found["low"]) < 0).all()
    assert (np.diff(found["high"]) > 0).all()
    assert found["low"].iloc[-1] >= 0
    assert found["high"].iloc[-1] <= 1


def test_a_hidden_cause_of_known_strength_lies_within_the_bounds():
    # The cause multiplies the odds of being approached by 3 or 1/3; the fitted propensity does not know it.
    rng = np.random.default_rng(3)
    n = 200_000
    hidden = rng.random(n) < 0.5
    outcome = rng.random(n) < np.where(hidden, 0.4, 0.1)
    odds = np.where(hidden, 3.0, 1 / 3.0)
    met = rng.random(n) < odds / (1 + odds)
    e = np.full(n, met.mean())
    mean, _ = weighted_mean(outcome[met] * 1.0, inverse_weights(e[met]))
    assert mean > outcome.mean() + 0.05
    low, high = tilted_mean(outcome[met] * 1.0, e[met], 3.0)
    assert low < outcome.mean() < high
    assert sensitivity(outcome[met] * 1.0, e[met]).tipping < 3.0


def late_world(seed, *, hidden):
    rng = np.random.default_rng(seed)
    n = 3000
    x, u = rng.standard_normal(n), rng.standard_normal(n)
    lateness = rng.exponential(np.exp(-0.7 * u * hidden))
    score = -1 + 0.5 * x + 0.7 * u
    return late_approach((rng.random(n) < 1 / (1 + np.exp(-score))) * 1.0, x[:, None], lateness, rng.uniform(0, 9, n))


def test_lateness_tells_of_a_hidden_cause_and_rarely_of_none():
    assert sum(late_world(seed, hidden=True).p_value < 0.01 for seed in range(20)) >= 18
    assert all(late_world(seed, hidden=True).slope < 0 for seed in range(20))
    assert np.mean([late_world(seed, hidden=False).p_value < 0.05 for seed in range(200)]) == pytest.approx(
        0.05, abs=0.04
    )


def test_lateness_that_survival_alone_makes_is_no_sign():
    # A frail unit restarts soon by itself and leaves; those met late are sturdier. Beside the whole idle time that says
    # nothing.
    false = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        n = 12_000
        frailty = np.exp(0.8 * rng.standard_normal(n))
        idle = rng.uniform(0, 6, n)
        left, met = rng.exponential(1 / (0.25 * frailty)), idle + rng.exponential(4.0, n)
        here = left > met
        outcome = (left - met < 2)[here] * 1.0
        lateness = ((met - idle) / 4.0)[here]
        found = late_approach(outcome, np.zeros((int(here.sum()), 0)), lateness, met[here])
        false.append(found.p_value < 0.05)
    assert np.mean(false) < 0.15


def test_a_lateness_or_an_outcome_that_does_not_vary_is_no_sign():
    nothing = Late(0.0, 0.0, 1.0)
    x, years = np.zeros((5, 1)), np.full(5, np.nan)
    assert late_approach(np.array([0.0, 1, 0, 1, 1]), x, np.ones(5), years) == nothing
    assert late_approach(np.ones(5), x, np.arange(5.0), years) == nothing


def test_warnings_say_what_they_rest_on():
    rng = np.random.default_rng(4)
    values, e = (rng.random(300) < 0.3) * 1.0, rng.uniform(0.2, 0.8, 300)
    calm = sensitivity(values, e, benchmark=1.01, late=Late(-0.1, -1.0, 0.3))
    assert calm.warnings == ()
    alarmed = sensitivity(values, e, benchmark=4.0, late=Late(-0.4, -5.0, 1e-6))
    assert alarmed.warnings == (SelectionWarning.HIDDEN_CAUSE_LIKELY, SelectionWarning.HIDDEN_CAUSE_MATTERS)
    assert alarmed.to_json()["late"]["z"] == -5.0
    assert sensitivity(np.zeros(9), np.full(9, 0.5)).to_json()["tipping"] is None
    assert strength(np.array([0.5]), {}) == (None, 1.0)
