"""The doctor names what is wrong with a workspace and how to mend it, in both languages, with the exit code."""

from __future__ import annotations

import json
from datetime import datetime

import pytest
from typer.testing import CliRunner

import serving.desk.doctor
from engine.errors import EhyaError, ErrorCode
from engine.reference.rules import TableRule
from engine.settings import Settings
from engine.store import Register
from serving.cli.app import app
from serving.desk.doctor import Checkup, PartState, examine


@pytest.fixture
def home(tmp_path):
    return tmp_path / "w"


def doctor(home, language="en", **variables):
    env = {"EHYA_HOME": str(home), "EHYA_DATABASE_URL": None, "EHYA_LANG": language, **variables}
    told = CliRunner().invoke(app, ["doctor"], env=env)
    assert "Traceback" not in told.output
    return told


def found(home, **variables):
    env = {"EHYA_HOME": str(home), "EHYA_DATABASE_URL": None, **variables}
    told = CliRunner().invoke(app, ["doctor", "--json"], env=env)
    return {line["checkup"]: line["health"] for line in json.loads(told.stdout)}


def test_a_new_folder_is_well_and_nothing_is_made_in_it(home):
    told = found(home)
    assert set(told.values()) == {"well", "not_yet"}
    assert told["reference"] == "well"
    assert not home.exists()


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_file_that_is_no_database_is_named_with_the_way_back(home, language):
    home.mkdir()
    (home / "ehya.db").write_bytes(b"this is no database" * 100)
    told = doctor(home, language)
    assert told.exit_code == 1
    assert str(home / "ehya.db") in told.stdout
    assert "ehya restore FILE" in told.stdout
    assert "ehya doctor" not in told.stdout  # he does not send to himself
    assert found(home)["model_unseen"] == "not_yet"


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("name", ["effects.csv", "price_index.csv"])
def test_a_table_of_ones_own_that_cannot_be_read_is_named(home, language, name):
    home.mkdir(exist_ok=True)
    (home / name).write_text("nonsense\n1\n", encoding="utf-8")
    told = doctor(home, language)
    assert told.exit_code == 1
    assert name in told.stdout.replace("\n", "")
    assert found(home)["own_table_broken"] == "broken"


def test_a_folder_in_the_place_of_the_register_is_named(home):
    (home / "ehya.db").mkdir(parents=True)
    assert found(home)["register_file_broken"] == "broken"


def test_a_file_in_the_place_of_the_workspace_is_named_and_intake_says_so_too(home, tmp_path):
    home.write_text("x")
    assert found(home)["workspace_is_a_file"] == "broken"
    register = tmp_path / "r.csv"
    register.write_text("نام واحد,شهرستان,رشته فعالیت,وضعیت\nالف,ارومیه,لبنیات,راکد\n", "utf-8")
    told = CliRunner().invoke(app, ["intake", str(register)], env={"EHYA_HOME": str(home), "EHYA_LANG": "en"})
    assert told.exit_code == 2
    assert "cannot be made or used" in told.stderr


def test_a_workspace_that_may_not_be_written_to_is_named(home, monkeypatch):
    monkeypatch.setattr(serving.desk.doctor.os, "access", lambda *_: False)
    assert found(home)["workspace_not_writable"] == "broken"


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_database_that_does_not_answer_is_named_without_its_password(home, language):
    told = doctor(home, language, EHYA_DATABASE_URL="postgresql+psycopg://planner:s3cret@127.0.0.1:1/x")
    assert told.exit_code == 1
    assert "EHYA_DATABASE_URL" in told.stdout
    assert "s3cret" not in told.output
    assert found(home, EHYA_DATABASE_URL="postgresql+psycopg://u:p@127.0.0.1:1/x")["database_silent"] == "broken"


def test_a_misspelt_variable_is_named_with_the_nearest_one(home):
    told = doctor(home, EHYA_DATABASE="sqlite:///x.db")
    assert told.exit_code == 1
    assert "EHYA_DATABASE. Did you mean EHYA_DATABASE_URL?" in told.stdout


def test_the_missing_file_of_a_promoted_model_is_named(home):
    settings = Settings.from_environment({"EHYA_HOME": str(home)})
    with Register.open(settings.database_url) as register:
        register.promotions.record(
            model_version="v1", digest="0" * 64, promoted_at=datetime(2026, 11, 25), reason="test", metrics={}
        )
    (finding,) = [one for one in examine(settings) if one.health is PartState.BROKEN]
    assert finding.checkup is Checkup.MODEL_BROKEN
    assert finding.facts["why"].code is ErrorCode.MODEL_FILE_MISSING
    assert "v1" in doctor(home).stdout
    shown = CliRunner().invoke(app, ["rank"], env={"EHYA_HOME": str(home), "EHYA_LANG": "en"})
    assert "Traceback" not in shown.output


def test_a_damaged_reference_table_is_named(home, monkeypatch):
    facts = {"table": "isic", "row": 3, "column": "code", "given": "x", "rule": TableRule.PATTERN, "allowed": "y"}
    damaged = EhyaError(ErrorCode.REFERENCE_REFUSED, **facts)
    monkeypatch.setattr("engine.reference.checks.faulty", lambda: damaged)
    assert found(home)["reference_broken"] == "broken"
    assert "“isic”, row 3, column code" in doctor(home).stdout
