"""Periods that passed since a model was made, of the units that stood idle since: what it foretold, and what came."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.scoring.artefact import Model
from features.schema import FeatureSchema
from training.cohort.landmarks import SETTLED_MONTHS, Described, describe, labelled
from training.cohort.past_units import UnitsAt
from training.cohort.spells import RESTARTED
from training.evaluation import replay


def landmarks_since(model: Model, units_at: UnitsAt, events: pd.DataFrame, *, as_of: pd.Timestamp) -> Described:
    """The first landmark of each unit after a model's last day.

    Parameters
    ----------
    model
        The model.
    units_at, events, as_of
        Function from a day to the units as they were known on it, event table, day of knowledge.
    """
    since, nothing = model.data_until, units_at(as_of).iloc[:0]
    schema = FeatureSchema.from_json(model.schema)
    found = describe(lambda day: units_at(day) if day > since else nothing, events, schema, as_of=as_of)
    kept = ~found.rows.duplicated("unit_id").to_numpy()
    rows = found.rows[kept].reset_index(drop=True)
    return Described(rows, found.matrix[kept], found.schema, found.fitted, found.left_out)


def matured(
    model: Model,
    units_at: UnitsAt,
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    settled_months: int = SETTLED_MONTHS,
) -> pd.DataFrame:
    """Periods that passed since a model was made, with what it foretold of them and what came.

    Parameters
    ----------
    model
        The model; nothing known by its ``data_until`` is among the outcomes, and it sees each unit as it was known on
        the origin.
    units_at, events, as_of, settled_months
        Function from a day to the units as they were known on it, event table, day of knowledge, and months
        before the day of knowledge at which labels end.

    Returns
    -------
    pandas.DataFrame
        ``unit_id, origin, period`` (1 to 4), ``label`` (restarted in it), ``probability`` (of that, idle at its start),
        ``county, sector, size``.
    """
    described = landmarks_since(model, units_at, events, as_of=as_of)
    return matured_of(model, described, units_at, events, as_of=as_of, settled_months=settled_months)


def matured_of(
    model: Model,
    described: Described,
    units_at: UnitsAt,
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    settled_months: int = SETTLED_MONTHS,
) -> pd.DataFrame:
    """As ``matured``, of landmarks that were described before."""
    seen = labelled(described, events, as_of=as_of, settled_months=settled_months)
    rows, periods = seen.rows, seen.rows["periods"].to_numpy(np.intp)
    foretold = replay.hazard(model, rows, units_at, events)
    row = np.repeat(np.arange(len(rows)), periods)
    period = np.arange(len(row)) - np.repeat(np.cumsum(periods) - periods, periods)
    came = (period == periods[row] - 1) & (rows["outcome"].to_numpy() == RESTARTED)[row]
    table = rows.iloc[row][["unit_id", "origin", "county", "sector", "size"]].reset_index(drop=True)
    return table.assign(period=period + 1, label=came.astype(np.float64), probability=foretold[row, period])
