"""Why a model of the first day gives units its figures, and which answers would tell most: for the rows of a matrix.

The figures are those of ``engine.scoring.runtime.predict``: units of the training table speak by the line that never
saw their province, here as there, so that parts add up to what is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.scoring.artefact import Model
from engine.scoring.belief import Doubt, of_units
from engine.scoring.design import clipped
from engine.scoring.document import ReportedDocument
from engine.scoring.first_day import Belief, SizeSigns
from engine.scoring.points import feasibility_parts, jobs_parts
from engine.scoring.press import UnitSize
from engine.scoring.questions import narrowing, swings
from engine.scoring.runtime import by_pair, sector_shift, unit_spread


@dataclass(frozen=True, eq=False, slots=True)
class Reasons:
    """What stands behind the figures of n units, index ``unit_id``.

    Parameters
    ----------
    feasibility
        Shape (n, features + 1), probability; see ``engine.scoring.points.feasibility_parts``.
    jobs
        Shape (n, signs + 4), persons; see ``engine.scoring.points.jobs_parts``. NaN where jobs now are not known.
    narrowing, swing
        Shape (n, questions), probability; see ``engine.scoring.questions``.
    doubt
        Shape (n, 4), shares that add up to 1: what the interval of the unit's feasibility comes from, by
        :class:`engine.scoring.belief.Doubt`.
    """

    feasibility: pd.DataFrame
    jobs: pd.DataFrame
    narrowing: pd.DataFrame
    swing: pd.DataFrame
    doubt: pd.DataFrame


def first_day(model: Model) -> tuple[Belief, SizeSigns] | None:
    """What a model of the first day believes; ``None`` for any other model."""
    document = model.document
    if not isinstance(document, ReportedDocument) or document.belief is None or document.size is None:
        return None
    return document.belief, document.size


def reasons(
    model: Model,
    believed: tuple[Belief, SizeSigns],
    matrix: pd.DataFrame,
    units: pd.DataFrame,
    questions: Mapping[str, str],
) -> Reasons:
    """Why units have their figures, and what to ask of them.

    Parameters
    ----------
    model
        Promoted model.
    believed
        What :func:`first_day` gives of it.
    matrix
        Shape (n, features), index ``unit_id``.
    units
        Unit table that holds at least the units of ``matrix``.
    questions
        Feature -> question that it answers.
    """
    belief, size = believed
    now = UnitSize.of(units.loc[matrix.index], None).jobs_now
    tables: list[list[pd.DataFrame]] = [[], [], [], [], []]
    for pair, rows, province in by_pair(model, matrix.index, np.arange(len(matrix))):
        ready, _ = clipped(matrix.iloc[rows], model.document.ranges)
        shift = sector_shift(pair, ready)
        for table, part in zip(
            tables,
            (
                feasibility_parts(belief, ready, ranges={}, province=province),
                jobs_parts(size, ready, ranges={}, shift=shift, jobs_now=now[rows]),
                narrowing(belief, ready, ranges={}, province=province, questions=questions),
                swings(belief, ready, ranges={}, province=province, questions=questions),
                _doubt(belief, ready, province, unit_spread(model)),
            ),
            strict=True,
        ):
            table.append(part)
    return Reasons(*(pd.concat(parts).loc[matrix.index] for parts in tables))


def _doubt(belief: Belief, ready: pd.DataFrame, province: str, unit_spread: float) -> pd.DataFrame:
    estimate = of_units(belief, ready, ranges={}, province=province).variance
    variance = np.column_stack([estimate, np.full(len(ready), unit_spread**2)])
    return pd.DataFrame(variance / variance.sum(axis=1, keepdims=True), index=ready.index, columns=[*Doubt])
