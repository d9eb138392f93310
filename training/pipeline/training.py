"""Train: from the register and the reported facts to a model file, judged, logged and registered."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engine.domain.unit import Origin
from engine.errors import EhyaError, ErrorCode
from engine.reference.effects import effects
from engine.settings import Settings
from engine.store import Register
from training.cohort.landmarks import LEAST_RESTARTS
from training.dataset.learnable import check_origin
from training.evaluation.candidate import Candidate
from training.gates.champion import at_work
from training.panel.comparisons import Panel
from training.pipeline.judging import TrainingResult, judged_and_kept
from training.pipeline.outcomes import outcomes_candidate
from training.pipeline.reported import reported_candidate
from training.registry.lock import one_training
from training.registry.versions import settle
from training.tuning.progress import Effort, Progress, SearchStage, silent


def train(
    register: Register,
    settings: Settings,
    *,
    as_of: pd.Timestamp,
    random_state: int = 0,
    trials: int | None = None,
    timeout: float | None = None,
    workers: int = 1,
    cluster: str = "",
    origin: str = Origin.REGISTER.value,
    progress: Progress = silent,
) -> TrainingResult:
    """Train a model on what the register has learnt, or, where that is too little, on reported units under priors.

    Parameters
    ----------
    register
        Read only, as it stood at the end of ``as_of``.
    settings
        Where the model file and MLflow's files go.
    as_of
        The last day whose facts may be seen.
    random_state
        Seed of everything drawn; same data and seed give the same version (with one worker).
    trials, timeout, workers, cluster
        Settings that the search tries (its own number where ``None``), seconds it may take, searches side by side, and
        the Dask scheduler whose workers do them (`training.tuning.progress.Effort`).
    origin
        Whose outcomes to learn from: ``register`` or, only when somebody says so, ``synthetic``.
    progress
        Told what is being done.

    Returns
    -------
    TrainingResult
        Written, logged and registered as challenger, not promoted.

    Raises
    ------
    EhyaError
        ``too_few_rows`` when fewer than ``LEAST_UNITS`` units have a known outcome by ``as_of``; ``too_few_outcomes``
        when units of another origin than the register's were asked for and have too few; ``prior_only_of_units`` for
        no trials and such an origin: the prior-only model learns from no units; ``unknown_option`` for an origin that
        there is none of; ``training_under_way``; ``tracking_failed`` and ``tracking_newer``, before anything is
        searched; of a cluster what `engine.shards.cluster.cluster` raises, and ``cluster_lost``.
    """
    check_origin(origin)
    if trials == 0 and origin != Origin.REGISTER.value:
        raise EhyaError(ErrorCode.PRIOR_ONLY_OF_UNITS, given=origin)
    effort = Effort(trials, timeout, workers, cluster)
    with one_training(settings.training_lock):
        settle(settings, at_work(register), alone=True)
        candidate = _candidate(
            register, settings, as_of=pd.Timestamp(as_of), random_state=random_state, effort=effort, origin=origin,
            progress=progress,
        )  # fmt: skip
        return judged_and_kept(
            candidate, register, settings, as_of=pd.Timestamp(as_of), random_state=random_state, progress=progress
        )


def _candidate(
    register: Register,
    settings: Settings,
    *,
    as_of: pd.Timestamp,
    random_state: int,
    effort: Effort,
    origin: str,
    progress: Progress,
) -> Candidate:
    """What the register's log gives, else what press reports do."""
    told: dict[str, Any] = {
        "as_of": as_of,
        "random_state": random_state,
        "effort": effort,
        "effects": effects(settings.effects),
        "progress": progress,
    }
    candidate = None
    if effort.trials != 0:
        candidate = outcomes_candidate(register, settings, origin=origin, **told)
    if candidate is None and origin != Origin.REGISTER.value:
        raise EhyaError(ErrorCode.TOO_FEW_OUTCOMES, given=origin, allowed=LEAST_RESTARTS)
    if candidate is None:
        tell = progress if effort.trials == 0 else silent  # else the log was read before, and told of
        tell(SearchStage.READING, 0.0)
        units, events = register.units(known_by=as_of), register.events(known_by=as_of)
        tell(SearchStage.READING, 1.0)
        candidate = reported_candidate(units, events, panel=Panel.of(settings.panel), **told)
    return candidate
