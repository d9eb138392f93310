"""Parts of what the runtime says, for units that it knows and units that it does not."""

from __future__ import annotations

import pandas as pd
import pytest
from scipy.special import logit

from engine.scoring.belief import Z80, Doubt
from engine.scoring.points import NOW
from engine.scoring.reasons import answers, reasons
from engine.scoring.runtime import predict, unit_spread
from features import matrix
from tests.training.conftest import AS_OF, press_model

ASKED = {"has_title_deed": "deed", "cause_legal": "causes", "cause_market": "causes"}


@pytest.fixture(scope="module")
def told(once):
    fitted, seen, _ = once.value("press-model", press_model)
    units = seen.units.head(40).assign(jobs_now=0)
    strangers = units.set_axis([f"new-{name}" for name in units.index], axis=0).assign(
        status="semi_active", jobs_now=3, jobs_before_stop=40
    )
    units = pd.concat([units, strangers])
    X = matrix(units, fitted.model.schema, fitted.model.fitted, as_of=AS_OF)
    shown = predict(fitted.model, X, units, as_of=AS_OF)
    return fitted.model, X, units, shown, reasons(fitted.model, X, units)


def test_parts_add_up_to_what_is_predicted_of_known_and_of_new_units(told):
    _, _, _, shown, found = told
    may = shown["scorable"].to_numpy(dtype=bool)
    assert may.sum() > 20
    assert found.feasibility[may].sum(axis=1).to_numpy() == pytest.approx(shown.loc[may, "feasibility_point"])
    jobs = shown.loc[may, "jobs_if_revived_point"]
    assert found.jobs[may].sum(axis=1).to_numpy() == pytest.approx(jobs)
    assert shown.loc[may, "out_of_fold"].any()
    assert not shown.loc[may, "out_of_fold"].all()


def test_shares_of_doubt_are_those_of_the_interval_that_is_shown(told):
    model, _, _, shown, found = told
    may = shown["scorable"].to_numpy(dtype=bool)
    low, high = (logit(shown.loc[may, f"feasibility_unit_{end}"].to_numpy()) for end in ("low", "high"))
    variance = ((high - low) / (2 * Z80)) ** 2
    assert found.doubt.sum(axis=1).to_numpy() == pytest.approx(1)
    assert found.doubt.loc[may, Doubt.UNIT].to_numpy() * variance == pytest.approx(unit_spread(model) ** 2)


def test_who_works_there_already_is_taken_off(told):
    *_, found = told
    assert (found.jobs.loc[found.jobs.index.str.startswith("new-"), NOW] < 0).all()
    assert (found.jobs.loc[~found.jobs.index.str.startswith("new-"), NOW] == 0).all()


def test_features_of_one_question_are_asked_once_and_together(told):
    model, X, _, _, _ = told
    found = answers(model, X, ASKED)
    assert sorted(found.narrowing.columns) == ["causes", "deed"]
    apart = answers(model, X, {name: name for name in ASKED})
    together = found.narrowing["causes"]
    assert (together >= apart.narrowing[["cause_legal", "cause_market"]].max(axis=1) - 1e-12).all()


def test_one_unit_alone_is_told_the_same_as_among_others(told):
    model, X, units, _, found = told
    alone = reasons(model, X.iloc[[5]], units)
    pd.testing.assert_frame_equal(alone.feasibility, found.feasibility.iloc[[5]])
    pd.testing.assert_frame_equal(alone.doubt, found.doubt.iloc[[5]])
    swing = answers(model, X, ASKED).swing
    pd.testing.assert_frame_equal(answers(model, X.iloc[[5]], ASKED).swing, swing.iloc[[5]])
