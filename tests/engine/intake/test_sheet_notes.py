"""What a person does not see of a workbook is said."""

import zipfile

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
