"""``ehya meetings`` shows a plan, plans anew and refuses with a sentence."""

import json

import pytest
from typer.testing import CliRunner

from engine.domain.mandate import Mandate
from engine.meetings.day import MeetingDay
from serving.cli.app import app
from serving.desk import meetings as desk
from serving.desk.meetings_document import meetings_document
from serving.reports.workbook import write_json
from tests.serving.conftest import stock_of

DAY = {"event": "INVA 1405", "date": "1405-09-20", "from": "09:00", "to": "11:00", "tables": 2}


@pytest.fixture
def folder(public_appraisal, tmp_path):
    mandates = [Mandate(id=f"inv-{n}", risk_appetite="high", accept_unknown=True) for n in range(3)]
    planned = desk.plan_among(stock_of(public_appraisal), MeetingDay.read(DAY), mandates)
    write_json(tmp_path / "inva" / "plan.json", meetings_document(planned))
    return tmp_path / "inva"


def ehya(folder, *words, language="en", code=0):
    env = {"EHYA_HOME": str(folder.parent / "w"), "EHYA_LANG": language, "EHYA_DATABASE_URL": None, "COLUMNS": "160"}
    said = CliRunner().invoke(app, ["meetings", *map(str, words)], env=env)
    assert said.exit_code == code, said.output
    assert "Traceback" not in said.output
    return said


@pytest.mark.parametrize(("language", "said"), [("en", "No two who could"), ("fa", "هیچ دو طرفی")])
def test_a_plan_says_whether_anybody_would_rather_swap(folder, language, said):
    assert said in ehya(folder, "show", folder, language=language).output


def test_one_party_sees_its_own_day_and_why_other_wishes_have_no_meeting(folder):
    output = ehya(folder, "show", folder, "--who", "inv-1").output
    assert "inv-1" in output
    assert "inv-2" not in output


def test_planned_anew_the_plan_of_before_stays_and_files_are_written(folder):
    document = json.loads(ehya(folder, "again", folder, "--gone", "inv-1", "--since", "۰۹:۵۰", "--json").stdout)
    assert document["version"] == 2
    assert {path.name for path in folder.iterdir()} == {"plan.json", "plan.1.json", "plan.xlsx", "calendars"}
    assert not [met for met in document["meetings"] if met["guest"] == "inv-1" and met["slot"] >= 2]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("again", "{folder}", "--gone", "nobody"), "Nobody at this event is called “nobody”"),
        (("again", "{folder}", "--gone", "inv-1", "--since", "noon"), "“--since” of the day cannot be “noon”"),
        (("show", "{folder}/none"), "was not found"),
        (("plan", "{folder}/day.yaml", "--mandates", "m.xlsx"), "was not found"),
        (("plan", "{folder}/plan.json", "--mandates", "m.xlsx", "--out", "{folder}"), "exists already"),
        (("plan", "{folder}/plan.json", "--mandates", "m.xlsx"), "has no key “format” here"),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_changes(folder, words, said):
    before = sorted(path.name for path in folder.iterdir())
    output = ehya(folder, *(word.format(folder=folder) for word in words), code=2).output
    assert said in output
    assert sorted(path.name for path in folder.iterdir()) == before
