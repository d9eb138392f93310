"""An import that is completed by its corrected rejects, at the command line."""

import json

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from engine.settings import Settings
from serving.cli.app import app
from serving.desk.workspace import open_register
from serving.reports.rejects import CORRECTED, HEADER_ROW, KEY

HEADINGS = "نام واحد;شهرستان;وضعیت;تاریخ توقف;بدهی بانکی (میلیون ریال);ظرفیت عملی (درصد);تعداد شاغلین\n"
WRONG = HEADINGS + "الف;زرزیران;شاید;1399/13/01;زیاد;30;بسیار\nب;خوی;راکد;1400/01/01;120;45;3\n;خوی;راکد;;;;9\n"
RIGHT = HEADINGS + "الف;ارومیه;نیمه‌فعال;1399/12/01;1200;30;16\nب;خوی;راکد;1400/01/01;120;45;3\nپ;خوی;راکد;;;;9\n"
ALL = {
    "county": "آذربایجان غربی / ارومیه",
    "status": "نیمه‌فعال",
    "stopped_on": "1399/12/01",
    "bank_debt_rial": "1200",
    "jobs_before_stop": "16",
    "name": "پ",
}
SAME = ("--source", "list", "--as-of", "1405-06-01")


class House:
    """One workspace and the commands in it."""

    def __init__(self, home):
        self.home = home

    def run(self, *words, language="en", code=0):
        env = {"EHYA_HOME": str(self.home), "EHYA_LANG": language, "EHYA_DATABASE_URL": None, "COLUMNS": "160"}
        told = CliRunner().invoke(app, [str(word) for word in words], env=env)
        assert told.exit_code == code, told.output
        assert "Traceback" not in told.output
        return told.output

    def units(self):
        with open_register(Settings.from_environment({"EHYA_HOME": str(self.home)})) as register:
            return register.units()


@pytest.fixture
def house(tmp_path):
    return House(tmp_path / "w")


@pytest.fixture
def expected(tmp_path):
    file = tmp_path / "right" / "list.csv"
    file.parent.mkdir()
    file.write_text(RIGHT, encoding="utf-8")
    other = House(tmp_path / "other")
    other.run("intake", file, *SAME)
    return other.units()


@pytest.fixture
def wrong(tmp_path):
    file = tmp_path / "list.csv"
    file.write_text(WRONG, encoding="utf-8")
    return file


def fill(path, **values):
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    for row in range(HEADER_ROW + 1, page.max_row + 1):
        page.cell(row, CORRECTED).value = values.get(json.loads(page.cell(row, KEY).value)[2])
    book.save(path)
    return path


def test_a_rehearsed_import_completed_by_corrections_equals_a_right_file(house, wrong, expected, tmp_path):
    rejects = tmp_path / "rejects.xlsx"
    house.run("intake", wrong, *SAME, "--dry-run", "--rejects", rejects)
    house.run("intake", "--corrections", fill(rejects, **ALL))
    pd.testing.assert_frame_equal(house.units(), expected)


def test_corrections_in_two_steps_equal_a_right_file(house, wrong, expected, tmp_path):
    first, second = tmp_path / "first.xlsx", tmp_path / "second.xlsx"
    house.run("intake", wrong, *SAME, "--dry-run", "--rejects", first)
    fill(first, **ALL | {"status": "شاید", "jobs_before_stop": "-3"})
    told = house.run("intake", "--corrections", first, "--dry-run", "--rejects", second)
    assert "2 cells are still refused" in told
    house.run("intake", "--corrections", fill(second, **ALL))
    pd.testing.assert_frame_equal(house.units(), expected)


def test_correcting_a_stored_import_updates_its_units_and_adds_the_refused_rows(house, wrong, expected, tmp_path):
    rejects = tmp_path / "rejects.xlsx"
    house.run("intake", wrong, *SAME, "--rejects", rejects)
    but_county = {name: value for name, value in ALL.items() if name != "county"}
    house.run("intake", "--corrections", fill(rejects, **but_county))
    found, right = house.units().set_index("name"), expected.set_index("name")
    assert len(found) == 3
    columns = [name for name in found.columns if name not in ("county", "province")]
    pd.testing.assert_frame_equal(found.loc[right.index, columns], right[columns])


def test_a_corrected_county_never_makes_a_second_unit_in_silence(house, wrong, tmp_path):
    rejects = tmp_path / "rejects.xlsx"
    house.run("intake", wrong, *SAME, "--rejects", rejects)
    report = json.loads(house.run("intake", "--corrections", fill(rejects, **ALL), "--json"))
    assert len(house.units()) == 3 + len(report["moved"])


