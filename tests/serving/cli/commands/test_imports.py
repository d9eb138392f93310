"""What was taken in can be looked at and taken back; events can be corrected, withdrawn, and go through a sheet."""

import json

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from serving.cli.app import app

HEADER = "Name,Province,County,ISIC,Status,Stopped on,Jobs now\n"
FIRST = "Alpha,West Azerbaijan,Urmia,10,idle,2019-03-21,1\nBeta,West Azerbaijan,Khoy,13,idle,2018-03-21,2\n"
SECOND = "Alpha,West Azerbaijan,Urmia,10,idle,2019-03-21,7\n"


@pytest.fixture
def ehya(tmp_path):
    def run(*words, code=0, language="en"):
        env = {"EHYA_HOME": str(tmp_path / "w"), "EHYA_LANG": language, "EHYA_DATABASE_URL": None, "COLUMNS": "200"}
        found = CliRunner().invoke(app, [str(word) for word in words], env=env)
        assert found.exit_code == code, found.output
        assert "Traceback" not in found.output
        return found

    return run


@pytest.fixture
def taken(ehya, tmp_path):
    """Two files of one source, the second without Beta."""
    for day, rows in (("2025-01-01", FIRST), ("2025-06-01", SECOND)):
        file = tmp_path / "register.csv"
        file.write_text(HEADER + rows, encoding="utf-8")
        ehya("intake", file, "--as-of", day, "--source", "office.csv")
    return ehya


def _records(ehya):
    story = json.loads(ehya("imports", "show", "1", "--json").stdout)
    frame = pd.DataFrame(story["cells"])
    names = frame.loc[frame["field"] == "name", ["unit_id", "after"]].to_numpy()
    return [{"name": name, "unit_id": unit} for unit, name in names]


@pytest.mark.parametrize(("language", "said"), [("en", "no unit below it"), ("fa", "زیر آن واحدی نیست")])
def test_a_header_alone_is_refused_and_leaves_no_import(ehya, tmp_path, language, said):
    (tmp_path / "empty.csv").write_text(HEADER + ",,,,,,\n", encoding="utf-8")
    for more in ([], ["--dry-run"]):
        assert said in ehya("intake", tmp_path / "empty.csv", *more, code=2, language=language).stderr
    assert json.loads(ehya("imports", "list", "--json").stdout) == []


@pytest.mark.parametrize(("language", "said"), [("en", "is not there yet"), ("fa", "هنوز نیست")])
def test_a_folder_that_is_made_for_a_file_is_said(ehya, tmp_path, language, said):
    for place in ("new/counties.csv", "new/others.csv"):  # the second finds it there
        found = ehya("reference", "counties", "--out", tmp_path / place, language=language)
        assert (said in found.stderr) == (place == "new/counties.csv")
        assert (tmp_path / place).is_file()


@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_county_that_is_none_is_said_as_it_was_given(taken, language):
    found = taken("rank", "--county", "Atlantis", language=language, code=2).stderr
    assert "model" in found or "مدل" in found or "Atlantis" in found
    assert "شهرستان Atlantis" not in found


def test_imports_are_listed_with_what_each_did(taken):
    listed = json.loads(taken("imports", "list", "--json").stdout)
    assert [(one["id"], one["new_count"], one["updated_count"]) for one in listed] == [(1, 2, 0), (2, 0, 1)]
    assert "stands" in taken("imports", "list").stdout
    assert "برقرار" in taken("imports", "list", language="fa").stdout


def test_an_import_is_shown_from_what_to_what_and_names_the_units_it_lacks(taken):
    story = json.loads(taken("imports", "show", "2", "--json").stdout)
    beta = next(one["unit_id"] for one in _records(taken) if one["name"] == "Beta")
    assert [(cell["field"], cell["before"], cell["after"]) for cell in story["cells"]] == [("jobs_now", "1", "7")]
    assert story["missing"] == [beta]
    printed = taken("imports", "show", "2").stdout
    assert beta in printed
    assert "7 persons" in printed


