"""Parts of what a model of outcomes says: they add up, the average unit has none, what is not known is asked for."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit
from sklearn.linear_model import LogisticRegression

from engine.domain.unit import Status
from engine.scoring.artefact import Model
from engine.scoring.belief import Doubt
from engine.scoring.hazards import LEARNER, doubts, feasibility
from engine.scoring.learnt_points import OWN_LEARNER, PROMISED, feasibility_parts, jobs_parts
from engine.scoring.points import BASE, NOW
from engine.scoring.questions import narrowing, of_outcomes
from engine.scoring.reasons import answers, has_reasons, reasons
from engine.scoring.runtime import predict
from features import FULL_SCHEMA, fit, matrix
from tests.training.conftest import learnt_province, outcomes_model
from training.models.hazard_spec import HazardRecipe, HeadKind

AS_OF = pd.Timestamp("2026-03-21")
RECIPES = {"line": HazardRecipe(), "trees": HazardRecipe(learner=HeadKind.BLEND, iterations=20)}


@pytest.fixture(scope="module", params=RECIPES)
def told(once, request):
    followed, units, _ = once.value("learnt", learnt_province)
    fitted = once.value(f"outcomes-{request.param}", partial(outcomes_model, followed, RECIPES[request.param]))
    units = units[units["status"] == Status.IDLE.value].head(60)
    model = Model(fitted.heads, fitted.document.changed(fitted=fit(units, FULL_SCHEMA, as_of=AS_OF)))
    X = matrix(units, model.schema, model.fitted, as_of=AS_OF)
    return model, X, units, predict(model, X, units, as_of=AS_OF)


def test_parts_add_up_to_what_is_predicted(told):
    model, X, units, shown = told
    assert has_reasons(model)
    found, may = reasons(model, X, units), shown["scorable"].to_numpy(dtype=bool)
    assert may.sum() > 20
    assert found.feasibility[may].sum(axis=1).to_numpy() == pytest.approx(shown.loc[may, "feasibility_point"])
    assert found.jobs[may].sum(axis=1).to_numpy() == pytest.approx(shown.loc[may, "jobs_if_revived_point"])
    assert found.doubt.sum(axis=1).to_numpy() == pytest.approx(1)
    assert (found.doubt.to_numpy() >= 0).all()


def test_what_moves_a_line_up_has_a_part_above_nil(told):
    model, X, _, _ = told
    if f"restart{'_trees'}" in model.heads:
        pytest.skip("trees may say otherwise of a unit")
    parts, blocks = feasibility_parts(model, X), model.document.design
    at, heads = 0, ("restart", "end")
    for block in blocks:
        slopes = [model.heads[name].coef_[0][4 + at] for name in heads]
        if block.width == 1 and slopes[0] > 0 > slopes[1] and "capacity" not in model.heads:
            above = X[block.column] > np.expm1(block.centre[0]) if block.log else X[block.column] > block.centre[0]
            assert (parts.loc[above, block.column] >= 0).all()
        at += block.width


def test_a_unit_of_which_nothing_is_known_is_the_average_and_its_interval_comes_of_that(told):
    model, X, units, _ = told
    blank = pd.DataFrame(np.nan, index=X.index[:1], columns=X.columns)
    parts = feasibility_parts(model, blank)
    if f"restart{'_trees'}" not in model.heads:
        assert parts.drop(columns=BASE).to_numpy() == pytest.approx(0, abs=1e-12)
    nothing, known = (reasons(model, each, units).doubt[Doubt.MISSING].iloc[0] for each in (blank, X.iloc[:1]))
    assert nothing > known


def test_variances_of_the_estimate_are_those_of_its_draws(told):
    model, X, _, _ = told
    point, draws = feasibility(model, X)
    variance = ((logit(draws) - logit(point)[:, None]) ** 2).mean(axis=1)
    assert doubts(model, X).sum(axis=1) == pytest.approx(variance)


def test_who_works_there_is_taken_off_and_a_promise_is_a_part(told):
    model, X, units, _ = told
    there = jobs_parts(model, X, units.assign(jobs_promised=40.0), np.full(len(X), 3.0))
    assert (there[NOW] <= 0).all()
    assert (there[PROMISED] != 0).all()
    assert jobs_parts(model, X, units.assign(jobs_promised=None), np.full(len(X), np.nan)).isna().all(axis=None)


def test_what_is_known_is_not_asked_and_what_is_not_narrows(told):
    model, X, _, _ = told
    gain = narrowing(of_outcomes(model, X))
    known = X[gain.columns].notna().to_numpy()
    numbers = [block.column for block in model.document.design if block.levels is None]
    assert (gain[numbers].to_numpy()[X[numbers].notna().to_numpy()] == 0).all()
    assert (gain.to_numpy()[~known] > 0).any()
    assert (gain.to_numpy() >= -1e-12).all()


def test_one_unit_alone_is_told_the_same_as_among_others(told):
    model, X, units, _ = told
    together, alone = reasons(model, X, units), reasons(model, X.iloc[[5]], units)
    pd.testing.assert_frame_equal(alone.feasibility, together.feasibility.iloc[[5]])
    pd.testing.assert_frame_equal(alone.jobs, together.jobs.iloc[[5]])
    pd.testing.assert_frame_equal(alone.doubt, together.doubt.iloc[[5]])
    asked = {name: name for name in X.columns}
    swing = answers(model, X, asked).swing
    pd.testing.assert_frame_equal(answers(model, X.iloc[[5]], asked).swing, swing.iloc[[5]])


def test_what_an_own_learner_says_beyond_the_hazards_is_a_part_of_its_own(told):
    model, X, _, _ = told
    rows = pd.DataFrame([[0.0] * X.shape[1], [1.0] * X.shape[1]], columns=X.columns)
    own = LogisticRegression().fit(rows, [0, 1])
    own.coef_[:], own.intercept_[:] = 0.0, logit(0.3)
    known = X.fillna(0.0)
    parts = feasibility_parts(Model({**model.heads, LEARNER: own}, model.document), known)
    assert parts.sum(axis=1).to_numpy() == pytest.approx(0.3)
    assert (parts[OWN_LEARNER] != 0).all()
