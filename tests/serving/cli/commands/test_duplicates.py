"""Backup, duplicates, merge and unmerge as a person types them."""

import json
from datetime import datetime

import pandas as pd
import pytest
from typer.testing import CliRunner

from engine.domain.unit import unit_table
from engine.store import Register
from serving.cli.app import app


class File:
    """An intake as the register sees it: two rows that may be one unit."""

    source, as_of = "units.xlsx", pd.Timestamp("2024-03-20")
    rejected_rows = rejected_cells = pd.DataFrame()

    def __init__(self):
        rows = {"unit_id": ["a", "b"], "name": ["آرد زاگرس", "آرد  زاگرس"], "county": ["Khoy"] * 2, "jobs_now": [3, 4]}
        units = unit_table(pd.DataFrame(rows))
        self.units = units.assign(sheet="1", row=[2, 3], identity=["name:1", "name:2"])


@pytest.fixture
def say(tmp_path, monkeypatch):
    monkeypatch.setenv("EHYA_HOME", str(tmp_path))
    monkeypatch.setenv("EHYA_LANG", "en")

    def run(*words, code=0):
        result = CliRunner().invoke(app, list(words))
        assert result.exit_code == code, result.output
        return result.output

    return run


@pytest.fixture
def units(tmp_path):
    with Register.open(f"sqlite:///{tmp_path / 'ehya.db'}") as register:
        result = register.imports.commit(File(), imported_at=datetime(2025, 1, 1))
    return result.rows["unit_id"].tolist()


def test_a_pair_is_listed_merged_shown_under_both_names_and_parted_again(say, units):
    one, other = units
    assert "same name" in say("duplicates").replace("\n", " ").lower() or one in say("duplicates")
    assert f"ehya unmerge {other}" in say("merge", one, other)
    assert json.loads(say("duplicates", "--json")) == []
    assert json.loads(say("show", other, "--json"))["unit"]["unit_id"] == one
    say("outcome", "add", other, "visited", "--on", "2024-05-01")
    assert json.loads(say("outcome", "list", "--unit", one, "--json"))[0]["unit_id"] == one
    assert "by itself" in say("unmerge", other)
    assert len(json.loads(say("duplicates", "--json"))) == 1
    assert say("unmerge", other, code=2)


def test_an_open_pair_stands_beside_both_units_until_somebody_decides(say, units):
    one, other = units
    assert "May be the same unit" in say("show", one)
    assert other in say("show", one)
    assert json.loads(say("health", "--json"))["totals"]["duplicates"] == 2
    say("merge", one, other)
    assert "May be the same unit" not in say("show", one)
    assert json.loads(say("health", "--json"))["totals"]["duplicates"] == 0


def test_a_pair_that_is_two_units_is_marked_no_more_until_that_is_taken_back(say, units):
    one, other = units
    assert f"ehya distinct {other} {one} --undo" in say("distinct", other, one)
    assert json.loads(say("duplicates", "--json")) == []
    assert "May be the same unit" not in say("show", one)
    assert json.loads(say("health", "--json"))["totals"]["duplicates"] == 0
    assert "open again" in say("distinct", one, other, "--undo")
    assert len(json.loads(say("duplicates", "--json"))) == 1
    assert "هیچ" not in say("--lang", "fa", "distinct", one, other)
    say("distinct", one, other, "--undo")
    say("distinct", one, other, "--undo", code=2)
    say("merge", one, other)
    say("distinct", one, other, code=2)


def test_the_flags_of_a_workspace_rest_on_its_open_pairs(units, tmp_path):
    from engine.settings import Settings
    from serving.desk.appraisal import Beside

    settings = Settings.from_environment({"EHYA_HOME": str(tmp_path)})
    with Register.open(settings.database_url) as register:
        beside = Beside.of(register, settings)
    assert beside.duplicates[["unit_id", "other_id"]].to_numpy().ravel().tolist() == sorted(units)
    assert beside.prices is None


def test_a_backup_brings_a_merge_back(say, units, tmp_path):
    one, other = units
    say("merge", one, other)
    assert "2 units" in say("backup", "--out", str(tmp_path / "copy.zip"))
    say("unmerge", other)
    assert ".before-restore" in say("restore", str(tmp_path / "copy.zip"))
    assert json.loads(say("duplicates", "--json")) == []


def test_an_empty_register_has_no_duplicates(say):
    assert "No two units" in say("duplicates")
