"""``ehya intake`` of a folder: one report in both languages, exit code 1 where a file could not be read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from serving.cli.app import app
from tests.serving.desk.test_many_registers import write


@pytest.fixture
def ehya(tmp_path):
    def run(*words, code=0):
        result = CliRunner().invoke(app, [str(word) for word in words], env={"EHYA_HOME": str(tmp_path / "home")})
        assert result.exit_code == code, result.stdout + result.stderr
        assert "Traceback" not in result.stdout + result.stderr
        return result

    return run


@pytest.fixture
def folder(tmp_path) -> Path:
    home = tmp_path / "registers"
    home.mkdir()
    write(home, "a.csv", "کاوه,آذربایجان غربی,ارومیه,1030,راکد,3")
    write(home, "b.csv", "کاوه,آذربایجان غربی,ارومیه,1030,راکد,5")
    (home / "c.csv").write_text("")
    return home


def test_one_report_tells_of_all_files(ehya, folder, tmp_path):
    report = tmp_path / "report.json"
    wanted = ("intake", folder, "--report", report, "--as-of", "2026-03-21")
    said = ehya(*wanted, "--lang", "en", code=1)
    assert "2 files were taken in, 1 file was not" in said.stdout
    assert "c.csv" in said.stderr
    told = json.loads(report.read_text("utf-8"))
    assert [one.get("error", "") for one in told["files"]] == ["", "", "file_empty"]
    assert len(told["files"][0]["report"]["accepted"]) == 1
    assert {row["file"] for row in told["in_several"]} == {"a.csv", "b.csv"}
    assert ehya("intake", folder / "a.csv", folder / "b.csv", "--lang", "fa", "--dry-run").stdout


def test_an_option_of_one_file_is_refused_with_several(ehya, folder):
    refused = ehya("intake", folder, "--rejects", "out.xlsx", "--lang", "en", code=2).stderr
    assert "--rejects" in refused
