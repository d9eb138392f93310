"""What a model, as it was trained, says of units as they were known on a day: the answers the service would have given.

Whoever sets predictions beside what came of them asks here: drift, the evaluation on outcomes that ripened since, and
a champion beside its challenger.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine import scoring
from engine.domain.prediction import BOUNDS, Output
from engine.domain.standing import standing
from engine.domain.unit import Origin, Status
from engine.scoring import hazards
from engine.scoring.artefact import Model
from engine.scoring.design import clipped
from engine.scoring.document import OUTCOMES
from engine.scoring.hazards import PERIODS
from engine.scoring.jobs import JobsHeads, jobs_forecast
from engine.store import Register
from features import matrix
from training.cohort.past_units import UnitsAt, past_units

Floats = npt.NDArray[np.float64]

JOBS = ("low", "point", "high", "zero_probability")


def spoken_of(register: Register, model: Model) -> UnitsAt:
    """Units that a model speaks of, as the register knew them at the end of a day.

    Parameters
    ----------
    register
        Read only.
    model
        One of outcomes speaks of units of the origin it learnt from, one of press reports of all but synthetic ones.
    """
    if model.kind != OUTCOMES:
        return past_units(register, Origin.REGISTER.value, Origin.REPORTED.value)
    return past_units(register) if model.document.origin is None else past_units(register, model.document.origin)


def feasibility(model: Model, rows: pd.DataFrame, units_at: UnitsAt, events: pd.DataFrame) -> Floats:
    """Feasibility of each row.

    Parameters
    ----------
    model
        The model; that it has not seen what came of the rows is the caller's business.
    rows
        Columns ``unit_id, origin``, shape (n, columns).
    units_at, events
        Function from a day to the units as they were known on it, event table; of both only what was
        known on the origin is read.

    Returns
    -------
    numpy.ndarray
        Shape (n,), 0..1; NaN for a unit that nobody knew on the day.
    """
    found = np.full(len(rows), np.nan)
    for day, where, units in _as_known(rows, units_at, events):
        X = matrix(units, model.schema, model.fitted, as_of=day)
        if model.kind == OUTCOMES:
            found[where] = hazards.point(model, X, head="feasibility")
        else:
            found[where] = scoring.predict(model, X, units, as_of=day)["feasibility_point"].to_numpy(np.float64)
    return found


def hazard(model: Model, rows: pd.DataFrame, units_at: UnitsAt, events: pd.DataFrame) -> Floats:
    """P(restart in a period | idle at its start), shape (n, PERIODS).

    Parameters
    ----------
    model, rows, units_at, events
        The model, rows of ``unit_id, origin``, units by day and events. A model of press reports knows no periods: its
        chance of 24 months is spread over them at an even hazard.
    """
    found = np.full((len(rows), PERIODS), np.nan)
    for day, where, units in _as_known(rows, units_at, events):
        X = matrix(units, model.schema, model.fitted, as_of=day)
        if model.kind == OUTCOMES:
            ways = hazards.incidences(model, X)
            restarted = np.column_stack([np.zeros(len(X)), ways.restarted])
            gone = restarted + np.column_stack([np.zeros(len(X)), ways.ended])
            found[where] = np.diff(restarted, axis=1) / np.maximum(1 - gone[:, :-1], 1e-9)
        else:
            capacity = model.population.capacity.rate
            feasible = scoring.predict(model, X, units, as_of=day)["feasibility_point"].to_numpy(np.float64)
            within = np.clip(feasible / capacity, 0.0, 0.999)
            found[where] = -np.expm1(np.log1p(-within) / PERIODS)[:, None]
    return found


def jobs(model: Model, rows: pd.DataFrame, units_at: UnitsAt, events: pd.DataFrame) -> pd.DataFrame:
    """Direct jobs at month 12 if a unit comes back: ``JOBS`` of each row, persons; the ends are those of 80 %.

    Parameters
    ----------
    model, rows, units_at, events
        The model, rows of ``unit_id, origin``, units by day and events.
    """
    found = pd.DataFrame(np.nan, index=rows.index, columns=list(JOBS))
    for day, where, units in _as_known(rows, units_at, events):
        X = matrix(units, model.schema, model.fitted, as_of=day)
        if model.kind == OUTCOMES:
            ready, _ = clipped(X, model.document.ranges)
            found.iloc[where] = jobs_forecast(JobsHeads.of(model), ready, units)[list(JOBS)].to_numpy(np.float64)
        else:
            # As it is served: moved from the size of press units to that of the population, less the jobs there are.
            columns = [f"{Output.JOBS_IF_REVIVED.value}_{end}" for end in BOUNDS]
            said = scoring.predict(model, X, units, as_of=day)[columns]
            now = units["jobs_now"].astype("float64").where(units["status"] != Status.IDLE.value, 0.0).to_numpy()
            found.iloc[where, :3] = said.to_numpy(np.float64) + now[:, None]
            found.iloc[where, 3] = 0.0
    return found


def _as_known(
    rows: pd.DataFrame, units_at: UnitsAt, events: pd.DataFrame
) -> Iterator[tuple[pd.Timestamp, npt.NDArray[np.intp], pd.DataFrame]]:
    """Day, positions of its rows, and their units as they were known and stood on it."""
    for day, where in rows.reset_index(drop=True).groupby("origin").indices.items():
        at = np.asarray(where, dtype=np.intp)
        origin = pd.Timestamp(str(day))
        units = units_at(origin)
        known = at[rows["unit_id"].iloc[at].isin(units.index).to_numpy()]
        if len(known):
            yield origin, known, standing(units.loc[rows["unit_id"].iloc[known]], events, as_of=origin)
