"""How firmly a unit stands among the first: stochastic multicriteria acceptability analysis (SMAA-2).

Weights are drawn around the planner's, values inside their intervals; the share of draws in which a unit is among the
first k is its acceptability there. Lahdelma, Salminen (2001), SMAA-2, Operations Research 49(3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from numpy.random import Generator, default_rng
from numpy.typing import NDArray

from engine.codes import Code
from engine.economics.prices import PriceIndex
from engine.ranking.criteria import MISSING_VALUE, Array, Part, Values, values
from engine.ranking.money import money_factor
from engine.ranking.score import classes, effective_weights
from engine.ranking.smaa import best_first

DRAWS = 2_000
"""Draws; the standard error of a share is then at most .011."""
CONCENTRATION = 20.0
"""Of the Dirichlet distribution around the weights: a weight of .3 then spreads by .1 either way; assumed."""
CANDIDATES = 500
"""Units from the top of the ranking that take part; those below are taken to be out of the first k: assumed."""
STABLE, CONTESTED = 0.8, 0.3
"""Acceptabilities from which on a place is stable, or contested: assumed."""

RANGE = 0.8
"""Share of the draws inside the range of ranks that is shown, as for all intervals of Ehya: assumed."""

_THREADS = 2
_BLOCK = 100  # draws of weights at a time
_AT_ONCE = 20  # draws of values at a time: 20 x 500 units x 5 parts stays inside the processor's cache


class Stability(Code):
    """How firmly a unit stands among the first k."""

    STABLE = "stable"
    CONTESTED = "contested"
    WEAK = "weak"


def stability(
    ranked: pd.DataFrame,
    *,
    top_k: int,
    weights: Mapping[Part, float] | Mapping[str, float] | None = None,
    price_year: int | None = None,
    priorities: Sequence[str] = (),
    missing_value: float = MISSING_VALUE,
    inflation: float | None = None,
    allow_proxy: bool | None = None,
    prices: PriceIndex | None = None,
    draws: int = DRAWS,
    concentration: float = CONCENTRATION,
    candidates: int = CANDIDATES,
    random_state: int = 0,
    found: Values | None = None,
) -> pd.DataFrame:
    """Share of draws in which each unit is among the first ``top_k``.

    Parameters
    ----------
    ranked
        What ``rank`` returned, shape (n, any).
    top_k
        How many are shown.
    weights, price_year, priorities, missing_value, inflation, allow_proxy, prices
        Those that ``rank`` was given.
    draws, concentration, candidates
        See ``DRAWS``, ``CONCENTRATION``, ``CANDIDATES``. Classes of triage stay as they are.
    random_state
        Seed; the same seed gives the same shares.
    found
        Values of all units under these choices, in their order, where they are at hand
        (`engine.ranking.score.ranked_with_values`); else they are computed.

    Returns
    -------
    pandas.DataFrame
        Shape (n, 4), index of ``ranked``: ``top_share`` (0..1, missing without a rank), ``stability`` (code, missing
        likewise), ``rank_low`` and ``rank_high`` (Int64: between these ranks the unit stood in ``RANGE`` of the draws,
        widened to hold its own rank; missing where units below the candidates could have come between).

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> from engine.ranking import rank
    >>> frame = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "title_deed": [True, False]}))
    >>> stability(rank(frame.assign(feasibility_point=[0.5, 0.1])), top_k=2)["stability"].tolist()
    ['stable', 'stable']
    """
    best = np.flatnonzero((ranked["rank"] <= max(candidates, top_k)).fillna(False).to_numpy(dtype=bool))
    # draws go to units by rank, so that the order of rows is irrelevant
    best = best[np.argsort(ranked["rank"].iloc[best].to_numpy(dtype=np.int64))]
    if found is None:
        # the factor comes from all units: the candidates alone may have another year of their own
        money = money_factor(ranked, price_year, inflation=inflation, allow_proxy=allow_proxy, prices=prices)
        candidate = values(
            ranked.iloc[best],
            money_factor=money.capital[best],
            debt_factor=money.debts[best],
            priorities=priorities,
            missing_value=missing_value,
        )
    else:
        candidate = Values(found.low[best], found.point[best], found.high[best], found.unknown[best])
    units = ranked.index[best]
    ranks = drawn_ranks(
        candidate,
        effective_weights(weights, priorities),
        classes(ranked).to_numpy()[best],
        draws=draws,
        concentration=concentration,
        random=default_rng(random_state),
    )
    everywhere = np.where(ranked["rank"].isna(), np.nan, 0.0)
    everywhere[best] = (ranks <= top_k).mean(axis=0)
    share = pd.Series(everywhere, index=ranked.index)
    code = pd.Series(Stability.WEAK.value, index=share.index, dtype="str")
    code = code.mask(share >= CONTESTED, Stability.CONTESTED.value).mask(share >= STABLE, Stability.STABLE.value)
    place = ranked["rank"].iloc[best].to_numpy(dtype=np.int64)
    # a place at the very head is rarely kept in the draws, and still lies in its own range
    low, high = (pick(end, place) for pick, end in zip((np.minimum, np.maximum), rank_range(ranks), strict=True))
    everybody = len(best) == int(ranked["rank"].notna().sum())
    reached = np.full(len(best), True) if everybody else high < len(best)
    ends = {
        name: pd.Series(end.astype(np.float64), index=units).where(reached).reindex(ranked.index).astype("Int64")
        for name, end in (("rank_low", low), ("rank_high", high))
    }
    return pd.DataFrame({"top_share": share, "stability": code.where(share.notna()), **ends})


def drawn_ranks(
    found: Values, weight: Array, group: np.ndarray, *, draws: int, concentration: float, random: Generator
) -> NDArray[np.int32]:
    """Rank of each unit in each draw of weights and values.

    Parameters
    ----------
    found
        Values of n units.
    weight
        Shape (5,), sum 1.
    group
        Class of each unit, shape (n,); a lower one always stands before.
    draws, concentration
        Number of draws, and concentration of the Dirichlet distribution of the weights.
    random
        Source of randomness.

    Returns
    -------
    numpy.ndarray
        Shape (draws, n), ranks from 1; equal scores stand in the order of the units.

    Examples
    --------
    >>> good, bad = np.ones((1, 5)), np.zeros((1, 5))
    >>> both = Values(*[np.vstack([bad, good])] * 3, unknown=np.zeros((2, 5)))
    >>> drawn_ranks(both, np.full(5, 0.2), np.zeros(2), draws=1, concentration=20.0, random=default_rng(0)).tolist()
    [[2, 1]]
    """
    count, used = len(found.point), weight > 0
    ranks = np.empty((draws, count), dtype=np.int32)
    places = np.arange(1, count + 1, dtype=np.int32)
    rows = np.arange(_BLOCK)[:, None]

    def ranked(start: int, drawn_weights: Array, level: Array) -> None:
        scores = np.einsum("dup,dp->du", _triangular(found, used, level), drawn_weights) - 2.0 * group
        ranks[start : start + len(level)][rows[: len(level)], best_first(scores)] = places

    # all is drawn in one row, so that threads change nothing; arithmetic and sorting let go of the interpreter
    with ThreadPoolExecutor(_THREADS) as pool:
        under_way = []
        for start in range(0, draws, _BLOCK):
            size = min(_BLOCK, draws - start)
            drawn_weights = random.dirichlet(concentration * weight[used], size=size)
            level = random.random((size, count, int(used.sum())))
            under_way.append(pool.submit(ranked, start, drawn_weights, level))
            if len(under_way) > _THREADS:  # what is drawn and not yet ranked takes memory
                under_way.pop(0).result()
        for one in under_way:
            one.result()
    return ranks


def rank_range(ranks: NDArray[np.int32], share: float = RANGE) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Lowest and highest rank of each unit once the outermost draws are left out at both ends alike.

    Parameters
    ----------
    ranks
        Shape (draws, n), what ``drawn_ranks`` gives.
    share
        Share of the draws inside, 0..1.

    Returns
    -------
    tuple of numpy.ndarray
        Two arrays of shape (n,).

    Examples
    --------
    >>> low, high = rank_range(np.array([[1], [2], [2], [3], [9]], dtype=np.int32), share=0.6)
    >>> low.tolist(), high.tolist()
    ([2], [3])
    """
    draws = len(ranks)
    cut = int((1 - share) / 2 * draws + 1e-9)
    # by unit, whole and small numbers sort in a fraction of the time that a partition by draw takes
    ordered = np.sort(np.ascontiguousarray(ranks.T), axis=1)
    return ordered[:, cut], ordered[:, draws - 1 - cut]


