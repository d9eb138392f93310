"""A register read with corrections is the register that had been right from the start."""

import openpyxl
import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from engine.intake import read_register
from engine.intake.corrections import CORRECTION_COLUMNS

HEADINGS = [
    "نام واحد",
    "شهرستان",
    "وضعیت",
    "تاریخ توقف",
    "بدهی بانکی (میلیون ریال)",
    "ظرفیت عملی (درصد)",
    "تعداد شاغلین",
]
WRONG = [
    ["الف", "زرزیران", "شاید", "1399/13/01", "زیاد", "30", "دوازده تا بیست"],
    ["ب", "خوی", "راکد", "1400/01/01", "120", "45", "3"],
    [None, "خوی", "راکد", "1400/01/01", "120", "45", "3"],
]
RIGHT = [
    ["الف", "ارومیه", "نیمه‌فعال", "1399/12/01", "1,200", "30", "16"],
    ["ب", "خوی", "راکد", "1400/01/01", "120", "45", "3"],
    ["پ", "خوی", "راکد", "1400/01/01", "120", "45", "3"],
]
FIELDS = ["name", "county", "status", "stopped_on", "bank_debt_rial", "capacity_share", "jobs_before_stop"]


def workbook(path, rows, merge=None):
    book = openpyxl.Workbook()
    page = book.active
    page.title = "فهرست"
    for row in [["فهرست واحدهای آذربایجان غربی"], HEADINGS, *rows]:
        page.append(row)
    if merge:
        page.merge_cells(merge)
    book.save(path)
    return path


def corrections(*lines):
    return pd.DataFrame([("فهرست", *line) for line in lines], columns=CORRECTION_COLUMNS)


def differing():
    return corrections(
        *(
            (row + 3, FIELDS[column], RIGHT[row][column])
            for row in range(len(RIGHT))
            for column in range(len(FIELDS))
            if RIGHT[row][column] != WRONG[row][column]
        )
    )


def test_reading_with_corrections_equals_reading_a_file_that_was_right(tmp_path):
    wrong, right = workbook(tmp_path / "wrong.xlsx", WRONG), workbook(tmp_path / "right.xlsx", RIGHT)
    mended = read_register(wrong, source="list", corrections=differing())
    expected = read_register(right, source="list")
    assert len(expected.units) == 3
    assert expected.rejected_cells.empty
    pd.testing.assert_frame_equal(mended.units, expected.units)
    for table in ("rejected_rows", "rejected_cells", "notes", "ignored_rows", "duplicates"):
        pd.testing.assert_frame_equal(getattr(mended, table), getattr(expected, table))


def test_a_corrected_value_can_be_refused_again(tmp_path):
    wrong = workbook(tmp_path / "wrong.xlsx", WRONG)
    read = read_register(wrong, corrections=corrections((3, "county", "ناکجا"), (3, "jobs_before_stop", "-4")))
    refused = read.rejected_cells.set_index("field")["given"]
    assert refused[["county", "jobs_before_stop"]].tolist() == ["ناکجا", "-4"]


def test_of_two_corrections_of_one_cell_the_later_holds(tmp_path):
    wrong = workbook(tmp_path / "wrong.xlsx", WRONG)
    read = read_register(wrong, corrections=corrections((3, "jobs_before_stop", "4"), (3, "jobs_before_stop", "5")))
    assert read.units["jobs_before_stop"].tolist() == [5, 3]


def test_a_cell_inside_a_merged_one_is_corrected_alone(tmp_path):
    rows = [[f"واحد {at}", "زرزیران" if at == 0 else None, "راکد", None, None, None, None] for at in range(3)]
    wrong = workbook(tmp_path / "wrong.xlsx", rows, merge="B3:B5")
    read = read_register(wrong, corrections=corrections((4, "county", "خوی")))
    assert read.units["county"].isna().tolist() == [True, False, True]


@pytest.mark.parametrize("line", [(99, "county", "خوی"), (2, "county", "خوی"), (3, "land_m2", "5")])
def test_a_correction_without_a_place_is_refused(tmp_path, line):
    wrong = workbook(tmp_path / "wrong.xlsx", WRONG)
    with pytest.raises(EhyaError) as refused:
        read_register(wrong, corrections=corrections(line))
    assert refused.value.code is ErrorCode.CORRECTION_MISPLACED


def test_a_correction_of_another_sheet_is_refused(tmp_path):
    wrong = workbook(tmp_path / "wrong.xlsx", WRONG)
    elsewhere = corrections((3, "county", "خوی")).assign(sheet="دیگر")
    with pytest.raises(EhyaError) as refused:
        read_register(wrong, corrections=elsewhere)
    assert refused.value.code is ErrorCode.CORRECTION_MISPLACED
