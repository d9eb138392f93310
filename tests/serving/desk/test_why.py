"""Why a unit has its chance: codes and numbers that add up, in either language."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pandas as pd
import pytest

from engine.domain.unit import Field, public_fields
from engine.scoring.artefact import Model
from features import FULL_SCHEMA, fit
from serving.desk.appraisal import judged as judge
from serving.desk.question import Question
from serving.desk.why import NOT_PUBLIC, asked_of_the_register, why
from serving.disclosure.masking import Audience
from serving.i18n import speech
from serving.reports.reasons import unit_reasons
from tests.training.conftest import learnt_province, outcomes_model
from training.models.hazard_spec import HazardRecipe

DAY = pd.Timestamp("2026-03-21")


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


def test_without_a_model_there_are_no_parts(office):
    told = why(replace(office, model=None), [office.table.index[0]])
    assert told.parts.empty
    assert told.questions.empty


@pytest.fixture(scope="module")
def outcomes(once) -> Model:
    followed, _, _ = once.value("learnt", learnt_province)
    return once.value("outcomes-line", partial(outcomes_model, followed, HazardRecipe()))


@pytest.mark.parametrize("audience", [Audience.OFFICE, Audience.PUBLIC])
def test_a_model_of_outcomes_is_explained_in_the_same_words(outcomes, province, audience):
    fitted = fit(province, FULL_SCHEMA, as_of=DAY)
    model = Model(outcomes.heads, outcomes.document.changed(fitted=fitted))
    found = judge(province, model, Question(as_of=DAY), audience)
    told = why(found, list(found.table.index))
    for output in ("feasibility", "jobs_if_revived"):
        sums = told.parts[told.parts["output"] == output].groupby("unit_id")["amount"].sum()
        assert len(sums) > 100
        assert sums.to_numpy() == pytest.approx(found.table.loc[sums.index, f"{output}_point"].to_numpy())
    assert told.doubts.drop(columns="unit_id").sum(axis=1).to_numpy() == pytest.approx(1)
    assert not told.questions.empty
    counties = told.parts[told.parts["feature"] == "county"]
    assert counties["stated"].all()
    for language in ("fa", "en"):
        lines = unit_reasons(told, str(told.parts["unit_id"].iloc[0]), speech(language))
        assert all(not line["name"].startswith(("feature.", "why_part.")) for each in lines for line in each["lines"])
    private = {field.value for field in Field} - set(public_fields())
    asked = {name for joined in told.questions["fields"] for name in joined.split(";")}
    hidden = {name for joined in told.parts.loc[~told.parts["stated"], "fields"] for name in joined.split(";")}
    assert bool(private & asked) == (audience is Audience.OFFICE)
    assert audience is Audience.OFFICE or not private & hidden
