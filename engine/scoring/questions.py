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


def narrowing(
    belief: Belief,
    matrix: pd.DataFrame,
    *,
    ranges: Mapping[str, Span],
    province: str = "",
    questions: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """By how much the answer to each question is expected to narrow the interval of feasibility.

    Parameters
    ----------
    belief, matrix, ranges, province
        What ``engine.scoring.belief.of_units`` takes.
    questions
        Feature -> question that it answers with others; where ``None`` every feature is a question of its own, a
        feature that is not named is never asked for.

    Returns
    -------
    pandas.DataFrame
        Shape (n, questions), index of ``matrix``, in probability, 0 where all is known: the width of the interval
        now, less its width around the same point without the variance of what is not known.
    """
    ready, _ = clipped(matrix, ranges)
    pair, seen = lines(belief, province), stand(belief.columns, ready)
    found = feasibility(*pair, seen)
    names, parts = _gathered(belief, missing_variance(*pair, seen), questions)
    total = found.variance.sum(axis=1)
    left = np.maximum(total[:, None] - parts, 0.0)
    narrower = (found.high - found.low)[:, None] - _width(found.point[:, None], left)
    return pd.DataFrame(narrower, index=matrix.index, columns=names)


def swings(
    belief: Belief,
    matrix: pd.DataFrame,
    *,
    ranges: Mapping[str, Span],
    province: str = "",
    questions: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Standard deviation of what the answer to each question does to the feasibility, shape (n, questions).

    Parameters
    ----------
    belief
        Of restart and of staying at work, with the slope of each feature.
    matrix
        Shape (n, features).
    ranges
        Usual low, middle and high of each feature.
    province
        Whose official rate the figures stand around; the country's where empty.
    questions
        Feature -> question that it answers with others; where ``None`` every feature is a question of its own.
    """
    ready, _ = clipped(matrix, ranges)
    pair, seen = lines(belief, province), stand(belief.columns, ready)
    point = feasibility(*pair, seen).point
    names, parts = _gathered(belief, missing_variance(*pair, seen), questions)
    swing = (point * (1 - point))[:, None] * np.sqrt(parts)
    return pd.DataFrame(swing, index=matrix.index, columns=names)


def edge_of_the_top(score: Floats, *, top: int = 20) -> float:
    """Score half-way between the last unit of the first ``top`` and the next; NaN where all units are within.

    Parameters
    ----------
    score
        Shape (n,), higher is better; NaN for a unit without one.
    top
        How many units are looked at.

    Examples
    --------
    >>> edge_of_the_top(np.array([0.5, 0.25, np.nan]), top=1)
    0.375
    """
    ranked = np.sort(score[~np.isnan(score)])[::-1]
    return float(ranked[top - 1 : top + 1].mean()) if len(ranked) > top else float("nan")


def crossings(score: Floats, swing: pd.DataFrame, edge: float) -> pd.DataFrame:
    """How likely the answer to each question moves a unit over an edge: answers are normal, one at a time.

    Parameters
    ----------
    score
        Shape (n,).
    swing
        Shape (n, questions): standard deviation of what the answer does to the score.
    edge
        Score; NaN where nothing can be moved.

    Returns
    -------
    pandas.DataFrame
        Shape of ``swing``, probabilities.
    """
    away, spread = np.abs(score - edge)[:, None], swing.to_numpy(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        over = np.where((spread > 0) & ~np.isnan(away), ndtr(-away / spread), 0.0)
    return pd.DataFrame(over, index=swing.index, columns=swing.columns)


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
    return crossings(score, swing, edge_of_the_top(score, top=top))


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
    own = rows[~rows["output"].isin(["act", "none"])].drop_duplicates("feature")
    return {str(name): str(of).split(";") for name, of in zip(own["feature"], own["fields"], strict=True)}


def _width(point: Floats, variance: Floats) -> Floats:
    reach = Z80 * np.sqrt(variance)
    return np.asarray(expit(logit(point) + reach) - expit(logit(point) - reach))


def _gathered(belief: Belief, variance: Floats, questions: Mapping[str, str] | None) -> tuple[list[str], Floats]:
    """Names of the questions, and what each leaves open: the sum over its features, shape (n, questions)."""
    asked = {name: name for name in belief.features} if questions is None else questions
    names = list(dict.fromkeys(asked[name] for name in belief.features if name in asked))
    place = {name: at for at, name in enumerate(names)}
    total = np.zeros((len(variance), len(names)))
    for column, name in enumerate(belief.features):
        if name in asked:
            total[:, place[asked[name]]] += variance[:, column]
    return names, total
