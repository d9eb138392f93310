"""What a champion's way of fitting says on the folds of its challenger, so that both answer for the same outcomes
without having seen them: a file that was trained last year has seen most of what this year's challenger is judged by.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import numpy as np
import pandas as pd

from engine.domain.reported import reported_units
from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import Model
from engine.scoring.document import REPORTED, OutcomesDocument, of_kind
from engine.scoring.hazards import LEARNER
from training.cohort.landmarks import Followed, labelled
from training.cohort.press_sample import sample
from training.evaluation import replay
from training.evaluation.evidence import JudgedTables
from training.evaluation.judged_table import COLUMNS, JOBS_COLUMNS, LEFT_OUT
from training.evaluation.left_out import Says, by_model, left_out
from training.evaluation.walk_forward import forecasts
from training.learners.guarded import Guarded
from training.models.hazard_spec import HazardRecipe
from training.models.outcomes import point_fit
from training.panel.comparisons import Panel
from training.pipeline.ground import Ground
from training.pipeline.own_learner import learner_alone, with_learner
from training.pipeline.press_fit import fit_sample

_log = logging.getLogger(__name__)


def rival(
    champion: Model, challenger: OutcomesDocument, ground: Ground, panel: Panel | None = None
) -> JudgedTables | None:
    """What a champion says of the rows that a challenger is judged by, fitted anew to what each fold could see.

    Parameters
    ----------
    champion
        The model at work.
    challenger
        Document of the challenger: its recipe, its learner where it has one of somebody's own, and its seed.
    ground
        What the challenger was learnt from and judged on.
    panel
        What experts said of pairs of units, for a champion of press reports that learnt from it.

    Returns
    -------
    JudgedTables or None
        ``probability`` is the champion's. One of outcomes is fitted by its own recipe, and with its own learner, to
        what each fold could see. Where both are the challenger's too, both would be one model, and what differs is the
        data: the champion's side then learns from as much less as the champion did, up to so many days before each
        fold, but never from less than the first fold had; a fold where nothing can be left out says nothing. One of
        press reports is rebuilt on the register and the press as they stood at each fold, if it learnt from the
        register at all; else its file is asked, which cannot have seen these outcomes. ``left_out_probability`` is what
        the champion's way of fitting says with all that the champion knew but for the unit's part; NaN where its
        learner cannot be fitted to that.

        ``None`` for a champion of outcomes of another origin, which does not speak of these units, and where no fold
        says anything: its learner cannot be fitted any more, or there is too little to rebuild it from.
    """
    if champion.kind == REPORTED:
        return _press(champion, ground, panel)
    document = of_kind(champion.document, OutcomesDocument)
    if document.origin != ground.origin:
        return None
    same = alike(document, challenger)
    gap = max(ground.as_of - champion.data_until, pd.Timedelta(0)) if same else pd.Timedelta(0)
    seed = 0 if challenger.recipe is None else challenger.recipe.random_state
    fit, alone = _way_of_fitting(champion, document, ground, seed)
    first = ground.folds.folds[0][1].as_of
    outcomes, jobs = [], []
    for fold in ground.judging:
        seen = ground.folds.folds[fold][1]
        until = max(seen.as_of - gap, first)
        if gap > pd.Timedelta(0) and until == seen.as_of:
            continue
        learnt = seen if until == seen.as_of else labelled(ground.described, ground.events, as_of=until)
        try:
            answered, counted = forecasts(ground.folds, fold, fit(learnt), prior_probability=ground.priors.feasibility)
        except EhyaError as error:
            if not document.learner:
                raise
            _log.warning("the learner of champion %s cannot be fitted anew: %s", champion.version, error)
            continue
        outcomes.append(answered[list(COLUMNS)])
        jobs.append(counted[list(JOBS_COLUMNS)])
    if not outcomes:
        return None
    table = pd.concat(outcomes, ignore_index=True)
    until = min(champion.data_until, ground.as_of)
    learnt = ground.seen if until == ground.as_of else labelled(ground.described, ground.events, as_of=until)
    try:
        apart = left_out(ground.folds, ground.judging, learnt, alone, random_state=seed)
        table = table.merge(apart, on=["unit_id", "origin"], how="left")
    except EhyaError as error:
        if not document.learner:
            raise
        _log.warning("the learner of champion %s cannot be fitted to today's log: %s", champion.version, error)
        table = table.assign(**{LEFT_OUT: np.nan})
    return JudgedTables(table, pd.concat(jobs, ignore_index=True))


def alike(one: OutcomesDocument, other: OutcomesDocument) -> bool:
    """Whether two models are of one recipe and one learner, so that nothing but data makes a difference."""
    return HazardRecipe.of(one.recipe) == HazardRecipe.of(other.recipe) and one.learner == other.learner


def _way_of_fitting(
    champion: Model, document: OutcomesDocument, ground: Ground, seed: int
) -> tuple[Callable[[Followed], Model], Callable[[Followed], Says]]:
    """The champion's way of fitting, whole and for its feasibility alone."""
    line = point_fit(
        ground.priors, recipe=HazardRecipe.of(document.recipe), weights=ground.weights, random_state=seed,
        effects=ground.effects,
    )  # fmt: skip
    fitted = champion.heads.get(LEARNER)
    if fitted is None:
        return line, by_model(line)
    # A file holds the fitted learner, whose settings are those that it was fitted with.
    guard = Guarded(fitted, name=document.learner)
    return with_learner(line, guard, ground), learner_alone(guard, ground)


def _press(champion: Model, ground: Ground, panel: Panel | None) -> JudgedTables | None:
    as_it_is = not champion.card.get("sample", {}).get("from_register", 1)
    outcomes = []
    for fold in ground.judging:
        day = ground.folds.folds[fold][1].as_of
        try:
            model = champion if as_it_is else rebuilt(ground, day, panel)
        except EhyaError as error:
            if error.code is not ErrorCode.TOO_FEW_ROWS:
                raise
            continue
        rows = ground.folds.whole.rows.iloc[ground.folds.rows(fold)].reset_index(drop=True)
        said = replay.feasibility(model, rows, ground.units_at, ground.everything)
        answered = rows[["unit_id", "origin"]].assign(probability=said)
        outcomes.append(answered.assign(**{LEFT_OUT: said if as_it_is else np.nan}))
    if not outcomes:
        return None
    nothing = pd.DataFrame(columns=list(JOBS_COLUMNS))
    return JudgedTables(pd.concat(outcomes, ignore_index=True), nothing)


def rebuilt(ground: Ground, day: pd.Timestamp, panel: Panel | None = None) -> Model:
    """A model of press reports that knows register and press as they stood on a day.

    Parameters
    ----------
    ground
        Whose units and events are read.
    day
        What was known later is not seen: no event, no page of a later date, and no outcome that was not ripe by then.
    panel
        What experts said of pairs of units; answers have no date, so all of them count.

    Raises
    ------
    EhyaError
        ``too_few_rows`` where the day knew too little.
    """
    units = ground.units_at(day)
    seen = sample(reported_units(), units, ground.everything, as_of=day)
    # Feasibility and jobs rest on beliefs, not on the press heads whose penalty a search would settle.
    return fit_sample(seen, as_of=day, trials=1, register=units, effects=ground.effects, panel=panel).model
