"""Read what a register's log teaches, and draw the folds by which a model of it is judged."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import fields
from weakref import WeakKeyDictionary

import pandas as pd

from engine.store import Register
from training.cohort.landmarks import LEAST_RESTARTS, Described, describe, labelled
from training.cohort.past_units import log_state, past_units
from training.dataset.learnable import Learnable, check_origin
from training.evaluation.judged_table import LEAST_OUTCOMES
from training.evaluation.walk_forward import plan
from training.models.capital import LEARNT
from training.pipeline.ground import FOLDS, Ground, judged_folds
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate
from training.propensity.correction import approach_weights
from training.registry.provenance import data_digest
from training.tuning.progress import Progress, SearchStage, silent


def learnable(
    register: Register, *, as_of: pd.Timestamp, origin: str, random_state: int = 0, progress: Progress = silent
) -> Learnable | None:
    """Read what can be learnt from a register.

    Parameters
    ----------
    register
        Read only, as it stood at the end of ``as_of``.
    as_of
        The last day whose facts may be seen.
    origin
        Only units of this origin are learnt from.
    random_state
        Seed of the weights.
    progress
        Called with what is done.

    Returns
    -------
    Learnable or None
        ``None`` when fewer than ``LEAST_OUTCOMES`` units have an event.

    Raises
    ------
    EhyaError
        ``unknown_option`` for an origin that there is none of.
    """
    check_origin(origin)
    as_of = pd.Timestamp(as_of).as_unit("s")
    key = (log_state(register), as_of, origin, random_state)
    last = _LAST.get(register)
    if last is None or last[0] != key:
        progress(SearchStage.READING, 0.0)
        units, events = register.units(known_by=as_of), register.events(known_by=as_of)
        progress(SearchStage.READING, 1.0)
        found = learnable_from(
            past_units(register, origin), units, events, as_of=as_of, origin=origin,
            records=register.units.first_records, showings=lambda: register.showings(as_of),
            random_state=random_state, progress=progress,
        )  # fmt: skip
        last = key, found
        _LAST[register] = last
    return last[1]


_LAST: WeakKeyDictionary[Register, tuple[Hashable, Learnable | None]] = WeakKeyDictionary()
"""What was read last of each open register. It is asked for its units on every quarter, which takes longer than fitting
a learner to them; whoever tries several learners on a day reads it once. Nobody changes its tables."""


def learnable_from(
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
    progress: Progress = silent,
) -> Learnable | None:
    """As ``learnable``, of units and events that stand in no register.

    Parameters
    ----------
    units_at
        From a day to the units of the origin as they were known on it.
    units, events
        Of all origins, as known on the day.
    as_of, origin, random_state, progress
        Those of ``learnable``.
    records, showings
        Give the first record of each unit (with ``known_on``), and what investors were shown.
    described
        Landmarks up to the day, where they were described before.
    """
    mine = units[units["origin"] == origin]
    log = events[events["unit_id"].isin(mine.index)]
    if log["unit_id"].nunique() < LEAST_OUTCOMES:
        return None
    progress(SearchStage.DESCRIBING, 0.0)
    if described is None:
        described = describe(units_at, log, LEARNT, as_of=as_of)
    first = records()
    first = first[(first["origin"] == origin) & (first["known_on"] <= as_of)]
    weights, approached = approach_weights(first, log, showings(), as_of=as_of, random_state=random_state)
    progress(SearchStage.DESCRIBING, 1.0)
    return Learnable(mine, log, events, described, labelled(described, log, as_of=as_of), weights, approached)


def ground_of(
    register: Register,
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
        Read only, as it stood at the end of ``as_of``, and asked for the units as they were known on earlier days.
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

    Raises
    ------
    EhyaError
        ``unknown_option`` for an origin that there is none of.
    """
    found = learnable(register, as_of=as_of, origin=origin, random_state=random_state, progress=progress)
    if found is None:
        return None
    return ground_from(
        found, past_units(register), as_of=as_of, origin=origin, random_state=random_state, effects=effects,
    )  # fmt: skip


def ground_from(
    found: Learnable,
    units_at: Callable[[pd.Timestamp], pd.DataFrame],
    *,
    as_of: pd.Timestamp,
    origin: str,
    random_state: int = 0,
    effects: pd.DataFrame | None = None,
) -> Ground | None:
    """As ``ground_of``, of what was read before.

    Parameters
    ----------
    found
        What can be learnt from on the day.
    units_at
        From a day to the units of all origins as they were known on it.
    as_of, origin, random_state, effects
        Those of ``ground_of``.
    """
    folds = plan(found.described, found.events, as_of=as_of, folds=FOLDS, random_state=random_state)
    judged = {unit for fold in judged_folds(folds) for unit in folds.whole.rows["unit_id"].iloc[folds.rows(fold)]}
    seen = found.seen
    if seen.restarted < LEAST_RESTARTS or len(judged) < LEAST_OUTCOMES:
        return None
    told = [] if effects is None else [effects]
    return Ground(
        **{part.name: getattr(found, part.name) for part in fields(Learnable)},
        as_of=pd.Timestamp(as_of).as_unit("s"),
        origin=origin,
        units_at=units_at,
        folds=folds,
        priors=Priors(restart=restart_rate(), capacity=capacity_rate(), size=jobs_size()),
        effects=effects,
        digest=data_digest(seen.rows, seen.matrix.reset_index(drop=True), seen.restarts, *told),
    )