def test_an_import_that_is_undone_is_as_if_it_had_never_been(taken):
    alpha = next(one["unit_id"] for one in _records(taken) if one["name"] == "Alpha")
    taken("outcome", "add", alpha, "visited", "--on", "2025-07-01")
    assert "taken back" in taken("imports", "undo", "2").stdout
    shown = json.loads(taken("show", alpha, "--json").stdout)
    assert next(fact["value"] for fact in shown["facts"] if fact["field"] == "jobs_now") == "1"
    assert [event["kind"] for event in shown["events"]] == ["visited"]
    assert "undone" in taken("imports", "undo", "2", code=2).stderr
    assert taken("imports", "show", "99", code=2).stderr


def test_an_event_is_corrected_and_withdrawn_and_the_log_follows(taken):
    alpha = next(one["unit_id"] for one in _records(taken) if one["name"] == "Alpha")
    first = json.loads(taken("outcome", "add", alpha, "visited", "--on", "2025-07-01", "--json").stdout)["id"]
    corrected = json.loads(
        taken(
            "outcome", "correct", first, alpha, "visited", "--on", "2025-07-02", "--reason", "typed wrong", "--json"
        ).stdout
    )
    listed = json.loads(taken("outcome", "list", "--json").stdout)
    assert [(one["id"], one["happened_on"][:10]) for one in listed] == [(corrected["id"], "2025-07-02")]
    taken("outcome", "withdraw", corrected["id"], "--reason", "another unit was meant")
    assert json.loads(taken("outcome", "list", "--json").stdout) == []
    assert taken("outcome", "withdraw", corrected["id"], code=2).stderr
    assert acts(taken) == ["outcome_withdrawn", "outcome_corrected", "outcome_recorded"]


def acts(taken):
    return [line["act"] for line in json.loads(taken("audit", "list", "--json").stdout)]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
@pytest.mark.parametrize("language", ["fa", "en"])
def test_what_is_exported_is_imported_again_without_a_double(taken, tmp_path, ending, language):
    alpha = next(one["unit_id"] for one in _records(taken) if one["name"] == "Alpha")
    taken("outcome", "add", alpha, "visited", "--on", "1404-05")
    taken("outcome", "add", alpha, "restarted", "--on", "2025-08-01", "--capacity-share", "0.4", "--jobs", "12")
    sheet = tmp_path / f"log.{ending}"
    taken("outcome", "list", "--out", sheet, language=language)
    again = json.loads(taken("outcome", "import", sheet, "--json").stdout)
    assert again["recorded"] == 0
    assert {one["code"] for one in again["refused"]} == {"already_recorded"}


def test_a_sheet_of_events_is_recorded_row_by_row_and_what_is_wrong_is_named(taken, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["شناسه واحد", "نوع رخداد", "تاریخ رخداد", "شمار شاغلان"])
    book.active.append(["Alpha", "بازدید", "1404/05/01", None])
    book.active.append(["Alpha", "visited", "1404/13/01", None])
    book.active.append(["Nobody", "visited", "1404/05/02", None])
    book.active.append(["Alpha", "visited", "1404/05/03", None])
    book.save(tmp_path / "events.xlsx")
    rehearsed = taken("outcome", "import", tmp_path / "events.xlsx", "--dry-run")
    assert json.loads(taken("outcome", "list", "--json").stdout) == []
    assert "would be recorded" in rehearsed.stdout
    found = json.loads(taken("outcome", "import", tmp_path / "events.xlsx", "--json").stdout)
    refused = {(one["row"], one["column"], one["code"]) for one in found["refused"]}
    assert (4, "unit_id", "unknown_unit") in refused
    assert (3, "happened_on", "not_a_date") in refused
    assert found["recorded"] == 1, found
    assert acts(taken) == ["outcomes_recorded"]  # not for the rehearsal
    printed = taken("outcome", "import", tmp_path / "events.xlsx").stdout
    assert "Nobody" in printed
