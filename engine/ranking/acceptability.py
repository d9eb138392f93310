"""How firmly a unit stands among the first: stochastic multicriteria acceptability analysis (SMAA-2).

Weights are drawn around the planner's, values inside their intervals; the share of draws in which a unit is among the
first k is its acceptability there. Lahdelma, Salminen (2001), SMAA-2, Operations Research 49(3).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.random import Generator, default_rng

from engine.codes import Code
from engine.ranking.criteria import MISSING_VALUE, Array, Part, Values, values
from engine.ranking.money import money_factor
from engine.ranking.score import classes, effective_weights

DRAWS = 2_000
"""Draws; the standard error of a share is then at most .011."""
CONCENTRATION = 20.0
"""Of the Dirichlet distribution around the weights: a weight of .3 then spreads by .1 either way; assumed."""
CANDIDATES = 500
"""Units from the top of the ranking that take part; those below are taken to be out of the first k: assumed."""
STABLE, CONTESTED = 0.8, 0.3
"""Acceptabilities from which on a place is stable, or contested: assumed."""

_BLOCK = 100  # draws at a time: 100 x 500 units x 5 parts stays inside the processor's cache


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
    allow_proxy: bool = False,
    draws: int = DRAWS,
    concentration: float = CONCENTRATION,
    candidates: int = CANDIDATES,
    random_state: int = 0,
) -> pd.DataFrame:
    """Share of draws in which each unit is among the first ``top_k``.

    Parameters
    ----------
    ranked
        What ``rank`` returned, shape (n, any).
    top_k
        How many are shown.
    weights, price_year, priorities, missing_value, inflation, allow_proxy
        Those that ``rank`` was given.
    draws, concentration, candidates
        See ``DRAWS``, ``CONCENTRATION``, ``CANDIDATES``. Classes of triage stay as they are.
    random_state
        Seed; the same seed gives the same shares.

    Returns
    -------
    pandas.DataFrame
        Shape (n, 2), index of ``ranked``: ``top_share`` (0..1, missing without a rank) and ``stability`` (code,
        missing likewise).

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
    frame = ranked.iloc[best]
    # the factor comes from all units: the candidates alone may have another year of their own
    factor = money_factor(ranked, price_year, inflation=inflation, allow_proxy=allow_proxy)[0][best]
    shares = acceptability(
        values(frame, money_factor=factor, priorities=priorities, missing_value=missing_value),
        effective_weights(weights, priorities),
        classes(frame).to_numpy(),
        top_k=top_k,
        draws=draws,
        concentration=concentration,
        random=default_rng(random_state),
    )
    everywhere = np.where(ranked["rank"].isna(), np.nan, 0.0)
    everywhere[best] = shares
    share = pd.Series(everywhere, index=ranked.index)
    code = pd.Series(Stability.WEAK.value, index=share.index, dtype="str")
    code = code.mask(share >= CONTESTED, Stability.CONTESTED.value).mask(share >= STABLE, Stability.STABLE.value)
    return pd.DataFrame({"top_share": share, "stability": code.where(share.notna())})


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
    """The arithmetic of ``stability`` over arrays.

    Parameters
    ----------
    found
        Values of n units.
    weight
        Shape (5,), sum 1.
    group
        Class of each unit, shape (n,); a lower one always stands before.
    top_k, draws, concentration
        As for ``stability``.
    random
        Source of randomness.

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
    count = len(found.point)
    if count <= top_k:
        return np.ones(count)
    used = weight > 0
    hits = np.zeros(count)
    for start in range(0, draws, _BLOCK):
        size = min(_BLOCK, draws - start)
        drawn_weights = random.dirichlet(concentration * weight[used], size=size)
        scores = np.einsum("dup,dp->du", _drawn_values(found, used, size, random), drawn_weights) - 2.0 * group
        first = np.argpartition(-scores, top_k - 1, axis=1)[:, :top_k]
        hits += np.bincount(first.ravel(), minlength=count)
    return hits / draws


def _drawn_values(found: Values, used: np.ndarray, size: int, random: Generator) -> Array:
    """Triangular draws, shape (size, n, parts): peak at the point, ends at the interval."""
    low, point, high = found.low[:, used], found.point[:, used], found.high[:, used]
    width = high - low
    rise = np.divide(point - low, width, out=np.zeros_like(width), where=width > 0)
    level = random.random((size, *low.shape))
    below = low + np.sqrt(level * width * (point - low))
    above = high - np.sqrt((1 - level) * width * (high - point))
    return np.where(level < rise, below, above)
