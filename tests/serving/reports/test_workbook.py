"""Exports open in Excel, in both directions, and run nothing."""

import csv
import json
import time

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.i18n import speech
from serving.reports.cells import STARTS_A_FORMULA, neutral, plain
from serving.reports.workbook import (
    Notes,
    OutputSheet,
    SheetColumn,
    json_text,
    sheet_titles,
    write_csv,
    write_json,
    write_xlsx,
)

COLUMNS = [
    SheetColumn("name", "نام"),
    SheetColumn("share", "سهم", "share"),
    SheetColumn("jobs", "نفر", "count"),
    SheetColumn("day", "روز", "date"),
]


def rows():
    return pd.DataFrame(
        {
            "name": ["=HYPERLINK(1)", "+98", "-1", "@x", "\tx", "کارخانه"],
            "share": [0.25, np.nan, 0.5, 1.0, 0.0, -0.1],
            "jobs": pd.array([3, None, -4, 5, 6, 7], dtype="Int64"),
            "day": pd.Timestamp("2026-11-23"),
            "left_out": "secret",
        }
    )


@given(st.text())
def test_no_text_leaves_with_a_first_letter_that_a_spreadsheet_runs(text):
    assert not neutral(text).startswith(STARTS_A_FORMULA)


@pytest.mark.parametrize("number", [-3, -2.5, 0, np.float64(-1)])
def test_a_negative_number_stays_a_number(number):
    assert neutral(plain(number)) == number
    assert not isinstance(neutral(plain(number)), str)


def test_a_workbook_of_the_same_rows_has_the_same_bytes_at_another_moment(tmp_path):
    written = []
    for place in ("a.xlsx", "b.xlsx"):
        path = write_xlsx(tmp_path / place, [OutputSheet("x", COLUMNS, rows())], Notes("n"), speech("fa"))
        written.append(path.read_bytes())
        time.sleep(2.1 if place == "a.xlsx" else 0)  # what a ZIP keeps of a moment is two seconds wide
    assert written[0] == written[1]


def test_a_workbook_holds_texts_as_texts_and_numbers_as_numbers(tmp_path):
    path = write_xlsx(
        tmp_path / "a" / "x.xlsx", [OutputSheet("فهرست", COLUMNS, rows())], Notes("یادداشت"), speech("fa")
    )
    page = openpyxl.load_workbook(path)["فهرست"]
    values = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
    assert [row[0] for row in values] == ["'=HYPERLINK(1)", "'+98", "'-1", "'@x", "'\tx", "کارخانه"]
    assert {cell.data_type for row in page.iter_rows() for cell in row} <= {"s", "n", "d"}
    assert [row[1] for row in values] == [0.25, None, 0.5, 1, 0, -0.1]
    assert [row[2] for row in values] == [3, None, -4, 5, 6, 7]
    assert "secret" not in {value for row in values for value in row}


@pytest.mark.parametrize(("language", "right_to_left"), [("fa", True), ("en", False)])
def test_sheets_run_in_the_direction_of_the_language_with_a_frozen_header(tmp_path, language, right_to_left):
    sheet = OutputSheet("a", COLUMNS, rows(), remarks=["ساختگی"])
    path = write_xlsx(tmp_path / "x.xlsx", [sheet], Notes("n", [("model", "=1")]), speech(language))
    book = openpyxl.load_workbook(path)
    assert [bool(page.sheet_view.rightToLeft) for page in book] == [right_to_left] * 2
    assert book["a"].freeze_panes == "C3"
    assert book["a"]["A1"].value == "ساختگی"
    assert book["a"]["B3"].number_format == "0.0%"
    assert book["n"]["B1"].value == "'=1"


def test_a_table_without_rows_is_a_sheet_with_its_header(tmp_path):
    path = write_xlsx(tmp_path / "x.xlsx", [OutputSheet("a", COLUMNS, rows().head(0))], Notes("n"), speech("en"))
    assert openpyxl.load_workbook(path)["a"].max_row == 1


def test_csv_opens_in_persian_and_runs_nothing(tmp_path):
    path = write_csv(tmp_path / "x.csv", OutputSheet("a", COLUMNS, rows()))
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.reader(file))
    assert read[0] == ["نام", "سهم", "نفر", "روز"]
    assert read[1] == ["'=HYPERLINK(1)", "0.25", "3", "2026-11-23"]
    assert read[2][1:3] == ["", ""]


def test_json_has_null_for_what_is_not_known_and_keeps_persian(tmp_path):
    path = write_json(tmp_path / "x.json", {"x": [np.nan, pd.NA, pd.NaT], "نام": pd.Timestamp("2026-11-23")})
    assert json.loads(path.read_text("utf-8")) == {"x": [None, None, None], "نام": "2026-11-23"}
    assert "نام" in path.read_text("utf-8")


@given(st.lists(st.text(max_size=40), max_size=6))
def test_sheet_titles_are_such_that_excel_takes_them(titles):
    named = sheet_titles(titles)
    assert len({name.casefold() for name in named}) == len(titles)
    assert all(0 < len(name) <= 31 and not set(name) & set(r"\/*?:[]") for name in named)


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"rows": []},
        {
            "name": "احیا",
            "rows": [{"a": 1, "b": [1, None]}, {"a": float("nan")}],
            "none": None,
            "deep": {"x": {"y": [1]}},
        },
        [1, "two"],
        {"only": ["یک"]},
    ],
)
def test_json_written_piece_by_piece_is_the_json_of_the_whole(tmp_path, document):
    text = write_json(tmp_path / "a" / "out.json", document).read_text("utf-8")
    assert json.loads(text) == json.loads(json_text(document))
    assert text.endswith("\n")


def test_a_heading_that_stands_twice_is_numbered(tmp_path):
    rows = pd.DataFrame({"notes": ["a"], "extra": ["b"]})
    sheet = OutputSheet("x", [SheetColumn("notes", "Notes"), SheetColumn("extra", "Notes")], rows)
    assert write_csv(tmp_path / "x.csv", sheet).read_text("utf-8-sig").splitlines()[0] == "Notes,Notes (2)"
