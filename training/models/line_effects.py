"""Effects of a fitted line on restarts, each with its interval and with what was believed before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from engine.scoring.artefact import Model
from engine.scoring.belief import Z80
from engine.scoring.design import clipped, design
from engine.scoring.document import OutcomesDocument, of_kind
from training.models.slope_priors import slope_priors
from training.priors.prior_effects import Slopes

_NAMES = ("effect", "low", "high", "prior", "prior_low", "prior_high")

ENDS = (0.1, 0.9)
"""Of the 80 % interval over the bootstrap worlds."""


def line_effects(model: Model, matrix: pd.DataFrame, believed: Slopes | None) -> list[dict[str, Any]]:
    """Slopes of the hazard of restarts.

    Parameters
    ----------
    model
        Of kind ``outcomes``.
    matrix
        What it was fitted to, shape (n, features).
    believed
        Prior effects on restarts; ``None`` where slopes were pulled towards zero.

    Returns
    -------
    list of dict
        For each column of the line, largest effect first: ``feature``, ``level`` (name of a level of a category, else
        ``None``), ``effect`` with ``low`` and ``high`` (80 %), and ``prior`` with ``prior_low`` and ``prior_high``
        (``None`` where the table of effects says nothing), all on the scale of the hazard's score: for a number by one
        standard deviation, for a flag or a level by having it.
    """
    document = of_kind(model.document, OutcomesDocument)
    part = document.hazards.restart
    held, _ = clipped(matrix, document.ranges)
    priors = slope_priors(believed, document.design, held, design(held, document.design))
    line = np.asarray(model.heads["restart"].coef_[0])[part.periods :]
    low, high = np.quantile(part.refits[:, part.periods :], ENDS, axis=0)
    levels = document.fitted.get("levels", {})
    found, at = [], 0
    for block in document.design:
        for place in range(block.width):
            name = None if block.levels is None else _level(levels.get(block.column, []), block.levels[place])
            ends = [line[at], min(low[at], line[at]), max(high[at], line[at])]
            centre, spread = priors.centre[at], priors.spread[at]
            believed_ends = [centre, centre - Z80 * spread, centre + Z80 * spread]
            values = dict(zip(_NAMES, [*ends, *believed_ends], strict=True))
            row: dict[str, Any] = {"feature": block.column, "level": name}
            found.append(row | {key: _rounded(value) for key, value in values.items()})
            at += 1
    return sorted(found, key=lambda row: (-abs(row["effect"]), row["feature"], str(row["level"])))


def _level(names: Sequence[str], number: float) -> str:
    place = int(number)
    return str(names[place]) if place < len(names) else str(place)


def _rounded(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
