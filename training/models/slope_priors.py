"""Prior effects on the columns of a hazard's own design, whose scales follow the records and not the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.scoring.belief import transformed
from engine.scoring.sections import Block
from training.priors.prior_effects import Slopes

Floats = npt.NDArray[np.float64]

TABLE = "table"
"""Group of the slopes that are pulled towards the table, each by its own spread."""

_NO_SPREAD = 1e-9


@dataclass(frozen=True, slots=True)
class SlopePriors:
    """Centres and spreads of slopes, shape (columns,) each; NaN where the table has nothing to say."""

    centre: Floats
    spread: Floats

    @property
    def known(self) -> npt.NDArray[np.bool_]:
        """Columns that the table speaks of."""
        return ~np.isnan(self.centre)


def slope_priors(
    believed: Slopes | None, blocks: Sequence[Block], matrix: pd.DataFrame, columns: Floats
) -> SlopePriors:
    """What the table says of the slopes of a design.

    Parameters
    ----------
    believed
        Prior effects; ``None`` for a table that says nothing.
    blocks
        Of the design.
    matrix
        Model matrix within its ranges, shape (n, features).
    columns
        Its design, shape (n, columns).

    Returns
    -------
    SlopePriors
        An effect for each unit of the table's own scale, times what that scale changes with the column over the records
        (a regression through the known values): where both are the same up to a factor this is exact.

    Examples
    --------
    A column in units of two years; the table says .1 for each year:

    >>> believed = Slopes(("age",), ("as_stated",), np.array([0.1]), np.array([[0.04]]), np.array([0]))
    >>> block = Block(column="age", levels=None, centre=[3.0], scale=2.0)
    >>> found = slope_priors(believed, [block], pd.DataFrame({"age": [1.0, 5.0]}), np.array([[-1.0], [1.0]]))
    >>> found.centre.tolist(), found.spread.tolist()
    ([0.2], [0.4])
    """
    width = sum(block.width for block in blocks)
    centre, spread = np.full(width, np.nan), np.full(width, np.nan)
    if believed is None or not len(matrix):
        return SlopePriors(centre, spread)
    places = {feature: place for place, feature in enumerate(believed.features)}
    at = 0
    for block in blocks:
        place = places.get(block.column, -1)
        if block.levels is None and place >= 0 and believed.covariance[place, place] > 0:
            value = transformed(matrix[block.column].to_numpy(np.float64), believed.transforms[place])
            known = ~np.isnan(value)
            column = columns[known, at]
            about = column - column.mean() if known.any() else column
            if (square := float(about @ about)) > _NO_SPREAD:
                factor = float(about @ value[known]) / square
                centre[at] = believed.mean[place] * factor
                spread[at] = np.sqrt(believed.covariance[place, place]) * abs(factor)
        at += block.width
    told = spread > _NO_SPREAD
    return SlopePriors(np.where(told, centre, np.nan), np.where(told, spread, np.nan))
