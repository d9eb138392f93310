"""Pairs of real units whose comparison tells most about the effects that a model believes in."""

from __future__ import annotations

from collections import Counter

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit

from engine.scoring.belief import lines, stand
from engine.scoring.design import clipped
from engine.scoring.document import ReportedDocument
from engine.scoring.first_day import Belief

Floats = npt.NDArray[np.float64]
Group = tuple[tuple[int, int], ...]

CANDIDATES = 3000
"""Pairs, and groups of three units, that are looked at; more units than that make more pairs than are worth it."""

LEAST_UNITS = 12
"""Units below which there is nothing to choose from."""

MOST_OF_ONE = 4
"""Pairs in which one unit stands at most: a record that is read ten times is read carelessly."""


def belief_inputs(document: ReportedDocument, belief: Belief, matrix: pd.DataFrame) -> Floats:
    """What units show as the belief reads them, shape (n, columns), NaN where it is not known.

    Parameters
    ----------
    document, belief
        Of a model of the first day.
    matrix
        Model matrix, shape (n, features).
    """
    ready, _ = clipped(matrix, document.ranges)
    seen = stand(belief.columns, ready)
    return np.asarray(np.where(seen.missing, np.nan, seen.away))


def choose(belief: Belief, shown: Floats, *, pairs: int, random_state: int = 0) -> list[tuple[int, int]]:
    """Choose pairs by the determinant of what they leave open (D-optimal, greedily, under the present posterior).

    Half of the pairs close triangles, so that an expert who contradicts himself can be told from one who knows. Which
    unit of a pair stands first is left to chance: an expert who always says "the first" shows it.

    Parameters
    ----------
    belief
        Its line of restarts gives slopes and their covariance.
    shown
        Shape (n, columns), as :func:`belief_inputs` gives it.
    pairs
        How many.
    random_state
        Seed of candidates and sides.

    Returns
    -------
    list of (int, int)
        Row numbers; fewer than asked for where there are not enough units.
    """
    line, _ = lines(belief)
    chance = np.random.default_rng(random_state)
    left_open = _Open(line.doubt @ line.doubt.T, line.slopes, shown)
    taken: dict[tuple[int, int], None] = {}
    triangles: list[Group] = [((a, b), (a, c), (b, c)) for a, b, c in _groups(chance, len(shown), 3)]
    _take(left_open, taken, triangles, 3 * (pairs // 6))
    singles: list[Group] = [((a, b),) for a, b in _groups(chance, len(shown), 2)]
    _take(left_open, taken, singles, pairs)
    chosen = list(taken)
    order = chance.permutation(len(chosen))
    turned = chance.random(len(chosen)) < 0.5
    return [chosen[at][::-1] if turned[at] else chosen[at] for at in order]


class _Open:
    """Covariance of the slopes that is left open by the pairs so far."""

    def __init__(self, covariance: Floats, slopes: Floats, shown: Floats) -> None:
        self.covariance, self.slopes, self.shown = covariance, slopes, shown

    def gains(self, groups: list[Group]) -> Floats:
        """What each group of pairs adds to the logarithm of the determinant, taken as if apart."""
        rows = np.array([pair for group in groups for pair in group])
        away = np.nan_to_num(self.shown[rows[:, 0]] - self.shown[rows[:, 1]])
        sure = expit(away @ self.slopes)
        gain = np.log1p(sure * (1 - sure) * np.einsum("ij,jk,ik->i", away, self.covariance, away))
        return np.asarray(gain.reshape(len(groups), -1).sum(axis=1))

    def learn(self, pair: tuple[int, int]) -> None:
        away = np.nan_to_num(self.shown[pair[0]] - self.shown[pair[1]])
        sure = expit(away @ self.slopes)
        weight, pulled = sure * (1 - sure), self.covariance @ away
        # Sherman and Morrison 1950: the inverse after one more row.
        self.covariance = self.covariance - weight * np.outer(pulled, pulled) / (1 + weight * away @ pulled)


def _take(left_open: _Open, taken: dict[tuple[int, int], None], groups: list[Group], pairs: int) -> None:
    counts: Counter[int] = Counter(unit for pair in taken for unit in pair)
    while groups and len(taken) < pairs:
        for place in np.argsort(-left_open.gains(groups), kind="stable"):
            fresh = [pair for pair in groups[place] if pair not in taken]
            more = counts + Counter(unit for pair in fresh for unit in pair)
            if fresh and len(taken) + len(fresh) <= pairs and max(more.values()) <= MOST_OF_ONE:
                break
        else:
            return
        for pair in fresh:
            left_open.learn(pair)
            taken[pair] = None
        counts = more


def _groups(chance: np.random.Generator, count: int, size: int) -> list[tuple[int, ...]]:
    """Different groups of units: all of them where they are few, else as many as are worth looking at."""
    if count < size:
        return []
    drawn = np.sort(np.argsort(chance.random((CANDIDATES, min(count, 200))), axis=1)[:, :size], axis=1)
    pool = np.sort(chance.choice(count, min(count, 200), replace=False))
    return [tuple(int(at) for at in row) for row in np.unique(pool[drawn], axis=0)]
