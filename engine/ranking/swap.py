"""The smallest change of weights that swaps two units, and how far two orders of the same units agree."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linprog
from scipy.stats import kendalltau

from engine.ranking.methods import normal_weights

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, slots=True)
class WeightSwap:
    """Weights under which the second of two units stands level with the first.

    Parameters
    ----------
    weights
        The nearest such weights, shape (criteria,), sum one.
    moved
        How much weight moves from some criteria to others, 0..1: half the sum of the changes.
    """

    weights: Array
    moved: float


def smallest_swap(ahead: Array, behind: Array, weights: Array) -> WeightSwap | None:
    """Find the weights nearest to those given under which ``behind`` scores as much as ``ahead``.

    The distance is the sum of absolute changes; the program is linear, so that the answer is exact.

    Parameters
    ----------
    ahead, behind
        Values of the two units, shape (criteria,), greater is better.
    weights
        Shape (criteria,), not negative, sum above nil; brought to a sum of one.

    Returns
    -------
    WeightSwap or None
        ``None`` where no weights do it: ``behind`` is worse on every criterion.

    Raises
    ------
    EhyaError
        ``unknown_option`` for weights that are negative or sum to nil.

    Examples
    --------
    Ahead by .2 on the first, behind by .6 on the second: at weights of three quarters and a quarter they are level.

    >>> found = smallest_swap(np.array([0.8, 0.2]), np.array([0.6, 0.8]), np.array([0.9, 0.1]))
    >>> found.weights.round(4).tolist(), round(found.moved, 4)
    ([0.75, 0.25], 0.15)
    """
    weight = normal_weights(weights)
    count = len(weight)
    gain = np.asarray(behind, dtype=np.float64) - np.asarray(ahead, dtype=np.float64)
    # columns: the new weights, then how far each lies from the old one
    nothing, each = np.zeros(count), np.eye(count)
    cost = np.concatenate([nothing, np.full(count, 0.5)])
    above, below = np.hstack([each, -each]), np.hstack([-each, -each])
    level = np.concatenate([-gain, nothing])
    rows = np.vstack([above, below, level])
    limits = np.concatenate([weight, -weight, [0.0]])
    sum_one = np.concatenate([np.ones(count), nothing])[None]
    found = linprog(cost, A_ub=rows, b_ub=limits, A_eq=sum_one, b_eq=[1.0], bounds=(0, None), method="highs")
    if not found.success:
        return None
    return WeightSwap(found.x[:count], float(found.fun))


@dataclass(frozen=True, eq=False, slots=True)
class RankAgreement:
    """How far two rankings agree.

    Parameters
    ----------
    tau
        Kendall's tau-b over the units that both rank, -1..1; NaN with fewer than two.
    movers
        Units that both rank and whose rank changed, farthest first: ``before, after, by`` (positive: risen), and for
        each part of the score that both name ``part_*``, its change: why.
    come, gone
        Units that only the later, or only the earlier one ranks.
    """

    tau: float
    movers: pd.DataFrame
    come: tuple[str, ...]
    gone: tuple[str, ...]


def kendall_tau(first: ArrayLike, second: ArrayLike) -> float:
    """Kendall's tau-b of two orders of the same units, -1..1; NaN with fewer than two.

    Parameters
    ----------
    first, second
        Shape (n,): rank of each unit in either.

    Examples
    --------
    >>> kendall_tau([1, 2, 3], [3, 2, 1]), kendall_tau([1], [1])
    (-1.0, nan)
    """
    return float(kendalltau(first, second).statistic) if np.size(first) > 1 else float("nan")


def agreement(earlier: pd.DataFrame, later: pd.DataFrame) -> RankAgreement:
    """Compare two rankings of a register.

    Parameters
    ----------
    earlier, later
        What `engine.ranking.rank` returned, or any tables with ``rank`` (and ``part_*``), index ``unit_id``.

    Examples
    --------
    >>> before = pd.DataFrame({"rank": [1, 2, 3]}, index=["a", "b", "c"])
    >>> after = pd.DataFrame({"rank": [2, 1, 3]}, index=["a", "b", "d"])
    >>> found = agreement(before, after)
    >>> found.tau, found.movers["by"].to_dict(), found.come, found.gone
    (-1.0, {'a': -1, 'b': 1}, ('d',), ('c',))
    """
    parts = [name for name in earlier.columns if name.startswith("part_") and name in later.columns]
    first, second = _ranked(earlier, parts), _ranked(later, parts)
    both = first.index.intersection(second.index, sort=False)
    then, now = first.loc[both], second.loc[both]
    before = then["rank"].astype("int64")
    after = now["rank"].astype("int64")
    moved = pd.DataFrame({"before": before, "after": after, "by": before - after})
    moved[parts] = now[parts].astype("float64") - then[parts].astype("float64")
    moved = moved[moved["by"] != 0]
    farthest = np.lexsort((moved.index.astype("str"), -moved["by"].abs()))
    return RankAgreement(
        tau=kendall_tau(before, after),
        movers=moved.iloc[farthest],
        come=tuple(map(str, second.index.difference(first.index))),
        gone=tuple(map(str, first.index.difference(second.index))),
    )


def _ranked(table: pd.DataFrame, parts: list[str]) -> pd.DataFrame:
    return table.loc[table["rank"].notna(), ["rank", *parts]]
