"""SMAA-2 in full: where each unit may stand under weights and values that are not known exactly, and for whose weights.

Lahdelma, Salminen (2001), SMAA-2: stochastic multicriteria acceptability analysis for group decision making,
Operations Research 49(3), 444-454; pairwise winning: Leskinen, Viitanen, Kangas, Kangas (2006), Forest Science 52(3).
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import EhyaError, ErrorCode

Array = NDArray[np.float64]
Ranks = NDArray[np.int32]

_BLOCK = 250  # draws at a time: their scores stay inside the processor's cache
_THREADS = 2
_NARROW = 2**16


@dataclass(frozen=True, eq=False, slots=True)
class Smaa:
    """What n alternatives get over all draws.

    Parameters
    ----------
    acceptability
        Share of the draws in which alternative i stands at rank r, shape (n, ranks); rows sum to one where all ranks
        are counted.
    central
        Mean weights of the draws in which it is first, shape (n, criteria), NaN where it never is: for whom it is best.
    confidence
        Share of the value draws in which it is first under its central weights, shape (n,), NaN likewise: whether its
        values are known well enough for that.
    lowest, highest
        Best and worst rank in any draw, shape (n,), from 1.
    """

    acceptability: Array
    central: Array
    confidence: Array
    lowest: Ranks
    highest: Ranks

    def within(self, top: int) -> Array:
        """Share of the draws in which each is among the first ``top``, shape (n,)."""
        return np.asarray(self.acceptability[:, :top].sum(axis=1))


def smaa(values: Array, weights: Array, *, confidence: bool = True) -> Smaa:
    """Rank alternatives under every draw.

    Parameters
    ----------
    values
        Values of the alternatives, greater is better: shape (n, criteria) where they are known, else
        (worlds, n, criteria). There may be more weights than worlds, a multiple of them: each world then goes with
        several weights, which saves the drawing of values where weights matter more.
    weights
        Shape (draws, criteria), each of sum one.
    confidence
        Whether to compute confidence factors, which look at all worlds once more for each alternative that is ever
        first.

    Returns
    -------
    Smaa
        Equal scores stand in the order of the alternatives.

    Raises
    ------
    EhyaError
        ``unknown_option`` when draws are no multiple of worlds.

    Examples
    --------
    Two criteria that pull apart, and a compromise (exact: .4, .4, .2):

    >>> first = np.linspace(0.0005, 0.9995, 1000)
    >>> found = smaa(np.array([[1.0, 0.0], [0.0, 1.0], [0.6, 0.6]]), np.column_stack([first, 1 - first]))
    >>> found.acceptability[:, 0].tolist(), found.central[0].round(2).tolist()
    ([0.4, 0.4, 0.2], [0.8, 0.2])
    """
    worlds = values[None] if values.ndim == 2 else values
    draws, count = len(weights), worlds.shape[1]
    if draws % len(worlds):
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="draws", given=draws, allowed=[f"{len(worlds)} x"])
    each = draws // len(worlds)
    orders = np.empty((draws, count), dtype=np.uint16 if count < _NARROW else np.int32)

    def ranked(start: int) -> None:
        end = min(start + _BLOCK, draws)
        orders[start:end] = best_first(_scores(worlds, weights, start, end, each))

    # sorting lets go of the interpreter, so that two threads sort at once
    with ThreadPoolExecutor(_THREADS) as pool:
        list(pool.map(ranked, range(0, draws, _BLOCK)))
    counts = _counts(orders)
    seen = counts > 0
    lowest, highest = seen.argmax(axis=1) + 1, count - seen[:, ::-1].argmax(axis=1)
    first = orders[:, 0].astype(np.int64)
    central = _central(weights, first, count)
    sure = _confidence(worlds, central) if confidence else np.full(count, np.nan)
    return Smaa(counts / draws, central, sure, lowest.astype(np.int32), highest.astype(np.int32))


def pairwise_winning(values: Array, weights: Array, rows: NDArray[np.intp] | None = None) -> Array:
    """Share of the draws in which alternative i scores above alternative j, ties half to each.

    Parameters
    ----------
    values
        Greater is better: shape (n, criteria) where they are known, else (worlds, n, criteria).
    weights
        Shape (draws, criteria), each row of sum one; draws are a multiple of the worlds.
    rows
        Alternatives to compare, all by default; the result grows with their square.

    Returns
    -------
    numpy.ndarray
        Shape (m, m); ``[i, j] + [j, i] == 1``, a half on the diagonal.

    Examples
    --------
    >>> first = np.linspace(0.0005, 0.9995, 1000)
    >>> pairwise_winning(np.array([[1.0, 0.0], [0.5, 0.5]]), np.column_stack([first, 1 - first])).tolist()
    [[0.5, 0.5], [0.5, 0.5]]
    """
    worlds = values[None] if values.ndim == 2 else values
    worlds = worlds if rows is None else worlds[:, rows]
    each, count = len(weights) // len(worlds), worlds.shape[1]
    wins = np.zeros((count, count))
    for start in range(0, len(weights), _BLOCK):
        scores = _scores(worlds, weights, start, min(start + _BLOCK, len(weights)), each)
        for score in scores:
            wins += (score[:, None] > score) + 0.5 * (score[:, None] == score)
    return wins / len(weights)


def _scores(worlds: Array, weights: Array, start: int, end: int, each: int) -> Array:
    if len(worlds) == 1:
        return np.asarray(weights[start:end] @ worlds[0].T)
    own = np.arange(start, end) // each
    begun = np.flatnonzero(np.r_[True, own[1:] != own[:-1], True])
    parts = [weights[start + a : start + b] @ worlds[own[a]].T for a, b in pairwise(begun)]
    return np.concatenate(parts)


def best_first(scores: Array) -> NDArray[np.int64]:
    """Who stands at each rank; equal scores in the order of the alternatives.

    Score and place are packed into one whole number each, which sort several times faster than an argsort; scores
    nearer than 2^-44 of the range of the whole block (2^-62 times n beyond 2^18 alternatives) count as equal.

    Parameters
    ----------
    scores
        Shape (draws, n), finite, greater is better.

    Returns
    -------
    numpy.ndarray
        Shape (draws, n): of each draw the alternatives from the first rank on.

    Examples
    --------
    >>> best_first(np.array([[0.1, 0.3, 0.3]])).tolist()
    [[1, 2, 0]]
    """
    if not scores.size:
        return np.empty(scores.shape, dtype=np.int64)
    count = scores.shape[1]
    bits = max(1, int(count - 1).bit_length())
    top, low = scores.max(), scores.min()
    width = top - low if top > low else 1.0
    steps = 2.0 ** min(44, 62 - bits)
    keys = np.rint((top - scores) / width * steps).astype(np.int64)
    keys = (keys << bits) | np.arange(count)
    keys.sort(axis=1)
    return np.asarray(keys & ((1 << bits) - 1))


def _counts(orders: NDArray[np.integer[Any]]) -> Array:
    """How often each alternative stood at each rank, shape (n, ranks)."""
    count = orders.shape[1]
    by_rank = np.ascontiguousarray(orders.T)
    found = np.empty((count, count))
    for rank, who in enumerate(by_rank):
        found[rank] = np.bincount(who, minlength=count)
    return found.T


def _central(weights: Array, first: NDArray[np.int64], count: int) -> Array:
    times = np.bincount(first, minlength=count).astype(np.float64)
    sums = np.column_stack([np.bincount(first, weights=column, minlength=count) for column in weights.T])
    return np.divide(sums, times[:, None], out=np.full_like(sums, np.nan), where=times[:, None] > 0)


def _confidence(worlds: Array, central: Array) -> Array:
    """Share of the worlds in which each is first under its own central weights; never first, no weights."""
    sure = np.full(len(central), np.nan)
    ever = np.flatnonzero(~np.isnan(central[:, 0]))
    for block in np.array_split(ever, max(1, len(ever) // 64)):
        # world by world: (worlds, n, criteria) x (criteria, block) would not fit the cache
        wins = np.zeros(len(block))
        for world in worlds:
            wins += (world @ central[block].T).argmax(axis=0) == block
        sure[block] = wins / len(worlds)
    return sure
