"""Judge a learner that a data scientist brings: the same folds, gates and card as the model of outcomes has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from engine.domain.unit import Origin
from engine.errors import EhyaError, ErrorCode
from engine.reference.effects import effects
from engine.scoring import hazards
from engine.scoring.artefact import Model
from engine.scoring.document import OutcomesDocument, of_kind
from engine.scoring.hazards import LEARNER
from engine.settings import Settings
from engine.store import Register
from features import matrix
from training.cohort.landmarks import LEAST_RESTARTS, Followed, standing_idle
from training.dataset.ground import Ground, ground
from training.dataset.table import Landmarks, ripe
from training.evaluation.candidate import Candidate, with_rules
from training.evaluation.evidence import JudgedTables
from training.evaluation.judged_table import COLUMNS, JOBS_COLUMNS, LEAST_OUTCOMES
from training.evaluation.walk_forward import FoldPlan, plan, walk_forward
from training.gates.champion import at_work
from training.learners.guarded import SECONDS, Guarded, GuardedFit, peeks
from training.learners.promotable import Servable, servable
from training.learners.protocol import check_learner
from training.models.capital import LEARNT
from training.models.outcomes import fit_outcomes, point_fit
from training.pipeline.ground import FOLDS, judged_folds
from training.pipeline.judging import TrainingResult, compared, judged_and_kept
from training.pipeline.outcomes import START, recipe_of
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate
from training.registry.lock import one_training
from training.registry.provenance import data_digest
from training.registry.tracking import settle
from training.tuning.progress import Progress, Stage, silent


@dataclass(frozen=True, slots=True)
class Challenge:
    """A learner, judged.

    Parameters
    ----------
    learner
        Its name.
    result
        Scores, gates and card, as a training has them. Where the learner cannot be served its ``digest`` is empty, and
        no file was written.
    servable
        Whether the service could open it: then it waits as challenger; else it is compared and nothing more, and the
        types say why.
    """

    learner: str
    result: TrainingResult
    servable: Servable

    @property
    def promotable(self) -> bool:
        """Whether it waits as challenger."""
        return self.servable.promotable


def challenge(
    register: Register,
    settings: Settings,
    learner: Any,
    *,
    as_of: pd.Timestamp | str,
    origin: str = Origin.REGISTER.value,
    random_state: int = 0,
    seconds: float = SECONDS,
    progress: Progress = silent,
) -> Challenge:
    """Set a learner against the champion on outcomes that it did not see.

    In each fold by time it is fitted to the landmarks whose outcome was known on the fold's first day, and says how
    feasible the later ones are. Jobs, and the width of the interval of feasibility, stay as in the model of outcomes.

    Parameters
    ----------
    register, settings
        Read only as it stood at the end of ``as_of``; the workspace.
    learner
        A classifier of scikit-learn or a pipeline that ends in one; or what ``training.learners.protocol.Learner``
        asks for.
    as_of
        The last day whose facts may be seen.
    origin
        Whose outcomes: ``register`` or ``synthetic``.
    random_state
        Seed.
    seconds
        Limit of each fit and each answer.
    progress
        Called with what is done.

    Returns
    -------
    Challenge
        Logged; registered as challenger where it is made of types that the service loads.

    Raises
    ------
    EhyaError
        ``learner_unknown``, ``learner_failed``, ``learner_slow``, ``learner_length``, ``learner_probability``,
        ``learner_peeks``; ``too_few_outcomes``; what ``training.train`` raises. The model at work is not touched.
    """
    check_learner(learner)
    day = pd.Timestamp(as_of).as_unit("s")
    guard = Guarded(learner, seconds)
    with one_training(settings.training_lock):
        settle(settings, at_work(register), alone=True)
        progress(Stage.DESCRIBING, 0.0)
        found = ground(register, as_of=day, origin=origin, random_state=random_state)
        if found is None or found.seen.restarted < LEAST_RESTARTS:
            raise EhyaError(ErrorCode.TOO_FEW_OUTCOMES, given=origin, allowed=LEAST_RESTARTS)
        rows = effects(settings.effects)
        candidate, fitted = _candidate(
            found, guard, rows, as_of=day, origin=origin, random_state=random_state, progress=progress
        )
        bare = Model({**candidate.model.heads, LEARNER: fitted.fitted}, candidate.model.document)
        verdict = servable(bare, fitted.fitted)
        keep = judged_and_kept if verdict.promotable else compared
        result = keep(
            _with(candidate, bare if verdict.promotable else candidate.model, verdict), register, settings,
            as_of=day, random_state=random_state, progress=progress,
        )  # fmt: skip
    return Challenge(guard.called, result, verdict)


def _candidate(
    found: Ground,
    guard: Guarded,
    rows: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    origin: str,
    random_state: int,
    progress: Progress,
) -> tuple[Candidate, GuardedFit]:
    """The learner beside the model of outcomes, fitted to all and judged fold by fold."""
    folds = plan(found.described, found.events, as_of=as_of, folds=FOLDS, random_state=random_state)
    later = judged_folds(folds)
    names = [folds.folds[fold][0] for fold in later]
    judged = {unit for fold in later for unit in folds.whole.rows["unit_id"].iloc[folds.rows(fold)]}
    if len(judged) < LEAST_OUTCOMES:
        raise EhyaError(ErrorCode.TOO_FEW_OUTCOMES, given=origin, allowed=LEAST_RESTARTS)
    priors = Priors(restart=restart_rate(), capacity=capacity_rate(), size=jobs_size())
    told: dict[str, Any] = {
        "recipe": recipe_of(START), "weights": found.weights, "random_state": random_state, "effects": rows,
    }  # fmt: skip
    fold_fit = _FoldFit(found, guard, point_fit(priors, **told), frozenset(names))
    progress(Stage.JUDGING, 0.0)
    table = walk_forward(
        found.described, found.events, fold_fit, as_of=as_of, prior_probability=priors.feasibility, folds=FOLDS,
        random_state=random_state, progress=lambda share: progress(Stage.JUDGING, share),
    )  # fmt: skip
    _refuse_peeking(guard, fold_fit, folds, later[-1], random_state)
    progress(Stage.FITTING, 0.0)
    whole = _learnable(ripe(found.described, found.events, as_of=as_of, unit_weights=found.weights), origin)
    fitted = guard.fit(whole)
    present = matrix(standing_idle(found.units, found.events, as_of=as_of), LEARNT, found.described.fitted, as_of=as_of)
    model = fit_outcomes(found.seen, priors, as_of=as_of, origin=origin, present=present, **told).model
    document = of_kind(model.document, OutcomesDocument).changed(learner=_described(guard), version="")
    document = document.changed(version=document.name_of(as_of))
    outcomes, jobs = (part[part["fold"].isin(names)] for part in (table.outcomes, table.jobs))
    rested = restart_rate()
    candidate = Candidate(
        model=Model({**model.heads, LEARNER: fitted}, document),
        evidence=JudgedTables(
            with_rules(outcomes[list(COLUMNS)].reset_index(drop=True), found.units),
            jobs[list(JOBS_COLUMNS)].reset_index(drop=True),
        ),
        label="feasibility",
        sample=document.sample,
        metrics={
            "feasibility_prior": {name: getattr(rested, name) for name in ("rate", "low", "high")},
            "outcomes_lost": table.lost,
            "learner": {"name": guard.called, "rows": len(whole), "units": whole.datasheet["units"]}
            | _width(fitted, whole),
        },
        recipe={"learner": _described(guard)},
        data_digest=data_digest(whole.X.assign(y=whole.y, weight=whole.weights, unit_id=whole.groups["unit_id"])),
    )
    return candidate, fitted


@dataclass(frozen=True, eq=False, slots=True)
class _FoldFit:
    """Fits the model of outcomes and, in folds that are judged, the learner beside it."""

    found: Ground
    guard: Guarded
    line: Callable[[Followed], Model]
    names: frozenset[str]

    def __call__(self, seen: Followed) -> Model:
        model = self.line(seen)
        if str(seen.as_of.date()) not in self.names:
            return model
        return Model({**model.heads, LEARNER: self.guard.fit(self.table(seen))}, model.document)

    def table(self, seen: Followed) -> Landmarks:
        """What the learner may see in a fold."""
        found = self.found
        table = ripe(found.described, found.events, as_of=seen.as_of, unit_weights=found.weights)
        return _learnable(table, str(found.units["origin"].iloc[0]))


def _learnable(table: Landmarks, origin: str) -> Landmarks:
    if table.y.nunique() < 2:
        raise EhyaError(ErrorCode.TOO_FEW_OUTCOMES, given=origin, allowed=LEAST_RESTARTS)
    return table


def _refuse_peeking(guard: Guarded, fold_fit: _FoldFit, folds: FoldPlan, fold: int, random_state: int) -> None:
    seen, rows = folds.folds[fold][1], folds.rows(fold)
    X, label = folds.whole.matrix.iloc[rows], folds.label[rows]
    rival = hazards.point(fold_fit.line(seen), X, head="feasibility")
    if peeks(guard, fold_fit.table(seen), X, label, rival, random_state=random_state):
        raise EhyaError(ErrorCode.LEARNER_PEEKS, given=guard.called)


def _described(guard: Guarded) -> str:
    """A learner with its settings, where it is of scikit-learn; of others only the name tells nothing of memory."""
    foreign = type(guard.learner).__module__.partition(".")[0] != "sklearn"
    text = guard.called if foreign else " ".join(repr(guard.learner).split())
    return text[:500]


def _width(fitted: GuardedFit, table: Landmarks) -> dict[str, float]:
    """Mean width of the learner's own interval, where it has one. Single outcomes cannot show whether it covers."""
    ends = fitted.interval(table.X)
    return {} if ends is None else {"interval_width": float(np.mean(ends[:, 1] - ends[:, 0]))}


def _with(candidate: Candidate, model: Model, verdict: Servable) -> Candidate:
    said = {"promotable": verdict.promotable, "types": list(verdict.types), "place": verdict.place}
    metrics = {**candidate.metrics, "learner": {**candidate.metrics["learner"], **said}}
    return replace(candidate, model=model, metrics=metrics)
