"""A fitted hazard follows what matured lately: its level moves, its directions and its draws stay."""

from __future__ import annotations

import numpy as np
import pytest

from engine.scoring.design import clipped, design
from engine.scoring.explanation import contributions
from engine.scoring.hazards import Head, incidences
from training.models.hazard_spec import FittedHead, HazardRecipe, HeadKind
from training.models.maturing import FARTHEST, followed
from training.models.outcomes import fit_outcomes
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def models(learnt):
    priors = Priors(restart_rate(), capacity_rate(), jobs_size())
    return {
        share: fit_outcomes(learnt.followed, priors, recipe=HazardRecipe(follow=share), draws=10).model
        for share in (0.0, 0.5, 1.0)
    }


def test_half_of_the_way_lies_between_none_and_all_of_it(learnt, models):
    none, half, whole = (
        float(incidences(models[share], learnt.followed.matrix).restarted[:, -1].mean()) for share in (0.0, 0.5, 1.0)
    )
    assert min(none, whole) < half < max(none, whole)
    assert models[0.0].document.recalibration.plain() == {}
    assert 0 < abs(models[1.0].document.recalibration.intercept) < FARTHEST


def test_only_restarts_move_and_every_world_moves_with_the_line(models):
    still, moved = models[0.0], models[1.0]
    shift = moved.document.recalibration
    assert np.array_equal(still.heads["end"].coef_, moved.heads["end"].coef_)
    apart = np.zeros(still.heads["restart"].coef_.shape[1])
    apart[:4] = shift.intercept
    assert moved.heads["restart"].coef_[0] == pytest.approx(shift.slope * still.heads["restart"].coef_[0] + apart)
    refits = [np.asarray(model.document.hazards.restart.refits) for model in (still, moved)]
    assert refits[1] == pytest.approx(shift.slope * refits[0] + apart, abs=1e-6)
    assert shift.slope > 0  # no direction turns


def test_contributions_add_up_after_the_move_too(learnt, models):
    X = learnt.followed.matrix.iloc[:40]
    model = models[1.0]
    held, _ = clipped(X, model.document.ranges)
    score = Head.of(model, "restart").score(design(held, model.document.design), held)[:, 0]
    assert contributions(model, X).sum(axis=1).to_numpy() == pytest.approx(score, abs=1e-9)


def test_beside_trees_only_the_level_moves(learnt):
    priors = Priors(restart_rate(), capacity_rate(), jobs_size())
    recipe = HazardRecipe(learner=HeadKind.BLEND, iterations=30, follow=1.0)
    model = fit_outcomes(learnt.followed, priors, recipe=recipe, draws=4).model
    assert model.document.recalibration.slope == 1.0


def test_where_forecasts_were_right_already_nothing_moves_far(learnt, models):
    """Followed once more, a model that was moved to what matured has next to nothing left to follow."""
    seen, model = learnt.followed, models[1.0]
    held, _ = clipped(seen.matrix, model.document.ranges)
    spread = design(held, model.document.design)
    parts = model.document.hazards
    heads = {name: FittedHead({"": model.heads[name]}, getattr(parts, name), 1.0, 0.0) for name in ("restart", "end")}
    _, shift = followed(heads, lambda rows: heads, seen, held, spread, np.ones(len(seen)), share=1.0, random_state=0)
    # What moves is the score: at minus three a slope of 1.03 alone takes an intercept of .1 to stay where one is.
    score = Head.of(model, "restart").score(spread, held)
    assert np.abs(shift.intercept + (shift.slope - 1) * score).mean() < 0.1
