"""The sheet of a unit: what the record answers, what nobody answers, and nothing private."""

import pandas as pd
import pytest

from engine.domain.unit import Field, unit_table
from engine.errors import EhyaError
from experiments.province_simulator.province import simulate
from serving.desk.appraisal import judged
from serving.desk.opportunity import opportunity_of
from serving.desk.question import Question
from serving.disclosure.masking import Audience, private_columns
from serving.i18n import speech
from serving.reports.opportunity import sheet_document, sheet_pictures, write_sheet
from tests.serving.disclosure.test_byte_law import changed
from tests.serving.reports.conftest import in_order

DAY = pd.Timestamp("2026-11-23")


@pytest.fixture(scope="module")
def units():
    return simulate(60, seed=2).units.assign(status="idle", origin="synthetic", source="office.xlsx")


def public(units, model):
    return judged(units, model, Question(as_of=DAY, price_year=1405), Audience.PUBLIC)


@pytest.fixture(scope="module")
def found(units, first_day):
    appraised = public(units, first_day)
    return opportunity_of(appraised, str(appraised.table.index[0]))


@pytest.mark.parametrize("language", ["fa", "en"])
def test_it_has_four_sections_and_says_what_nobody_answers(found, language):
    document = sheet_document(found, speech(language))
    assert len(document["sections"]) == 4
    values = [value for section in document["sections"] for _, value in section["pairs"]]
    assert all(values)
    assert speech(language).text("sheet.not_stated") in values
    assert document["remarks"]  # the unit is synthetic


@pytest.mark.parametrize("language", ["fa", "en"])
def test_every_figure_stands_once_and_money_has_its_year(found, language):
    words = speech(language)
    pairs = [pair for section in sheet_document(found, words)["sections"] for pair in section["pairs"]]
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names))
    said = dict(pairs)
    assert said[words.text("field.price_year")] == words.fact(int(found.row["price_year"]))
    assert said[words.text("sheet.worth_year")] == words.fact(1405)


def test_private_fields_change_no_byte_of_it(units, first_day, found, tmp_path):
    before = write_sheet(tmp_path / "one.pdf", found, speech("fa")).read_bytes()
    again = public(changed(units, [*private_columns()], seed=5), first_day)
    after = write_sheet(tmp_path / "two.pdf", opportunity_of(again, str(found.row.name)), speech("fa")).read_bytes()
    assert after == before


@pytest.mark.parametrize("language", ["fa", "en"])
def test_its_text_can_be_read_back(found, language, tmp_path, lines_of):
    words = speech(language)
    document = sheet_document(found, words)
    (page,) = lines_of(write_sheet(tmp_path / "one.pdf", found, words).read_bytes())
    titles = [section["title"] for section in document["sections"]]
    assert in_order(page, [document["kind"], document["name"], *titles])


def test_it_stands_on_one_page(found):
    assert [len(sheet_pictures(found, speech(language), ppi=20)) for language in ("fa", "en")] == [1, 1]


def test_a_record_that_no_investor_sees_and_another_ending_are_refused(units, first_day, found, tmp_path):
    kept = {Field.NAME, Field.PROVINCE, Field.COUNTY, Field.ISIC, Field.STATUS, Field.STOPPED_ON}
    poor = units.assign(**dict.fromkeys([field.value for field in Field if field not in kept]))
    with pytest.raises(EhyaError, match="not_publishable"):
        opportunity_of(public(unit_table(poor), first_day), str(found.row.name))
    with pytest.raises(EhyaError, match=r"\.pdf"):
        write_sheet(tmp_path / "x.docx", found, speech("en"))
