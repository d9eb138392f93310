"""The first day: what prior effects, an official level and a unit's own fields say of its feasibility.

A model of kind ``reported`` that holds a ``Belief`` (``engine.scoring.first_day``) answers from it. Two lines on the
log-odds read the same columns: ``restart`` (within 24 months) and ``durable`` (half of capacity at month 12, given a
restart). Feasibility is the product of their probabilities. ``training.models.belief`` makes it.

A field that is not known stands at the mean of its cell and adds the variance of what it may be: the point stays, the
interval widens. The interval is normal on the log-odds of feasibility (the delta method), so every doubt adds to its
variance and none can narrow it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

from engine.codes import Code
from engine.scoring.design import Floats, clipped
from engine.scoring.first_day import Belief, BeliefColumn, BeliefLine
from engine.scoring.sections import Span

SECTORS = ("sector_food", "sector_textile", "sector_chemical", "sector_mineral", "sector_metal", "sector_machinery")
SIZE = "jobs_before_log"
SIZES = (10.0, 50.0)
"""Former staff between the size classes of a cell: what a missing field may be is looked up by sector and size."""

CELLS = (len(SECTORS) + 1) * (len(SIZES) + 2)
FLAT_FROM = 10.0
"""Years of standing idle beyond which ``log1p_to_10`` is flat."""

Z80 = 1.2815515655446004
"""Normal quantile of .9: the 80 % interval lies so many standard deviations around the point."""


class Doubt(Code):
    """What the interval of a feasibility comes from; the last is no doubt of the estimate but of the unit itself."""

    EFFECTS = "effects"
    LEVEL = "level"
    MISSING = "missing"
    UNIT = "unit"


@dataclass(frozen=True, slots=True)
class Line:
    """One of the two lines, shape (columns,) each where not said.

    Parameters
    ----------
    intercept, slopes
        On the log-odds; a unit at the centres has the intercept for its score.
    doubt
        Shape (columns, columns): ``doubt @ doubt.T`` is the covariance of the slopes.
    level
        Standard deviation of the intercept.
    """

    intercept: float
    slopes: Floats
    doubt: Floats
    level: float

    @classmethod
    def of(cls, part: BeliefLine) -> Line:
        """Read a line of a section."""
        return cls(part.intercept, part.slopes, part.doubt, part.level)

    @property
    def variances(self) -> Floats:
        """Variance of each slope."""
        return np.asarray((self.doubt**2).sum(axis=1))


@dataclass(frozen=True, slots=True)
class Standing:
    """Units as the lines read them.

    Parameters
    ----------
    away
        Shape (n, columns): transformed values about the centres; a missing one stands at the mean of its cell.
    missing
        Shape (n, columns).
    spread
        Shape (columns,): standard deviation of what a missing value may be.
    """

    away: Floats
    missing: npt.NDArray[np.bool_]
    spread: Floats


@dataclass(frozen=True, slots=True)
class Feasibility:
    """Feasibility of units with its interval, shape (n,) each.

    Parameters
    ----------
    point, low, high
        Probabilities; the ends are the 10 % and 90 % quantiles.
    restart, durable
        The two probabilities whose product the point is.
    variance
        Shape (n, 3): variance of the estimate on the log-odds by :class:`Doubt`, in its order.
    """

    point: Floats
    low: Floats
    high: Floats
    restart: Floats
    durable: Floats
    variance: Floats

    @property
    def largest(self) -> list[Doubt]:
        """Which doubt widens each interval of the estimate most."""
        kinds = list(Doubt)
        return [kinds[place] for place in self.variance.argmax(axis=1)]


def transformed(values: Floats, transform: str) -> Floats:
    """A feature as the table ``effects`` takes it.

    Examples
    --------
    >>> transformed(np.array([0.0, 10.0, 17.0]), "log1p_to_10").round(3).tolist()
    [0.0, 2.398, 2.398]
    """
    if transform == "as_stated":
        return values
    if transform == "log1p":
        return np.asarray(np.log1p(values))
    return np.asarray(np.log1p(np.minimum(values, FLAT_FROM)))


def cells(matrix: pd.DataFrame) -> npt.NDArray[np.intp]:
    """Cell of sector group and size class of each unit, shape (n,), below ``CELLS``.

    Examples
    --------
    >>> cells(pd.DataFrame({"sector_food": [1.0, 0.0], "jobs_before_log": [np.log10(21), np.nan]})).tolist()
    [1, 27]
    """
    sector = np.full(len(matrix), len(SECTORS), dtype=np.intp)
    for place, name in enumerate(SECTORS):
        if name in matrix:
            sector[matrix[name].to_numpy() == 1] = place
    staff = matrix[SIZE].to_numpy(np.float64) if SIZE in matrix else np.full(len(matrix), np.nan)
    classes = np.searchsorted(np.log10(1 + np.array(SIZES)), staff, side="right")
    size = np.where(np.isnan(staff), len(SIZES) + 1, classes)
    return np.asarray(sector * (len(SIZES) + 2) + size, dtype=np.intp)


def stand(columns: Sequence[BeliefColumn], matrix: pd.DataFrame) -> Standing:
    """Bring a model matrix to what the lines read.

    Parameters
    ----------
    columns
        Of a belief.
    matrix
        Shape (n, features), within the ranges of the model; NaN is "not known", and so is a column that is not there.
    """
    cell = cells(matrix)
    away = np.empty((len(matrix), len(columns)), order="F")
    missing = np.empty(away.shape, dtype=bool, order="F")
    for place, column in enumerate(columns):
        name = column.feature
        value = matrix[name].to_numpy(np.float64) if name in matrix else np.full(len(matrix), np.nan)
        value = transformed(value, column.transform)
        missing[:, place] = np.isnan(value)
        away[:, place] = np.where(missing[:, place], column.means[cell], value) - column.centre
    return Standing(away, missing, np.array([column.spread for column in columns], dtype=np.float64))


def feasibility(restart: Line, durable: Line, seen: Standing) -> Feasibility:
    """Feasibility of units under two lines, with the doubt of effects, level and missing fields.

    Parameters
    ----------
    restart, durable
        The lines.
    seen
        What :func:`stand` gives.

    Examples
    --------
    Nothing is known of one feature; the point stays that of the average unit, and the interval is wider:

    >>> line = Line(0.0, np.array([1.0]), np.array([[0.1]]), 0.2)
    >>> sure = Line(50.0, np.array([0.0]), np.array([[0.0]]), 0.0)
    >>> seen = Standing(np.zeros((2, 1)), np.array([[False], [True]]), np.array([0.5]))
    >>> found = feasibility(line, sure, seen)
    >>> found.point.round(3).tolist(), (found.high - found.low).round(2).tolist()
    ([0.5, 0.5], [0.13, 0.33])
    """
    scores = [line.intercept + seen.away @ line.slopes for line in (restart, durable)]
    chances = [np.asarray(expit(score)) for score in scores]
    point = chances[0] * chances[1]
    variance = np.zeros((len(point), 3))
    pushes = [(1 - chance) / (1 - point) for chance in chances]  # change of the log-odds of the product for each score
    for line, push in zip((restart, durable), pushes, strict=True):
        variance[:, 0] += push**2 * ((seen.away @ line.doubt) ** 2).sum(axis=1)
        variance[:, 1] += (push * line.level) ** 2
    variance[:, 2] = _missing(restart, durable, seen, *pushes).sum(axis=1)
    score, reach = logit(point), Z80 * np.sqrt(variance.sum(axis=1))
    return Feasibility(point, expit(score - reach), expit(score + reach), chances[0], chances[1], variance)


def missing_variance(restart: Line, durable: Line, seen: Standing) -> Floats:
    """Variance that each column adds to the log-odds of feasibility because it is not known, shape (n, columns).

    Parameters
    ----------
    restart, durable
        Lines of the log-odds: that a unit restarts, and that it then stays at work.
    seen
        What :func:`stand` gives: columns of the units in standard units, and which of them are known.
    """
    chances = [expit(line.intercept + seen.away @ line.slopes) for line in (restart, durable)]
    point = chances[0] * chances[1]
    return _missing(restart, durable, seen, *((1 - chance) / (1 - point) for chance in chances))


def lines(belief: Belief, province: str = "") -> tuple[Line, Line]:
    """Both lines of a belief; for units of the training table those that never saw their province."""
    restart = Line.of(belief.restart)
    if province:
        other = belief.held_out[province]
        restart = Line(other.intercept, other.slopes, restart.doubt, restart.level)
    return restart, Line.of(belief.durable)


def of_units(belief: Belief, matrix: pd.DataFrame, *, ranges: Mapping[str, Span], province: str = "") -> Feasibility:
    """Feasibility of the rows of a model matrix.

    Parameters
    ----------
    belief
        Of a document.
    matrix
        Shape (n, features).
    ranges
        Of the document: a value beyond counts as the end of its range.
    province
        Whose units these are, where the training table holds them; see :func:`lines`.
    """
    ready, _ = clipped(matrix, ranges)
    return feasibility(*lines(belief, province), stand(belief.columns, ready))


def _missing(restart: Line, durable: Line, seen: Standing, first: Floats, second: Floats) -> Floats:
    # What a field may be moves both scores together; what is doubted of its effects moves them one by one.
    slope = first[:, None] * restart.slopes + second[:, None] * durable.slopes
    doubt = (first**2)[:, None] * restart.variances + (second**2)[:, None] * durable.variances
    return np.asarray(np.where(seen.missing, (slope**2 + doubt) * seen.spread**2, 0.0))
