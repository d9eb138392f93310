"""Describe a register's own log, weigh its units, and draw the folds of a judgement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from features.catalogue import FULL_SCHEMA
from training.cohort.landmarks import LEAST_RESTARTS, Described, describe, labelled
from training.evaluation.judged_table import LEAST_OUTCOMES
from training.evaluation.walk_forward import plan
from training.models.capital import LEARNT
from training.pipeline.ground import FOLDS, Ground, judged_folds
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate
from training.propensity.correction import approach
from training.registry.provenance import data_digest
from training.tuning.progress import Progress, Stage, silent


def ground_of(
    register: Register,
    units: pd.DataFrame,
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    origin: str,
    random_state: int = 0,
    effects: pd.DataFrame | None = None,
    progress: Progress = silent,
) -> Ground | None:
    """Describe a log, and draw the folds of its judgement.

    Parameters
    ----------
    register
        Asked for the units as they were known on earlier days.
    units, events
        Of the register, as known on the day.
    as_of, random_state, progress
        Last day whose facts may be seen, seed, and who is called with what is done.
    origin
        Only units of this origin are learnt from.
    effects
        Prior effects that slopes are pulled towards; towards zero where ``None``.

    Returns
    -------
    Ground or None
        ``None`` when fewer than ``LEAST_RESTARTS`` restarts can be learnt from, or fewer than ``LEAST_OUTCOMES`` units
        have an outcome that a model of an earlier day can be judged by.
    """
    return ground_from(
        lambda day: register.units(known_by=day), units, events, as_of=as_of, origin=origin,
        records=register.units.first_records, showings=lambda: register.showings(as_of), random_state=random_state,
        effects=effects, progress=progress,
    )  # fmt: skip


def ground_from(
    units_at: Callable[[pd.Timestamp], pd.DataFrame],
    units: pd.DataFrame,
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    origin: str,
    records: Callable[[], pd.DataFrame],
    showings: Callable[[], pd.DataFrame | None] = lambda: None,
    described: Described | None = None,
    random_state: int = 0,
    effects: pd.DataFrame | None = None,
    progress: Progress = silent,
) -> Ground | None:
    """As ``ground_of``, of units and events that stand in no register.

    Parameters
    ----------
    units_at
        From a day to the units as they were known on it.
    units, events, as_of, origin, random_state, effects, progress
        Those of ``ground_of``.
    records, showings
        Give the first record of each unit (with ``known_on``), and what investors were shown.
    described
        Landmarks up to the day, where they were described before.
    """
    mine = units[units["origin"] == origin]
    own = events[events["unit_id"].isin(mine.index)]
    if own["unit_id"].nunique() < LEAST_OUTCOMES:
        return None
    progress(Stage.DESCRIBING, 0.0)
    if described is None:
        described = describe(_of_origin(units_at, origin), own, LEARNT, as_of=as_of)
    seen = labelled(described, own, as_of=as_of)
    folds = plan(described, own, as_of=as_of, folds=FOLDS, random_state=random_state)
    later = judged_folds(folds)
    judged = {unit for fold in later for unit in folds.whole.rows["unit_id"].iloc[folds.rows(fold)]}
    if seen.restarted < LEAST_RESTARTS or len(judged) < LEAST_OUTCOMES:
        return None
    first = records()
    first = first[(first["origin"] == origin) & (first["known_on"] <= as_of)]
    weights, approached = _weights(first, own, showings(), as_of=as_of, random_state=random_state)
    progress(Stage.DESCRIBING, 1.0)
    told = [] if effects is None else [effects]
    return Ground(
        as_of=pd.Timestamp(as_of).as_unit("s"),
        origin=origin,
        units=mine,
        events=own,
        units_at=units_at,
        everything=events,
        described=described,
        seen=seen,
        folds=folds,
        weights=weights,
        approached=approached,
        priors=Priors(restart=restart_rate(), capacity=capacity_rate(), size=jobs_size()),
        effects=effects,
        digest=data_digest(seen.rows, seen.matrix.reset_index(drop=True), seen.restarts, *told),
    )


def _of_origin(units_at: Callable[[pd.Timestamp], pd.DataFrame], origin: str) -> Callable[[pd.Timestamp], pd.DataFrame]:
    def at(day: pd.Timestamp) -> pd.DataFrame:
        units = units_at(day)
        return units[units["origin"] == origin]

    return at


def _weights(
    records: pd.DataFrame,
    events: pd.DataFrame,
    showings: pd.DataFrame | None,
    *,
    as_of: pd.Timestamp,
    random_state: int,
) -> tuple[pd.Series | None, dict[str, Any]]:
    """Weights of the approached; none where nearly nobody or nearly everybody was."""
    try:
        found = approach(records, events, FULL_SCHEMA, as_of=as_of, showings=showings, random_state=random_state)
    except EhyaError as error:
        if error.code is not ErrorCode.TOO_FEW_ROWS:
            raise
        return None, {"weighted": False}
    report = found.to_json()
    plain = {name: value for name, value in report.items() if isinstance(value, (int, float, str)) and value == value}
    return found.weights, {"weighted": True, **plain, "warnings": list(report.get("warnings", []))}
