"""What raises and lowers a unit's feasibility and jobs, in parts that add up to the figure exactly.

A figure of several features is no sum of them. Each feature is credited with what it changes along the straight way
from the average unit to this one (Aumann and Shapley 1974, "Values of non-atomic games"; "integrated gradients" in
machine learning): the parts add up to the difference by construction, and a feature at the average has none.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import expit

from engine.codes import Code
from engine.scoring.belief import Line, Standing, lines, stand
from engine.scoring.design import Floats, clipped
from engine.scoring.first_day import Belief, SizeSigns
from engine.scoring.sections import Span
from engine.scoring.size import LogJobs, jobs

BASE = "base"
"""Column of the average unit's figure."""

OFFICIAL, PANEL, RATIO, NOW = "official_average", "panel", "after_to_before", "jobs_now"
"""Columns of jobs beside the signs of size: what is usual in the sector, what experts say of such units, what a restart
keeps, and who works there already, who is no gain."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)
WAY = tuple(zip((_NODES + 1) / 2, _WEIGHTS / 2, strict=True))
"""Steps on the straight way from the average unit to another, with the share of each (eight nodes of Gauss)."""


class Basis(Code):
    """What a part rests on."""

    PUBLISHED = "published"
    ESTIMATED_ELSEWHERE = "estimated_elsewhere"
    COMPUTED = "computed"
    ELICITED = "elicited"
    ASSUMED = "assumed"
    LEARNT = "learnt"


def feasibility_parts(
    belief: Belief, matrix: pd.DataFrame, *, ranges: Mapping[str, Span], province: str = ""
) -> pd.DataFrame:
    """What each feature adds to a unit's feasibility.

    Parameters
    ----------
    belief, matrix, ranges, province
        What ``engine.scoring.belief.of_units`` takes.

    Returns
    -------
    pandas.DataFrame
        Shape (n, columns + 1), index of ``matrix``: the features of the belief, and ``BASE``, in probability. A row
        sums to the unit's feasibility. A field that is not known has the part of what such units show.
    """
    ready, _ = clipped(matrix, ranges)
    parts = split(*lines(belief, province), stand(belief.columns, ready))
    return pd.DataFrame(parts, index=matrix.index, columns=[*belief.features, BASE])


def split(restart: Line, durable: Line, seen: Standing) -> Floats:
    """Parts of feasibility and, last, the average unit's, shape (n, columns + 1).

    Parameters
    ----------
    restart, durable
        Lines of the log-odds: that a unit restarts, and that it then stays at work.
    seen
        What ``engine.scoring.belief.stand`` gives of the units.

    Examples
    --------
    >>> line = Line(-1.0, np.array([0.5, -0.2]), np.zeros((2, 2)), 0.0)
    >>> parts = split(line, line, Standing(np.array([[1.0, 2.0]]), np.zeros((1, 2), bool), np.ones(2)))
    >>> score = expit(-1.0 + 0.5 - 0.4)
    >>> bool(abs(parts.sum() - score**2) < 1e-15), parts.round(3).tolist()
    (True, [[0.056, -0.045, 0.072]])
    """
    first, second = (seen.away @ line.slopes for line in (restart, durable))
    along_first, along_second = np.zeros(len(first)), np.zeros(len(first))
    for step, share in WAY:
        chances = expit(restart.intercept + step * first), expit(durable.intercept + step * second)
        along_first += share * chances[0] * (1 - chances[0]) * chances[1]
        along_second += share * chances[1] * (1 - chances[1]) * chances[0]
    parts = seen.away * (along_first[:, None] * restart.slopes + along_second[:, None] * durable.slopes)
    base = float(expit(restart.intercept) * expit(durable.intercept))
    point = expit(restart.intercept + first) * expit(durable.intercept + second)
    return np.column_stack([exact(parts, point - base), np.full(len(point), base)])


def jobs_parts(
    section: SizeSigns,
    matrix: pd.DataFrame,
    *,
    ranges: Mapping[str, Span],
    shift: Floats | float = 0.0,
    jobs_now: Floats | None = None,
) -> pd.DataFrame:
    """What each sign of size adds to the jobs that a restart gives by month 12.

    Parameters
    ----------
    section
        How jobs follow from size.
    matrix
        Shape (n, features).
    ranges
        Of the document.
    shift
        Shape (n,): how much larger units of the sector are than all, in logarithms.
    jobs_now
        Shape (n,), persons; nobody where ``None``, NaN gives a row of NaN.

    Returns
    -------
    pandas.DataFrame
        Shape (n, signs + 4), index of ``matrix``, persons: the signs; ``OFFICIAL``, the sector's difference; ``PANEL``,
        one column more where experts were asked; ``RATIO``, what a restart keeps, on average; ``NOW``, who works there
        already; and ``BASE``, the usual size. A row sums to the mean of ``max(jobs at month 12 - jobs now, 0)``, which
        is the point of ``jobs_if_revived``.
    """
    ready, _ = clipped(matrix, ranges)
    found = jobs(section, ready, shift)
    parts = _split_jobs(section, found, np.broadcast_to(np.asarray(shift, dtype=float), len(ready)))
    there = np.zeros(len(ready)) if jobs_now is None else jobs_now
    parts[np.isnan(there)] = np.nan
    parts = np.insert(parts, -1, found.mean_above(there) - found.mean, axis=1)
    asked = [] if section.panel is None else [PANEL]
    names = [*(sign.feature for sign in section.signs), OFFICIAL, *asked, RATIO, NOW, BASE]
    return pd.DataFrame(parts, index=matrix.index, columns=names)


def bases(belief: Belief) -> pd.DataFrame:
    """What the effect of each feature rests on.

    Returns
    -------
    pandas.DataFrame
        Index: features of the belief. ``basis`` (:class:`Basis`), ``table`` and ``effect`` (log-odds for each unit of
        the feature: what the table says, and what it became), ``learnt`` (share of the table's variance that sources
        took away, 0..1), ``overridden`` (a user's own row).
    """
    left, first = (belief.restart.doubt**2).sum(axis=1), belief.variances
    own = {name.partition(".")[2] for name in belief.overridden}
    return pd.DataFrame(
        {
            "basis": belief.basis,
            "table": belief.table,
            "effect": belief.restart.slopes,
            "learnt": np.where(first > 0, 1 - left / np.where(first > 0, first, 1.0), 0.0).clip(0, 1),
            "overridden": [name in own for name in belief.features],
        },
        index=pd.Index(belief.features, name="feature"),
    )


def _split_jobs(section: SizeSigns, found: LogJobs, shift: Floats) -> Floats:
    base = float(np.exp(section.level))
    # The mean lies above the median by what the spread of a log-normal adds: a part of what a restart keeps on average.
    kept = section.ratio.mean + np.log(found.mean) - found.centre
    asked = [] if section.panel is None else [found.panel]
    moves = np.column_stack([found.pulls[:, :-1], shift, *asked, kept])
    total = moves.sum(axis=1)
    # Along the straight way in logarithms every part of a product keeps its share of the logarithm.
    small = np.abs(total) < 1e-12
    slope = np.where(small, base, base * np.expm1(total) / np.where(small, 1.0, total))
    parts = exact(moves * slope[:, None], found.mean - base)
    return np.column_stack([parts, np.full(len(shift), base)])


def exact(parts: Floats, difference: Floats) -> Floats:
    """Share what the nodes leave over by the size of the parts, so that they add up to the last digit.

    Parameters
    ----------
    parts
        Shape (n, columns).
    difference
        Shape (n,): what each row shall add up to.

    Examples
    --------
    >>> exact(np.array([[3.0, -1.0]]), np.array([2.4])).round(6).tolist()
    [[3.3, -0.9]]
    """
    left = difference - parts.sum(axis=1)
    weight = np.abs(parts)
    total = weight.sum(axis=1, keepdims=True)
    return np.asarray(parts + left[:, None] * np.divide(weight, total, out=np.zeros_like(weight), where=total > 0))
