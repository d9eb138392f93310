"""A candidate of kind outcomes: from a register's own log, weighed, tuned on earlier folds, judged walking forward."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from engine.scoring import hazards
from engine.scoring.artefact import Model
from engine.scoring.document import OutcomesDocument, of_kind
from engine.settings import Settings
from engine.store import Register
from features import matrix
from training.cohort.landmarks import LEAST_RESTARTS, Followed, describe, labelled, standing_idle
from training.evaluation.candidate import Candidate, with_rules
from training.evaluation.evidence import JudgedTables
from training.evaluation.importance import Judging, importances
from training.evaluation.judged_table import COLUMNS, JOBS_COLUMNS, LEAST_OUTCOMES
from training.evaluation.walk_forward import FoldPlan, plan, walk_forward
from training.models.capital import LEARNT
from training.models.hazard_spec import HazardRecipe, Learner
from training.models.line_effects import line_effects
from training.models.outcomes import fit_outcomes, point_fit
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate
from training.priors.prior_effects import slopes
from training.propensity.correction import approach_weights
from training.registry.provenance import code_version, data_digest
from training.tuning.progress import USUAL, Effort, Progress, Stage, silent
from training.tuning.search import Choice, Real, Space, Tuned, tune

TRIALS = 12
FOLDS = 4
SEARCHED = 2
"""Folds by time, and how many of them, from the first, settings are chosen on. The model is judged on the others only:
what is found there owes nothing to the choice."""

SPACE: Space = {
    "learner": Choice((Learner.LINE.value, Learner.BLEND.value)),
    "precision_factor": Real(1.0, 100.0, log=True),
    "share": Real(0.2, 0.8),
    "follow": Choice((0.0, 0.5, 1.0)),
}
START = {"learner": Learner.LINE.value, "precision_factor": 10.0, "share": 0.5, "follow": 1.0}
"""What is tried first, and taken where there are no folds to choose on. Why ten: decision 0012."""


def outcomes_candidate(
    register: Register,
    settings: Settings,
    units: pd.DataFrame,
    events: pd.DataFrame,
    *,
    as_of: pd.Timestamp,
    origin: str,
    random_state: int = 0,
    effort: Effort = USUAL,
    effects: pd.DataFrame | None = None,
    progress: Progress = silent,
) -> Candidate | None:
    """Fit and judge a model of outcomes, where the log holds enough of them.

    Parameters
    ----------
    register
        Asked for the units as they were known on earlier days.
    settings
        Where the journal of the search is.
    units, events
        Of the register, as known on the day.
    as_of, random_state, effort, progress
        Last day whose facts may be seen, seed, limits of the search, and who is called with what is done.
    origin
        Only units of this origin are learnt from.
    effects
        Prior effects that slopes are pulled towards; towards zero where ``None``.

    Returns
    -------
    Candidate or None
        ``None`` when fewer than ``LEAST_RESTARTS`` restarts can be learnt from, or fewer than ``LEAST_OUTCOMES`` units
        have an outcome that a model of an earlier day can be judged by.
    """
    mine = units[units["origin"] == origin]
    own = events[events["unit_id"].isin(mine.index)]
    if own["unit_id"].nunique() < LEAST_OUTCOMES:
        return None
    progress(Stage.DESCRIBING, 0.0)
    described = describe(_units_at(register, origin), own, LEARNT, as_of=as_of)
    seen = labelled(described, own, as_of=as_of)
    folds = plan(described, own, as_of=as_of, folds=FOLDS, random_state=random_state)
    later = judged_folds(folds)
    judged = {unit for fold in later for unit in folds.whole.rows["unit_id"].iloc[folds.rows(fold)]}
    if seen.restarted < LEAST_RESTARTS or len(judged) < LEAST_OUTCOMES:
        return None
    weights, approached = approach_weights(register, own, origin, as_of=as_of, random_state=random_state)
    progress(Stage.DESCRIBING, 1.0)
    priors = Priors(restart=restart_rate(), capacity=capacity_rate(), size=jobs_size())
    told = [] if effects is None else [effects]
    digest = data_digest(seen.rows, seen.matrix.reset_index(drop=True), seen.restarts, *told)
    found = _searched(
        folds, priors, weights, effects, digest, settings, random_state=random_state, effort=effort, progress=progress
    )
    recipe = recipe_of(START if found is None else found.recipe)
    progress(Stage.FITTING, 0.0)
    fitted = fit_outcomes(
        seen, priors, as_of=as_of, recipe=recipe, weights=weights, random_state=random_state, origin=origin,
        effects=effects,
        present=matrix(standing_idle(mine, own, as_of=as_of), LEARNT, described.fitted, as_of=as_of),
        progress=lambda share: progress(Stage.FITTING, share),
    )  # fmt: skip
    progress(Stage.JUDGING, 0.0)
    fit, models = point_fit(priors, recipe=recipe, weights=weights, random_state=random_state, effects=effects), []

    def kept(part: Followed) -> Model:
        models.append(fit(part))
        return models[-1]

    table = walk_forward(
        described, own, kept, as_of=as_of,
        prior_probability=priors.feasibility, folds=FOLDS, random_state=random_state,
        progress=lambda share: progress(Stage.JUDGING, share),
    )  # fmt: skip
    document = of_kind(fitted.model.document, OutcomesDocument)
    names = {folds.folds[fold][0] for fold in later}
    drives = _drives(models, folds, later, fitted.model, seen, effects, random_state)
    outcomes, jobs = (part[part["fold"].isin(names)] for part in (table.outcomes, table.jobs))
    return Candidate(
        model=fitted.model,
        evidence=JudgedTables(
            with_rules(outcomes[list(COLUMNS)].reset_index(drop=True), mine),
            jobs[list(JOBS_COLUMNS)].reset_index(drop=True),
        ),
        label="feasibility",
        sample=document.sample,
        metrics={
            "feasibility_prior": {name: getattr(document.population.restart, name) for name in ("rate", "low", "high")},
            "own_share": document.own_share,
            "outcomes_lost": table.lost,
            "approach": approached,
            "drives": drives,
            "search": {} if found is None else {"loss": found.loss, "importances": found.importances},
        },
        recipe={**recipe.settings(random_state).plain(), "trials": 0 if found is None else len(found.trials)},
        data_digest=digest,
        steps={} if found is None else {"search.loss": [trial.loss for trial in found.trials]},
        texts={"drives.json": drives} | ({} if found is None else {"search.json": found.to_json()}),
    )


def recipe_of(chosen: Mapping[str, Any]) -> HazardRecipe:
    """Settings of the search as the model takes them."""
    return HazardRecipe(
        learner=Learner(chosen["learner"]),
        precision_factor=round(float(chosen["precision_factor"]), 4),
        share=round(float(chosen["share"]), 4),
        follow=float(chosen["follow"]),
    )


def _drives(
    models: Sequence[Model],
    folds: FoldPlan,
    later: range,
    model: Model,
    seen: Followed,
    effects: pd.DataFrame | None,
    random_state: int,
) -> dict[str, Any]:
    """What the model leans on in the folds that judge it, and the effects of its line beside what was believed."""
    judged = []
    for fold in later if len(models) == len(folds.folds) else ():
        rows = folds.rows(fold)
        judged.append(Judging(models[fold], folds.whole.matrix.iloc[rows], folds.label[rows], folds.weight[rows]))
    features, families = importances(judged, seen.schema, random_state=random_state)
    believed = None if effects is None else slopes(effects, "restart")
    return {
        "features": [one.to_json() for one in features],
        "families": [one.to_json() for one in families],
        "effects": line_effects(model, seen.matrix, believed),
    }


def _units_at(register: Register, origin: str) -> Callable[[pd.Timestamp], pd.DataFrame]:
    return lambda day: register.units({"origin": origin}, known_by=day)


def _searched(
    folds: FoldPlan,
    priors: Priors,
    weights: pd.Series | None,
    effects: pd.DataFrame | None,
    digest: str,
    settings: Settings,
    *,
    random_state: int,
    effort: Effort,
    progress: Progress,
) -> Tuned | None:
    """Settings that did best on the earlier folds; ``None`` where there is none to spare."""
    count = _searched_folds(folds)
    trials = TRIALS if effort.trials is None else effort.trials
    if count < 1 or trials < 1:
        return None
    progress(Stage.SEARCHING, 0.0)
    parts = [_Fold.of(folds, fold) for fold in range(count)]
    objective = partial(_loss, parts=parts, priors=priors, weights=weights, effects=effects, random_state=random_state)
    return tune(
        objective,
        SPACE,
        folds=count,
        trials=trials,
        timeout=effort.timeout,
        workers=effort.workers,
        journal=settings.search_journal,
        study=f"outcomes-{digest[:16]}-{code_version()}",
        starts=[START],
        random_state=random_state,
        progress=lambda done, best: progress(Stage.SEARCHING, done / trials, best),
    )


class _Fold:
    """What the search needs of one fold, small enough to travel to another process."""

    def __init__(self, seen: Followed, X: pd.DataFrame, label: Any, weight: Any) -> None:
        self.seen, self.X, self.label, self.weight = seen, X, label, weight

    @classmethod
    def of(cls, folds: FoldPlan, fold: int) -> _Fold:
        rows = folds.rows(fold)
        return cls(folds.folds[fold][1], folds.whole.matrix.iloc[rows], folds.label[rows], folds.weight[rows])


def _loss(
    recipe: Mapping[str, Any],
    fold: int,
    *,
    parts: list[_Fold],
    priors: Priors,
    weights: pd.Series | None,
    effects: pd.DataFrame | None,
    random_state: int,
) -> float:
    part = parts[fold]
    fit = point_fit(priors, recipe=recipe_of(recipe), weights=weights, random_state=random_state, effects=effects)
    model = fit(part.seen)
    said = hazards.point(model, part.X, head="feasibility")
    return float(np.average((said - part.label) ** 2, weights=part.weight))


def judged_folds(folds: FoldPlan) -> range:
    """Numbers of the folds that a model is judged on: the later ones, which the choice of settings never saw."""
    return range(_searched_folds(folds), len(folds.folds))


def _searched_folds(folds: FoldPlan) -> int:
    return min(SEARCHED, max(len(folds.folds) - 1, 0))
