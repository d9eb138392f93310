"""One model that begins as the table of effects: press units, panels and ripe outcomes move its slopes in turn.

Slopes are normal about the table's, each with its own spread. A source is a set of rows with outcomes. It has an
intercept of its own, since how often it shows a revival follows from how it was collected, and moves the slopes by its
likelihood (Laplace's approximation). Order carries over from source to source, level does not: the level is the
official rate, met exactly over the population that it speaks of.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit, polygamma

from engine.scoring.belief import CELLS, Line, Standing, cells, transformed
from engine.scoring.first_day import BeliefColumn, BeliefLine
from engine.scoring.sections import HazardLink
from training.priors.official_rates import BetaRate
from training.priors.prior_effects import Slopes, slopes, usual
from training.statistics.binomial import Prior, Rows, derivatives, fit_rows

Floats = npt.NDArray[np.float64]

PRESS_WEIGHT = 0.5
"""What a press unit counts for beside a unit of a register (assumed): pages choose what they report."""

CELL_UNITS = 20.0
"""Units that the table's usual value counts for beside a register's, and all sectors beside one cell (assumed)."""

PINNED = 1e10
_FREE = 1e-6
_REACH = 60.0


@dataclass(frozen=True, slots=True)
class Source:
    """Rows with outcomes that move the slopes.

    Parameters
    ----------
    name
        ``press``, ``panel`` or ``register``: stands in the document with its number of rows.
    away
        Shape (n, columns) of the belief: about the centres, nil where the source may not speak or does not know.
    label
        Shape (n,), 0 or 1.
    weights
        Shape (n,), not negative.
    intercept
        Whether the source has a level of its own; paired comparisons have none.
    """

    name: str
    away: Floats
    label: Floats
    weights: Floats
    intercept: bool = True

    def weighed(self, share: float) -> Source:
        """The same rows with a share of their weight."""
        return Source(self.name, self.away, self.label, self.weights * share, self.intercept)

    def where(self, kept: npt.NDArray[np.bool_]) -> Source:
        """Only some rows."""
        return Source(self.name, self.away[kept], self.label[kept], self.weights[kept], self.intercept)


def belief_columns(rows: pd.DataFrame, population: pd.DataFrame) -> list[BeliefColumn]:
    """Describe the columns that both lines read: centres, and what a missing value may be.

    Parameters
    ----------
    rows
        What ``engine.reference.effects.effects`` gives.
    population
        Model matrix of the units that the official rate speaks of, shape (n, features).

    Returns
    -------
    list of BeliefColumn
        Means of a cell of sector and size lean on all cells, and those
        on what the table calls usual.
    """
    both = {
        feature: transform
        for output in ("restart", "durable")
        for feature, transform in zip(*_named(slopes(rows, output)), strict=True)
    }
    cell = cells(population)
    return [_column(rows, population, cell, feature, transform) for feature, transform in both.items()]


def widened_slopes(belief: Slopes, described: Sequence[BeliefColumn]) -> Slopes:
    """The slopes over all described columns: one that the output does not read is nil, without doubt."""
    place = {feature: at for at, feature in enumerate(belief.features)}
    names = tuple(column.feature for column in described)
    at = np.array([place.get(name, -1) for name in names], dtype=np.intp)
    own = at >= 0
    covariance = np.zeros((len(names), len(names)))
    covariance[np.ix_(own, own)] = belief.covariance[np.ix_(at[own], at[own])]
    return Slopes(
        features=names,
        transforms=tuple(column.transform for column in described),
        mean=np.where(own, belief.mean[at], 0.0),
        covariance=covariance,
        signs=np.where(own, belief.signs[at], 0),
    )


def updated(belief: Slopes, source: Source) -> Slopes:
    """Slopes after a source has spoken.

    Parameters
    ----------
    belief
        Before; without rows it is returned as it is.
    source
        Its rows.

    Returns
    -------
    Slopes
        Mode and curvature of prior times likelihood. A slope that would turn against its sign is nil.

    Examples
    --------
    A hundred thousand rows and two beliefs that disagree: what they say afterwards is what the rows say.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((100_000, 1))
    >>> y = (rng.random(100_000) < expit(0.8 * x[:, 0] - 1)).astype(float)
    >>> seen = Source("register", x, y, np.ones(len(x)))
    >>> for first in (-1.0, 0.5):
    ...     before = Slopes(("x",), ("as_stated",), np.array([first]), np.array([[0.3**2]]), np.array([0]))
    ...     print(float(updated(before, seen).mean[0].round(2)))
    0.81
    0.81
    """
    if not len(source.label):
        return belief
    free = np.diag(belief.covariance) > 0
    width = int(free.sum())
    precision = np.zeros((width + 1, width + 1))
    precision[0, 0] = _FREE if source.intercept else PINNED
    precision[1:, 1:] = np.linalg.inv(belief.covariance[np.ix_(free, free)])
    centre = np.concatenate([[0.0], belief.mean[free]])
    event = (source.label > 0.5)[:, None]
    rows = Rows(source.away[:, free], np.ones_like(event), event, source.weights)
    found, pinned = fit_rows(rows, Prior(centre, precision)), np.zeros(width, dtype=bool)
    signs = belief.signs[free]
    while (wrong := ~pinned & (signs * found[1:] < 0)).any():
        pinned |= wrong
        held, middle = precision.copy(), centre.copy()
        at = 1 + np.flatnonzero(pinned)
        held[at, at] += PINNED
        # Held at nil, whatever the prior's centre: its pull is taken along with the pin.
        middle[1:] = np.linalg.solve(held[1:, 1:], precision[1:, 1:] @ centre[1:])
        found = fit_rows(rows, Prior(middle, held), start=found)
        found[at] = 0.0
    _, information = derivatives(rows, Prior(centre, precision), found, HazardLink.LOGIT)
    mean, covariance = belief.mean.copy(), belief.covariance.copy()
    mean[free] = found[1:]
    covariance[np.ix_(free, free)] = np.linalg.inv(information)[1:, 1:]
    return belief.moved(mean, (covariance + covariance.T) / 2)


def trust(belief: Slopes, source: Source, outcomes: Source) -> float:
    """What the register's outcomes leave of a source that is an opinion, 0..1: without outcomes all of it.

    Two beliefs are asked for the outcomes before they have seen them, one that listened to the source and one that did
    not. Where listening predicts them better, or as well, the source keeps its weight; where it predicts worse, it
    keeps twice its share of the two likelihoods (equal odds before).

    Parameters
    ----------
    belief
        Slopes before the source has spoken.
    source
        The opinion.
    outcomes
        Ripe outcomes of the register.
    """
    if not len(outcomes.label) or not len(source.label):
        return 1.0
    gain = _foreseen(updated(belief, source), outcomes) - _foreseen(belief, outcomes)
    return float(min(2 * expit(gain), 1.0))


def _foreseen(belief: Slopes, outcomes: Source) -> float:
    """Logarithm of the likelihood of outcomes under a belief that has not seen them, at their own level."""
    score = outcomes.away @ belief.mean
    doubt = np.einsum("ij,jk,ik->i", outcomes.away, belief.covariance, outcomes.away)
    # Mean of a logistic over a normal score: MacKay 1992, "The evidence framework applied to classification networks".
    score = score / np.sqrt(1 + np.pi * doubt / 8)
    wanted = np.average(outcomes.label, weights=outcomes.weights)
    if not 0 < wanted < 1:
        return 0.0
    level = _root(lambda at: float(np.average(expit(at + score), weights=outcomes.weights) - wanted), logit(wanted))
    chance = expit(level + score)
    each = outcomes.label * np.log(chance) + (1 - outcomes.label) * np.log1p(-chance)
    return float(outcomes.weights @ each)


def restart_line(belief: Slopes, rate: BetaRate, population: Standing) -> Line:
    """Line whose mean over the population is the official rate.

    Parameters
    ----------
    belief
        Slopes over the columns of ``population``.
    rate
        P(restart within 24 months) of the idle stock.
    population
        The units that the rate speaks of.
    """
    score = population.away @ belief.mean
    intercept = _root(lambda level: expit(level + score).mean() - rate.rate, logit(rate.rate))
    return Line(intercept, belief.mean, factor(belief.covariance), _logit_spread(rate))


def durable_line(belief: Slopes, rate: BetaRate, population: Standing, restart: Line) -> Line:
    """Line under which mean feasibility over the population is the product of both official rates.

    Parameters
    ----------
    belief
        Slopes over the columns of ``population``.
    population
        The units that the rate speaks of.
    rate
        P(half of capacity at month 12 | restart).
    restart
        The other line.
    """
    first = expit(restart.intercept + population.away @ restart.slopes)
    score = population.away @ belief.mean
    aimed = first.mean() * rate.rate
    intercept = _root(lambda level: (first * expit(level + score)).mean() - aimed, logit(rate.rate))
    return Line(intercept, belief.mean, factor(belief.covariance), _logit_spread(rate))


def plain_line(line: Line) -> BeliefLine:
    """A line as a document holds it."""
    doubt = [[float(f"{value:.9g}") for value in row] for row in line.doubt]
    return BeliefLine(intercept=line.intercept, slopes=line.slopes, doubt=doubt, level=line.level)


def factor(covariance: Floats) -> Floats:
    """Square root of a covariance, shape (columns, columns): ``factor @ factor.T`` is the covariance."""
    values, vectors = np.linalg.eigh(covariance)
    return np.asarray(vectors * np.sqrt(np.clip(values, 0.0, None)))


def press_rows(seen: Standing, features: Sequence[str], allowed: Sequence[str]) -> Floats:
    """Rows of press units: only allowed columns speak, a missing value stands at the mean of the press's known ones.

    Parameters
    ----------
    seen
        Press units about the centres of the population, shape (n, columns).
    features
        Names of the columns.
    allowed
        Those that a page tells of idle and revived units alike.
    """
    known = np.where(seen.missing, np.nan, seen.away)
    away = np.zeros_like(seen.away)
    for place, feature in enumerate(features):
        values = known[:, place]
        if feature in allowed and not np.isnan(values).all():
            away[:, place] = np.nan_to_num(values - np.nanmean(values))
    return away


def _named(belief: Slopes) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return belief.features, belief.transforms


def _column(
    rows: pd.DataFrame, population: pd.DataFrame, cell: npt.NDArray[np.intp], feature: str, transform: Any
) -> BeliefColumn:
    believed = usual(rows, feature, transform)
    values = transformed(population[feature].to_numpy(np.float64), transform)
    known = ~np.isnan(values)
    values, of = values[known], cell[known]
    overall = (CELL_UNITS * believed.mean + values.sum()) / (CELL_UNITS + len(values))
    count = np.bincount(of, minlength=CELLS)
    means = (CELL_UNITS * overall + np.bincount(of, values, minlength=CELLS)) / (CELL_UNITS + count)
    squares = CELL_UNITS * believed.spread**2 + ((values - means[of]) ** 2).sum()
    return BeliefColumn(
        feature=feature,
        transform=transform,
        centre=float(overall),
        spread=float(np.sqrt(squares / (CELL_UNITS + len(values)))),
        means=means,
        known=len(values),
    )


def _root(excess: Callable[[float], float], near: float) -> float:
    return float(brentq(excess, near - _REACH, near + _REACH, xtol=1e-13, rtol=1e-14, maxiter=200))


def _logit_spread(rate: BetaRate) -> float:
    # Variance of the logit of a Beta variable: the sum of two trigamma values.
    return float(np.sqrt(polygamma(1, rate.a) + polygamma(1, rate.b)))
