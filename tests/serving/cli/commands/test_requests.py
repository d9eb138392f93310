"""Requests of investors, as the office reads and answers them at a terminal."""

import json
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from typer.testing import CliRunner

from engine.domain.request import RequestKind
from engine.store import Register
from serving.cli.app import app


@pytest.fixture
def ehya(tmp_path):
    def run(*words, code=0, language="en"):
        env = {"EHYA_HOME": str(tmp_path), "EHYA_LANG": language, "EHYA_DATABASE_URL": None, "COLUMNS": "200"}
        found = CliRunner().invoke(app, [str(word) for word in words], env=env)
        assert found.exit_code == code, found.output
        assert "Traceback" not in found.output
        return found

    return run


class File:
    """An intake of one unit as the register sees it."""

    source, as_of = "a.xlsx", pd.Timestamp("2026-01-01")
    rejected_rows = rejected_cells = pd.DataFrame()
    units = pd.DataFrame(
        [
            {
                "identity": "business:1",
                "name": "Zagros",
                "sheet": "1",
                "row": 2,
                "origin": "reported",
                "source": "a.xlsx",
                "as_of": as_of,
            }
        ]
    )


@pytest.fixture
def asked(tmp_path):
    """A request of somewhat more than twenty days ago, and one of now."""
    now, by = datetime.now(UTC), {"actor": "key:1"}
    with Register.open(f"sqlite:///{tmp_path / 'ehya.db'}") as register:
        unit = register.imports.commit(File(), imported_at=now).rows["unit_id"].iloc[0]
        saved = register.mandates.save("fund", "food", {"id": "food"}, over=None, made_at=now, **by)
        places = [{"unit_id": unit, "position": 1}]
        made_of = {"run_id": "r", "stock_version": "s", "model_version": None, "as_of": now, "places": places}
        register.lists.keep("fund", saved.number, list_id="l", **made_of, made_at=now, **by)
        register.lists.show("fund", "l", until=1, shown_on=now)
        for name, days in (("new", 0), ("old", 20.1)):
            said = {"request_id": name, "kind": RequestKind.VISIT, "text": f"the {name} question"}
            register.requests.ask("fund", "l", unit, **said, made_at=now - timedelta(days=days), **by)


@pytest.mark.parametrize(("language", "late"), [("en", "overdue by 14 days"), ("fa", "۱۴ روز دیر شده")])
def test_what_is_overdue_stands_first(ehya, asked, language, late):
    found = ehya("requests", "list", language=language).stdout
    assert found.index("old") < found.index("new")
    assert late in found
    assert "Zagros" in found
    listed = json.loads(ehya("requests", "list", "--overdue", "--json").stdout)
    assert [one["request_id"] for one in listed] == ["old"]
    assert listed[0]["days_left"] < -12


def test_a_request_is_answered_once(ehya, asked):
    assert "fund can read it" in ehya("requests", "answer", "old", "Two looms.").stdout
    refused = ehya("requests", "answer", "old", "Three.", code=2)
    assert "answered on" in refused.output
    assert "There is no request" in ehya("requests", "answer", "none", "yes", code=2).output
    assert "1 to 2000 characters" in ehya("requests", "answer", "new", " ", code=2).output
    listed = json.loads(ehya("requests", "list", "--all", "--json").stdout)
    assert [(one["request_id"], one["answer"]) for one in listed] == [("new", None), ("old", "Two looms.")]


@pytest.mark.parametrize("days", ["0", "1e9", "1000000000"])
@pytest.mark.parametrize("language", ["en", "fa"])
def test_a_level_that_promises_nothing_is_refused(ehya, days, language):
    assert "1..365" in ehya("requests", "level", days, code=2, language=language).output


def test_the_level_is_set_and_shown_with_every_figure(ehya, asked):
    assert "assumed" in ehya("requests", "level").stdout
    assert "5 days" in ehya("requests", "level", "5").stdout
    assert "stated by the office" in ehya("requests", "figures").stdout
    found = json.loads(ehya("requests", "figures", "--json").stdout)
    assert (found["level_days"], found["open"], found["overdue"], found["median_days"]) == (5, 2, 1, None)
    assert "under 5" in ehya("requests", "figures").stdout


def test_where_nobody_asked_it_says_so(ehya):
    assert "No request waits" in ehya("requests", "list").stdout
