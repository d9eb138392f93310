"""The made-up appraisal, judged by the real triage and the real ranking."""

import unicodedata

import pandas as pd
import pypdfium2
import pytest

from engine.appraisal import appraise
from engine.domain.prediction import BOUNDS, Output
from engine.domain.unit import column_dtypes
from serving.desk.appraisal import Appraised
from serving.desk.question import Question
from serving.desk.stock import Stock
from serving.disclosure.masking import Audience, visible

AS_OF = pd.Timestamp("2026-11-23")
SAME_FOR_ALL = {
    "source": "made_up.xlsx",
    "origin": "synthetic",
    "stop_causes": "bank_debt;working_capital",
    "tax_debt_rial": 987_654_321_987,
    "bank_owned": True,
    "litigation_count": 7,
    "notes": "یادداشت محرمانه",
    "business_id": "770000000001",
    "national_id": "10660000001",
}


def _judged(appraisal, audience):
    units = appraisal[list(column_dtypes())].copy()
    units = units.assign(**SAME_FOR_ALL)
    units.iloc[0, units.columns.get_loc("name")] = "=HYPERLINK(1)"
    places = [f"{output.value}_{bound}" for output in Output for bound in BOUNDS]
    marks = ["scorable", "not_scorable", "prior_driven", "out_of_fold", "model_version", "model_data_until"]
    predictions = appraisal[[*places, *marks]].assign(capital_assumed=False)
    return appraise(visible(units, audience), predictions, as_of=AS_OF)


@pytest.fixture(scope="session")
def judged(appraisal):
    """The made-up appraisal as the office sees it."""
    return _judged(appraisal, Audience.OFFICE)


@pytest.fixture(scope="session")
def public(appraisal):
    """The same units as the public sees them."""
    return _judged(appraisal, Audience.PUBLIC)


@pytest.fixture(scope="session")
def lines_of():
    """Reads the lines of each page of a PDF in their order, as `letters` folds them."""
    return _lines_of


def _lines_of(pdf: bytes) -> list[list[str]]:
    pages = [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf)]
    return [[letters(line) for line in page.splitlines()] for page in pages]


def letters(text: str) -> str:
    """Letters and digits of a line, sorted: inside a line readers move joiners, marks and what runs the other way."""
    return "".join(sorted(letter for letter in unicodedata.normalize("NFKC", text) if letter.isalnum()))


def in_order(page: list[str], wanted: list[str]) -> bool:
    """Whether the page has a line for each of these, one after the other."""
    lines = iter(page)
    return all(letters(words) in lines for words in wanted)


@pytest.fixture(scope="session")
def on_offer():
    """Puts an appraisal that was made for the public on offer."""
    return lambda table: Stock.of(Appraised(table, Question(as_of=AS_OF), Audience.PUBLIC))
