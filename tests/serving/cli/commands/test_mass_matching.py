"""``ehya match --shards`` from the terminal: lists as files and a workbook, in both languages."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from serving.cli.app import app

MANDATES = Path(__file__).parents[4] / "docs" / "examples" / "mandates.xlsx"


@pytest.fixture
def ehya(working):
    def run(*words, code=0):
        stated = {"EHYA_HOME": str(working.settings.home), "COLUMNS": "150"}
        result = CliRunner().invoke(app, [str(word) for word in words], env=stated)
        assert result.exit_code == code, result.stdout + result.stderr
        assert "Traceback" not in result.stdout + result.stderr
        return result

    return run


def test_lists_of_a_folder_are_told_and_written(ehya, tmp_path):
    ehya("score", "--split", "--out", tmp_path / "units", "--as-of", "2026-03-21", "--json")
    wanted = ("match", "--mandates", MANDATES, "--shards", tmp_path / "units", "--out", tmp_path / "lists")
    said = ehya(*wanted, "--as-of", "2026-03-21", "--lang", "fa").stdout
    assert "lists.parquet" in said
    again = json.loads(ehya(*wanted, "--as-of", "2026-03-21", "--json").stdout)
    assert (again["kept"], again["first"]) == (2, 500)
    assert [Path(file).name for file in again["files"]] == ["lists.parquet", "mandates.parquet", "lists.xlsx"]
    book = openpyxl.load_workbook(tmp_path / "lists" / "lists.xlsx")
    shown = sum(one["shown"] for one in again["mandates"])
    assert shown > 0
    assert book.worksheets[1].max_row >= shown + 1


def test_what_is_missing_is_named(ehya, tmp_path):
    refused = ehya("match", "--shards", tmp_path, "--lang", "en", code=2).stderr
    assert "--mandates" in refused
    assert "--out" in refused
    wanted = ("match", "--mandates", MANDATES, "--shards", tmp_path, "--out", tmp_path / "lists")
    assert "--internal" in ehya(*wanted, "--internal", code=2).stderr
