"""From a register and its log to the weights of its outcomes, with the report on how far to trust them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.scoring.design import design
from engine.scoring.hazards import PERIOD_MONTHS, PERIODS
from features import fit as fit_features
from features import matrix
from features.catalogue import FULL_SCHEMA
from features.schema import FeatureSchema
from training.cohort.landmarks import Followed
from training.cohort.spells import OPEN, RESTARTED
from training.propensity.model import Floats, Propensity, exposure, logged_probability, propensity
from training.propensity.overlap import Overlap, overlap
from training.propensity.sensitivity import Late, Sensitivity, late_approach, sensitivity, strength
from training.statistics.design_blocks import line_blocks

DURATION = "idle_years"
"""Feature that tells how long a unit had stood idle."""

STRONGEST = 3
"""Features, those with the largest parts in the propensity, that are left out in turn to see how much one decides."""


@dataclass(frozen=True, slots=True)
class Approach:
    """Who was approached, and what follows for learning from those who were.

    Parameters
    ----------
    exposed
        Of ``training.propensity.model.exposure``, index ``unit_id``.
    found
        Propensities of the same units.
    weights
        Of the approached, index ``unit_id``, about one on average: what ``fit_outcomes(weights=...)`` takes.
    overlap
        How far the approached speak for the others.
    benchmark
        The recorded field that decides most, and its strength (``training.propensity.sensitivity.strength``).
    """

    exposed: pd.DataFrame
    found: Propensity
    weights: pd.Series
    overlap: Overlap
    benchmark: tuple[str | None, float]

    def of(self, unit_ids: pd.Index | pd.Series) -> Propensity:
        """Propensities of some units, in their order; every one must be among ``exposed``."""
        at = self.exposed.index.get_indexer(pd.Index(unit_ids))
        if (at < 0).any():
            raise KeyError(str(pd.Index(unit_ids)[at < 0][0]))
        names = ("probability", "stabiliser", "horizon", "cumulative", "logged")
        return replace(self.found, **{name: getattr(self.found, name)[at] for name in names})

    def to_json(self) -> dict[str, Any]:
        """Plain form for a card or a file."""
        field, factor = self.benchmark
        return {**self.overlap.to_json(), "strongest_field": field, "strongest_factor": factor}


def approach(
    records: pd.DataFrame,
    events: pd.DataFrame,
    schema: FeatureSchema,
    *,
    as_of: pd.Timestamp,
    until: pd.Timestamp | None = None,
    showings: pd.DataFrame | None = None,
    random_state: int = 0,
) -> Approach:
    """Fit who is approached and weigh the outcomes by it.

    Parameters
    ----------
    records
        Unit table of all units as they were first met, with ``known_on`` (``Register.units.first_records``).
    events, showings
        Of the register.
    schema
        Features of the propensity: all that the register states before an approach.
    as_of
        The day of training; nothing known later is looked at.
    until
        Last day of an approach whose outcome can be learnt from; ``as_of`` by default.
    random_state
        Seed of the folds.

    Raises
    ------
    EhyaError
        ``too_few_rows`` when nearly nobody was approached, or nearly everybody.
    """
    entered = records["as_of"].fillna(records["known_on"])
    exposed = exposure(entered, events, as_of=as_of, until=until)
    mine = records.loc[exposed.index]
    X = at_record(mine, entered.loc[exposed.index], schema)
    shown = None if showings is None else logged_probability(showings[showings["shown_on"] <= as_of], exposed)
    found = propensity(X, schema, exposed, logged=shown, random_state=random_state)
    met = exposed["approached"].to_numpy(dtype=bool)
    groups = {"county": mine["county"], "sector": mine["isic"].str[:2]}
    report = overlap(X, schema, met, found, groups=groups)
    without: dict[str, Floats] = {}
    for name in sorted(found.decides, key=lambda name: -found.decides[name])[:STRONGEST]:
        part = schema.subset([each for each in schema.names if each != name])
        without[name] = propensity(X[list(part.names)], part, exposed, penalty=found.penalty).horizon
    weights = pd.Series(found.weights()[met], index=exposed.index[met])
    return Approach(exposed, found, weights, report, strength(found.horizon, without))


def hidden_cause(found: Approach, seen: Followed) -> Sensitivity:
    """How far a hidden cause would move the mean restart of the approached, and whether there is a sign of one.

    Parameters
    ----------
    found
        Of :func:`approach`.
    seen
        Followed landmarks of the same register. Of each unit the first one counts: for the sign all its periods that
        were seen, for the bounds only where its whole horizon was.
    """
    first = seen.rows.drop_duplicates("unit_id")
    first = first[first["unit_id"].isin(found.weights.index)]
    late = _late(found, seen, first) if len(first) else None
    ripe = first["origin"] <= seen.settled - pd.DateOffset(months=PERIODS * PERIOD_MONTHS)
    told = first[ripe & ((first["outcome"] != OPEN) | (first["periods"] == PERIODS))]
    label = np.where(told["outcome"] == RESTARTED, 1.0, 0.0)
    mine = found.of(told["unit_id"])
    return sensitivity(label, mine.comparable, benchmark=found.benchmark[1], late=late)


def _late(found: Approach, seen: Followed, first: pd.DataFrame) -> Late:
    X = seen.matrix.iloc[first.index]
    periods = first["periods"].to_numpy()
    row = np.repeat(np.arange(len(first)), periods)
    period = np.arange(len(row)) - np.repeat(np.cumsum(periods) - periods, periods)
    happened = (period == periods[row] - 1) & (first["outcome"].to_numpy() == RESTARTED)[row]
    columns = np.column_stack([design(X, line_blocks(X, seen.schema))[row], period[:, None] == np.arange(1, PERIODS)])
    duration = X[DURATION].to_numpy(dtype=np.float64) if DURATION in X else np.full(len(X), np.nan)
    lateness = found.of(first["unit_id"]).cumulative
    return late_approach(happened.astype(np.float64), columns, lateness[row], duration[row])


def at_record(records: pd.DataFrame, entered: pd.Series, schema: FeatureSchema) -> pd.DataFrame:
    """Model matrix of units, each on the day of its own record: one matrix for each such day.

    Parameters
    ----------
    records
        Unit table, shape (n, columns).
    entered
        Day of each record, same index.
    schema
        Features wanted.
    """
    fitted = fit_features(records, schema, as_of=entered.max())
    days = entered.to_numpy()
    parts = [matrix(records[days == day], schema, fitted, as_of=pd.Timestamp(day)) for day in np.unique(days)]
    return pd.concat(parts).reindex(records.index)


def approach_weights(
    records: pd.DataFrame,
    events: pd.DataFrame,
    showings: pd.DataFrame | None,
    *,
    as_of: pd.Timestamp,
    random_state: int,
) -> tuple[pd.Series | None, dict[str, Any]]:
    """Weights of the approached, and what was found of them; no weights where nearly nobody or everybody was.

    Parameters
    ----------
    records, events, showings, as_of, random_state
        Those of ``approach``, by the features of the whole schema.
    """
    try:
        found = approach(records, events, FULL_SCHEMA, as_of=as_of, showings=showings, random_state=random_state)
    except EhyaError as error:
        if error.code is not ErrorCode.TOO_FEW_ROWS:
            raise
        return None, {"weighted": False}
    report = found.to_json()
    plain = {name: value for name, value in report.items() if isinstance(value, (int, float, str)) and value == value}
    return found.weights, {"weighted": True, **plain, "warnings": list(report.get("warnings", []))}
