"""The k largest of many scores, exactly, without sorting them all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BLOCK = 256
"""Scores in one block. With blocks of 256 the pass over the maxima costs 1/256 of the pass over the scores."""


def top_k(
    scores: NDArray[np.floating], tie: NDArray[np.int64], k: int, rows: NDArray[np.intp] | None = None
) -> NDArray[np.intp]:
    """Positions of the k largest scores, best first; among equal scores the smaller ``tie`` comes first.

    The k-th largest of the block maxima is a score that at least k elements reach, so nothing below it can be among the
    k largest: only what reaches it is sorted.

    Parameters
    ----------
    scores
        Shape (n,), no NaN.
    tie
        Shape (n,), distinct: the order of elements with equal scores.
    k
        How many are wanted.
    rows
        Where in ``tie`` each element's stands, so that it is gathered for few; ``tie`` itself where ``None``.

    Returns
    -------
    numpy.ndarray
        Shape (min(k, n),), equal to ``np.lexsort((tie, -scores))[:k]``.

    Examples
    --------
    >>> top_k(np.array([0.2, 0.9, 0.9, 0.1]), np.array([0, 3, 1, 2]), 2)
    array([2, 1])
    """
    k = min(k, scores.size)
    if k <= 0:
        return np.empty(0, dtype=np.intp)
    candidates = np.flatnonzero(scores >= _lower_bound(scores, k))
    if candidates.size > max(4 * k, BLOCK):
        candidates = _narrowed(scores, tie if rows is None else tie[rows], candidates, k)
    breaks = tie[candidates] if rows is None else tie[rows[candidates]]
    order = np.lexsort((breaks, -scores[candidates]))[:k]
    return candidates[order]


def _lower_bound(scores: NDArray[np.floating], k: int) -> float:
    blocks = scores.size // BLOCK
    if blocks < k:
        return float(np.partition(scores, scores.size - k)[scores.size - k])
    maxima = scores[: blocks * BLOCK].reshape(blocks, BLOCK).max(axis=1)
    return float(np.partition(maxima, blocks - k)[blocks - k])


def _narrowed(
    scores: NDArray[np.floating], tie: NDArray[np.int64], candidates: NDArray[np.intp], k: int
) -> NDArray[np.intp]:
    values = scores[candidates]
    least = np.partition(values, values.size - k)[values.size - k]
    above = candidates[values > least]
    level = candidates[values == least]
    needed = k - above.size
    if level.size > needed:
        level = level[np.argpartition(tie[level], needed - 1)[:needed]]
    return np.concatenate([above, level])