def acceptability(
    found: Values,
    weight: Array,
    group: np.ndarray,
    *,
    top_k: int,
    draws: int,
    concentration: float,
    random: Generator,
) -> Array:
    """Share of draws in which each unit is among the first ``top_k``: the arithmetic of ``stability`` over arrays.

    Parameters
    ----------
    found, weight, group, draws, concentration, random
        See ``drawn_ranks``.
    top_k
        How many count as the first.

    Returns
    -------
    numpy.ndarray
        Shape (n,), shares 0..1.

    Examples
    --------
    >>> good, bad = np.ones((1, 5)), np.zeros((1, 5))
    >>> both = Values(*[np.vstack([good, bad])] * 3, unknown=np.zeros((2, 5)))
    >>> rest = dict(top_k=1, draws=50, concentration=20.0, random=default_rng(0))
    >>> acceptability(both, np.full(5, 0.2), np.zeros(2), **rest).tolist()
    [1.0, 0.0]
    """
    ranks = drawn_ranks(found, weight, group, draws=draws, concentration=concentration, random=random)
    return np.asarray((ranks <= top_k).mean(axis=0))


def drawn_values(found: Values, used: np.ndarray, size: int, random: Generator) -> Array:
    """Draws of the values of n units, triangular: the peak at the point, the ends at those of the interval.

    Parameters
    ----------
    found
        Values.
    used
        Whether each part counts, shape (5,).
    size
        Number of draws.
    random
        Source of randomness.

    Returns
    -------
    numpy.ndarray
        Shape (size, n, parts that count), 0..1.

    Examples
    --------
    >>> sure = Values(*[np.full((1, 5), 0.5)] * 3, unknown=np.zeros((1, 5)))
    >>> drawn_values(sure, np.array([True] + [False] * 4), 2, default_rng(0)).ravel().tolist()
    [0.5, 0.5]
    """
    return _triangular(found, used, random.random((size, len(found.point), int(used.sum()))))


def _triangular(found: Values, used: np.ndarray, level: Array) -> Array:
    """Values at levels 0..1 of their distribution, shape (size, n, parts that count); they take the place of these."""
    low, point, high = found.low[:, used], found.point[:, used], found.high[:, used]
    width = high - low
    rise = np.divide(point - low, width, out=np.zeros_like(width), where=width > 0)
    rising, falling = width * (point - low), width * (high - point)
    below = np.empty((min(len(level), _AT_ONCE), *low.shape))
    for start in range(0, len(level), _AT_ONCE):
        some = level[start : start + _AT_ONCE]
        under, beneath = below[: len(some)], some < rise
        np.add(np.sqrt(np.multiply(some, rising, out=under), out=under), low, out=under)
        np.multiply(np.subtract(1, some, out=some), falling, out=some)
        np.subtract(high, np.sqrt(some, out=some), out=some)
        np.copyto(some, under, where=beneath)
    return level