def test_rows_of_one_name_that_part_by_their_corrected_counties_are_named_as_pairs_to_merge(house, tmp_path):
    file, rejects = tmp_path / "twins.csv", tmp_path / "rejects.xlsx"
    file.write_text("نام واحد;شهرستان;شاغلین فعلی\nالف;زرزیران;1\nالف;زرزیران;2\n", encoding="utf-8")
    house.run("intake", file, *SAME, "--rejects", rejects)
    before = set(house.units().index)
    report = json.loads(house.run("intake", "--corrections", fill(rejects, county="خوی"), "--json"))
    assert {one["before"] for one in report["moved"]} == before
    assert {one["now"] for one in report["moved"]} == set(house.units().index) - before
    told = house.run("intake", "--corrections", rejects)
    assert f"ehya merge {report['moved'][0]['before']} {report['moved'][0]['now']}" in told


def test_the_same_corrections_twice_change_nothing(house, wrong, tmp_path):
    rejects = tmp_path / "rejects.xlsx"
    house.run("intake", wrong, *SAME, "--dry-run", "--rejects", rejects)
    fill(rejects, **ALL)
    house.run("intake", "--corrections", rejects)
    report = json.loads(house.run("intake", "--corrections", rejects, "--json"))
    assert {one["change"] for one in report["accepted"]} == {"unchanged"}


def test_a_changed_register_is_refused_and_a_moved_one_is_named(house, wrong, tmp_path):
    rejects = tmp_path / "rejects.xlsx"
    house.run("intake", wrong, "--dry-run", "--rejects", rejects)
    fill(rejects, **ALL)
    moved = tmp_path / "elsewhere" / "list.csv"
    moved.parent.mkdir()
    wrong.rename(moved)
    house.run("intake", "--corrections", rejects, code=2)
    house.run("intake", moved, "--corrections", rejects, "--dry-run")
    moved.write_text(WRONG + "ت;خوی;راکد;;;;\n", encoding="utf-8")
    assert "has changed" in house.run("intake", moved, "--corrections", rejects, code=2)


def test_nothing_refused_writes_no_workbook(house, tmp_path):
    file, rejects = tmp_path / "list.csv", tmp_path / "rejects.xlsx"
    file.write_text(RIGHT, encoding="utf-8")
    house.run("intake", file, "--rejects", rejects)
    assert not rejects.exists()


def test_neither_file_nor_corrections_is_a_mistyped_command(house):
    house.run("intake", code=2)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_a_dry_run_shows_what_would_change_before_and_after(house, tmp_path, language):
    file = tmp_path / "list.csv"
    file.write_text(RIGHT, encoding="utf-8")
    house.run("intake", file, *SAME)
    file.write_text(RIGHT.replace(";1200;", ";2500;").replace("نیمه‌فعال", "راکد"), encoding="utf-8")
    told = house.run("intake", file, "--source", "newer", "--as-of", "1405-07-01", "--dry-run", language=language)
    expected = {
        "fa": ("۱٫۲ میلیارد ریال", "۲٫۵ میلیارد ریال", "نیمه‌فعال", "راکد", "list"),
        "en": ("1.2 billion rial", "2.5 billion rial", "Semi-active", "Idle", "list"),
    }
    for word in expected[language]:
        assert word in told
    assert house.units()["bank_debt_rial"].max() == 1_200_000_000


def test_a_figure_that_can_hardly_be_stands_among_the_rejects_and_can_be_corrected(tmp_path):
    file, rejects, house = tmp_path / "list.csv", tmp_path / "rejects.xlsx", House(tmp_path / "home")
    file.write_text("نام واحد;شهرستان;وضعیت;اشتغال فعلی\nالف;خوی;راکد;90\nب;خوی;راکد;2\n", encoding="utf-8")
    house.run("intake", file, "--rejects", rejects, *SAME)
    (line,) = openpyxl.load_workbook(rejects).worksheets[0].iter_rows(min_row=HEADER_ROW + 1, values_only=True)
    assert line[1] == 2
    assert line[3] == "90"
    assert "with people at work" in line[4]
    assert "workers before the stop in the column of workers now" in line[4]
    assert "10" in line[5]
    with open_register(Settings.from_environment({"EHYA_HOME": str(tmp_path / "home")})) as register:
        assert sorted(register.units()["jobs_now"]) == [2, 90]
    assert json.loads(house.run("health", "--json"))["totals"]["implausible"] == 1
    assert "An idle unit with people at work: 90" in house.run("health")
    assert "An idle unit with people at work: 90" in house.run("show", "الف")
