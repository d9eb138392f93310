"""Why a unit has its chance: codes and numbers that add up, in either language."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from engine.domain.unit import Field, public_fields
from engine.scoring.artefact import Model
from engine.scoring.design import clipped, design
from engine.scoring.document import Document
from engine.scoring.hazards import Head
from experiments.horizon import fit_horizon
from experiments.province_simulator.province import simulate
from features import FULL_SCHEMA, fit, matrix
from serving.cli.commands.show import _REASONS as SHOWN
from serving.cli.commands.show import _weightiest as weightiest
from serving.desk.appraisal import judged as judge
from serving.desk.question import Question
from serving.desk.why import NOT_PUBLIC, asked_of_the_register, explained, why
from serving.disclosure.masking import Audience
from serving.i18n import speech

DAY = pd.Timestamp("2026-03-21")


@pytest.fixture(scope="module")
def judged() -> tuple[Model, pd.DataFrame]:
    units = simulate(300, seed=2).units
    fitted = fit(units, FULL_SCHEMA, as_of=DAY)
    X = matrix(units, FULL_SCHEMA, fitted, as_of=DAY)
    label = (np.random.default_rng(0).random(300) < 0.2 + 0.5 * (X["sector_food"] == 1)).to_numpy(float)
    model = fit_horizon(X, label, FULL_SCHEMA, draws=2)
    return Model(model.heads, model.document.changed(fitted=fitted)), units.iloc[[0]]


def test_what_is_told_adds_up_to_the_score_of_the_unit(judged):
    model, unit = judged
    told = explained(model, unit, as_of=DAY)
    assert told["score"] == pytest.approx(told["base"] + sum(told["features"].values()), abs=1e-12)
    held, _ = clipped(matrix(unit, model.schema, model.fitted, as_of=DAY), model.document.ranges)
    score = Head.of(model, "restart").score(design(held, model.document.design), held)
    assert told["score"] == pytest.approx(float(score[0, 0]), abs=1e-12)
    sizes = [abs(value) for value in told["features"].values()]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_weightiest_features_have_names_in_both_languages(judged, language):
    model, unit = judged
    said = weightiest(explained(model, unit, as_of=DAY), speech(language))
    assert len(said) == SHOWN
    assert all(name and not name.startswith("feature.") for name, _ in said)


def test_the_first_model_is_not_explained_so(judged):
    model, unit = judged
    assert explained(Model({}, Document(features=model.features)), unit, as_of=DAY) is None


@pytest.fixture(scope="module")
def office(first_day, province):
    return judge(province, first_day, Question(as_of=DAY), Audience.OFFICE)


@pytest.fixture(scope="module")
def public(first_day, province):
    return judge(province, first_day, Question(as_of=DAY), Audience.PUBLIC)


@pytest.mark.parametrize("audience", ["office", "public"])
def test_parts_add_up_to_the_figures_that_are_shown(audience, request):
    found = request.getfixturevalue(audience)
    parts = why(found, list(found.table.index)).parts
    for output in ("feasibility", "jobs_if_revived"):
        sums = parts[parts["output"] == output].groupby("unit_id")["amount"].sum()
        assert len(sums) > 100
        assert sums.to_numpy() == pytest.approx(found.table.loc[sums.index, f"{output}_point"].to_numpy())


def test_the_largest_part_comes_first_and_the_average_unit_last(office):
    parts = why(office, [office.table.index[0]]).parts
    sizes = parts[parts["output"] == "feasibility"]
    assert sizes["feature"].iloc[-1] == "base"
    assert sizes["amount"].abs().iloc[:-1].is_monotonic_decreasing


def test_the_public_is_told_no_part_of_a_private_field_and_asked_for_none(public):
    told = why(public, list(public.table.index))
    private = {field.value for field in Field} - set(public_fields())
    hidden = told.parts[~told.parts["stated"]]
    assert not private & {name for joined in hidden["fields"] for name in joined.split(";")}
    assert not private & {name for joined in told.questions["fields"] for name in joined.split(";")}
    assert not private & {name for joined in asked_of_the_register(public)["fields"] for name in joined.split(";")}


def test_what_such_units_show_in_private_fields_is_one_sum(public):
    belief = public.model.document.belief
    columns = [
        column.changed(means=np.asarray(column.means) + 0.4) if column.feature == "litigations" else column
        for column in belief.columns
    ]
    document = public.model.document.changed(belief=belief.changed(columns=columns))
    moved = replace(public, model=replace(public.model, document=document))
    parts = why(moved, list(public.table.index[:5])).parts
    assert (parts["feature"] == NOT_PUBLIC).sum() == 5
    assert "litigations" not in set(parts["feature"])


def test_the_office_sees_every_part_by_itself_and_is_asked_for_private_fields_too(office):
    parts = why(office, list(office.table.index)).parts
    assert NOT_PUBLIC not in set(parts["feature"])
    assert "litigation_count" in set(asked_of_the_register(office)["fields"])


def test_what_the_register_lacks_most_tellingly_is_asked_first(office):
    asked = asked_of_the_register(office)
    worth = asked["narrows"] * asked["units"]
    assert worth.is_monotonic_decreasing
    assert (asked["units"] <= office.table["scorable"].sum()).all()


def test_nobody_is_asked_for_what_is_known(office):
    asked = why(office, list(office.table.index)).questions
    deeds = asked[asked["fields"] == "title_deed"]["unit_id"]
    assert office.table.loc[deeds, "title_deed"].isna().all()


def test_only_units_near_the_edge_can_change_the_first_twenty(office):
    asked = why(office, list(office.table.index)).questions.assign(
        rank=lambda told: office.table.loc[told["unit_id"], "rank"].to_numpy()
    )
    near, far = asked["rank"].between(16, 25), asked["rank"] > 80
    assert asked.loc[near, "moves_top"].max() > asked.loc[far, "moves_top"].max()


def test_a_model_of_outcomes_and_no_model_have_no_such_parts(judged, office):
    for model in (judged[0], None):
        told = why(replace(office, model=model), [office.table.index[0]])
        assert told.parts.empty
        assert told.questions.empty
