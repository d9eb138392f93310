"""The form for experts: written, filled in as a person would, read back."""

from __future__ import annotations

import openpyxl
import pandas as pd
import pytest

from engine.domain.unit import unit_table
from engine.errors import EhyaError, ErrorCode
from serving.reports.panel import ANSWERS, EXPERT_CELL, OUTPUTS, choice_said, read_panel_form, write_panel_form
from training.panel.answers import OUTPUTS as ASKED
from training.panel.answers import PanelAnswer

DAY = pd.Timestamp("2026-11-23")


@pytest.fixture
def form(tmp_path):
    units = unit_table(
        pd.DataFrame(
            {
                "unit_id": ["u1", "u2", "u3"],
                "name": ["=نان", "فولاد", "کفش"],
                "county": ["Urmia", "Khoy", None],
                "isic": ["10", "24", "15"],
                "title_deed": [True, False, None],
                "tax_debt_rial": [5 * 10**9, None, 0],
                "machinery_year": [2009, None, 2015],
                "stopped_on": ["2019-03-21", "2022-05-05", None],
                "stopped_on_precision": ["year", "day", None],
                "notes": "محرمانه",
            }
        )
    )
    pairs = pd.DataFrame([(1, "u1", "u2"), (2, "u3", "u1")], columns=["number", "first", "second"])
    return write_panel_form(tmp_path / "panel.xlsx", "abc", pairs, units, as_of=DAY)


def filled(form, said: dict[str, str], expert: str = "E1"):
    """Write answers into the marked cells, in the order of the form."""
    book = openpyxl.load_workbook(form)
    guide, page = book.worksheets
    guide[EXPERT_CELL] = expert
    for row in page.iter_rows():
        key = row[4].value if len(row) > 4 else None
        if key:
            row[1].value = next((answer for name, answer in said.items() if name in key), None)
    book.save(form)
    return form


def test_answers_come_back_as_codes_in_either_language(form):
    first, second = "الف بسیار محتمل‌تر", "B more"
    said = {'1, "u1", "u2", "restart"': first, "restart": choice_said("restart", "equal"), "jobs": second}
    found = read_panel_form(filled(form, said, "e۷"))
    assert found["expert"].unique().tolist() == ["e7"]
    assert found["panel"].unique().tolist() == ["abc"]
    assert found[["number", "first", "second", "output"]].values.tolist() == [
        [1, "u1", "u2", "restart"], [1, "u1", "u2", "jobs"], [2, "u3", "u1", "restart"], [2, "u3", "u1", "jobs"],
    ]  # fmt: skip
    assert found["answer"].tolist() == ["first_much", "second", "equal", "second"]


def test_records_stand_side_by_side_in_both_languages_and_hold_no_formula(form):
    page = openpyxl.load_workbook(form).worksheets[1]
    rows = {str(row[0]): row[1:3] for row in page.iter_rows(max_row=10, values_only=True)}
    said = {name.split(" · ")[0]: values for name, values in rows.items()}
    assert said["سند مالکیت"] == ("بله · yes", "خیر · no")
    assert said["نام واحد"] == ("'=نان", "فولاد")
    assert "محرمانه" not in str(rows)
    assert page.sheet_view.rightToLeft
    assert page.column_dimensions["E"].hidden


def test_every_question_has_a_list_of_answers_that_excel_takes(form):
    page = openpyxl.load_workbook(form).worksheets[1]
    lists = page.data_validations.dataValidation
    assert sorted(len(str(one.sqref).split()) for one in lists) == [2, 2]
    for one in lists:
        assert len(one.formula1) <= 255
        assert one.formula1.count(",") == len(ANSWERS) - 1


def test_a_blank_form_has_no_answers_and_no_expert(form):
    found = read_panel_form(form)
    assert found["answer"].isna().all()
    assert (found["expert"] == "").all()


def test_a_word_that_is_no_answer_is_named_with_its_pair(form):
    with pytest.raises(EhyaError) as caught:
        read_panel_form(filled(form, {'2, "u3"': "maybe"}))
    assert caught.value.code is ErrorCode.PANEL_ANSWER_UNREADABLE
    assert (caught.value.facts["given"], caught.value.facts["pair"]) == ("maybe", 2)


def test_another_workbook_and_one_without_its_keys_are_refused(form, tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.save(tmp_path / "other.xlsx")
    stripped = openpyxl.load_workbook(form)
    stripped.worksheets[1].delete_cols(5)
    stripped.save(tmp_path / "stripped.xlsx")
    for name in ("other.xlsx", "stripped.xlsx"):
        with pytest.raises(EhyaError) as caught:
            read_panel_form(tmp_path / name)
        assert caught.value.code is ErrorCode.NOT_A_PANEL_FILE


def test_form_and_answers_have_the_same_codes():
    assert tuple(answer.value for answer in PanelAnswer) == ANSWERS
    assert ASKED == OUTPUTS
