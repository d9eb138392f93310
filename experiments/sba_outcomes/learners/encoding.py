"""Turn levels of nested categories into shrunken effects on a target, out of fold, with evidence that decays.

An effect is what a level adds to the trend over time (a spline), so that a level seen only in a good year is not
taken for a good level. A level of a path is shrunk towards its parent: its effect starts at zero there, with a
normal prior.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.preprocessing import SplineTransformer

from training.statistics.recency import recency_weights

Floats = npt.NDArray[np.float64]

NEWTON_STEPS = 2
"""Steps towards a level's effect; the third changes the second decimal of no effect worth having."""

KNOTS = 5
"""Knots of the trend."""


class Link(StrEnum):
    """Scale on which effects add."""

    LOGIT = "logit"
    IDENTITY = "identity"


@dataclass(frozen=True, slots=True)
class Path:
    """Nested categories, the widest first (state, district, town).

    Parameters
    ----------
    name
        Prefix of the encoded columns.
    levels
        Columns of the table; a level of a later column lies within one level of the column before.
    """

    name: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Encoding:
    """Fitted effects.

    Parameters
    ----------
    paths
        As given.
    effects
        Path name -> for each of its levels the effect by category, above its parent's.
    """

    paths: tuple[Path, ...]
    effects: dict[str, tuple[pd.Series, ...]]

    def encode(self, table: pd.DataFrame) -> pd.DataFrame:
        """Sum the effects down each path.

        A category that was never seen adds nothing: its row has its parent's effect, and at the top of a path zero,
        the prior.

        Parameters
        ----------
        table
            Has the columns of all paths.

        Returns
        -------
        pandas.DataFrame
            Index of ``table``, one float column ``PATH_LEVEL`` per level.
        """
        columns: dict[str, Floats] = {}
        for path in self.paths:
            total = np.zeros(len(table))
            for level, effect in zip(path.levels, self.effects[path.name], strict=True):
                total = total + table[level].map(effect).fillna(0.0).to_numpy(np.float64)
                columns[f"{path.name}_{level}"] = total
        return pd.DataFrame(columns, index=table.index)


def fit_encoding(
    table: pd.DataFrame,
    target: Floats,
    weights: Floats,
    years: Floats,
    paths: Sequence[Path],
    *,
    until: float,
    half_life: float,
    strength: float,
    link: Link = Link.LOGIT,
) -> Encoding:
    """Fit the effects of every level of every path.

    Parameters
    ----------
    table
        Categories as strings, n rows.
    target
        Shape (n,): probabilities or 0/1 for the logit link, any number for the identity.
    weights
        Shape (n,), not negative, mean about one.
    years
        Shape (n,), time of the row.
    paths
        What to encode.
    until
        End of the evidence, in years as ``years``.
    half_life
        Years in which evidence loses half its weight.
    strength
        Precision of the prior, above zero: under the identity link the number of rows that pull an effect half way.
    link
        Scale of the effects.

    Examples
    --------
    Three rows of one level, 2 above the trend of zero, against a prior worth one row, go three quarters of the way:

    >>> table = pd.DataFrame({"place": ["a", "a", "a", "b", "b", "b"]})
    >>> target = np.array([2.0, 2.0, 2.0, -2.0, -2.0, -2.0])
    >>> fitted = fit_encoding(table, target, np.ones(6), np.zeros(6), [Path("p", ("place",))], until=0.0, half_life=3.0, strength=1.0, link=Link.IDENTITY)
    >>> fitted.encode(pd.DataFrame({"place": ["a", "b", "never seen"]}))["p_place"].round(3).tolist()
    [1.5, -1.5, 0.0]
    """  # noqa: E501
    alive = weights * recency_weights(years, until=until, half_life=half_life)
    trend = _trend(target, weights, years, link)
    effects = {}
    for path in paths:
        offset, found = trend, []
        for level in path.levels:
            code, categories = pd.factorize(table[level])
            effect = _effects(code, len(categories), target, alive, offset, strength, link)
            offset = offset + effect[code]
            found.append(pd.Series(effect, index=pd.Index(categories)))
        effects[path.name] = tuple(found)
    return Encoding(tuple(paths), effects)


def out_of_fold(
    table: pd.DataFrame,
    target: Floats,
    weights: Floats,
    years: Floats,
    paths: Sequence[Path],
    *,
    until: float,
    half_life: float,
    strength: float,
    link: Link = Link.LOGIT,
    folds: int = 5,
    random_state: int = 0,
) -> pd.DataFrame:
    """Encode each row by effects that were fitted without its fold, so that no row meets its own outcome.

    Parameters
    ----------
    table
        Categories as strings, n rows.
    target
        Shape (n,): probabilities or 0/1 for the logit link, any number for the identity.
    weights
        Shape (n,), not negative, mean about one.
    years
        Shape (n,), time of the row.
    paths
        What to encode.
    until
        End of the evidence, in years as ``years``.
    half_life
        Years in which evidence loses half its weight.
    strength
        Precision of the prior, above zero: under the identity link the number of rows that pull an effect half way.
    link
        Scale of the effects.
    folds
        Folds, at least two.
    random_state
        Seed of the folds.

    Returns
    -------
    pandas.DataFrame
        Index and order of ``table``.
    """
    fold = fold_of_rows(len(table), folds=folds, random_state=random_state)
    parts = []
    for out in range(folds):
        kept, held = fold != out, fold == out
        fitted = fit_encoding(
            table[kept], target[kept], weights[kept], years[kept], paths,
            until=until, half_life=half_life, strength=strength, link=link,
        )  # fmt: skip
        parts.append((np.flatnonzero(held), fitted.encode(table[held])))
    order = np.argsort(np.concatenate([rows for rows, _ in parts]), kind="stable")
    return pd.concat([frame for _, frame in parts]).iloc[order]


def fold_of_rows(count: int, *, folds: int, random_state: int) -> npt.NDArray[np.int64]:
    """Draw a fold for each row.

    Examples
    --------
    >>> sorted(np.bincount(fold_of_rows(10, folds=5, random_state=0)).tolist())
    [2, 2, 2, 2, 2]
    """
    return np.random.default_rng(random_state).permutation(count) % folds


def _effects(
    code: npt.NDArray[np.int64],
    count: int,
    target: Floats,
    weights: Floats,
    offset: Floats,
    strength: float,
    link: Link,
) -> Floats:
    effect = np.zeros(count)
    for _ in range(NEWTON_STEPS):
        expected = offset + effect[code]
        curvature = weights
        if link is Link.LOGIT:
            expected = expit(expected)
            curvature = weights * expected * (1 - expected)
        gradient = np.bincount(code, weights * (target - expected), count) - strength * effect
        effect = effect + gradient / (np.bincount(code, curvature, count) + strength)
    return effect


def _trend(target: Floats, weights: Floats, years: Floats, link: Link) -> Floats:
    time = years[:, None]
    if np.ptp(years) > 0:
        time = SplineTransformer(n_knots=KNOTS, degree=3, extrapolation="linear").fit_transform(time)
    if link is Link.IDENTITY:
        return np.asarray(Ridge(alpha=1.0).fit(time, target, weights).predict(time))
    # A fractional label is a row of each outcome.
    twice = np.concatenate([time, time])
    outcome = np.repeat([1, 0], len(target))
    shares = np.concatenate([weights * target, weights * (1 - target)])
    present = shares > 0
    if len(np.unique(outcome[present])) < 2:
        return np.full(len(target), 4.0 if outcome[present][0] else -4.0)
    return np.asarray(
        LogisticRegression().fit(twice[present], outcome[present], shares[present]).decision_function(time)
    )
