"""Follow outcomes as they mature: move a fitted hazard of restarts to what the latest periods went through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq

from engine.scoring.artefact import TREES
from engine.scoring.hazards import PERIOD_MONTHS, PERIODS, Head, incidence
from engine.scoring.sections import Recalibration
from training.cohort.landmarks import Followed
from training.cohort.spells import OPEN, RESTARTED
from training.models.hazard_spec import FittedHead
from training.models.recalibration import Shift, walk_forward_shift
from training.statistics.design_blocks import nine_digits

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FARTHEST = 3.0
"""No level is moved by more than this, on the scale of the score."""

_PARTS = 2


def followed(
    heads: Mapping[str, FittedHead],
    refit: Callable[[Flags], Mapping[str, FittedHead]],
    seen: Followed,
    held: pd.DataFrame,
    columns: Floats,
    weights: Floats,
    *,
    share: float,
    random_state: int,
) -> tuple[FittedHead, Recalibration]:
    """Recalibrate the hazard of restarts.

    Parameters
    ----------
    heads
        ``restart`` and ``end``, fitted to all rows.
    refit
        Both, fitted to some rows alone.
    seen, held, columns, weights
        Followed landmarks, their matrix within its ranges, its design, and a weight for each row.
    share
        How far to go, 0 to 1: what followed best in earlier folds is the business of the search.
    random_state
        Seed of the halves.

    Returns
    -------
    head, recalibration
        The restart head with its line and its worlds moved, and by how much. Each half of
        the units is foretold by a model that saw the other half; ``followed_shift``
        compares with what had matured by the day, recent quarters counting most. A line is turned and moved, so that
        its contributions still add up; beside trees only the level moves.
    """
    half = np.random.default_rng(random_state + 3).permutation(int(seen.unit.max()) + 1) % _PARTS
    foretold = np.empty(len(seen))
    for part in range(_PARTS):
        own = half[seen.unit] == part
        foretold[own] = _within(_scores(refit(~own), held[own], columns[own]))
    shift = followed_shift(seen, foretold, weights=weights).part(share)
    trees = TREES in heads["restart"].estimators
    slope = 1.0 if trees else shift.slope
    first = ~seen.rows.duplicated("unit_id").to_numpy()
    scores = _scores(heads, held[first], columns[first])
    level = _level(scores, slope, shift, weights[first])
    moved = _moved(heads["restart"], level, slope)
    return moved, Recalibration(intercept=level, slope=slope, share=share)


def followed_shift(seen: Followed, probability: Floats, *, weights: Floats | None = None) -> Shift:
    """Intercept and slope of a restart model, from outcomes that matured and from those that have in part.

    Parameters
    ----------
    seen
        Followed landmarks, as known on the day of ``seen.as_of``: nothing that was known later moves the shift. Of each
        unit the first one counts.
    probability
        Shape (n,), for the rows of ``seen``: P(restart within the horizon), by a model that did not see them.
    weights
        Shape (n,), not negative; ones by default.

    Returns
    -------
    Shift
        Move a later forecast by it with ``Shift.apply``. A unit that ended for good is watched on without a restart,
        one that was lost from sight only until it was last seen.
    """
    first = ~seen.rows.duplicated("unit_id").to_numpy()
    spell = seen.spells.iloc[seen.rows["spell"].to_numpy()[first]]
    start, ended, known = (_years(days) for days in (seen.rows["origin"][first], spell["until"], [seen.settled]))
    outcome = spell["outcome"].to_numpy()
    return walk_forward_shift(
        probability[first],
        start,
        np.where(outcome == RESTARTED, ended, np.nan),
        np.ones(int(first.sum())) if weights is None else weights[first],
        known=float(known[0]),
        horizon=PERIODS * PERIOD_MONTHS / 12,
        until=np.where(outcome == OPEN, ended, np.inf),
    )


def _years(days: Iterable[pd.Timestamp]) -> Floats:
    return np.asarray(pd.DatetimeIndex(list(days)).to_numpy().astype("datetime64[D]").astype(np.float64) / 365.25)


Scores = tuple[Head, Floats, Floats | None, Floats | None, Floats]


def _scores(heads: Mapping[str, FittedHead], held: pd.DataFrame, columns: Floats) -> Scores:
    """The restart head, the parts of its score, and the hazard of ends, shape (n, periods) each."""
    restart, end = (heads[name].head for name in ("restart", "end"))
    trees = None if restart.trees is None else restart.tree_score(held)
    ends = end.probability(end.score(columns, held))
    return restart, restart.raw(columns), restart.exposure(held), trees, ends


def _within(scores: Scores, *, level: float = 0.0, slope: float = 1.0) -> Floats:
    restart, raw, exposure, trees, end = scores
    score = restart.blended(level + slope * raw, exposure, trees)
    return np.asarray(incidence(restart.probability(score), end)[0][:, -1])


def _level(scores: Scores, slope: float, shift: Shift, weights: Floats) -> float:
    """Intercept of the line at which the mean incidence is what the shift makes of it."""
    wanted = float(np.average(shift.apply(_within(scores)), weights=weights))

    def excess(level: float) -> float:
        return float(np.average(_within(scores, level=level, slope=slope), weights=weights)) - wanted

    if excess(-FARTHEST) >= 0:
        return -FARTHEST
    return FARTHEST if excess(FARTHEST) <= 0 else float(brentq(excess, -FARTHEST, FARTHEST))


def _moved(head: FittedHead, level: float, slope: float) -> FittedHead:
    periods = head.part.periods
    apart = np.zeros(len(head.estimators[""].coef_[0]))
    apart[:periods] = level
    line = deepcopy(head.estimators[""])
    line.coef_ = slope * line.coef_ + apart
    part = head.part.changed(refits=nine_digits(slope * head.part.refits + apart))
    return replace(head, estimators={**head.estimators, "": line}, part=part)
