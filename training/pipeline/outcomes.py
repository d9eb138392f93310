"""A candidate of kind outcomes: from a register's own log, weighed, tuned on earlier folds, judged walking forward."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from engine.scoring import hazards
from engine.scoring.artefact import Model
from engine.scoring.document import OutcomesDocument, of_kind
from engine.scoring.hazards import DRAWS
from engine.settings import Settings
from engine.store import Register
from features import matrix
from training.cohort.landmarks import Followed, standing_idle
from training.evaluation.candidate import Candidate, with_rules
from training.evaluation.evidence import JudgedTables
from training.evaluation.importance import Judging, importances
from training.evaluation.judged_table import COLUMNS, JOBS_COLUMNS, LEFT_OUT
from training.evaluation.left_out import by_model, left_out
from training.evaluation.walk_forward import FoldPlan, fold_models, judge_folds
from training.models.capital import LEARNT
from training.models.hazard_spec import HazardRecipe, HeadKind
from training.models.line_effects import line_effects
from training.models.outcomes import fit_outcomes, point_fit
from training.panel.comparisons import Panel
from training.pipeline.ground import Ground
from training.pipeline.grounding import ground_of
from training.pipeline.rival import rival
from training.priors.official_rates import Priors
from training.priors.prior_effects import slopes
from training.registry.provenance import code_version
from training.tuning.progress import USUAL, Effort, Progress, SearchStage, silent
from training.tuning.search import Choice, Real, Space, Tuned, tune

TRIALS = 12
SPACE: Space = {
    "learner": Choice((HeadKind.LINE.value, HeadKind.BLEND.value)),
    "precision_factor": Real(1.0, 100.0, log=True),
    "share": Real(0.2, 0.8),
    "follow": Choice((0.0, 0.5, 1.0)),
    "frailty": Choice((0.0, 1.0, 2.0)),
}
PATIENCE = 6
"""Trials in a row that may add nothing before the search ends (assumed)."""

START = {"learner": HeadKind.LINE.value, "precision_factor": 10.0, "share": 0.5, "follow": 1.0, "frailty": 1.0}
"""What is tried first, and taken where there are no folds to choose on. Why ten: decision 0012; why one: 0037."""


def outcomes_candidate(
    register: Register,
    settings: Settings,
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
        Read only, as it stood at the end of ``as_of``, and asked for the units as they were known on earlier days.
    settings
        Where the journal of the search is.
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
    ground = ground_of(
        register, as_of=as_of, origin=origin, random_state=random_state, effects=effects, progress=progress
    )
    if ground is None:
        return None
    return candidate_of(
        ground, settings.search_journal, random_state=random_state, effort=effort, panel=Panel.of(settings.panel),
        progress=progress,
    )  # fmt: skip


def candidate_of(
    ground: Ground,
    journal: Path | None = None,
    *,
    recipe: HazardRecipe | None = None,
    random_state: int = 0,
    effort: Effort = USUAL,
    draws: int = DRAWS,
    panel: Panel | None = None,
    progress: Progress = silent,
) -> Candidate:
    """Fit a model of outcomes to its ground, and judge it walking forward.

    Parameters
    ----------
    ground
        What it is learnt from and judged on.
    journal
        File of the search; in memory where ``None``.
    recipe
        Settings that are given and not searched.
    random_state, effort, progress
        Seed, limits of the search, and who is called with what is done.
    draws
        Bootstrap worlds of the model.
    panel
        What experts said of pairs of units: a champion of press reports may have learnt from it.
    """
    found = None
    if recipe is None:
        found = _searched(ground, journal, random_state=random_state, effort=effort, progress=progress)
        recipe = recipe_of(START if found is None else found.recipe)
    priors, weights = ground.priors, ground.weights
    progress(SearchStage.FITTING, 0.0)
    idle = standing_idle(ground.units, ground.events, as_of=ground.as_of)
    fitted = fit_outcomes(
        ground.seen, priors, as_of=ground.as_of, recipe=recipe, weights=weights, random_state=random_state,
        origin=ground.origin, effects=ground.effects,
        present=matrix(idle, LEARNT, ground.described.fitted, as_of=ground.as_of),
        draws=draws, progress=lambda share: progress(SearchStage.FITTING, share),
    )  # fmt: skip
    progress(SearchStage.JUDGING, 0.0)
    fit = point_fit(priors, recipe=recipe, weights=weights, random_state=random_state, effects=ground.effects)
    models = fold_models(
        ground.folds, fit, ground.judging, workers=effort.workers, cluster=effort.cluster,
        progress=lambda share: progress(SearchStage.JUDGING, share),
    )  # fmt: skip
    given = iter(models)
    table = judge_folds(
        ground.folds, lambda _: next(given), prior_probability=priors.feasibility, which=ground.judging
    )  # fmt: skip
    apart = left_out(ground.folds, ground.judging, ground.seen, by_model(fit), random_state=random_state)
    document = of_kind(fitted.model.document, OutcomesDocument)
    drives = _drives(
        models, ground.folds, ground.judging, fitted.model, ground.seen, ground.effects, random_state
    )  # fmt: skip
    return Candidate(
        model=fitted.model,
        evidence=JudgedTables(
            with_rules(table.outcomes[list(COLUMNS)].assign(**{LEFT_OUT: apart[LEFT_OUT].to_numpy()}), ground.units),
            table.jobs[list(JOBS_COLUMNS)],
        ),
        label="feasibility",
        sample=document.sample,
        metrics={
            "feasibility_prior": {name: getattr(document.population.restart, name) for name in ("rate", "low", "high")},
            "own_share": document.own_share,
            "outcomes_lost": table.lost,
            "approach": ground.approached,
            "drives": drives,
            "search": {} if found is None else _search_figures(found),
        },
        recipe={**recipe.settings(random_state).plain(), "trials": 0 if found is None else len(found.trials)},
        data_digest=ground.digest,
        steps={} if found is None else {"search.loss": [trial.loss for trial in found.trials]},
        texts={"drives.json": drives} | ({} if found is None else {"search.json": found.to_json()}),
        rival=lambda champion: rival(champion, document, ground, panel),
    )


def recipe_of(chosen: Mapping[str, Any]) -> HazardRecipe:
    """Settings of the search as the model takes them."""
    return HazardRecipe(
        learner=HeadKind(chosen["learner"]),
        precision_factor=round(float(chosen["precision_factor"]), 4),
        share=round(float(chosen["share"]), 4),
        follow=float(chosen["follow"]),
        frailty=float(chosen["frailty"]),
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
    for fold, fitted in zip(later, models, strict=True):
        rows = folds.rows(fold)
        judged.append(Judging(fitted, folds.whole.matrix.iloc[rows], folds.label[rows], folds.weight[rows]))
    features, families = importances(judged, seen.schema, random_state=random_state)
    believed = None if effects is None else slopes(effects, "restart")
    return {
        "features": [one.to_json() for one in features],
        "families": [one.to_json() for one in families],
        "effects": line_effects(model, seen.matrix, believed),
    }


def acting(recipe: Mapping[str, Any]) -> list[str]:
    """Settings that act in a recipe: the share of the trees does not where there are none.

    Examples
    --------
    >>> acting({"learner": "line"})
    ['learner', 'precision_factor', 'follow', 'frailty']
    """
    return [name for name in SPACE if name != "share" or recipe["learner"] == HeadKind.BLEND.value]


def _search_figures(found: Tuned) -> dict[str, Any]:
    told = found.to_json()
    names = ("loss", "importances", "gain", "tolerance", "adds_nothing", "settled")
    return {**{name: told[name] for name in names}, "trials": len(found.trials)}


def _searched(
    ground: Ground, journal: Path | None, *, random_state: int, effort: Effort, progress: Progress
) -> Tuned | None:
    """Settings that did best on the earlier folds; ``None`` where there is none to spare."""
    count = len(ground.searched)
    trials = TRIALS if effort.trials is None else effort.trials
    if count < 1 or trials < 1:
        return None
    progress(SearchStage.SEARCHING, 0.0)
    parts = [_Fold.of(ground.folds, fold) for fold in ground.searched]
    objective = partial(
        _loss, parts=parts, priors=ground.priors, weights=ground.weights, effects=ground.effects,
        random_state=random_state,
    )  # fmt: skip
    return tune(
        objective,
        SPACE,
        folds=count,
        trials=trials,
        timeout=effort.timeout,
        workers=effort.workers,
        cluster=effort.cluster,
        journal=journal,
        study=f"outcomes-{ground.digest[:16]}-{code_version()}",
        starts=[START],
        patience=PATIENCE,
        acting=acting,
        random_state=random_state,
        progress=lambda done, best: progress(SearchStage.SEARCHING, done / trials, best),
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
