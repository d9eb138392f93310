"""An investor's shortlist leaves without a private word."""

import csv
import json

import openpyxl
import pytest

from engine.domain.mandate import Mandate
from engine.domain.unit import FIELDS, Field
from engine.matching.event import event
from serving.i18n import speech
from serving.reports.event_workbook import write_event
from serving.reports.shortlist import investor_view, write_shortlist

PRIVATE = [field.value for field in Field if not FIELDS[field].public]
PRIVATE_VALUES = ("987654321987", "یادداشت محرمانه", "770000000001", "10660000001", "made_up.xlsx")


def offer(offered, **wishes):
    return offered.offer(Mandate(id="m", risk_appetite="high", offer_fix_first=True, **wishes))


def texts_of(path):
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return [str(cell.value) for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    return [path.read_text("utf-8")]


def headers_of(path):
    if path.suffix == ".xlsx":
        return [cell.value for page in openpyxl.load_workbook(path) for cell in page[2]]
    if path.suffix == ".csv":
        return next(csv.reader(path.read_text("utf-8-sig").splitlines()))
    return list(json.loads(path.read_text("utf-8"))["units"][0])


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".json"])
def test_no_private_field_leaves_with_a_shortlist(public, on_offer, tmp_path, ending, language):
    found = offer(on_offer(public))
    assert len(found.shortlist)
    path = write_shortlist(tmp_path / f"x{ending}", found, speech(language))
    words = texts_of(path)
    titles = PRIVATE + [speech(language).text(f"field.{name}") for name in PRIVATE]
    headers = headers_of(path)
    assert not set(headers) & set(titles)
    assert not [text for text in words for value in PRIVATE_VALUES if value in text]
    flags = [speech(language).text(f"red_flag.{code}") for code in ("bank_owned", "heavy_debt", "court_cases")]
    assert not [text for text in words for flag in (*flags, "heavy_debt", "court_cases") if flag in text]


def test_an_investors_view_has_neither_private_fields_nor_the_order_of_a_ranking(public, on_offer):
    seen = set(investor_view(on_offer(public).units).columns)
    assert not seen & {*PRIVATE, "rank", "score", "triage"}


def test_an_empty_list_names_the_limit_that_keeps_out_most_units(public, on_offer, tmp_path):
    path = write_shortlist(tmp_path / "x.json", offer(on_offer(public), min_land_m2=10**7), speech("en"))
    document = json.loads(path.read_text("utf-8"))
    assert document["units"] == []
    assert document["excluded"]
    found = offer(on_offer(public), max_failure_probability=0.05)
    assert found.opening.code.value == "failure_too_likely"
    assert found.opening.units <= found.excluded[found.opening.code]


def test_a_shortlist_names_fit_and_its_parts_that_add_up(public, on_offer, tmp_path):
    path = write_shortlist(tmp_path / "x.json", offer(on_offer(public), places={"like": ["Urmia"]}), speech("fa"))
    document = json.loads(path.read_text("utf-8"))
    for unit in document["units"]:
        parts = sum(value for name, value in unit.items() if name.startswith("part_"))
        assert parts == pytest.approx(unit["fit"])
        assert unit["origin"] == "synthetic"
    assert document["counts"]["shown"] == len(document["units"])


def test_the_workbook_of_an_event_names_no_incomplete_record(public, on_offer, tmp_path):
    withheld = public.index[-1]
    partly = public.assign(public_completeness=public["public_completeness"].where(public.index != withheld, 0.1))
    offered = on_offer(partly)
    whole = event(offered.book, [Mandate(id="m", sectors={"must": ["99"]})])
    assert withheld in set(whole.unmatched["unit_id"])
    words = texts_of(write_event(tmp_path / "event.xlsx", whole, offered, speech("en")))
    assert public.index[0] in words
    assert withheld not in words


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_empty_sheet_of_an_investor_says_why_it_is_empty(public, on_offer, tmp_path, language):
    offered = on_offer(public)
    bank = Mandate(id="bank", name="بانک", risk_appetite="high", offer_fix_first=True, min_land_m2=1e8)
    path = write_event(tmp_path / "event.xlsx", event(offered.book, [bank]), offered, speech(language))
    book = openpyxl.load_workbook(path)
    above = [page.cell(row, 1).value for page in book for row in range(1, 8) if page.title == "بانک"]
    assert speech(language).text("cli.shortlist_none") in above
    assert any(speech(language).text("exclusion.land_unknown") in str(line) for line in above)


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("ending", [".xlsx", ".csv"])
def test_no_sheet_shows_a_word_of_python_or_one_heading_twice(public, on_offer, tmp_path, ending, language):
    path = write_shortlist(tmp_path / f"list{ending}", offer(on_offer(public)), speech(language))
    headings = headers_of(path)
    assert len(headings) == len(set(headings))
    assert not {"True", "False", "None", "nan", "NaT"} & {word for text in texts_of(path) for word in text.split(",")}
