"""What a weight does: how much of the differences between scores each part makes, and weights that make so much.

A nominal weight says what a part counts for from its worst to its best end. Where all units stand close together on a
part it decides little whatever its weight. The effective influence of a part is its share in the variance of the score
over a register: its covariance with the score, divided by the variance of the score. Shares add up to one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.errors import EhyaError, ErrorCode

Array = NDArray[np.float64]

ROUNDS = 500
TOLERANCE = 1e-9


def influence(values: Array, weights: Array) -> Array:
    """Effective influence of each part.

    Parameters
    ----------
    values
        Shape (n, parts), 0..1: units that have a score.
    weights
        Shape (parts,), not negative, sum above zero.

    Returns
    -------
    numpy.ndarray
        Shape (parts,), sums to one; a part that goes against the others may have less than nothing. All nil where no
        two scores differ.

    Examples
    --------
    Equal weights, but units differ ten times more in the second part:

    >>> values = np.array([[0.4, 0.0], [0.5, 0.0], [0.4, 1.0], [0.5, 1.0]])
    >>> influence(values, np.array([0.5, 0.5])).round(2).tolist()
    [0.01, 0.99]
    """
    if len(values) < 2:
        return np.zeros(len(weights))
    about = (values - values.mean(axis=0)) * weights
    score = about.sum(axis=1)
    total = float(score @ score)
    return np.asarray(about.T @ score / total) if total > 0 else np.zeros(len(weights))


def weights_for(wanted: Array, values: Array) -> Array:
    """Weights under which each part has the influence that was asked for.

    Parameters
    ----------
    wanted
        Shape (parts,), not negative; brought to a sum of one.
    values
        Shape (n, parts), as for :func:`influence`.

    Returns
    -------
    numpy.ndarray
        Shape (parts,), sums to one.

    Raises
    ------
    EhyaError
        ``influence_out_of_reach`` when a part is asked to decide on which no two units differ (``given``: numbers of
        such parts), or when no weights reach what is wanted since parts go against each other.

    Examples
    --------
    >>> values = np.array([[0.4, 0.0], [0.5, 0.0], [0.4, 1.0], [0.5, 1.0]])
    >>> found = weights_for(np.array([0.5, 0.5]), values)
    >>> found.round(3).tolist(), influence(values, found).round(3).tolist()
    ([0.909, 0.091], [0.5, 0.5])
    """
    aim = wanted / wanted.sum()
    spread = values.std(axis=0) if len(values) else np.zeros(len(aim))
    if (flat := (aim > 0) & (spread <= 0)).any():
        raise EhyaError(ErrorCode.INFLUENCE_OUT_OF_REACH, given=np.flatnonzero(flat).tolist())
    weights = np.where(aim > 0, np.sqrt(aim) / np.where(spread > 0, spread, 1.0), 0.0)
    for _ in range(ROUNDS):
        weights = weights / weights.sum()
        now = influence(values, weights)
        if np.abs(now - aim).max() < TOLERANCE:
            return np.asarray(weights)
        # A part that decides too little gets more, by the root of what it lacks: a step that cannot change its sign.
        weights = weights * np.sqrt(aim / np.maximum(now, aim * 1e-3 + 1e-12))
    raise EhyaError(ErrorCode.INFLUENCE_OUT_OF_REACH, given=np.flatnonzero(np.abs(now - aim) > 1e-3).tolist())
