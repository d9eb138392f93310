"""Landmarks as a table to learn from: X, y, weights, groups, dates, and a datasheet that says what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain.unit import Origin
from engine.errors import EhyaError, ErrorCode
from engine.scoring.hazards import PERIOD_MONTHS, PERIODS
from engine.store import Register
from features.schema import FeatureKind
from training.cohort.landmarks import LEAST_RESTARTS, Described, labelled
from training.dataset.ground import Ground, ground
from training.evaluation.judged_table import GROUPS, LEAST_OUTCOMES
from training.evaluation.walk_forward import MATURE_MONTHS, weights_and_labels

Floats = npt.NDArray[np.float64]

LABEL = f"restarted within {PERIODS * PERIOD_MONTHS} months of the landmark, and at half capacity or more 12 months on"
WEIGHT = (
    "how many landmarks a row stands for: of those as old whose outcome nobody knows (inverse probability of "
    "censoring), and of units that nobody approached (inverse propensity)"
)
LIMITS = (
    "a unit stands on every quarter on which it was idle: split by unit and by date, never by row",
    "outcomes are known of units that somebody visited; weights correct for recorded fields, not for hidden causes",
    "features of a row know what was known on its date; a cell that is not known is empty, never zero",
    "stated capital is not among the features (decision 0010)",
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


def data(
    register: Register, *, as_of: pd.Timestamp | str, origin: str = Origin.REGISTER.value, random_state: int = 0
) -> Landmarks:
    """Read what a register teaches: ``data = training.data(register, as_of="2026-11-23")``.

    Parameters
    ----------
    register
        Read only, as it stood at the end of ``as_of``.
    as_of
        The last day whose facts may be seen.
    origin
        Whose outcomes: ``register`` or, only when somebody says so, ``synthetic``.
    random_state
        Seed of the weights.

    Returns
    -------
    Landmarks
        ``X, y, weights, groups, dates`` and the ``datasheet``.

    Raises
    ------
    EhyaError
        ``too_few_outcomes`` when no unit has a ripe outcome; ``unknown_option`` for an origin that there is none of.
    """
    day = pd.Timestamp(as_of).as_unit("s")
    found = ground(register, as_of=day, origin=origin, random_state=random_state)
    if found is None:
        raise EhyaError(ErrorCode.TOO_FEW_OUTCOMES, given=origin, allowed=LEAST_RESTARTS)
    table = ripe(found.described, found.events, as_of=day, unit_weights=found.weights)
    if not len(table):
        raise EhyaError(ErrorCode.TOO_FEW_OUTCOMES, given=origin, allowed=LEAST_OUTCOMES)
    table.datasheet.update(_of_the_ground(found, origin))
    return table


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


def _of_the_ground(found: Ground, origin: str) -> dict[str, Any]:
    """What the datasheet says beyond the table itself."""
    schema, levels = found.described.schema, found.described.fitted.get("levels", {})
    features = [
        {
            "name": spec.name,
            "family": spec.family,
            "kind": spec.kind.value,
            "measure": spec.measure,
            "meaning": spec.meaning,
            "missing": spec.missing,
            "expected_sign": spec.sign,
            "fields": list(spec.sources),
        }
        for spec in schema.features
    ]
    categories = {spec.name for spec in schema.features if spec.kind is FeatureKind.CATEGORY}
    return {
        "origin": origin,
        "synthetic": origin == Origin.SYNTHETIC.value,
        "events": len(found.events),
        "approach": found.approached,
        "left_out": {name: int(count) for name, count in found.seen.left_out.items()},
        "limits": list(LIMITS),
        "schema_digest": schema.digest,
        "features": features,
        "levels": {name: list(values) for name, values in levels.items() if name in categories},
    }


def _day(day: Any) -> str | None:
    return None if pd.isna(day) else pd.Timestamp(day).date().isoformat()
