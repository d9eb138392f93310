"""Landmarks as a table to learn from: X, y, weights, groups, dates, and a datasheet that says what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.scoring.hazards import PERIOD_MONTHS, PERIODS
from training.cohort.landmarks import Described, labelled
from training.evaluation.judged_table import GROUPS
from training.evaluation.walk_forward import MATURE_MONTHS, weights_and_labels

Floats = npt.NDArray[np.float64]

LABEL = f"restarted within {PERIODS * PERIOD_MONTHS} months of the landmark, and at half capacity or more 12 months on"
WEIGHT = (
    "how many landmarks a row stands for: of those as old whose outcome nobody knows (inverse probability of "
    "censoring), and of units that nobody approached (inverse propensity)"
)


@dataclass(frozen=True, eq=False, slots=True)
class Landmarks:
    """A table to learn from; all parts have the same index, 0..n-1, by unit and date.

    Parameters
    ----------
    X
        Shape (n, features): what was known of the unit on the date. A category is the number of its level, NaN is not
        known.
    y
        Shape (n,), 0 or 1: whether the unit came back to stay; see ``datasheet["label"]``.
    weights
        Shape (n,), above zero, of mean 1.
    groups
        Shape (n, 4): ``unit_id, county, sector, size``.
    dates
        Shape (n,): the landmark, first day of a quarter.
    datasheet
        JSON-able: what the table is, how it came about, and what it is not.
    """

    X: pd.DataFrame
    y: pd.Series
    weights: pd.Series
    groups: pd.DataFrame
    dates: pd.Series
    datasheet: dict[str, Any]

    def __len__(self) -> int:
        return len(self.y)


def ripe(
    described: Described, events: pd.DataFrame, *, as_of: pd.Timestamp, unit_weights: pd.Series | None = None
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
    """
    day = pd.Timestamp(as_of).as_unit("s")
    whole = labelled(described, events, as_of=day, least_periods=0)
    mature = (whole.rows["origin"] + pd.DateOffset(months=MATURE_MONTHS) <= day).to_numpy()
    weight, label = weights_and_labels(whole, mature)
    kept = np.flatnonzero(mature & ~np.isnan(label))
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
