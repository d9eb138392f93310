"""What a person does not see of a workbook is said."""

import re
import zipfile

import pandas as pd
import pytest
from openpyxl import Workbook

from engine.intake import read_register


def test_hidden_columns_are_read_and_hidden_sheets_are_not_and_both_are_said(tmp_path):
    book = Workbook()
    book.active.title = "List"
    for line in (["Unit name", "County", "Jobs now", "Area (m2)"], ["A", "Khoy", 12, "=100*3"]):
        book.active.append(line)
    book.active.column_dimensions["C"].hidden = True
    other = book.create_sheet("Old")
    other.append(["Unit name", "County"])
    other.append(["B", "Khoy"])
    other.sheet_state = "hidden"
    book.save(tmp_path / "r.xlsx")
    intake = read_register(tmp_path / "r.xlsx")
    assert intake.units["jobs_now"].tolist() == [12]
    assert intake.units["name"].tolist() == ["A"]
    assert intake.sheet_notes.astype(object).where(intake.sheet_notes.notna(), None).values.tolist() == [
        ["List", "Jobs now", "hidden_column"],
        ["List", "Area (m2)", "not_computed"],
        ["Old", None, "hidden_sheet"],
    ]
    assert [note["code"] for note in intake.report()["sheet_notes"]] == [
        "hidden_column",
        "not_computed",
        "hidden_sheet",
    ]
    assert read_register(tmp_path / "r.xlsx", sheet="Old").units["name"].tolist() == ["B"]


def test_the_value_that_a_formula_had_is_read(tmp_path):
    book = Workbook()
    for line in (["Unit name", "County", "Jobs now"], ["A", "Khoy", "=6*2"]):
        book.active.append(line)
    book.save(tmp_path / "r.xlsx")
    with zipfile.ZipFile(tmp_path / "r.xlsx") as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b"<v />" in parts[sheet] or b"<v/>" in parts[sheet] or b"<v></v>" in parts[sheet]
    for blank in (b"<v />", b"<v/>", b"<v></v>"):
        parts[sheet] = parts[sheet].replace(blank, b"<v>12</v>")
    with zipfile.ZipFile(tmp_path / "computed.xlsx", "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    intake = read_register(tmp_path / "computed.xlsx")
    assert intake.units["jobs_now"].tolist() == [12]
    assert intake.sheet_notes.empty


def test_what_stands_under_no_heading_is_kept_under_its_letter_and_said(tmp_path):
    (tmp_path / "r.csv").write_text("Unit name,,County\nA,loose,Khoy,5\nB,,Khoy,\nTotal,,,9,7\n", encoding="utf-8")
    intake = read_register(tmp_path / "r.csv")
    assert intake.units["extras"].fillna("").tolist() == ["B|text|loose;D|number|5", ""]
    assert intake.sheet_notes[["column", "code"]].values.tolist() == [
        ["B", "nameless_column"],
        ["D", "nameless_column"],
    ]
    assert intake.unknown_columns.empty


def formulas(path, cells, *, change=lambda sheet: sheet, to_compute=True):
    """A workbook with the given cells in its second row, from C on, as XML."""
    book = Workbook()
    book.active.append(["Unit name", "County", "Jobs now", "Jobs before stop", "Roof"])
    book.active.append(["A", "Khoy", 3, 4, 5])
    book.save(path)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    row = re.search(rb'<c r="C2".*</row>', parts[sheet])[0]
    parts[sheet] = change(parts[sheet].replace(row, cells + b"</row>"))
    if not to_compute:
        parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b' fullCalcOnLoad="1"', b"")
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    return read_register(path)


def prefixed(sheet):
    """Tags under a prefix, as some programs write them."""
    return re.sub(rb"<(/?)(?=[a-zA-Z])", rb"<\1x:", sheet).replace(b"xmlns=", b"xmlns:x=")


@pytest.mark.parametrize("change", [lambda sheet: sheet, prefixed])
@pytest.mark.parametrize("to_compute", [True, False])
def test_a_zero_of_a_formula_that_nobody_computed_is_no_zero(tmp_path, change, to_compute):
    cells = b'<c r="C2"><f>1-1</f><v>0</v></c><c r="D2"><f>2+2</f><v>4</v></c>'
    intake = formulas(tmp_path / "r.xlsx", cells, change=change, to_compute=to_compute)
    assert intake.units["jobs_now"].tolist() == [pd.NA if to_compute else 0]
    assert intake.units["jobs_before_stop"].tolist() == [4]
    assert intake.sheet_notes["column"].tolist() == (["Jobs now"] if to_compute else [])


@pytest.mark.parametrize("change", [lambda sheet: sheet, prefixed])
def test_the_error_of_a_formula_is_refused_as_one_and_not_taken_for_a_blank(tmp_path, change):
    cells = (
        b'<c r="C2" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="D2" t="e"><v>#N/A</v></c><c r="E2" t="e"><v>#REF!</v></c>'
    )
    below = b'</row><row r="3"><c r="C3" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    intake = formulas(tmp_path / "r.xlsx", cells + below, change=change)
    assert intake.rejected_cells[["row", "field", "code", "given"]].values.tolist() == [
        [2, "jobs_now", "broken_formula", "#DIV/0!"]
    ]
    assert intake.units["jobs_before_stop"].isna().all()
    assert intake.units["extras"].tolist() == ["Roof|text|#REF!"]
    assert intake.rejected_rows.empty  # a formula drawn down below the last unit
