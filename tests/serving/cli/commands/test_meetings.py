"""``ehya meetings`` shows a plan, plans anew and refuses with a sentence."""

import json
from datetime import datetime

import openpyxl
import pytest
from typer.testing import CliRunner

from engine.domain.mandate import Mandate
from engine.meetings.day import MeetingDay
from engine.settings import Settings
from engine.store.canonical import canonical
from serving.cli.app import app
from serving.desk import meetings as desk
from serving.desk.kept_meetings import keep_plan, kept_plan
from serving.desk.meetings_document import meetings_document, read_plan
from serving.desk.workspace import open_register
from serving.reports.workbook import write_json
from tests.serving.conftest import stock_of

NOON = datetime(2026, 11, 30, 12)
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


@pytest.fixture
def settings(folder):
    home = folder.parent / "w"
    return Settings(home=home, database_url=f"sqlite:///{home / 'ehya.db'}", language="en")


@pytest.fixture
def kept(folder, settings):
    """The register holds the plan of the folder."""
    settings.home.mkdir()
    with open_register(settings) as register:
        keep_plan(register, read_plan(folder / "plan.json"), over=None, made_at=NOON, actor="key:1")
    return settings


def test_an_events_plan_in_the_register_is_shown_as_its_folder_is(folder, kept):
    from_folder = ehya(folder, "show", folder, "--json").stdout
    assert ehya(folder, "show", "INVA 1405", "--json").stdout == from_folder
    words = ("--who", "inv-1")
    assert ehya(folder, "show", "INVA 1405", *words).output == ehya(folder, "show", folder, *words).output
    ehya(folder, "show", "INVA 1405", "--out", folder.parent / "copy")
    copy = folder.parent / "copy"
    assert (copy / "plan.json").read_bytes() == (folder / "plan.json").read_bytes()
    assert {path.name for path in copy.iterdir()} == {"plan.json", "plan.xlsx", "calendars"}
    assert "exists already" in ehya(folder, "show", "INVA 1405", "--out", copy, code=2).output


def test_an_event_is_planned_anew_in_the_register(folder, kept):
    output = ehya(folder, "again", "INVA 1405", "--gone", "inv-1", "--since", "09:50").output
    assert "Kept in the register as version 2 of “INVA 1405”" in output
    assert (
        ehya(folder, "show", "INVA 1405", "--version", "1", "--json").stdout
        == ehya(folder, "show", folder, "--json").stdout
    )
    assert json.loads(ehya(folder, "show", "INVA 1405", "--json").stdout)["version"] == 2
    with open_register(kept) as register:
        assert register.audit(newest=1)[["act", "actor"]].values.tolist() == [["meetings_planned_again", "terminal"]]
    assert {path.name for path in folder.iterdir()} == {"plan.json"}


def test_a_folder_that_is_planned_anew_takes_the_register_along_while_both_hold_one_plan(folder, kept):
    assert "version 2" in ehya(folder, "again", folder, "--gone", "inv-1").output
    with open_register(kept) as register:
        assert canonical(register.meetings.get("INVA 1405").document) == canonical(
            json.loads((folder / "plan.json").read_text("utf-8"))
        )
    ehya(folder, "again", "INVA 1405", "--gone", "inv-2")
    output = ehya(folder, "again", folder, "--gone", "inv-0").output
    assert "The register holds another plan of “INVA 1405” (version 3); it stays as it is." in output
    assert json.loads((folder / "plan.json").read_text("utf-8"))["version"] == 3
    with open_register(kept) as register:
        assert [one.who for one in kept_plan(register, "INVA 1405").planned.gone] == ["inv-1", "inv-2"]


def test_a_folder_works_where_there_is_no_register_or_a_broken_one(folder, settings):
    ehya(folder, "again", folder, "--gone", "inv-1")
    assert not settings.home.exists()
    settings.home.mkdir()
    (settings.home / "ehya.db").write_text("a note, no register" * 100)
    said = ehya(folder, "again", folder, "--gone", "inv-2")
    assert json.loads((folder / "plan.json").read_text("utf-8"))["version"] == 3
    assert "version 3" in said.output
    ehya(folder, "show", folder)


@pytest.mark.parametrize(("language", "said"), [("en", "No meetings of an event “NOVA”"), ("fa", "دیدارهای رویدادی")])
def test_what_is_neither_folder_nor_event_is_refused_with_the_events_there_are(folder, kept, language, said):
    output = ehya(folder, "again", "NOVA", "--gone", "inv-1", language=language, code=2).output
    assert said in output
    assert "INVA 1405" in output
    assert "--version" in ehya(folder, "show", folder, "--version", "4", code=2).output
    assert "INVA 1405@4" in ehya(folder, "show", "INVA 1405", "--version", "4", code=2).output


def test_a_plan_is_kept_in_the_register_once_and_says_so(folder, settings, public_appraisal, monkeypatch):
    stock = stock_of(public_appraisal)
    monkeypatch.setattr("serving.desk.meetings.stock", lambda *_: stock)
    settings.home.mkdir()
    book = openpyxl.Workbook()
    book.active.append(["id", "investor", "risk appetite", "accept unknown"])
    book.active.append(["fund", "A fund", "high", "yes"])
    book.save(folder.parent / "mandates.xlsx")
    (folder.parent / "day.yaml").write_text(json.dumps(DAY | {"event": "Spring"}), "utf-8")
    words = ("plan", folder.parent / "day.yaml", "--mandates", folder.parent / "mandates.xlsx")
    assert "register" not in ehya(folder, *words, "--no-keep").output
    assert "Kept in the register as version 1 of “Spring”" in ehya(folder, *words, "--out", folder.parent / "s").output
    written = json.loads((folder.parent / "s" / "plan.json").read_text("utf-8"))
    with open_register(settings) as register:
        assert canonical(register.meetings.get("Spring").document) == canonical(written)
    assert "The register holds version 1 of “Spring” already" in ehya(folder, *words).output
    assert json.loads(ehya(folder, *words, "--json").stdout)["version"] == 1


def test_a_plan_that_was_changed_by_hand_is_refused(folder, kept):
    document = json.loads((folder / "plan.json").read_text("utf-8"))
    document["meetings"][1] |= {name: document["meetings"][0][name] for name in ("guest", "slot")}
    write_json(folder / "plan.json", document)
    assert "holds together" in ehya(folder, "again", folder, "--gone", "inv-1", code=2).output
    with open_register(kept) as register:
        assert register.meetings.get("INVA 1405").version == 1
