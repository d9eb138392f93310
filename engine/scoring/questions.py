"""What to ask next: the missing field whose answer should narrow an interval, or move the top of a list, most."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtr

from engine.scoring import hazards
from engine.scoring.artefact import Model
from engine.scoring.belief import Z80, feasibility, lines, missing_variance, stand
from engine.scoring.design import Floats, clipped
from engine.scoring.document import HazardsDocument, of_kind
from engine.scoring.first_day import Belief
from engine.scoring.sections import Span


@dataclass(frozen=True, eq=False, slots=True)
class Unanswered:
    """What is open of n units.

    Parameters
    ----------
    point
        Feasibility, shape (n,), 0..1.
    total
        Variance of the estimate on its log-odds, shape (n,).
    parts
        Shape (n, features), index of the units: what each feature adds to it because it is not known, else 0.
    """

    point: Floats
    total: Floats
    parts: pd.DataFrame

    def by_question(self, questions: Mapping[str, str] | None) -> pd.DataFrame:
        """What each question leaves open: the sum over its features, shape (n, questions)."""
        features = list(map(str, self.parts.columns))
        asked = dict(zip(features, features, strict=True)) if questions is None else questions
        known = self.parts[[name for name in features if name in asked]]
        question = known.columns.map(asked)
        return known.T.groupby(question, sort=False).sum().T


def of_belief(belief: Belief, matrix: pd.DataFrame, *, ranges: Mapping[str, Span], province: str = "") -> Unanswered:
    """What is open of units that a model of the first day judges.

    Parameters
    ----------
    belief, matrix, ranges, province
        What ``engine.scoring.belief.of_units`` takes.
    """
    ready, _ = clipped(matrix, ranges)
    pair = lines(belief, province)
    seen = stand(belief.columns, ready)
    found = feasibility(*pair, seen)
    missing = missing_variance(*pair, seen)
    parts = pd.DataFrame(missing, index=matrix.index, columns=list(belief.features))
    return Unanswered(found.point, found.variance.sum(axis=1), parts)


def of_outcomes(model: Model, matrix: pd.DataFrame) -> Unanswered:
    """What is open of units that a model of outcomes judges.

    Parameters
    ----------
    model, matrix
        Model of kind ``outcomes``, rows of its matrix.
    """
    document = of_kind(model.document, HazardsDocument)
    names = [block.column for block in document.design]
    parts = pd.DataFrame(hazards.unknown_parts(model, matrix), index=matrix.index, columns=names)
    point, draws = hazards.feasibility(model, matrix)
    away = logit(draws) - logit(point)[:, None]
    return Unanswered(point, (away**2).mean(axis=1), parts)


def narrowing(units: Unanswered, questions: Mapping[str, str] | None = None) -> pd.DataFrame:
    """By how much the answer to each question is expected to narrow the interval of feasibility.

    Parameters
    ----------
    units
        What is open of them.
    questions
        Feature -> question that it answers with others; where ``None`` every feature is a question of its own, a
        feature that is not named is never asked for.

    Returns
    -------
    pandas.DataFrame
        Shape (n, questions), in probability, 0 where all is known: the width of the interval now, less its width
        around the same point without the variance of what is not known. The interval is taken as normal on the
        log-odds.

    Examples
    --------
    >>> asked = Unanswered(np.array([0.5]), np.array([1.0]), pd.DataFrame({"deed": [0.75], "age": [0.0]}, index=["a"]))
    >>> narrowing(asked).round(3).values.tolist()
    [[0.256, 0.0]]
    """
    open_ = units.by_question(questions)
    total = units.total[:, None]
    left = np.maximum(total - open_.to_numpy(np.float64), 0.0)
    narrower = _width(units.point, total) - _width(units.point, left)
    return pd.DataFrame(narrower, index=open_.index, columns=open_.columns)


def swings(units: Unanswered, questions: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Standard deviation of what the answer to each question does to the feasibility, shape (n, questions).

    Parameters
    ----------
    units, questions
        As :func:`narrowing` takes them.
    """
    open_ = units.by_question(questions)
    slope = units.point * (1 - units.point)
    on_the_odds = np.sqrt(open_.to_numpy(np.float64))
    return pd.DataFrame(slope[:, None] * on_the_odds, open_.index, open_.columns)


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
    if len(ranked) <= top:
        return float("nan")
    return float(ranked[top - 1 : top + 1].mean())


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

    Examples
    --------
    >>> swing = pd.DataFrame({"deed": [0.1, 0.1, 0.0]}, index=["a", "b", "c"])
    >>> crossings(np.array([0.5, 0.4, 0.1]), swing, 0.45)["deed"].round(2).tolist()
    [0.31, 0.31, 0.0]
    """
    away = np.abs(score - edge)[:, None]
    deviation = swing.to_numpy(np.float64)
    moves = (deviation > 0) & ~np.isnan(away)
    with np.errstate(divide="ignore", invalid="ignore"):
        over = np.where(moves, ndtr(-away / deviation), 0.0)
    return pd.DataFrame(over, index=swing.index, columns=swing.columns)


def next_questions(
    gain: pd.DataFrame, fields: Mapping[str, Sequence[str]], *, count: int = 3, least: float = 0.0
) -> pd.DataFrame:
    """The most telling questions of each unit.

    Parameters
    ----------
    gain
        Shape (n, features), as :func:`narrowing` or :func:`crossings` gives it.
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
    joined = {name: ";".join(of) for name, of in fields.items()}
    table.insert(2, "fields", table["feature"].map(joined).fillna(""))
    return table[table["gain"] > least].reset_index(drop=True)


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
    middle = logit(point)[:, None]
    return np.asarray(expit(middle + reach) - expit(middle - reach))
