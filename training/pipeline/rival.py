"""A champion's recipe on the folds of its challenger, so that both answer for the same outcomes without having seen
them: a file that was trained last year has seen most of what this year's challenger is judged by.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from engine.scoring.artefact import Model
from engine.scoring.document import REPORTED
from engine.scoring.sections import HazardSettings
from training.cohort.landmarks import labelled
from training.evaluation import replay
from training.evaluation.evidence import JudgedTables
from training.evaluation.judged_table import COLUMNS, JOBS_COLUMNS
from training.evaluation.walk_forward import forecasts
from training.models.hazard_spec import HazardRecipe
from training.models.outcomes import point_fit
from training.pipeline.ground import Ground

Rebuilt = Callable[[Ground, pd.Timestamp], Model]


def rival(
    champion: Model, recipe: HazardSettings, ground: Ground, rebuilt: Rebuilt | None = None
) -> JudgedTables | None:
    """What a champion says of the rows that a challenger is judged by, fitted anew to what each fold could see.

    Parameters
    ----------
    champion
        The model at work.
    recipe
        The challenger's.
    ground
        What the challenger was learnt from and judged on.
    rebuilt
        Makes a model of press reports of what was known on a day (``training.pipeline.reported.rebuilt``).

    Returns
    -------
    JudgedTables or None
        ``probability`` is the champion's. One of outcomes is fitted by its own recipe to what each fold could see.
        Where that is the challenger's recipe too, both would be one model, and what differs is the data: the champion's
        side then learns from as much less as the champion did, up to so many days before each fold, but never from less
        than the first fold had; a fold where nothing can be left out says nothing. One of press reports is rebuilt on
        the register as it stood at each fold, if it learnt from the register at all; else its file is asked, which
        cannot have seen these outcomes. ``None`` for a champion of outcomes of another origin, which does not speak of
        these units, and where no fold says anything.
    """
    if champion.kind == REPORTED:
        return _press(champion, ground, rebuilt)
    if champion.document.origin != ground.origin:
        return None
    theirs = HazardRecipe.of(getattr(champion.document, "recipe", None))
    same = theirs == HazardRecipe.of(recipe)
    gap = max(ground.as_of - champion.data_until, pd.Timedelta(0)) if same else pd.Timedelta(0)
    fit = point_fit(
        ground.priors, recipe=theirs, weights=ground.weights, random_state=recipe.random_state, effects=ground.effects
    )
    first = ground.folds.folds[0][1].as_of
    outcomes, jobs = [], []
    for fold in ground.judging:
        seen = ground.folds.folds[fold][1]
        until = max(seen.as_of - gap, first)
        if gap > pd.Timedelta(0) and until == seen.as_of:
            continue
        learnt = seen if until == seen.as_of else labelled(ground.described, ground.events, as_of=until)
        answered, counted = forecasts(ground.folds, fold, fit(learnt), prior_probability=ground.priors.feasibility)
        outcomes.append(answered[list(COLUMNS)])
        jobs.append(counted[list(JOBS_COLUMNS)])
    if not outcomes:
        return None
    return JudgedTables(pd.concat(outcomes, ignore_index=True), pd.concat(jobs, ignore_index=True))


def _press(champion: Model, ground: Ground, rebuilt: Rebuilt | None) -> JudgedTables | None:
    as_it_is = not champion.card.get("sample", {}).get("from_register", 1)
    if not as_it_is and rebuilt is None:
        return None
    outcomes = []
    for fold in ground.judging:
        day = ground.folds.folds[fold][1].as_of
        rows = ground.folds.whole.rows.iloc[ground.folds.rows(fold)].reset_index(drop=True)
        model = champion if as_it_is or rebuilt is None else rebuilt(ground, day)
        said = replay.feasibility(model, rows, ground.units_at, ground.everything)
        outcomes.append(rows[["unit_id", "origin"]].assign(probability=said))
    nothing = pd.DataFrame(columns=list(JOBS_COLUMNS))
    return JudgedTables(pd.concat(outcomes, ignore_index=True), nothing)
