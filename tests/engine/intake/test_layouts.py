"""Layouts of other provinces: a row for each attribute, a sheet for each estate, a lone group above headings."""

import pytest
from openpyxl import Workbook

from engine.intake import read_register
from engine.intake.estates import find_estate


@pytest.fixture
def written(tmp_path):
    """Write sheets of lines and read the file."""

    def write(sheets, merges=()):
        book = Workbook()
        book.remove(book.active)
        for title, lines in sheets.items():
            sheet = book.create_sheet(title)
            for line in lines:
                sheet.append(line)
            for merge in merges:
                sheet.merge_cells(merge)
        book.save(tmp_path / "r.xlsx")
        return read_register(tmp_path / "r.xlsx")

    return write


def rows(intake):
    return {entry["row"]: entry["fields"] for entry in intake.report()["accepted"]}


LONG = [
    ["فهرست واحدهای راکد"],
    ["ردیف", "نام واحد", "ویژگی", "مقدار", "واحد اندازه‌گیری"],
    [1, "الف", "شهرستان", "خوی", None],
    [2, "الف", "بدهی بانکی", 1200, "میلیون ریال"],
    [3, "الف", "مساحت زمین", 2, "هکتار"],
    [4, "ب", "شهرستان", "ماکو", None],
    [5, "ب", "اشتغال فعلی", "زیاد", None],
    [6, "ب", "وضعیت", "راکد", None],
    [7, "الف", "شهرستان", "سلماس", None],
]


def test_a_row_for_each_attribute_becomes_a_row_for_each_unit(written):
    intake = written({"s": LONG})
    got = rows(intake)
    place = {"province": "West Azerbaijan", "county": "Khoy"}
    assert got[3] == {"name": "الف", **place, "bank_debt_rial": 1_200_000_000, "land_m2": 20_000}
    assert got[6] == {"name": "ب", **place, "county": "Maku", "status": "idle"}
    assert got[9]["county"] == "Salmas"  # said twice: another row, nothing is lost
    assert intake.rejected_cells[["row", "column", "field"]].values.tolist() == [[6, "اشتغال فعلی", "jobs_now"]]
    assert intake.sheet_notes["code"].tolist() == ["long_layout"]


def test_a_unit_named_in_its_first_row_only_is_one_unit(written):
    lines = [
        ["Unit name", "Attribute", "Value"],
        ["A", "County", "Khoy"],
        [None, "Jobs now", 3],
        [None, "Status", "idle"],
    ]
    assert rows(written({"s": [*lines, ["B", "County", "Maku"]]}))[2]["jobs_now"] == 3


def test_a_column_called_value_does_not_make_a_long_table(written):
    lines = [["نام واحد", "شهرستان", "عنوان", "مقدار"], ["الف", "خوی", "پرس", 3], ["ب", "ماکو", "کوره", 4]]
    intake = written({"s": lines})
    assert list(rows(intake)) == [2, 3]
    assert intake.sheet_notes["code"].tolist() == ["second_column"]  # a title is a name too


def test_a_sheet_named_after_an_estate_gives_the_estate_and_its_county(written):
    lines = [["نام واحد", "وضعیت"], ["الف", "راکد"]]
    intake = written({"شهرک صنعتی خوی": lines, "ناحیه صنعتی ناشناس": lines})
    assert intake.units["estate"].tolist() == ["شهرک صنعتی خوی", "ناحیه صنعتی ناشناس"]
    assert intake.units["county"].fillna("").tolist() == ["Khoy", ""]


@pytest.mark.parametrize(
    ("cell", "estate"),
    [
        ("شهرك صنعتي اروميه 2", "شهرک صنعتی شماره ۲ ارومیه"),
        ("شهرک صنعتی ارومیه شماره ۱", "شهرک صنعتی شماره ۱ ارومیه"),
        ("WA-KHO-1", "شهرک صنعتی خوی"),
        ("Khoy Industrial Estate", "شهرک صنعتی خوی"),
        ("شهرک صنعتی پیرانشعر", "شهرک صنعتی پیرانشهر"),
        ("شهرک صنعتی ارومیه", None),  # which of three?
        ("شهرک صنعتی ارومیه ۴", None),
        ("ناحیه صنعتی خوی", None),
        ("شهرک صنعتی نمونه", None),
        ("خوی", None),
    ],
)
def test_estates_by_name_code_and_misspelling(cell, estate):
    found = find_estate(cell)
    assert (found and found.name) == estate


def test_an_estate_is_corrected_with_a_remark_and_only_in_its_own_county(written):
    lines = [["نام واحد", "شهرستان", "شهرک صنعتی"], ["الف", "پیرانشهر", "شهرک صنعتی پیرانشعر"]]
    lines += [["ب", "خوی", "شهرک صنعتی پیرانشعر"], ["پ", None, "شهرک صنعتی ماکو ۲"], ["ت", "زرزیران", "WA-KHO-1"]]
    intake = written({"s": lines})
    given = "شهرک صنعتی پیرانشعر"
    assert intake.units["estate"].tolist() == ["شهرک صنعتی پیرانشهر", given, "شهرک صنعتی شماره ۲ ماکو", "WA-KHO-1"]
    assert intake.units["county"].fillna("").tolist() == ["Piranshahr", "Khoy", "Maku", ""]
    assert intake.notes[["row", "field", "code"]].values.tolist() == [
        [2, "estate", "spelling_corrected"],
        [4, "estate", "spelling_corrected"],
    ]


def test_one_group_label_above_the_headings_belongs_to_the_header(written):
    lines = [["فهرست واحدها"], [None, None, "بدهی‌ها (میلیون ریال)", None, None]]
    lines += [["نام واحد", "شهرستان", "مالیاتی", "بانکی", "اشتغال فعلی"], ["الف", "خوی", 5, 7, 3]]
    got = rows(written({"s": lines}, merges=["C2:D2"]))[4]
    assert (got["tax_debt_rial"], got["bank_debt_rial"], got["jobs_now"]) == (5_000_000, 7_000_000, 3)


def test_dollars_are_read_where_the_file_states_the_rate(written):
    lines = [["نرخ هر دلار ۶۵٬۰۰۰ تومان"], ["نام واحد", "شهرستان", "سرمایه مورد نیاز (هزار دلار)"], ["الف", "خوی", 12]]
    intake = written({"s": lines})
    assert rows(intake)[3]["capital_needed_rial"] == 12 * 1000 * 650_000
    assert intake.notes["code"].tolist() == ["exchanged"]
    assert written({"s": lines[1:]}).rejected_cells["code"].tolist() == ["foreign_currency"]


def test_a_refused_cell_without_end_is_shown_by_its_beginning(tmp_path):
    (tmp_path / "r.csv").write_text(f"name,county,jobs now\nA,Khoy,{'1' * 100_000}\n", encoding="utf-8")
    report = read_register(tmp_path / "r.csv").report()
    assert [len(cell["given"]) for cell in report["rejected_cells"]] == [301]
