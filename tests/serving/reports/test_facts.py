"""Reference tables in the reader's words."""

import pytest

from engine.reference import spec, table, table_names
from engine.settings import LANGUAGES
from serving.i18n import speech
from serving.reports.facts import header, said


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", table_names())
def test_every_cell_of_every_table_has_words(name, language):
    words, described, rows = speech(language), spec(name), table(name)
    for column in described.columns:
        assert header(described, column, words)
        assert all(said(described, column, value, words) for value in [*rows[column].drop_duplicates(), None])


def test_a_persian_reader_sees_no_codes_where_a_word_is_known():
    fa, estates = speech("fa"), table("estates")
    for column in ("province", "county", "kind", "state", "figures_cover"):
        assert (
            not estates[column]
            .map(lambda value, c=column: said(spec("estates"), c, value, fa))
            .str.contains("[a-z]")
            .any()
        )


def test_numbers_keep_all_their_digits():
    described = spec("programme_figures")
    assert said(described, "value", 0.0075, speech("en")) == "0.0075"
    assert said(described, "value", 0.0075, speech("fa")) == "۰٫۰۰۷۵"
    assert said(spec("counties"), "population_1395", 1040565, speech("fa")) == "۱٬۰۴۰٬۵۶۵"
    assert said(spec("price_index"), "jalali_year", 1401, speech("en")) == "1401"


def test_periods_speak_the_digits_of_the_language_and_codes_do_not():
    assert said(spec("jobs_per_unit"), "period_end", "1404-12", speech("fa")) == "۱۴۰۴-۱۲"
    assert said(spec("isic"), "code", "1050", speech("fa")) == "1050"
    assert said(spec("estates"), "as_of", "undated", speech("fa")) == "بی‌تاریخ"
