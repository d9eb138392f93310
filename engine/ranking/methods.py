"""Ranking methods over plain matrices: weighted sum, TOPSIS, SPOTIS; alternatives in rows, criteria in columns.

The product ranks by a weighted sum on fixed bounds (`engine.ranking.score`), for which SPOTIS with the best ends as its
ideal is the same order. These functions are for comparison with other tools and with published cases.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import EhyaError, ErrorCode

Array = NDArray[np.float64]


def weighted_sum(matrix: ArrayLike, weights: ArrayLike, types: ArrayLike) -> Array:
    """Weighted sum after dividing each criterion by its sum; criteria that cost are inverted first.

    Parameters
    ----------
    matrix
        Shape (n, criteria).
    weights
        Shape (criteria,), not negative, sum above nil; brought to a sum of one.
    types
        Shape (criteria,): 1 where more is better, -1 where less is.

    Returns
    -------
    numpy.ndarray
        Scores, shape (n,), greater is better. Missing where a criterion that costs is nil: its inverse is not defined.

    Raises
    ------
    EhyaError
        ``unknown_option`` for weights that are negative or sum to nil.

    Notes
    -----
    Ratios let a value near nil decide all (Kracka, Brauers, Zavadskas 2010 is such a case): prefer fixed bounds.

    Examples
    --------
    >>> weighted_sum([[1.0, 4.0], [3.0, 2.0]], [1, 1], [1, -1]).round(4).tolist()
    [0.2917, 0.7083]
    """
    values, weight, costs = _given(matrix, weights, types)
    inverted = np.divide(1.0, values, out=np.full_like(values, np.nan), where=values != 0)
    better = np.where(costs, inverted, values)
    return np.asarray(better / better.sum(axis=0) @ weight)


def topsis(matrix: ArrayLike, weights: ArrayLike, types: ArrayLike) -> Array:
    """Closeness to the best and distance from the worst alternative (Hwang, Yoon 1981), criteria as unit vectors.

    Parameters
    ----------
    matrix
        Shape (n, criteria).
    weights
        Shape (criteria,), not negative, sum above nil; brought to a sum of one.
    types
        Shape (criteria,): 1 where more is better, -1 where less is.

    Returns
    -------
    numpy.ndarray
        Closeness, shape (n,), 0..1, greater is better; .5 for all where no two alternatives differ.

    Raises
    ------
    EhyaError
        ``unknown_option`` for weights that are negative or sum to nil.

    Examples
    --------
    >>> topsis([[1.0, 4.0], [3.0, 2.0]], [1, 1], [1, -1]).round(3).tolist()
    [0.0, 1.0]
    """
    values, weight, costs = _given(matrix, weights, types)
    length = np.sqrt((values**2).sum(axis=0))
    scaled = np.divide(values, length, out=np.zeros_like(values), where=length > 0) * weight
    low, high = scaled.min(axis=0), scaled.max(axis=0)
    best, worst = np.where(costs, low, high), np.where(costs, high, low)
    to_best = np.sqrt(((scaled - best) ** 2).sum(axis=1))
    to_worst = np.sqrt(((scaled - worst) ** 2).sum(axis=1))
    whole = to_best + to_worst
    closeness: Array = np.divide(to_worst, whole, out=np.full_like(whole, 0.5), where=whole > 0)
    return closeness


def spotis(matrix: ArrayLike, weights: ArrayLike, bounds: ArrayLike, ideal: ArrayLike) -> Array:
    """Distance to an ideal point on fixed bounds: no alternative that comes or goes moves another's score.

    Source: Dezert, Tchamova, Han, Tacnet (2020), The SPOTIS rank reversal free method, IEEE FUSION 2020.

    Parameters
    ----------
    matrix
        Shape (n, criteria).
    weights
        Shape (criteria,), not negative, sum above nil; brought to a sum of one.
    bounds
        Shape (criteria, 2): worst and best end in either order, not equal.
    ideal
        Shape (criteria,): the point to be near to.

    Returns
    -------
    numpy.ndarray
        Distances, shape (n,), less is better; 0..1 inside the bounds.

    Raises
    ------
    EhyaError
        ``unknown_option`` for weights that are negative or sum to nil, or bounds without width.

    Examples
    --------
    >>> spotis([[10.0], [7.5]], [1.0], [[0.0, 10.0]], [10.0]).tolist()
    [0.0, 0.25]
    """
    values, weight, _ = _given(matrix, weights, np.ones(np.shape(matrix)[1]))
    ends = np.asarray(bounds, dtype=np.float64)
    width = np.abs(ends[:, 1] - ends[:, 0])
    if not (width > 0).all():
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="bounds", given=ends.tolist(), allowed=["low < high"])
    return np.asarray(np.abs(values - np.asarray(ideal, dtype=np.float64)) / width @ weight)


def normal_weights(weights: ArrayLike) -> Array:
    """Weights brought to a sum of one.

    Raises
    ------
    EhyaError
        ``unknown_option`` where one is negative or not finite, or all are nil.

    Examples
    --------
    >>> normal_weights([1, 3]).tolist()
    [0.25, 0.75]
    """
    weight = np.asarray(weights, dtype=np.float64)
    if not np.isfinite(weight).all() or (weight < 0).any() or not weight.sum() > 0:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="weights", given=weight.tolist(), allowed=[">= 0", "sum > 0"])
    return np.asarray(weight / weight.sum())


def _given(matrix: ArrayLike, weights: ArrayLike, types: ArrayLike) -> tuple[Array, Array, NDArray[np.bool_]]:
    values = np.asarray(matrix, dtype=np.float64)
    return values, normal_weights(weights), np.asarray(types, dtype=np.float64) < 0
