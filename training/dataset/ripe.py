"""Landmarks that are old enough for their outcome to be known whole, as a table to learn from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from engine.scoring.hazards import PERIOD_MONTHS, PERIODS
from training.cohort.landmarks import MATURE_MONTHS, Described, labelled, weights_and_labels
from training.dataset.table import Landmarks
from training.evaluation.judged_table import GROUPS

LABEL = f"restarted within {PERIODS * PERIOD_MONTHS} months of the landmark, and at half capacity or more 12 months on"
WEIGHT = (
    "how many landmarks a row stands for: of those as old whose outcome nobody knows (inverse probability of "
    "censoring), and of units that nobody approached (inverse propensity)"
)


def ripe(
    described: Described,
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    unit_weights: pd.Series | None = None,
    units: pd.Index | None = None,
) -> Landmarks:
    """Landmarks whose outcome was known whole on a day.

    Parameters
    ----------
    described
        What ``training.cohort.landmarks.describe`` gives for the day or a later one.
    events
        Event table.
    as_of
        Day of knowledge of the outcomes.
    unit_weights
        Weight of each unit, index ``unit_id``; ones where ``None``, and for a unit that is not there.
    units
        Only these are given; all where ``None``.
    """
    day = pd.Timestamp(as_of).as_unit("s")
    whole = labelled(described, events, as_of=day, least_periods=0)
    mature = (whole.rows["origin"] + pd.DateOffset(months=MATURE_MONTHS) <= day).to_numpy()
    weight, label = weights_and_labels(whole, mature)
    wanted = np.ones(len(whole.rows), dtype=bool) if units is None else whole.rows["unit_id"].isin(units).to_numpy()
    kept = np.flatnonzero(mature & ~np.isnan(label) & wanted)
    rows = whole.rows.iloc[kept].reset_index(drop=True)
    if unit_weights is not None:
        weight = weight * unit_weights.reindex(whole.rows["unit_id"]).fillna(1.0).to_numpy(np.float64)
    weights = pd.Series(weight[kept] / weight[kept].mean() if len(kept) else [], name="weight", dtype="float64")
    y = pd.Series(label[kept], name="y", dtype="float64")
    sheet = {
        "as_of": day.date().isoformat(),
        "label": LABEL,
        "weight": WEIGHT,
        "rows": len(rows),
        "units": int(rows["unit_id"].nunique()),
        "positive": int(y.sum()),
        "base_rate": float(np.average(y, weights=weights)) if len(rows) else None,
        "first_date": _day(rows["origin"].min()),
        "last_date": _day(rows["origin"].max()),
        "ripe_after_months": MATURE_MONTHS,
        "outcome_not_known": int((mature & np.isnan(label)).sum()),
    }
    X = whole.matrix.iloc[kept].reset_index(drop=True)
    return Landmarks(X, y, weights, rows[["unit_id", *GROUPS]], rows["origin"].rename("date"), sheet)


def _day(day: Any) -> str | None:
    return None if pd.isna(day) else pd.Timestamp(day).date().isoformat()
