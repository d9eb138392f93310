"""A drifting level is filtered, forecast and averaged over as the textbook does it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from experiments.sba_outcomes.learners.level import GRID, VAGUE, deviations, level_ahead, lifted


def _joint(level, variance, steps, wander, turn, damping):
    """The same forecast by conditioning one big normal vector: no recursion, nothing in common with a filter."""
    count = len(level)
    drawn = 2 + 2 * (count + steps - 1)
    rows = np.zeros((count + steps, drawn))
    state = np.zeros((2, drawn))
    state[0, 0], state[1, 1] = np.sqrt(VAGUE), np.sqrt(turn**2 / (1 - damping**2))
    rows[0] = state[0]
    for step in range(1, count + steps):
        state = np.array([[1.0, damping], [0.0, damping]]) @ state
        state[0, 2 * step], state[1, 2 * step + 1] = wander, turn
        rows[step] = state[0]
    joint = rows @ rows.T
    seen = np.flatnonzero(~np.isnan(level))
    doubt = joint[np.ix_(seen, seen)] + np.diag(variance[seen])
    weight = np.linalg.solve(doubt, joint[seen][:, count:])
    spread = joint[count:, count:] - joint[count:][:, seen] @ weight
    _, logdet = np.linalg.slogdet(doubt)
    evidence = -0.5 * (logdet + level[seen] @ np.linalg.solve(doubt, level[seen]))
    return weight.T @ level[seen], np.diag(spread), evidence


def test_the_filter_forecasts_as_the_joint_normal_does():
    generator = np.random.default_rng(0)
    level, variance = generator.normal(size=12).cumsum() * 0.2, generator.uniform(0.01, 0.2, 12)
    level[[3, 7, 11]] = np.nan
    means, variances, evidence = zip(*(_joint(level, variance, 5, *row) for row in GRID), strict=True)
    trust = np.exp(np.array(evidence) - max(evidence))
    trust /= trust.sum()
    mean = trust @ np.array(means)
    spread = trust @ (np.array(variances) + (np.array(means) - mean) ** 2)
    ours = level_ahead(level, variance, steps=5)
    np.testing.assert_allclose(ours[0], mean, rtol=1e-7, atol=1e-9)
    np.testing.assert_allclose(ours[1], spread, rtol=1e-7)


def test_a_straight_rise_goes_on_and_dies_out():
    level = 0.1 * np.arange(40)
    exact = np.full(40, 1e-8)
    mean, _ = level_ahead(level, exact, steps=3, grid=np.array([[0.0, 0.05, 0.5]]))
    # Each step keeps half of the slope before: .1 x (1/2, 1/2 + 1/4, 1/2 + 1/4 + 1/8).
    np.testing.assert_allclose(mean - level[-1], [0.05, 0.075, 0.0875], atol=1e-3)


def test_the_further_ahead_the_less_sure():
    _, variance = level_ahead(np.zeros(20), np.full(20, 0.01), steps=12)
    assert (np.diff(variance) > 0).all()


def test_without_any_figure_the_level_is_left_alone():
    mean, variance = level_ahead(np.full(3, np.nan), np.full(3, np.nan), steps=2)
    assert (mean == 0).all()
    assert (variance == 0).all()


def test_deviations_recover_a_shift_by_group():
    generator = np.random.default_rng(1)
    score, group = generator.normal(-2, 1, 60_000), np.arange(60_000) % 3
    truth = np.array([-0.5, 0.0, 0.8])
    label = (generator.random(60_000) < expit(score + truth[group])).astype(float)
    shift, variance = deviations(expit(score), label, np.ones(60_000), group, 4)
    assert (np.abs(shift[:3] - truth) < 3 * np.sqrt(variance[:3])).all()
    assert np.isnan(shift[3])
    assert np.isnan(variance[3])


def test_a_lifted_probability_is_the_mean_over_draws():
    draws = np.random.default_rng(2).normal(0.3, 0.8, 400_000)
    ours = lifted(np.array([0.05]), np.array([0.3]), np.array([0.64]))
    assert ours[0] == pytest.approx(expit(np.log(0.05 / 0.95) + draws).mean(), abs=3e-4)
