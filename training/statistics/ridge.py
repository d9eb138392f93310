"""Many small ridge regressions at once: the refits that tuning and uncertainty need."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

Floats = npt.NDArray[np.float64]

STEPS = 25
"""Newton steps at most; a ridge logistic regression of this size is done after six."""

BRACKET_STEPS = 100
"""Steps at most towards the root of a line whose bracket is known."""

HALVINGS = 12
"""How often a step that would climb is halved."""

TOLERANCE = 1e-8


def ridge_logistic(
    spread: Floats, label: Floats, weights: Floats, penalty: float, *, squares: Floats | None = None
) -> Floats:
    """Fit one ridge logistic regression per row of weights.

    Minimises ``sum_i w_i loss_i + penalty / 2 |slopes|^2`` by Newton's method; the intercept is free. With
    ``penalty = 1 / C`` this is what ``sklearn.linear_model.LogisticRegression(C=C)`` minimises.

    Parameters
    ----------
    spread
        Design, shape (n, columns).
    label
        Shape (n,), 0 or 1.
    weights
        Shape (fits, n), not negative: 0 leaves a row out, 2 counts it twice.
    penalty
        Above zero.
    squares
        What :func:`squares_of` gives of the design, for who fits it many times.

    Returns
    -------
    numpy.ndarray
        Shape (fits, 1 + columns), intercept first.

    Examples
    --------
    >>> ones = np.ones((1, 4))
    >>> ridge_logistic(np.zeros((4, 1)), np.array([0.0, 1.0, 1.0, 1.0]), ones, 1.0).round(4).tolist()
    [[1.0986, 0.0]]
    """
    ready = np.column_stack([np.ones(len(spread)), spread])
    ridge = np.full(ready.shape[1], penalty)
    ridge[0] = 0.0
    squares = _squares(ready) if squares is None else squares
    coefficients = np.zeros((len(weights), ready.shape[1]))
    coefficients[:, 0] = logit(_rate(label, weights))
    score = coefficients @ ready.T
    for _ in range(STEPS):
        probability = expit(score)
        gradient = (weights * (probability - label)) @ ready + ridge * coefficients
        curvature = weights * probability * (1 - probability)
        hessian = (curvature @ squares).reshape(-1, len(ridge), len(ridge)) + np.diag(ridge)
        step = np.linalg.solve(hessian, gradient[..., None])[..., 0]
        share = _share_of_step(coefficients, step, score, ready, label, weights, ridge)
        coefficients -= share[:, None] * step
        score = coefficients @ ready.T
        if np.abs(step).max() < TOLERANCE:
            break
    return coefficients


def shrunk(coefficients: Floats, spread: Floats, label: Floats, weights: Floats, share: float | Floats) -> Floats:
    """Keep a share of the slopes and find the intercept at which the mean prediction is the base rate again.

    Parameters
    ----------
    coefficients
        Shape (fits, 1 + columns).
    spread, label, weights
        Design, shape (n, columns); outcomes, shape (n,); weights of each fit, shape (fits, n).
    share
        0 (base rate) to 1 (as fitted), for all columns or one for each.

    Examples
    --------
    >>> spread, label = np.array([[1.0], [-1.0]]), np.array([1.0, 0.0])
    >>> shrunk(np.array([[0.3, 2.0]]), spread, label, np.ones((1, 2)), 0.5).round(6).tolist()
    [[0.0, 1.0]]
    """
    slopes = share * coefficients[:, 1:]
    by_row = slopes @ spread.T
    total, rate = weights.sum(axis=1), _rate(label, weights)
    intercept = logit(rate)
    # At the highest row's own intercept every prediction is below the rate, at the lowest row's above: the root is
    # between them, and a Newton step that would leave the bracket (a flat, saturated curve) halves it instead.
    low, high = intercept - by_row.max(axis=1), intercept - by_row.min(axis=1)
    for _ in range(BRACKET_STEPS):
        probability = expit(intercept[:, None] + by_row)
        excess = (weights * probability).sum(axis=1) - total * rate
        slope = (weights * probability * (1 - probability)).sum(axis=1)
        low, high = np.where(excess <= 0, intercept, low), np.where(excess >= 0, intercept, high)
        newton = intercept - excess / np.maximum(slope, np.finfo(float).tiny)
        moved = np.where((newton >= low) & (newton <= high), newton, (low + high) / 2)
        step, intercept = moved - intercept, moved
        if np.abs(step).max() < TOLERANCE:
            break
    return np.column_stack([intercept, slopes])


def ridge_linear(spread: Floats, target: Floats, weights: Floats, penalty: float) -> Floats:
    """Fit one ridge regression per row of weights; the intercept is free.

    Parameters
    ----------
    spread, weights, penalty
        Design, shape (n, columns); weights of each fit, shape (fits, n); ridge penalty of every slope.
    target
        Shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (fits, 1 + columns), intercept first.

    Examples
    --------
    >>> ridge_linear(np.array([[1.0], [-1.0]]), np.array([3.0, 1.0]), np.ones((1, 2)), 2.0).round(4).tolist()
    [[2.0, 0.5]]
    """
    ready = np.column_stack([np.ones(len(spread)), spread])
    ridge = np.full(ready.shape[1], penalty)
    ridge[0] = 0.0
    gram = (weights @ _squares(ready)).reshape(-1, len(ridge), len(ridge)) + np.diag(ridge)
    return np.linalg.solve(gram, ((weights * target) @ ready)[..., None])[..., 0]


def squares_of(spread: Floats) -> Floats:
    """Products of all pairs of columns of a design, intercept first, shape (n, (1 + columns)²)."""
    return _squares(np.column_stack([np.ones(len(spread)), spread]))


def _share_of_step(
    coefficients: Floats, step: Floats, score: Floats, ready: Floats, label: Floats, weights: Floats, ridge: Floats
) -> Floats:
    """Largest of 1, 1/2, 1/4 ... of each fit's step that does not climb, shape (fits,)."""
    share = np.ones(len(coefficients))
    along = step @ ready.T

    def loss(tried: Floats) -> Floats:
        moved, logits = coefficients - tried[:, None] * step, score - tried[:, None] * along
        fit = (weights * (np.logaddexp(0.0, logits) - label * logits)).sum(axis=1)
        return np.asarray(fit + 0.5 * (ridge * moved**2).sum(axis=1))

    before = loss(np.zeros(len(share)))
    for _ in range(HALVINGS):
        climbs = loss(share) > before + 1e-10 * np.abs(before)
        if not climbs.any():
            break
        share = np.where(climbs, share / 2, share)
    return share


def _squares(ready: Floats) -> Floats:
    # Row by row the outer product of a unit's columns: all Hessians are then one matrix product.
    return (ready[:, :, None] * ready[:, None, :]).reshape(len(ready), -1)


def _rate(label: Floats, weights: Floats) -> Floats:
    total = weights.sum(axis=1)
    # A refit that drew one outcome only starts half a unit away from certainty.
    return np.asarray(np.clip((weights @ label) / total, 0.5 / total, 1 - 0.5 / total))
