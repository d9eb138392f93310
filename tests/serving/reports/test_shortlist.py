"""An investor's shortlist leaves without a private word."""

import json

import openpyxl
import pandas as pd
import pytest

from engine.domain.mandate import Mandate
from engine.domain.unit import FIELDS, Field
from engine.matching import UnitBook, event, shortlist
from serving.i18n import speech
from serving.reports.event_workbook import write_event
from serving.reports.shortlist import public_view, write_shortlist

AS_OF = pd.Timestamp("2026-11-23")
PRIVATE = [field.value for field in Field if not FIELDS[field].public]
PRIVATE_VALUES = ("987654321987", "یادداشت محرمانه", "770000000001", "10660000001", "made_up.xlsx")


def listed(judged, **wishes):
    book = UnitBook.from_table(judged, as_of=AS_OF)
    return shortlist(book, Mandate(id="m", risk_appetite="high", offer_fix_first=True, **wishes))


def texts_of(path):
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        return [str(cell.value) for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
    return [path.read_text("utf-8")]


def headers_of(path):
    if path.suffix == ".xlsx":
        return [cell.value for page in openpyxl.load_workbook(path) for cell in page[2]]
    if path.suffix == ".csv":
        return path.read_text("utf-8-sig").splitlines()[0].split(",")
    return list(json.loads(path.read_text("utf-8"))["units"][0])


@pytest.mark.parametrize("language", ["fa", "en"])
@pytest.mark.parametrize("ending", [".xlsx", ".csv", ".json"])
def test_no_private_field_leaves_with_a_shortlist(judged, tmp_path, ending, language):
    short = listed(judged)
    assert len(short)
    path = write_shortlist(tmp_path / f"x{ending}", short, judged, speech(language))
    words = texts_of(path)
    titles = PRIVATE + [speech(language).text(f"field.{name}") for name in PRIVATE]
    headers = headers_of(path)
    assert not set(headers) & set(titles)
    assert not [text for text in words for value in PRIVATE_VALUES if value in text]
    flags = [speech(language).text(f"red_flag.{code}") for code in ("bank_owned", "heavy_debt", "court_cases")]
    assert not [text for text in words for flag in (*flags, "heavy_debt", "court_cases") if flag in text]


def test_the_public_view_holds_public_columns_only(judged):
    assert not set(public_view(judged).columns) & set(PRIVATE)
    assert judged.loc[:, PRIVATE].notna().any().any()


def test_a_shortlist_names_fit_and_its_parts_that_add_up(judged, tmp_path):
    path = write_shortlist(tmp_path / "x.json", listed(judged, places={"like": ["Urmia"]}), judged, speech("fa"))
    document = json.loads(path.read_text("utf-8"))
    for unit in document["units"]:
        parts = sum(value for name, value in unit.items() if name.startswith("part_"))
        assert parts == pytest.approx(unit["fit"])
        assert unit["origin"] == "synthetic"
    assert document["counts"]["shown"] == len(document["units"])


def test_the_workbook_of_an_event_names_no_incomplete_record(judged, tmp_path):
    withheld = judged.index[-1]
    judged = judged.assign(completeness=judged["completeness"].where(judged.index != withheld, 0.1))
    book = UnitBook.from_table(judged, as_of=AS_OF)
    whole = event(book, [Mandate(id="m", sectors={"must": ["99"]})])
    assert withheld in set(whole.unmatched["unit_id"])
    words = texts_of(write_event(tmp_path / "event.xlsx", whole, judged, speech("en")))
    assert judged.index[0] in words
    assert withheld not in words
