"""The hand-out of a shortlist: all that an investor gets of it, on paper and as a page, and nothing private."""

import json

import pandas as pd
import pytest

from engine.domain.mandate import Mandate
from engine.errors import EhyaError
from experiments.province_simulator.province import simulate
from serving.desk.appraisal import judged
from serving.desk.question import Question
from serving.desk.stock import Stock
from serving.disclosure.masking import Audience, private_columns
from serving.i18n import speech
from serving.reports.handout import handout_document, handout_pictures, write_list
from tests.serving.disclosure.test_byte_law import changed
from tests.serving.reports.conftest import in_order

DAY = pd.Timestamp("2026-11-23")
WANTED = Mandate(id="m", name="A mill", risk_appetite="high", offer_fix_first=True, accept_unknown=True)


@pytest.fixture(scope="module")
def units():
    return simulate(60, seed=2).units.assign(status="idle", origin="synthetic", source="office.xlsx")


@pytest.fixture(scope="module")
def offer(units, first_day):
    return offered(units, first_day)


def offered(units, model, wanted=WANTED):
    return Stock.of(judged(units, model, Question(as_of=DAY, price_year=1405), Audience.PUBLIC)).offer(wanted)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_each_unit_has_its_fit_whose_parts_add_up_its_reasons_and_its_estimates(offer, language):
    document = handout_document(offer, speech(language))
    assert len(document["units"]) == len(offer.shortlist) > 3
    listed = offer.shortlist.table()
    for unit, fit in zip(document["units"], listed["fit"], strict=True):
        assert sum(part["share"] for part in unit["parts"]) == pytest.approx(fit, abs=1e-6)
        assert len(unit["pictures"]) == 2
        assert unit["pairs"]
    assert document["remarks"]  # the units are synthetic, and it says so


def test_money_has_its_year_and_the_facts_of_the_site_stand_by_it(offer):
    words, shown = speech("en"), offer.units
    for unit, row in zip(handout_document(offer, words)["units"], offer.shortlist.table()["unit_id"], strict=True):
        pairs, record = dict(unit["pairs"]), shown.loc[row]
        if pd.notna(record["capital_needed_rial"]):
            assert pairs[words.text("field.capital_needed_rial")].endswith(f"in money of {record['price_year']}")
        site = pairs.get(words.text("handout.site"), "")
        assert (words.text("field.land_m2") in site) == pd.notna(record["land_m2"])


@pytest.mark.parametrize("ending", [".pdf", ".html"])
@pytest.mark.parametrize("language", ["fa", "en"])
def test_private_fields_change_no_byte_of_it(units, first_day, offer, tmp_path, ending, language):
    words = speech(language)
    before = write_list(tmp_path / f"one{ending}", offer, words).read_bytes()
    again = offered(changed(units, [*private_columns()], seed=5), first_day)
    assert write_list(tmp_path / f"two{ending}", again, words).read_bytes() == before


def test_a_page_loads_nothing_and_a_pdf_is_one(offer, tmp_path):
    page = write_list(tmp_path / "x.html", offer, speech("fa")).read_text("utf-8")
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert write_list(tmp_path / "x.pdf", offer, speech("fa")).read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("language", ["fa", "en"])
def test_its_text_can_be_read_back_unit_by_unit(offer, language, tmp_path, lines_of):
    document = handout_document(offer, speech(language))
    pages = lines_of(write_list(tmp_path / "x.pdf", offer, speech(language)).read_bytes())
    lines = [line for page in pages for line in page]
    assert in_order(lines, [document["kind"], document["investor"]])
    assert in_order(lines, [unit["title"] for unit in document["units"]])


def test_names_are_words_and_no_markup(units, first_day, tmp_path):
    strange = units.assign(name='<b>"*_#$[]</b> ' + "ک" * 200)
    found = offered(strange, first_day)
    page = write_list(tmp_path / "x.html", found, speech("fa")).read_text("utf-8")
    assert "<b>&#34;" not in page
    assert '<b>"' not in page
    assert handout_pictures(found, speech("fa"), ppi=20)


def test_an_empty_list_says_why_it_is_empty(units, first_day):
    found = offered(units, first_day, Mandate(id="m", min_land_m2=10**7))
    document = handout_document(found, speech("en"))
    assert document["units"] == []
    assert len(document["empty"]) > 1
    assert json.dumps(document, ensure_ascii=False)


def test_another_ending_is_refused_with_those_there_are(offer, tmp_path):
    with pytest.raises(EhyaError, match=r"\.pdf"):
        write_list(tmp_path / "x.docx", offer, speech("en"))
