"""Describe units and ask a model for its predictions: the one way from a unit table to a prediction table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from engine.domain.unit import unit_table
from engine.scoring.runtime import predict
from features.matrix import matrix

if TYPE_CHECKING:
    from engine.scoring.artefact import Model


def predicted(
    model: Model,
    units: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    assumed_capital_rial: float | None = None,
    random_state: int = 0,
) -> pd.DataFrame:
    """Predict every unit of a table.

    Parameters
    ----------
    model
        Promoted model.
    units
        Unit table, shape (n, columns).
    as_of
        The day of judgement.
    assumed_capital_rial
        Rial; stands in where a unit states no capital, and is flagged.
    random_state
        Seed of the draws.

    Returns
    -------
    pandas.DataFrame
        Prediction table, index ``unit_id``.

    Raises
    ------
    EhyaError
        ``schema_mismatch`` when the model wants other features than this Ehya describes.
    """
    described = matrix(units, model.schema, model.fitted, as_of=as_of)
    return predict(
        model, described, units, as_of=as_of, assumed_capital_rial=assumed_capital_rial, random_state=random_state
    )


@dataclass(frozen=True, eq=False, slots=True)
class Scorer:
    """A model that is asked about one table after another, here or in another process.

    Parameters
    ----------
    model
        Promoted model.
    as_of
        The day of judgement.
    assumed_capital_rial
        Rial; stands in where a unit states no capital, and is flagged.
    """

    model: Model
    as_of: pd.Timestamp
    assumed_capital_rial: float | None = None

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Prediction table of some units, ``unit_id`` its first column.

        Parameters
        ----------
        rows
            Shape (n, columns of the unit table), ``unit_id`` among them.
        """
        said = predicted(self.model, unit_table(rows), as_of=self.as_of, assumed_capital_rial=self.assumed_capital_rial)
        return said.reset_index()
