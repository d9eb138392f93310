"""Many small regressions at once, against scikit-learn one by one."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression, Ridge

from training.statistics.ridge import ridge_linear, ridge_logistic, shrunk


@pytest.fixture
def numbers() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(0)
    spread = draw.normal(size=(80, 5))
    label = (draw.random(80) < expit(spread[:, 0])).astype(float)
    weights = draw.multinomial(80, np.full(80, 1 / 80), size=4).astype(float)
    return spread, label, weights


@pytest.mark.parametrize("penalty", [0.5, 10.0, 200.0])
def test_each_logistic_fit_is_the_one_of_scikit_learn(numbers, penalty):
    spread, label, weights = numbers
    ours = ridge_logistic(spread, label, weights, penalty)
    for row, weight in zip(ours, weights, strict=True):
        peer = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=5000).fit(spread, label, sample_weight=weight)
        assert np.allclose(row[1:], peer.coef_[0], atol=2e-5)
        assert np.isclose(row[0], peer.intercept_[0], atol=2e-5)


def test_each_linear_fit_is_the_one_of_scikit_learn(numbers):
    spread, label, weights = numbers
    target = label + spread[:, 1]
    for row, weight in zip(ridge_linear(spread, target, weights, 3.0), weights, strict=True):
        peer = Ridge(alpha=3.0).fit(spread, target, sample_weight=weight)
        assert np.allclose(row, [peer.intercept_, *peer.coef_], atol=1e-9)


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_shrinking_keeps_the_mean_prediction_at_the_base_rate(numbers, share):
    spread, label, weights = numbers
    fitted = shrunk(ridge_logistic(spread, label, weights, 1.0), spread, label, weights, share)
    predicted = expit(fitted[:, :1] + fitted[:, 1:] @ spread.T)
    assert np.allclose((weights * predicted).sum(axis=1), weights @ label)


def test_a_refit_that_drew_one_outcome_only_stays_finite(numbers):
    spread, label, _ = numbers
    assert np.isfinite(ridge_logistic(spread, label, label[None], 1.0)).all()


def test_a_shrunken_intercept_is_found_where_newton_alone_overshoots():
    """Two heaps far apart and a rate below the smaller one: the curve is flat where Newton starts."""
    spread = np.repeat([[1.0], [-1.0]], [40, 60], axis=0)
    label = (np.arange(100) < 10).astype(float)
    fitted = shrunk(np.array([[0.0, 50.0], [0.0, 3.0]]), spread, label, np.ones((2, 100)), 1.0)
    predicted = expit(fitted[:, :1] + fitted[:, 1:] @ spread.T)
    assert predicted.mean(axis=1) == pytest.approx([0.1, 0.1], abs=1e-6)


def test_a_logistic_fit_converges_on_columns_of_very_different_size():
    draw = np.random.default_rng(1)
    spread = np.column_stack([draw.normal(size=4000) * 30, draw.standard_cauchy(4000) * 20])
    label = (draw.random(4000) < expit(0.5 * spread[:, 0] - 6)).astype(float)
    ours = ridge_logistic(spread, label, np.ones((1, 4000)), 1e-3)[0]
    predicted = expit(ours[0] + spread @ ours[1:])
    ready = np.column_stack([np.ones(4000), spread])
    assert np.abs((predicted - label) @ ready + 1e-3 * ours * [0, 1, 1]).max() < 1e-4
