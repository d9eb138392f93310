"""``ehya economics`` of a stated project, in both languages and for programs; of a unit in the planner's day."""

import json

import openpyxl
import pytest
import yaml
from typer.testing import CliRunner

from serving.cli.app import app
from tests.engine.economics.test_project_file import MILL


@pytest.fixture
def ehya(tmp_path):
    def run(*words, language="en", code=0):
        env = {"EHYA_HOME": str(tmp_path / "w"), "EHYA_LANG": language, "COLUMNS": "160"}
        said = CliRunner().invoke(app, ["economics", *map(str, words)], env=env)
        assert said.exit_code == code, said.output
        assert "Traceback" not in said.output
        return said

    return run


@pytest.fixture
def mill(tmp_path):
    path = tmp_path / "mill.yaml"
    path.write_text(yaml.safe_dump(MILL | {"inflation": 0.2}, allow_unicode=True), encoding="utf-8")
    return path


def test_a_project_is_said_in_both_languages(ehya, mill):
    english, persian = ehya("--project", mill, "--full").output, ehya("--project", mill, language="fa").output
    assert "Net present value" in english
    assert "Debt service cover by year" in english
    assert "not calculable: jobs are not stated" in english
    assert "ارزش خالص فعلی" in persian
    assert "محاسبه‌پذیر نیست" in persian


def test_programs_get_numbers_and_reasons(ehya, mill):
    document = json.loads(ehya("--project", mill, "--json").stdout)
    assert document["figures"]["net_jobs"] == {"value": None, "measure": "persons", "reason": "jobs_not_stated"}
    assert document["figures"]["npv"]["measure"] == "rial"
    assert len(document["statements"]["project_flow"]) == 4
    assert document["dscr"][0] is None


def test_its_cash_flow_goes_into_a_workbook(ehya, mill, tmp_path):
    ehya("--project", mill, "--out", tmp_path / "mill.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "mill.xlsx").worksheets[0]
    assert any(cell.data_type == "f" for row in sheet.iter_rows() for cell in row)
    assert ".xlsx" in ehya("--project", mill, "--out", tmp_path / "mill.csv", code=2).output


def test_a_strange_key_and_a_strange_assumption_are_answered(ehya, mill, tmp_path):
    odd = tmp_path / "odd.yaml"
    odd.write_text(yaml.safe_dump(MILL | {"sails": 1}, allow_unicode=True), encoding="utf-8")
    assert "sails" in ehya("--project", odd, code=2).output
    assert "loan_rate" in ehya("--project", mill, "--assume", "loanrate=0.1", code=2).output
    assert ehya(code=2).output
    assert ehya("--project", mill, "UNIT", code=2).output


def test_a_program_that_asks_for_a_file_is_given_its_path(ehya, mill, tmp_path):
    path = tmp_path / "flow.xlsx"
    assert json.loads(ehya("--project", mill, "--out", path, "--json").stdout) == {"path": str(path)}
    assert path.is_file()
