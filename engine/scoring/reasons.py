"""Why a model gives units its figures, and which answers would tell most: for the rows of a matrix.

The figures are those of ``engine.scoring.runtime.predict``: units of the training table speak by the line that never
saw their province, here as there, so that parts add up to what is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.scoring import hazards, learnt_points, points
from engine.scoring.artefact import Model
from engine.scoring.belief import Doubt, of_units
from engine.scoring.design import Floats, clipped
from engine.scoring.document import OutcomesDocument, ReportedDocument
from engine.scoring.first_day import Belief, SizeSigns
from engine.scoring.press import UnitSize
from engine.scoring.questions import Unanswered, narrowing, of_belief, of_outcomes, swings
from engine.scoring.runtime import by_pair, sector_shift, unit_spread
from engine.scoring.sections import PressPair


@dataclass(frozen=True, eq=False, slots=True)
class Reasons:
    """What stands behind the figures of n units, index ``unit_id``.

    Parameters
    ----------
    feasibility
        Shape (n, features + 1), probability; see ``feasibility_parts`` of ``engine.scoring.points`` and
        ``engine.scoring.learnt_points``.
    jobs
        Shape (n, parts), persons; see ``jobs_parts`` of the same. NaN where jobs now are not known.
    doubt
        Shape (n, 4), shares that add up to 1: what the interval of the unit's feasibility comes from, by
        :class:`engine.scoring.belief.Doubt`.
    """

    feasibility: pd.DataFrame
    jobs: pd.DataFrame
    doubt: pd.DataFrame


@dataclass(frozen=True, eq=False, slots=True)
class Answers:
    """What answers would do to n units, index ``unit_id``, shape (n, questions), probability each.

    Parameters
    ----------
    narrowing, swing
        See ``engine.scoring.questions``.
    """

    narrowing: pd.DataFrame
    swing: pd.DataFrame


def first_day(model: Model) -> tuple[Belief, SizeSigns] | None:
    """What a model of the first day believes; ``None`` for any other model."""
    document = model.document
    if not isinstance(document, ReportedDocument) or document.belief is None or document.size is None:
        return None
    return document.belief, document.size


def has_reasons(model: Model) -> bool:
    """Whether :func:`reasons` and :func:`answers` know such a model: files of before both do not hold enough."""
    return isinstance(model.document, OutcomesDocument) or first_day(model) is not None


def reasons(model: Model, matrix: pd.DataFrame, units: pd.DataFrame) -> Reasons:
    """Why units have their figures.

    Parameters
    ----------
    model
        Promoted model that :func:`has_reasons`.
    matrix
        Shape (n, features), index ``unit_id``.
    units
        Unit table that holds at least the units of ``matrix``.
    """
    now = UnitSize.of(units.loc[matrix.index], None).jobs_now
    believed = first_day(model)
    if believed is None:
        variance = hazards.doubts(model, matrix)
        return Reasons(
            learnt_points.feasibility_parts(model, matrix),
            learnt_points.jobs_parts(model, matrix, units, now),
            _shares(variance, matrix.index, unit_spread(model)),
        )
    by_province = [
        _of_belief(model, believed, pair, matrix.iloc[rows], now[rows], province)
        for pair, rows, province in by_pair(model, matrix.index, np.arange(len(matrix)))
    ]
    tables = zip(*((part.feasibility, part.jobs, part.doubt) for part in by_province), strict=True)
    return Reasons(*(pd.concat(parts).loc[matrix.index] for parts in tables))


def answers(model: Model, matrix: pd.DataFrame, questions: Mapping[str, str]) -> Answers:
    """What to ask of units.

    Parameters
    ----------
    model, matrix
        As :func:`reasons` takes them.
    questions
        Feature -> question that it answers.
    """
    believed = first_day(model)
    if believed is None:
        asked = [of_outcomes(model, matrix)]
    else:
        asked = [
            of_belief(believed[0], matrix.iloc[rows], ranges=model.document.ranges, province=province)
            for _, rows, province in by_pair(model, matrix.index, np.arange(len(matrix)))
        ]

    def together(of: Callable[[Unanswered, Mapping[str, str]], pd.DataFrame]) -> pd.DataFrame:
        return pd.concat([of(part, questions) for part in asked]).loc[matrix.index]

    return Answers(together(narrowing), together(swings))


def _of_belief(
    model: Model,
    believed: tuple[Belief, SizeSigns],
    pair: PressPair,
    matrix: pd.DataFrame,
    jobs_now: Floats,
    province: str,
) -> Reasons:
    (belief, size), (ready, _) = believed, clipped(matrix, model.document.ranges)
    shift = sector_shift(pair, ready)
    estimate = of_units(belief, ready, ranges={}, province=province).variance
    return Reasons(
        points.feasibility_parts(belief, ready, ranges={}, province=province),
        points.jobs_parts(size, ready, ranges={}, shift=shift, jobs_now=jobs_now),
        _shares(estimate, matrix.index, unit_spread(model)),
    )


def _shares(estimate: Floats, index: pd.Index, unit_spread: float) -> pd.DataFrame:
    variance = np.column_stack([estimate, np.full(len(index), unit_spread**2)])
    return pd.DataFrame(variance / variance.sum(axis=1, keepdims=True), index=index, columns=[*Doubt])
