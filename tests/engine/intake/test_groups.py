"""Rows that are no units: subtotals, marks of pages, and lines that say where the rows below them are."""

import pandas as pd
import pytest
from openpyxl import Workbook

from engine.errors import EhyaError
from engine.intake import read_register

HEADS = ("نام واحد", "وضعیت", "اشتغال فعلی")


def read(tmp_path, *lines, **options):
    path = tmp_path / "r.csv"
    path.write_text("\n".join(";".join(map(str, line)) for line in lines) + "\n", encoding="utf-8")
    return read_register(path, **options)


def ignored(intake):
    return {row: str(code) for row, code in zip(intake.ignored_rows["row"], intake.ignored_rows["code"], strict=True)}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("زیرجمع ارومیه", "total"), ("زیر جمع", "total"), ("جمع جزء", "total"), ("Sub-total Urmia", "total"),
        ("Subtotal", "total"), ("Grand total", "total"), ("صفحه ۲ از ۳", "note"), ("Page 2 of 3", "note"),
        ("p. 4", "note"),
        ("پایان گزارش", "note"), ("End of report", "note"), ("--- end of list ---", "note"),
        ("ادامه در صفحه بعد", "note"),
        ("continued on next page", "note"), ("شهرستان ارومیه", "group"), ("واحدهای راکد", "group"), ("خوی:", "group"),
    ],
)  # fmt: skip
def test_a_row_that_is_no_unit_is_none(tmp_path, text, code):
    cells = (text, "", 5 if code == "total" else "")
    intake = read(tmp_path, HEADS, ("الف", "راکد", 5), cells, ("ب", "راکد", 7))
    assert intake.units["name"].tolist() == ["الف", "ب"]
    assert ignored(intake)[3] == code


@pytest.mark.parametrize(
    "name", ["جمع‌آوری ضایعات خوی", "صفحه فولاد", "آرد خوی", "شهرک", "Page printers", "End mills Ltd"]
)
def test_a_unit_that_is_called_like_one_stays(tmp_path, name):
    assert read(tmp_path, HEADS, ("الف", "راکد", 5), (name, "راکد", 7)).units["name"].tolist()[1] == name


def test_lines_give_the_county_to_the_rows_below_them(tmp_path):
    intake = read(
        tmp_path, HEADS, ("شهرستان خوی", "", ""), ("الف", "راکد", 1), ("ب", "فعال", 2), ("شهرستان ارومیه", "", ""),
        ("ج", "راکد", 3),
    )  # fmt: skip
    assert intake.units[["name", "county", "province"]].values.tolist() == [
        ["الف", "Khoy", "West Azerbaijan"],
        ["ب", "Khoy", "West Azerbaijan"],
        ["ج", "Urmia", "West Azerbaijan"],
    ]


def test_what_a_row_says_itself_goes_before_its_group(tmp_path):
    heads = ("نام واحد", "شهرستان", "وضعیت")
    intake = read(tmp_path, heads, ("شهرستان خوی", "", ""), ("الف", "ماکو", "راکد"), ("ب", "", "راکد"))
    assert intake.units["county"].tolist() == ["Maku", "Khoy"]


def test_an_estate_as_a_line_gives_estate_and_county_until_the_next(tmp_path):
    lines = [("شهرک صنعتی پیرانشهر", "", ""), ("الف", "راکد", 1), ("شهرک صنعتی ساختگی ۹", "", ""), ("ب", "راکد", 2)]
    units = read(tmp_path, HEADS, *lines).units
    assert units["estate"].tolist() == ["شهرک صنعتی پیرانشهر", "شهرک صنعتی ساختگی ۹"]
    assert units["county"].tolist()[0] == "Piranshahr"


def test_a_line_gives_a_status_where_the_cell_is_blank(tmp_path):
    lines = [("واحدهای راکد", "", ""), ("الف", "", 1), ("واحدهای نیمه‌فعال:", "", ""), ("ب", "", 2), ("ج", "فعال", 3)]
    units = read(tmp_path, ("نام واحد", "وضعیت", "اشتغال فعلی"), *lines).units
    assert units["status"].tolist() == ["idle", "semi_active", "operating"]


def test_the_title_says_county_and_estate(tmp_path):
    title = ("فهرست واحدهای شهرستان خوی در سال ۱۴۰۲", "", "")
    assert read(tmp_path, title, HEADS, ("الف", "راکد", 1)).units["county"].tolist() == ["Khoy"]
    title = ("واحدهای شهرک صنعتی پیرانشهر", "", "")
    units = read(tmp_path, title, HEADS, ("الف", "راکد", 1)).units
    assert units[["county", "estate"]].values.tolist() == [["Piranshahr", "شهرک صنعتی پیرانشهر"]]


def test_who_asks_says_what_the_file_does_not(tmp_path):
    lines = [("نام واحد", "شهرستان", "وضعیت"), ("الف", "", "راکد"), ("ب", "ارومیه", "راکد")]
    units = read(tmp_path, *lines, county="خوی").units
    assert units[["county", "province"]].values.tolist() == [["Khoy", "West Azerbaijan"], ["Urmia", "West Azerbaijan"]]
    units = read(tmp_path, *lines, estate="شهرک صنعتی پیرانشهر").units
    assert units["estate"].tolist()[0] == "شهرک صنعتی پیرانشهر"
    assert units["county"].tolist() == ["Piranshahr", "Urmia"]
    with pytest.raises(EhyaError) as error:
        read(tmp_path, *lines, county="زرزیران")
    assert (error.value.code, error.value.facts["option"]) == ("unknown_option", "county")


def test_hidden_rows_are_read_and_announced(tmp_path):
    book = Workbook()
    sheet = book.active
    for line in [HEADS, ("الف", "راکد", 1), ("ب", "راکد", 2), ("ج", "راکد", 3), ("د", "راکد", 4)]:
        sheet.append(line)
    for row in (3, 4):
        sheet.row_dimensions[row].hidden = True
    book.save(tmp_path / "r.xlsx")
    intake = read_register(tmp_path / "r.xlsx")
    assert len(intake.units) == 4
    assert intake.sheet_notes.values.tolist() == [["Sheet", "3-4", "hidden_row"]]


def test_a_row_that_names_no_unit_is_refused_with_its_sheet(tmp_path):
    with pd.ExcelWriter(tmp_path / "r.xlsx") as book:
        for name in ("یک", "دو"):
            pd.DataFrame([[None, "راکد", 3]], columns=list(HEADS)).to_excel(book, sheet_name=name, index=False)
    facts = read_register(tmp_path / "r.xlsx").rejected_rows["facts"].tolist()
    assert facts == [{"sheet": "یک", "row": 2}, {"sheet": "دو", "row": 2}]
