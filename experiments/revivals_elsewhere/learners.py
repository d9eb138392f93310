"""Who learns from a set: Ehya's hazards with and without effects of elsewhere, and plain learners of a horizon."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from engine.scoring.design import clipped, design
from engine.scoring.hazards import Head, incidence, incidences
from experiments.horizon import fit_horizon
from experiments.revivals_elsewhere.sets import Elsewhere
from training.models.hazard import fit_head
from training.models.hazard_spec import HazardRecipe, HeadKind, Observed
from training.priors.prior_effects import Slopes
from training.statistics.design_blocks import line_blocks, ranges

Floats = npt.NDArray[np.float64]

BLEND = HazardRecipe(learner=HeadKind.BLEND, least_of_leaf=30, iterations=60)
"""Half line, half boosting: sets of a thousand rows."""

WORLDS = 60


def hazards(seen: Elsewhere, asked: Elsewhere, *, until: int, believed: Slopes | None, worlds: int = WORLDS) -> Floats:
    """P(revived) by what had happened by the end of a year: yearly hazards of both ways out.

    Parameters
    ----------
    seen
        Rows to learn from.
    asked
        Rows to forecast.
    until
        The last year whose facts may be seen.
    believed
        Prior effects on the hazard of a revival, or none.
    worlds
        Bootstrap worlds.

    Returns
    -------
    numpy.ndarray
        Shape (n, 3): low, point, high.
    """
    early = seen.take(np.flatnonzero(seen.start <= until))
    limits = ranges(early.matrix, early.schema)
    held, ahead = (clipped(each.matrix, limits)[0] for each in (early, asked))
    blocks = line_blocks(held, early.schema)
    columns, further = design(held, blocks), design(ahead, blocks)
    which = np.clip(np.ceil(early.years).astype(int) - 1, 0, early.periods - 1)
    within = early.years <= early.periods
    came = within & (early.start + early.years <= until + 1)
    period = np.arange(early.periods)
    whole = early.start[:, None] + period + 1 <= until + 1
    at_risk = np.where(came[:, None], period <= which[:, None], whole & (period < np.ceil(early.years)[:, None]))
    event = came[:, None] & (period == which[:, None])
    chances: list[tuple[Floats, Floats]] = []
    for outcome, told in ((1.0, believed), (0.0, None)):
        if outcome == 0.0 and not early.ends:
            chances.append((np.zeros(1), np.zeros(1)))
            continue
        risk = at_risk if outcome == 1.0 else at_risk & ~(event & (early.revived == 1)[:, None])
        observed = Observed(
            held, columns, risk, event & (early.revived == outcome)[:, None], np.ones(len(held)), np.arange(len(held))
        )
        found = fit_head(
            observed, None, blocks, early.schema, recipe=BLEND, random_state=0, believed=told, draws=worlds
        )
        head = Head.fitted(found.part, found.estimators[""], found.estimators.get("_trees"))
        score = head.score(further, ahead)
        chances.append((head.probability(score), head.probability(score[:, None] + head.moved(further, ahead))))
    points, draws = (_revived(chances[0][at], chances[1][at]) for at in (0, 1))
    low, high = np.quantile(draws, [0.1, 0.9], axis=1)
    return np.column_stack([np.minimum(low, points), points, np.maximum(high, points)])


def _revived(restart: Floats, end: Floats) -> Floats:
    """Of those who left either way, the share that was revived; without an other end, all who came back."""
    came, ended = incidence(restart, np.broadcast_to(end, restart.shape))
    total = came[..., -1] + ended[..., -1]
    return np.asarray(came[..., -1] / total if np.any(ended) else came[..., -1])


def horizon(seen: Elsewhere, asked: Elsewhere, *, believed: Slopes | None, blend: bool = True) -> Floats:
    """P(revived) by a head of one period, trained on outcomes whenever they came: hindsight. Shape (n, 3)."""
    recipe = BLEND if blend else HazardRecipe()
    worlds = WORLDS if blend else 2
    model = fit_horizon(seen.matrix, seen.revived, seen.schema, recipe=recipe, believed=believed, draws=worlds)
    found = incidences(model, asked.matrix)
    point = found.restarted[:, -1]
    low, high = np.quantile(found.restarted_draws, [0.1, 0.9], axis=1)
    return np.column_stack([np.minimum(low, point), point, np.maximum(high, point)])


Peer = Callable[[Elsewhere, Elsewhere], Floats]


def _logistic(seen: Elsewhere, asked: Elsewhere) -> Floats:
    numbers = [spec.name for spec in seen.schema.features if spec.kind.value != "category"]
    learner = make_pipeline(SimpleImputer(), StandardScaler(), LogisticRegression(max_iter=1000))
    learner.fit(seen.matrix[numbers], seen.revived)
    return np.asarray(learner.predict_proba(asked.matrix[numbers])[:, 1])


def _hgb(seen: Elsewhere, asked: Elsewhere) -> Floats:
    learner = HistGradientBoostingClassifier(random_state=0, max_iter=100).fit(seen.matrix, seen.revived)
    return np.asarray(learner.predict_proba(asked.matrix)[:, 1])


PEERS: Mapping[str, Peer] = {"logistic": _logistic, "hgb": _hgb}
"""Untuned, on the rows that they are given."""
