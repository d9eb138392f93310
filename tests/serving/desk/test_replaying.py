"""A kept list comes out as it was, whatever came since; what cannot be made again is said."""

import shutil
from datetime import timedelta

import pandas as pd
import pytest
from typer.testing import CliRunner

from engine.settings import Settings
from engine.store import Register
from serving.cli.app import app as command
from serving.desk.mandates import keep_list, list_for, react, save_mandate
from serving.desk.question import Question
from serving.desk.replaying import replay_list
from serving.desk.shortlist import stock
from serving.desk.wishes import state_wishes
from tests.serving.api.parties import BY, DAY, NOON, File, at_work, fresh

WIDE = {"id": "any", "risk_appetite": "high", "accept_unknown": True, "limit": 12}
LATER = NOON + timedelta(days=3)


@pytest.fixture
def home(shared, tmp_path, first_day) -> Settings:
    """A workspace with a model at work, and with what an owner wants."""
    found = at_work(fresh(shared, tmp_path), first_day)
    with Register.open(found.settings.database_url) as register:
        state_wishes(
            register, found.agreed[0], "owner", {"partners": "operator"}, source="s", stated_on=NOON.date(), **BY
        )
    return found.settings


def kept(settings: Settings, moment=NOON):
    with Register.open(settings.database_url) as register:
        known = register.mandates("fund")
        saved = known[0] if known else save_mandate(register, "fund", WIDE, **BY)
        made = list_for(register, saved, stock(settings, Question(as_of=DAY)))
        return keep_list(register, made, top=12, made_at=moment, actor="key:1")


def after(settings: Settings, first) -> None:
    """What comes later: a decline, wishes that end, another version of the mandate, another import."""
    offered = stock(settings, Question(as_of=DAY))
    with Register.open(settings.database_url) as register:
        unit = first.places[0]["unit_id"]
        said = {"unit_id": unit, "kind": "declined", "reason": "risk"}
        react(register, "fund", first.list_id, said, stock=offered, made_at=LATER, actor="key:1")
        state_wishes(register, unit, "owner", {"partners": "financier"}, source="s",
                     stated_on=LATER.date(), made_at=LATER, actor="terminal")  # fmt: skip
        save_mandate(
            register, "fund", WIDE | {"max_idle_months": 12}, made_at=LATER, actor="key:1", replaces=("any", 1)
        )
        units = register.units().reset_index()
        file = File(units.assign(jobs_before_stop=units["jobs_before_stop"] + 40, as_of=pd.Timestamp("2026-03-24")))
        register.imports.commit(file, imported_at=LATER)


def test_a_list_comes_out_as_it_was_after_answers_wishes_another_mandate_and_another_import(home):
    first = kept(home)
    question = Question(as_of=pd.Timestamp("2026-06-01"))  # the day of then counts
    assert replay_list(home, first.list_id, question).same
    after(home, first)
    found = replay_list(home, first.list_id, question)
    assert found.same, found
    assert (found.run_id, found.differs, str(found.known_by)) == (first.run_id, (), "2026-03-22")
    second = kept(home, LATER + timedelta(hours=1))
    assert second.run_id != first.run_id
    assert replay_list(home, second.list_id, question).same


def test_what_cannot_be_made_again_is_said(home):
    first = kept(home)
    with Register.open(home.database_url) as register:  # on the same day: the register keeps days, not hours
        units = register.units().reset_index()
        file = File(units.assign(jobs_before_stop=units["jobs_before_stop"] + 40))
        register.imports.commit(file, imported_at=NOON + timedelta(hours=1))
    found = replay_list(home, first.list_id, Question(as_of=DAY))
    assert not found.same
    assert {one.value for one in found.differs} == {"units", "lists"}
    env = {"EHYA_HOME": str(home.home), "EHYA_DATABASE_URL": home.database_url, "EHYA_LANG": "en"}
    said = CliRunner().invoke(command, ["match", "--replay", first.list_id], env=env)
    assert said.exit_code == 1, said.output
    assert "Units or their figures have changed" in said.output
    shutil.rmtree(home.models)
    gone = replay_list(home, first.list_id, Question(as_of=DAY))
    assert (gone.run_id, gone.same_places) == (None, 0)
    assert "model" in {one.value for one in gone.differs}
