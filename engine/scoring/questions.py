"""What to ask next: the missing field whose answer should narrow an interval, or move the top of a list, most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtr

from engine.scoring.belief import Z80, feasibility, lines, missing_variance, stand
from engine.scoring.design import Floats, clipped
from engine.scoring.first_day import Belief
from engine.scoring.sections import Span


def narrowing(belief: Belief, matrix: pd.DataFrame, *, ranges: Mapping[str, Span], province: str = "") -> pd.DataFrame:
    """By how much each missing feature, once known, is expected to narrow the interval of feasibility.

    Parameters
    ----------
    belief, matrix, ranges, province
        What ``engine.scoring.belief.of_units`` takes.

    Returns
    -------
    pandas.DataFrame
        Shape (n, columns), index of ``matrix``, in probability, 0 where the feature is known: the width of the interval
        now, less its width around the same point without the variance of the feature.
    """
    ready, _ = clipped(matrix, ranges)
    pair, seen = lines(belief, province), stand(belief.columns, ready)
    found, parts = feasibility(*pair, seen), missing_variance(*pair, seen)
    total = found.variance.sum(axis=1)
    left = np.maximum(total[:, None] - parts, 0.0)
    return _table(belief, matrix, (found.high - found.low)[:, None] - _width(found.point[:, None], left))


def swings(belief: Belief, matrix: pd.DataFrame, *, ranges: Mapping[str, Span], province: str = "") -> pd.DataFrame:
    """Standard deviation of what the answer to each missing feature does to the feasibility, shape (n, columns).

    Parameters
    ----------
    belief, matrix, ranges, province
        What ``engine.scoring.belief.of_units`` takes.
    """
    ready, _ = clipped(matrix, ranges)
    pair, seen = lines(belief, province), stand(belief.columns, ready)
    point = feasibility(*pair, seen).point
    return _table(belief, matrix, (point * (1 - point))[:, None] * np.sqrt(missing_variance(*pair, seen)))


def changes_of_the_top(score: Floats, swing: pd.DataFrame, *, top: int = 20) -> pd.DataFrame:
    """How likely the answer to each question moves a unit over the edge of the first ``top``.

    Parameters
    ----------
    score
        Shape (n,), higher is better; NaN for a unit without one.
    swing
        Shape (n, questions): standard deviation of what the answer does to the score.
    top
        How many units are looked at.

    Returns
    -------
    pandas.DataFrame
        Shape of ``swing``, probabilities: normal answers, one question at a time, the others where they are. Nothing
        changes where all units are within the top.

    Examples
    --------
    >>> swing = pd.DataFrame({"deed": [0.1, 0.1, 0.0]}, index=["a", "b", "c"])
    >>> changes_of_the_top(np.array([0.5, 0.4, 0.1]), swing, top=1)["deed"].round(2).tolist()
    [0.31, 0.31, 0.0]
    """
    known = np.flatnonzero(~np.isnan(score))
    none = pd.DataFrame(0.0, index=swing.index, columns=swing.columns)
    if len(known) <= top:
        return none
    order = known[np.argsort(-score[known], kind="stable")]
    edge = (score[order[top - 1]] + score[order[top]]) / 2
    away, spread = np.abs(score - edge)[:, None], swing.to_numpy(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        over = np.where(spread > 0, ndtr(-away / spread), 0.0)
    over[np.isnan(score)] = 0.0
    return pd.DataFrame(over, index=swing.index, columns=swing.columns)


def next_questions(
    gain: pd.DataFrame, fields: Mapping[str, Sequence[str]], *, count: int = 3, least: float = 0.0
) -> pd.DataFrame:
    """The most telling questions of each unit.

    Parameters
    ----------
    gain
        Shape (n, features), as :func:`narrowing` or :func:`changes_of_the_top` gives it.
    fields
        Feature -> fields of the record that it rests on.
    count
        How many for each unit.
    least
        A gain must be above it.

    Returns
    -------
    pandas.DataFrame
        ``unit_id, feature, fields`` (joined by ``;``), ``gain``; best first within each unit, in the units' order.

    Examples
    --------
    >>> gain = pd.DataFrame({"has_title_deed": [0.02], "litigations": [0.05]}, index=["a"])
    >>> next_questions(gain, {"litigations": ["litigation_count"]}, count=1).values.tolist()
    [['a', 'litigations', 'litigation_count', 0.05]]
    """
    values = gain.to_numpy(np.float64)
    order = np.argsort(-values, axis=1, kind="stable")[:, :count]
    best = np.take_along_axis(values, order, axis=1)
    names = np.asarray(gain.columns, dtype=object)[order]
    table = pd.DataFrame(
        {
            "unit_id": np.repeat(gain.index.to_numpy(), order.shape[1]),
            "feature": names.ravel(),
            "gain": best.ravel(),
        }
    )
    table.insert(2, "fields", table["feature"].map({name: ";".join(of) for name, of in fields.items()}).fillna(""))
    return table[table["gain"] > least].reset_index(drop=True)


def of_the_register(gain: pd.DataFrame) -> pd.Series:
    """What each question is worth over all units, the most telling first; a question that tells nothing is left out."""
    total = gain.sum(axis=0)
    return total[total > 0].sort_values(ascending=False, kind="stable")


def fields_of(rows: pd.DataFrame) -> dict[str, list[str]]:
    """Feature -> fields, of the table ``effects``.

    Examples
    --------
    >>> from engine.reference import table
    >>> fields_of(table("effects"))["idle_years"]
    ['stopped_on', 'idle_months']
    """
    own = rows[rows["output"] != "none"].drop_duplicates("feature")
    return {str(name): str(of).split(";") for name, of in zip(own["feature"], own["fields"], strict=True)}


def _width(point: Floats, variance: Floats) -> Floats:
    reach = Z80 * np.sqrt(variance)
    return np.asarray(expit(logit(point) + reach) - expit(logit(point) - reach))


def _table(belief: Belief, matrix: pd.DataFrame, values: Floats) -> pd.DataFrame:
    return pd.DataFrame(values, index=matrix.index, columns=list(belief.features))
