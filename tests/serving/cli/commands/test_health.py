"""``ehya health`` at the command line."""

import json

import pytest
from typer.testing import CliRunner

from serving.cli.app import app

REGISTER = """نام واحد,شهرستان,کد آیسیک,وضعیت,تاریخ توقف,شهرک
الف,خوی,10,راکد,1399/01/01,یک
ب,خوی,,راکد,1399/01/01,یک
پ,ارومیه,23,راکد,,دو
"""


@pytest.fixture
def ehya(tmp_path):
    def run(*words, language="fa", code=0):
        env = {"EHYA_HOME": str(tmp_path / "w"), "EHYA_LANG": language, "EHYA_DATABASE_URL": None, "COLUMNS": "160"}
        told = CliRunner().invoke(app, [str(word) for word in words], env=env)
        assert told.exit_code == code, told.output
        assert "Traceback" not in told.output
        return told.stdout

    file = tmp_path / "list.csv"
    file.write_text(REGISTER, encoding="utf-8")
    run("intake", file, "--as-of", "1405-06-01")
    return run


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_field_that_opens_units_is_named(ehya, language):
    told = ehya("health", "--as-of", "1405-09-02", language=language)
    assert {"fa": "مدت رکود", "en": "Idle time"}[language] in told
    assert "█" in told


def test_json_counts_what_each_field_opens(ehya):
    totals = json.loads(ehya("health", "--json"))["totals"]
    assert (totals["units"], totals["unlock_isic"], totals["unlock_idle_months"]) == (3, 1, 1)


def test_parts_may_be_estates_and_not_anything(ehya):
    assert "دو" in ehya("health", "--by", "estate")
    ehya("health", "--by", "colour", code=2)


def test_a_workbook_is_written_where_asked(ehya, tmp_path):
    ehya("health", "--out", tmp_path / "health.xlsx")
    assert (tmp_path / "health.xlsx").stat().st_size > 5000


def test_an_empty_register_says_what_to_do_first(tmp_path):
    env = {"EHYA_HOME": str(tmp_path / "none"), "EHYA_LANG": "en", "EHYA_DATABASE_URL": None}
    told = CliRunner().invoke(app, ["health"], env=env)
    assert (told.exit_code, "ehya intake" in told.output) == (0, True)


def test_pairs_that_may_be_one_are_counted(ehya, tmp_path):
    again = tmp_path / "again.csv"
    again.write_text("نام واحد,شهرستان,شهرک\nالف,خوی,دیگر\n", encoding="utf-8")
    ehya("intake", again)
    assert json.loads(ehya("health", "--json"))["totals"]["duplicates"] == 2
