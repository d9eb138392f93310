"""Tables below one another in a sheet are read each under its own header."""

import pandas as pd
import pytest
from openpyxl import Workbook

from engine.errors import EhyaError, ErrorCode
from engine.intake import read_register
from engine.intake.corrections import CORRECTION_COLUMNS

FIRST = [
    ["نام واحد", "شهرستان", "شاغلین فعلی", "اشتغال قبل از توقف", "بدهی بانکی"],
    ["الف", "خوی", 1, 10, 5],
    ["ب", "خوی", 0, 12, None],
]
SECOND = [
    ["شهرستان", "نام واحد", "اشتغال قبل از توقف", "شاغلین فعلی", "زمین (هکتار)", "بدهی بانکی"],
    ["نقده", "پ", 10, 2, 3, 7],
    ["ارومیه", "ت", 12, "چند", 1, None],
]
FIELDS = ["name", "county", "jobs_now", "jobs_before_stop", "land_m2", "bank_debt_rial"]


@pytest.fixture
def sheet(tmp_path):
    def read(*lines, **named):
        book = Workbook()
        book.active.title = "s"
        for line in lines:
            book.active.append(line)
        book.save(tmp_path / "r.xlsx")
        return read_register(tmp_path / "r.xlsx", **named)

    return read


def values(intake):
    return intake.units[FIELDS].astype(object).where(intake.units[FIELDS].notna(), None).values.tolist()


def test_columns_in_another_order_below_are_not_read_under_the_first_header(sheet):
    rial, toman = ["(مبالغ به میلیون ریال)"], ["(مبالغ به میلیون تومان)"]
    both = sheet(rial, *FIRST, [], toman, *SECOND)
    apart = values(sheet(rial, *FIRST)) + values(sheet(toman, *SECOND))
    assert values(both) == apart
    assert apart[0] == ["الف", "Khoy", 1, 10, None, 5_000_000]
    assert apart[2] == ["پ", "Naqadeh", 2, 10, 30_000, 70_000_000]
    assert both.units["row"].tolist() == [3, 4, 8, 9]
    assert both.rejected_cells[["row", "column", "given"]].values.tolist() == [[9, "شاغلین فعلی", "چند"]]
    ignored = dict(both.ignored_rows[["row", "code"]].values.tolist())
    assert ignored == {1: "title", 2: "header", 5: "blank", 6: "title", 7: "header"}


def test_a_header_that_is_only_repeated_begins_no_other_table(sheet):
    intake = sheet(*FIRST, FIRST[0], ["پ", "نقده", 2, 10, 0])
    assert intake.units["row"].tolist() == [2, 3, 5]
    assert dict(intake.ignored_rows[["row", "code"]].values.tolist()) == {1: "header", 4: "repeated_header"}


def test_three_tables_and_the_first_order_again(sheet):
    again = [FIRST[0], ["ث", "خوی", 4, 9, 0]]
    intake = sheet(*FIRST, *SECOND, *again)
    assert intake.units["jobs_now"].tolist() == [1, 0, 2, pd.NA, 4]
    assert intake.units["jobs_before_stop"].tolist() == [10, 12, 10, 12, 9]


def test_each_table_takes_its_own_corrections_and_none_takes_one_between_them(sheet):
    lines = [("s", 2, "jobs_now", "6"), ("s", 6, "jobs_now", "8"), ("s", 5, "county", "خوی")]
    intake = sheet(*FIRST, *SECOND, corrections=pd.DataFrame(lines, columns=CORRECTION_COLUMNS))
    assert intake.units["jobs_now"].tolist() == [6, 0, 2, 8]
    assert intake.units["county"].tolist() == ["Khoy", "Khoy", "Khoy", "Urmia"]
    for row in (1, 4, 99):
        wrong = pd.DataFrame([("s", row, "jobs_now", "6")], columns=CORRECTION_COLUMNS)
        with pytest.raises(EhyaError) as refused:
            sheet(*FIRST, *SECOND, corrections=wrong)
        assert refused.value.code is ErrorCode.CORRECTION_MISPLACED


def test_a_text_file_has_tables_below_one_another_too(tmp_path):
    lines = [*FIRST, [], *SECOND]
    text = "\n".join(";".join("" if cell is None else str(cell) for cell in line) for line in lines)
    (tmp_path / "r.csv").write_text(f"(مبالغ به ریال)\n{text}\n", encoding="utf-8")
    intake = read_register(tmp_path / "r.csv")
    assert intake.units["jobs_before_stop"].tolist() == [10, 12, 10, 12]
