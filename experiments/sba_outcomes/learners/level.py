"""Follow a level that drifts, and say where it will stand and how surely.

A learner ranks well long after its level has gone stale. So the level has a model of its own: on the logit scale it
wanders, pushed by a slope that wanders too and dies out (a damped local linear trend). How fast each of them wanders is
not known; every pair of a small grid is filtered, and their forecasts are averaged by how well they foresaw the past.

The mean of a probability over an uncertain level is what the Brier score asks for. For rare events it lies above the
probability at the mean level: a level that may double or halve is one quarter higher on average.

Source: J. Durbin and S. J. Koopman, Time Series Analysis by State Space Methods, 2nd edition 2012, 3.2 and 4.3; the
damping is that of E. S. Gardner and E. McKenzie, Management Science 31 (1985), 1237-1246.
"""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit

Floats = npt.NDArray[np.float64]

LEVEL_STEPS = (0.05, 0.1, 0.2, 0.3)
"""How far the level may wander in one step besides its slope (standard deviation, logits)."""

SLOPE_STEPS = (0.01, 0.025, 0.05)
"""How far the slope may (standard deviation, logits a step)."""

DAMPING = (0.7, 0.85, 0.95)
"""Share of the slope that is left after a step."""

GRID = np.array(list(product(LEVEL_STEPS, SLOPE_STEPS, DAMPING)))
"""Rows (level step, slope step, damping). Steps of a quarter; chosen on walk-forward periods (see the loan study)."""

VAGUE = 25.0
"""Variance of the level before anything was seen: it says nothing."""

NODES = 15
"""Points of the quadrature over an uncertain level."""

NEWTON_STEPS = 20


def deviations(
    probability: Floats, label: Floats, weights: Floats, group: npt.NDArray[np.int64], groups: int
) -> tuple[Floats, Floats]:
    """By how much a score is off in each group, in logits, with the variance of that figure.

    Parameters
    ----------
    probability
        Shape (n,), held out.
    label
        Shape (n,), 0 to 1.
    weights
        Shape (n,), not negative.
    group
        Shape (n,), 0 to ``groups`` - 1, in order of time.
    groups
        How many.

    Returns
    -------
    deviation, variance
        Shape (groups,). The shift that makes the group's expected outcomes those that came; NaN where a group has no
        outcome of one of the two kinds. The variance is the sandwich estimate, which heavy weights widen.

    Examples
    --------
    One in two was expected, three in four came; the shift is logit(3/4) - logit(1/2) = log 3:

    >>> label = np.array([1.0, 1.0, 1.0, 0.0])
    >>> shift, variance = deviations(np.full(4, 0.5), label, np.ones(4), np.zeros(4, dtype=int), 2)
    >>> shift.round(4).tolist(), round(float(variance[0]), 4)
    ([1.0986, nan], 1.3333)
    """
    score = logit(np.clip(probability, 1e-6, 1 - 1e-6))
    came = np.bincount(group, weights * label, groups)
    other = np.bincount(group, weights * (1 - label), groups)
    known = (came > 0) & (other > 0)
    shift = np.zeros(groups)
    for _ in range(NEWTON_STEPS):
        expected = expit(score + shift[group])
        curvature = np.bincount(group, weights * expected * (1 - expected), groups)
        missing = came - np.bincount(group, weights * expected, groups)
        # Steps of at most one logit: far out the curve is flat, and a full step would overshoot.
        step = np.divide(missing, curvature, out=np.zeros(groups), where=known)
        shift += np.clip(step, -1.0, 1.0)
    expected = expit(score + shift[group])
    curvature = np.bincount(group, weights * expected * (1 - expected), groups)
    scatter = np.bincount(group, (weights * (label - expected)) ** 2, groups)
    variance = np.divide(scatter, curvature**2, out=np.full(groups, np.nan), where=known)
    return np.where(known, shift, np.nan), variance


