"""Wishes of owners and banks, as the office states and reads them at a terminal."""

import json

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from engine.store import Register
from serving.cli.app import app


@pytest.fixture
def ehya(tmp_path):
    with Register.open(f"sqlite:///{tmp_path / 'ehya.db'}") as register:
        rows = [{"identity": f"business:{n}", "name": name} for n, name in enumerate(("Zagros", "Sahand"))]
        beside = {"sheet": "1", "row": 2, "origin": "reported", "source": "a.xlsx", "as_of": pd.Timestamp("2026-01-01")}
        File.units = pd.DataFrame([row | beside for row in rows])
        register.imports.commit(File(), imported_at=pd.Timestamp("2026-01-02", tz="UTC"))

    def run(*words, code=0, language="en"):
        env = {"EHYA_HOME": str(tmp_path), "EHYA_LANG": language, "EHYA_DATABASE_URL": None, "COLUMNS": "200"}
        found = CliRunner().invoke(app, [str(word) for word in words], env=env)
        assert found.exit_code == code, found.output
        assert "Traceback" not in found.output
        return found

    return run


class File:
    """An intake of two units as the register sees it."""

    source, as_of = "a.xlsx", pd.Timestamp("2026-01-01")
    rejected_rows = rejected_cells = pd.DataFrame()


def test_wishes_are_stated_replaced_and_taken_back_and_keep_their_source(ehya, tmp_path):
    ehya("wishes", "state", "Zagros", "{deal_forms: [lease], max_share: 0.4}", "--source", "letter 12")
    ehya("wishes", "state", "Zagros", "partners: operator", "--side", "bank", "--source", "minutes of 3 Mehr")
    told = json.loads(ehya("wishes", "list", "--json").stdout)
    assert [(one["side"], one["wishes"], one["source"]) for one in told] == [
        ("bank", {"partners": ["operator"]}, "minutes of 3 Mehr"),
        ("owner", {"deal_forms": ["lease"], "max_share": 0.4}, "letter 12"),
    ]
    assert "اجاره" in ehya("wishes", "list", language="fa").stdout
    ehya("wishes", "end", "Zagros")
    assert [one["side"] for one in json.loads(ehya("wishes", "list", "Zagros", "--json").stdout)] == ["bank"]
    with Register.open(f"sqlite:///{tmp_path / 'ehya.db'}") as register:
        assert len(register.wishes.history()) == 3


def test_a_bad_row_of_a_workbook_of_wishes_is_named_and_the_rest_goes_on(ehya, tmp_path):
    ehya("wishes", "form", tmp_path / "owners.xlsx")
    book = openpyxl.load_workbook(tmp_path / "owners.xlsx")
    sheet = book.worksheets[0]
    headers = [cell.value for cell in sheet[1]]
    sheet.cell(2, 1).value = "Zagros"
    for row, unit, forms in ((3, "Sahand", "هدیه"), (4, "Alvand", "اجاره"), (5, "Sahand", "اجاره؛ مشارکت")):
        sheet.cell(row, 1).value = unit
        sheet.cell(row, headers.index("شیوه‌های دلخواه") + 1).value = forms
    book.save(tmp_path / "owners.xlsx")
    done = ehya("wishes", "read", tmp_path / "owners.xlsx")
    assert "Row 3" in done.stderr
    assert "Row 4" in done.stderr
    told = json.loads(ehya("wishes", "list", "Zagros", "--json").stdout)[0]
    assert told["wishes"]["asking_price_rial"] == 20 * 10**10
    assert json.loads(ehya("wishes", "read", tmp_path / "owners.xlsx", "--json").stdout) == {
        "kept": 0,
        "unchanged": 2,
        "refused": 2,
    }


@pytest.mark.parametrize("header", ["asking price (dirham)", "favourite colour"])
def test_a_column_of_wishes_that_nobody_knows_is_refused_and_not_left_out_in_silence(ehya, tmp_path, header):
    ehya("wishes", "form", tmp_path / "owners.xlsx")
    book = openpyxl.load_workbook(tmp_path / "owners.xlsx")
    sheet = book.worksheets[0]
    sheet.cell(1, sheet.max_column + 1).value = header
    book.save(tmp_path / "owners.xlsx")
    assert header in ehya("wishes", "read", tmp_path / "owners.xlsx", code=2).stderr
    assert json.loads(ehya("wishes", "list", "--json").stdout) == []


def test_a_wish_that_cannot_be_is_refused_with_what_is_allowed(ehya):
    said = ehya("wishes", "state", "Zagros", "deal_forms: gift", "--source", "x", code=2).stderr
    assert "gift" in said
    assert "lease" in said
    ehya("wishes", "state", "Zagros", "deal_forms: lease", "--side", "neighbour", "--source", "x", code=2)
