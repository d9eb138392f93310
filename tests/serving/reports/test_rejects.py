"""The rejects workbook and its way back."""

import json

import openpyxl
import pandas as pd
import pytest

from engine.domain.unit import Barrier, DealForm, Field, Status
from engine.errors import EhyaError, ErrorCode
from engine.intake import read_register
from engine.intake.corrections import CORRECTION_COLUMNS
from engine.intake.phrases import read_causes, read_deal_forms, read_flag, read_status
from engine.intake.places import CountyName, read_county, read_province
from engine.parsing.rejection import Refusal, RejectionCode, Remarked
from engine.reference.tables import table
from serving.i18n import speech
from serving.reports.corrections import digest_of_file, original, read_corrections, way_to
from serving.reports.rejects import CORRECTED, HEADER_ROW, KEY, REMEDIES, RejectSource, closed_list, write_rejects

PERSON = "2755555550"
REGISTER = f"""Unit name,County,National id,Status,Owned by bank,Jobs before stop
A,Nowhereville,{PERSON},perhaps,maybe,=1+1
B,Khoy,,idle,yes,12
,Khoy,,idle,yes,12
"""


@pytest.fixture
def register(tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(REGISTER, encoding="utf-8")
    return path


def written(path, register, language="en", applied=None):
    intake = read_register(register)
    applied = pd.DataFrame(columns=CORRECTION_COLUMNS) if applied is None else applied
    origin = RejectSource(way_to(register, path), digest_of_file(register), {"today": "2026-11-23"}, applied)
    write_rejects(path, intake, origin, speech(language), lambda key, facts: key)
    return path


def fill(path, **values):
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    for row in range(HEADER_ROW + 1, page.max_row + 1):
        page.cell(row, CORRECTED).value = values.get(json.loads(page.cell(row, KEY).value)[2])
    book.save(path)
    return path


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_refused_cell_and_row_stands_with_what_to_do(tmp_path, register, language):
    page = openpyxl.load_workbook(written(tmp_path / "r.xlsx", register, language)).worksheets[0]
    lines = list(page.iter_rows(min_row=HEADER_ROW + 1, values_only=True))
    keys = {json.loads(line[KEY - 1])[2] for line in lines}
    assert keys == {"county", "national_id", "status", "bank_owned", "jobs_before_stop", "name"}
    assert all(line[6] for line in lines)
    assert not any(line[CORRECTED - 1] for line in lines)
    assert page.sheet_view.rightToLeft is (language == "fa")
    assert page.column_dimensions["I"].hidden


def test_no_value_of_a_person_and_no_formula_is_in_the_workbook(tmp_path, register):
    book = openpyxl.load_workbook(written(tmp_path / "r.xlsx", register))
    texts = [str(cell.value) for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    assert not any(PERSON in text for text in texts)
    assert not any(text.startswith("=") for text in texts)


def test_cells_with_a_closed_list_have_a_drop_down(tmp_path, register):
    page = openpyxl.load_workbook(written(tmp_path / "r.xlsx", register)).worksheets[0]
    chosen = {str(choice.sqref) for choice in page.data_validations.dataValidation}
    rows = {json.loads(page.cell(row, KEY).value)[2]: row for row in range(HEADER_ROW + 1, page.max_row + 1)}
    assert chosen == {f"H{rows[name]}" for name in ("county", "status", "bank_owned")}


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_word_of_a_closed_list_is_read_as_what_it_says(language):
    words = speech(language)
    readers = {Field.STATUS: (Status, read_status), Field.STOP_CAUSES: (Barrier, read_causes)}
    readers[Field.DEAL_FORMS] = (DealForm, read_deal_forms)
    for field, (family, read) in readers.items():
        expected = [code.value for code in family if code.value != "unknown"]
        assert [read(word) for word in closed_list(field, words)] == expected
    assert [read_flag(word) for word in closed_list("bank_owned", words)] == [True, False]
    provinces = {read_province(word) for word in closed_list(Field.PROVINCE, words)}
    assert provinces == set(table("provinces")["province"])
    counties = [read_county(word) for word in closed_list(Field.COUNTY, words)]
    known = table("counties")
    assert not [one for one in counties if isinstance(one, (Refusal, Remarked))]
    assert {*counties} == {CountyName(*pair) for pair in zip(known["province"], known["county"], strict=True)}


def test_every_reason_has_its_remedy():
    assert set(RejectionCode) - set(REMEDIES) <= {RejectionCode.BROKEN_FORMULA}


def test_corrections_come_back_with_their_cells_also_from_a_sorted_workbook(tmp_path, register):
    path = fill(written(tmp_path / "r.xlsx", register), county="Khoy", name="C")
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    lines = [[cell.value for cell in row] for row in page.iter_rows(min_row=HEADER_ROW + 1)]
    for row, line in enumerate(reversed(lines), start=HEADER_ROW + 1):
        for at, value in enumerate(line, start=1):
            page.cell(row, at).value = value
    book.save(path)
    _, found = read_corrections(path)
    assert sorted(found[["row", "field", "value"]].values.tolist()) == [[2, "county", "Khoy"], [4, "name", "C"]]


def test_earlier_corrections_are_carried_along(tmp_path, register):
    applied = pd.DataFrame([("list", 2, "county", "Khoy"), ("list", 2, "jobs_before_stop", 12.0)])
    applied.columns = CORRECTION_COLUMNS
    path = fill(written(tmp_path / "r.xlsx", register, applied=applied), status="idle")
    origin, fresh = read_corrections(path)
    assert origin.applied.values.tolist() == applied.values.tolist()
    assert fresh["field"].tolist() == ["status"]


def test_a_workbook_without_a_correction_says_so(tmp_path, register):
    with pytest.raises(EhyaError) as refused:
        read_corrections(written(tmp_path / "r.xlsx", register))
    assert refused.value.code is ErrorCode.NO_CORRECTIONS


def test_another_workbook_or_a_torn_one_is_no_rejects_workbook(tmp_path, register):
    book = openpyxl.Workbook()
    book.active["A1"] = "x"
    book.save(tmp_path / "other.xlsx")
    torn = fill(written(tmp_path / "torn.xlsx", register), county="Khoy")
    book = openpyxl.load_workbook(torn)
    book.worksheets[0].cell(HEADER_ROW + 1, KEY).value = "county"
    book.worksheets[0].cell(HEADER_ROW + 1, CORRECTED).value = "Khoy"
    book.save(torn)
    for path in (tmp_path / "other.xlsx", torn, register):
        with pytest.raises(EhyaError) as refused:
            read_corrections(path)
        assert refused.value.code is ErrorCode.NOT_A_REJECTS_FILE


def test_the_register_is_found_beside_the_workbook_and_must_be_unchanged(tmp_path, register):
    (tmp_path / "out").mkdir()
    path = fill(written(tmp_path / "out" / "r.xlsx", register), county="Khoy")
    origin, _ = read_corrections(path)
    assert original(origin, path) == register
    register.write_text(REGISTER + "D,Khoy,,idle,yes,1\n", encoding="utf-8")
    with pytest.raises(EhyaError) as changed:
        original(origin, path)
    assert changed.value.code is ErrorCode.REGISTER_FILE_CHANGED
    register.unlink()
    with pytest.raises(EhyaError) as gone:
        original(origin, path)
    assert gone.value.code is ErrorCode.FILE_NOT_FOUND
