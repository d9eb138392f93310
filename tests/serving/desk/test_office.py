"""What is kept ready for the office is what it would be told anew, and goes with the state that it was made of."""

import gc
import weakref
from dataclasses import fields
from importlib import resources

import pandas as pd
import pytest

from engine.parsing.dates import Precision
from serving.desk.economics import Choices
from serving.desk.office import OF_A_PAGE, Office
from serving.desk.outcomes import OutcomeRequest, record_outcome
from serving.desk.plan import PlanRequest
from serving.desk.question import Question
from serving.desk.unit import unit_story
from serving.desk.units import UnitsRequest
from tests.serving.api.parties import BY, at_work
from tests.serving.conftest import DAY

FEW = Choices(draws=50)


@pytest.fixture
def settings(own_copy, first_day):
    return at_work(own_copy, first_day).settings


def same(one, other):
    """Whether two results hold the same, field by field."""
    for field in fields(one):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(mine, pd.DataFrame):
            pd.testing.assert_frame_equal(mine, theirs, check_index_type=False, obj=field.name)
        elif isinstance(mine, pd.Series):
            pd.testing.assert_series_equal(mine, theirs, obj=field.name)
        elif hasattr(mine, "__dataclass_fields__") and field.name in ("reasons", "plans"):
            same(mine, theirs)


def test_a_unit_of_a_list_that_was_looked_into_is_as_one_that_is_asked_alone(settings):
    question = Question(as_of=DAY)
    ahead, alone = Office(settings), Office(settings)
    listed = [str(unit) for unit in ahead.appraised(question).table.index[:6]]
    ahead.ready(question, listed)
    for unit in listed:
        before, after = (office.dossier(question, unit, OF_A_PAGE, PlanRequest()) for office in (ahead, alone))
        same(before.story, after.story)
        assert (before.worth is None) == (after.worth is None)
        assert (before.plan is None) == (after.plan is None)
        if before.plan is not None:
            same(before.plan, after.plan)
        if before.worth is not None:
            pd.testing.assert_series_equal(before.worth.drawn, after.worth.drawn)
    same(after.story, unit_story(settings, question, unit))


def test_what_was_looked_into_is_forgotten_when_the_register_changes(settings):
    question, office = Question(as_of=DAY), Office(settings)
    table = office.appraised(question).table
    unit = str(table.index[0])
    office.ready(question, [unit])
    assert office.dossier(question, unit, FEW, PlanRequest()).story.events.empty
    visited = OutcomeRequest(unit, "visited", DAY, Precision.DAY, known_on=DAY)
    record_outcome(settings, visited, **BY)
    assert len(office.dossier(question, unit, FEW, PlanRequest()).story.events) == 1


def test_by_and_by_the_whole_register_is_looked_into_and_then_there_is_no_more(settings, monkeypatch):
    monkeypatch.setattr("serving.desk.office.READY_BY_AND_BY", 100)
    question, office = Question(as_of=DAY), Office(settings)
    steps = 1
    while office.ready_next(question):
        steps += 1
    assert steps == -(-len(office.appraised(question).table) // 100)
    monkeypatch.setattr("serving.desk.office.Insight.into", None)  # nothing is looked into a second time
    unit = str(office.appraised(question).table.index[-1])
    assert office.dossier(question, unit, OF_A_PAGE, PlanRequest()).story.row.index[0] == unit
    office.ready_next(question)


def test_units_that_are_no_more_are_passed_over_when_a_list_is_looked_into(settings):
    office = Office(settings)
    office.ready(Question(as_of=DAY), ["nobody"])
    office.ready(Question(as_of=DAY), [])


def test_nothing_of_an_appraisal_is_kept_once_another_stands(settings):
    office, question = Office(settings), Question(as_of=DAY)
    held = weakref.ref(office.appraised(question).table)
    unit = str(held().index[0])
    office.ready(question, [unit])
    office.dossier(question, unit, FEW, PlanRequest())
    office.units(question, UnitsRequest())
    day = pd.Timestamp("2026-01-10")
    visit = OutcomeRequest(unit=unit, kind="visited", happened_on=day, precision=Precision.DAY, known_on=DAY)
    record_outcome(settings, visit, **BY)
    office.appraised(question)
    gc.collect()
    assert held() is None


@pytest.mark.parametrize("own", ["price_index", "effects"])
def test_an_appraisal_is_made_anew_when_the_workspaces_own_tables_change(settings, own):
    question, office = Question(as_of=DAY), Office(settings)
    before = office.appraised(question)
    assert office.appraised(question) is before
    table = resources.files("engine.reference") / "data" / f"{own}.csv"
    getattr(settings, own).write_bytes(table.read_bytes())
    assert office.appraised(question) is not before
