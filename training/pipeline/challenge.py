"""Judge a learner that a data scientist brings: the same folds, gates and card as the model of outcomes has."""

from __future__ import annotations

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
from training.dataset.table import Landmarks
from training.evaluation.candidate import Candidate, with_rules
from training.evaluation.evidence import JudgedTables
from training.evaluation.judged_table import COLUMNS, JOBS_COLUMNS, LEFT_OUT
from training.evaluation.left_out import left_out
from training.evaluation.walk_forward import judge_folds
from training.gates.champion import at_work
from training.learners.guarded import SECONDS, Guarded, GuardedFit, peeks
from training.learners.identity import identity
from training.learners.promotable import Servable, servable
from training.learners.protocol import check_learner
from training.models.capital import LEARNT
from training.models.outcomes import fit_outcomes, point_fit
from training.panel.comparisons import Panel
from training.pipeline.ground import Ground
from training.pipeline.grounding import ground_of
from training.pipeline.judging import TrainingResult, judged_and_kept
from training.pipeline.outcomes import START, recipe_of
from training.pipeline.own_learner import learner_alone, taught, with_learner
from training.pipeline.rival import rival
from training.registry.lock import one_training
from training.registry.versions import settle
from training.tuning.progress import Progress, SearchStage, silent


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
        found = ground_of(
            register, as_of=day, origin=origin, random_state=random_state, effects=effects(settings.effects),
            progress=progress,
        )  # fmt: skip
        if found is None:
            raise EhyaError(ErrorCode.TOO_FEW_OUTCOMES, given=origin, allowed=LEAST_RESTARTS)
        candidate, fitted = _candidate(
            found, guard, Panel.of(settings.panel), random_state=random_state, progress=progress
        )  # fmt: skip
        bare = Model({**candidate.model.heads, LEARNER: fitted.fitted}, candidate.model.document)
        verdict = servable(bare, fitted.fitted)
        result = judged_and_kept(
            _with(candidate, bare if verdict.promotable else candidate.model, verdict), register, settings,
            as_of=day, random_state=random_state, served=verdict.promotable, progress=progress,
        )  # fmt: skip
    return Challenge(guard.called, result, verdict)


def _candidate(
    found: Ground, guard: Guarded, panel: Panel, *, random_state: int, progress: Progress
) -> tuple[Candidate, GuardedFit]:
    """The learner beside the model of outcomes, fitted to all and judged fold by fold."""
    usual: dict[str, Any] = {
        "recipe": recipe_of(START), "weights": found.weights, "random_state": random_state, "effects": found.effects,
    }  # fmt: skip
    line = point_fit(found.priors, **usual)
    fit = with_learner(line, guard, found)
    models: list[Model] = []

    def kept(seen: Followed) -> Model:
        models.append(fit(seen))
        return models[-1]

    progress(SearchStage.JUDGING, 0.0)
    table = judge_folds(
        found.folds, kept, prior_probability=found.priors.feasibility, which=found.judging,
        progress=lambda share: progress(SearchStage.JUDGING, share),
    )  # fmt: skip
    _refuse_peeking(guard, models[-1], found, random_state)
    alone = learner_alone(guard, found)
    apart = left_out(found.folds, found.judging, found.seen, alone, random_state=random_state)
    outcomes = table.outcomes[list(COLUMNS)].assign(**{LEFT_OUT: apart[LEFT_OUT].to_numpy()})
    progress(SearchStage.FITTING, 0.0)
    whole = taught(found, found.seen)
    fitted = guard.fit(whole)
    idle = standing_idle(found.units, found.events, as_of=found.as_of)
    model = fit_outcomes(
        found.seen, found.priors, as_of=found.as_of, origin=found.origin,
        present=matrix(idle, LEARNT, found.described.fitted, as_of=found.as_of), **usual,
    ).model  # fmt: skip
    document = of_kind(model.document, OutcomesDocument).changed(learner=identity(guard.learner), version="")
    document = document.changed(version=document.name_of(found.as_of))
    restart = document.population.restart
    candidate = Candidate(
        model=Model({**model.heads, LEARNER: fitted}, document),
        evidence=JudgedTables(with_rules(outcomes, found.units), table.jobs[list(JOBS_COLUMNS)]),
        label="feasibility",
        sample=document.sample,
        metrics={
            "feasibility_prior": {name: getattr(restart, name) for name in ("rate", "low", "high")},
            "outcomes_lost": table.lost,
            "approach": found.approached,
            "learner": {"name": guard.called, "rows": len(whole), "units": whole.datasheet["units"]}
            | _width(fitted, whole),
        },
        recipe={"learner": document.learner},
        data_digest=found.digest,
        rival=lambda champion: rival(champion, document, found, panel),
    )
    return candidate, fitted


def _refuse_peeking(guard: Guarded, model: Model, found: Ground, random_state: int) -> None:
    """Look for a learner that knows the last fold's outcomes; ``model`` is what was fitted to that fold."""
    fold = found.judging[-1]
    seen, rows = found.folds.folds[fold][1], found.folds.rows(fold)
    X, label = found.folds.whole.matrix.iloc[rows], found.folds.label[rows]
    honest = Model({name: head for name, head in model.heads.items() if name != LEARNER}, model.document)
    said = hazards.point(honest, X, head="feasibility")
    if peeks(guard, taught(found, seen), X, label, said, random_state=random_state):
        raise EhyaError(ErrorCode.LEARNER_PEEKS, given=guard.called)


def _width(fitted: GuardedFit, table: Landmarks) -> dict[str, float]:
    """Mean width of the learner's own interval, where it has one. Single outcomes cannot show whether it covers."""
    ends = fitted.interval(table.X)
    return {} if ends is None else {"interval_width": float(np.mean(ends[:, 1] - ends[:, 0]))}


def _with(candidate: Candidate, model: Model, verdict: Servable) -> Candidate:
    said = {"promotable": verdict.promotable, "types": list(verdict.types), "place": verdict.place}
    metrics = {**candidate.metrics, "learner": {**candidate.metrics["learner"], **said}}
    return replace(candidate, model=model, metrics=metrics)