def level_ahead(level: Floats, variance: Floats, *, steps: int, grid: Floats = GRID) -> tuple[Floats, Floats]:
    """Forecast a level that was seen with errors.

    Parameters
    ----------
    level
        Shape (T,), one figure a step, NaN where a step has none.
    variance
        Shape (T,), of the error of each.
    steps
        Steps ahead, at least one.
    grid
        Rows (level step, slope step, damping) to average over, damping below one.

    Returns
    -------
    mean, variance
        Shape (steps,): of the level 1, 2, ... steps after the last. Where no figure was seen: zeros and zeros.

    Examples
    --------
    A level that never wanders is the precision-weighted mean of what was seen (0.2 x 1 + 0.8 x 2, less a trifle that
    the vague start takes):

    >>> still = np.array([[0.0, 0.0, 0.5]])
    >>> mean, _ = level_ahead(np.array([1.0, np.nan, 2.0]), np.array([0.4, 1.0, 0.1]), steps=2, grid=still)
    >>> mean.round(1).tolist()
    [1.8, 1.8]
    """
    if np.isnan(level).all():
        return np.zeros(steps), np.zeros(steps)
    wander, turn, damping = grid.T
    zero = np.zeros(len(grid))
    change = _two_by_two(zero + 1, damping, zero, damping)
    noise = _two_by_two(wander**2, zero, zero, turn**2)
    mean = np.zeros((len(grid), 2))
    spread = _two_by_two(zero + VAGUE, zero, zero, turn**2 / (1 - damping**2))
    evidence = np.zeros(len(grid))
    for step, (seen, error) in enumerate(zip(level, variance, strict=True)):
        if step:
            mean, spread = _moved(mean, spread, change, noise)
        if np.isnan(seen):
            continue
        surprise = seen - mean[:, 0]
        doubt = spread[:, 0, 0] + error
        evidence -= 0.5 * (np.log(doubt) + surprise**2 / doubt)
        gain = spread[:, :, 0] / doubt[:, None]
        mean = mean + gain * surprise[:, None]
        spread = spread - gain[:, :, None] * spread[:, None, 0, :]
    trust = np.exp(evidence - evidence.max())
    trust /= trust.sum()
    means, variances = np.empty(steps), np.empty(steps)
    for step in range(steps):
        mean, spread = _moved(mean, spread, change, noise)
        means[step] = trust @ mean[:, 0]
        # Between the members of the grid as well as within them.
        variances[step] = trust @ (spread[:, 0, 0] + (mean[:, 0] - means[step]) ** 2)
    return means, variances


def lifted(probability: Floats, mean: Floats, variance: Floats) -> Floats:
    """Mean of a probability whose logit is moved by a normal shift.

    Parameters
    ----------
    probability
        Shape (n,).
    mean, variance
        Of the shift in logits; scalars or of shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n,), by Gauss-Hermite quadrature.

    Examples
    --------
    A sure shift is an odds ratio (1 in 5 doubled: odds 1/4 to 1/2); doubt alone raises a rare chance (to
    0.01 exp(1/2) but for what the odds hold back) and leaves one half where it is:

    >>> lifted(np.array([0.2]), np.log([2.0]), np.zeros(1)).round(4).tolist()
    [0.3333]
    >>> lifted(np.array([0.01, 0.5]), np.zeros(2), np.ones(2)).round(4).tolist()
    [0.016, 0.5]
    """
    nodes, shares = np.polynomial.hermite_e.hermegauss(NODES)
    score = logit(np.clip(probability, 1e-6, 1 - 1e-6)) + mean
    spread = np.sqrt(np.broadcast_to(variance, score.shape))
    return np.asarray(expit(score[:, None] + spread[:, None] * nodes) @ (shares / shares.sum()))


def _two_by_two(a: Floats, b: Floats, c: Floats, d: Floats) -> Floats:
    """Matrices with the rows (a, b) and (c, d), one for each member of the grid."""
    return np.stack([np.stack([a, b], -1), np.stack([c, d], -1)], 1)


def _moved(mean: Floats, spread: Floats, change: Floats, noise: Floats) -> tuple[Floats, Floats]:
    ahead = (change @ mean[:, :, None])[:, :, 0]
    return ahead, change @ spread @ change.transpose(0, 2, 1) + noise
