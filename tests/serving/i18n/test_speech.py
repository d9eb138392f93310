"""Numbers, money, dates and names as people of each language read them."""

import numpy as np
import pandas as pd
import pytest
from babel.numbers import format_decimal
from hypothesis import example, given
from hypothesis import strategies as some

from engine.domain.unit import Barrier, Status
from serving.i18n import speech

FA, EN = speech("fa"), speech("en")


def test_persian_numbers_have_persian_digits_and_separators():
    assert FA.number(1234567.891, 2) == "۱٬۲۳۴٬۵۶۷٫۸۹"
    assert EN.number(1234567.891, 2) == "1,234,567.89"


def test_shares_are_said_in_percent():
    assert FA.share(0.345, 1) == "۳۴٫۵٪"
    assert EN.share(0.345, 1) == "34.5%"


def test_what_is_not_known_is_a_dash_and_never_a_zero():
    for nothing in (None, np.nan, pd.NA, pd.NaT, ""):
        for say in (FA.number, FA.share, FA.money, FA.date, FA.place, FA.sector):
            assert say(nothing) == "—"
        assert FA.interval(nothing, nothing, nothing) == "—"
        assert FA.codes(nothing, "status") == "—"


@pytest.mark.parametrize(
    ("rial", "persian", "english"),
    [
        (950, "۹۵۰ ریال", "950 rial"),
        (12_500_000, "۱۲٫۵ میلیون ریال", "12.5 million rial"),
        (85_000_000_000, "۸۵ میلیارد ریال", "85 billion rial"),
        (4_000_000_000_000, "۴٬۰۰۰ میلیارد ریال", "4,000 billion rial"),
        (10**13, "۱ همت", "1 hemmat (10¹³ rial)"),
        (0, "۰ ریال", "0 rial"),
    ],
)
def test_money_is_said_in_the_largest_name_that_fits(rial, persian, english):
    assert FA.money(rial) == persian
    assert EN.money(rial) == english


def test_a_thousand_billion_toman_is_one_hemat():
    assert FA.money(1_000 * 10**9 * 10) == "۱ همت"


@pytest.mark.parametrize(
    ("day", "precision", "persian", "english"),
    [
        ("2026-11-23", "day", "۱۴۰۵/۰۹/۰۲", "2026-11-23"),
        ("2017-08-23", "month", "۱۳۹۶/۰۶", "2017-08"),
        ("2019-03-21", "year", "۱۳۹۸", "2019/20"),
        ("2019-01-01", "year", "۱۳۹۷", "2019"),
    ],
)
def test_dates_are_jalali_in_persian_and_iso_in_english_and_no_finer_than_known(day, precision, persian, english):
    assert FA.date(pd.Timestamp(day), precision) == persian
    assert EN.date(pd.Timestamp(day), precision) == english
    assert FA.date(day, precision) == persian


def test_an_interval_shows_the_middle_and_both_ends():
    assert FA.interval(8, 12, 17) == "۱۲ (۸ تا ۱۷)"
    assert EN.interval(0.08, 0.12, 0.17, share=True) == "12% (8% to 17%)"


def test_codes_are_joined_in_their_order():
    assert FA.codes("bank_debt;utilities", Barrier) == "بدهی بانکی، کمبود آب، برق یا گاز"
    assert EN.codes([Status.IDLE], "status") == "Idle"


def test_facts_are_said_by_what_they_are():
    assert FA.fact([Status.IDLE, 1403]) == "راکد، ۱۴۰۳"
    assert FA.fact(True) == "بله"
    assert FA.fact(12_000) == "۱۲٬۰۰۰"
    assert EN.fact(0.25) == "0.25"
    assert FA.fact(pd.Timestamp("2026-11-23")) == "۱۴۰۵/۰۹/۰۲"
    assert EN.fact({"b", "a"}) == "a, b"


def test_direction_follows_the_language():
    assert (FA.direction, EN.direction) == ("rtl", "ltr")


@given(some.floats(-1e15, 1e15) | some.integers(-(10**6), 10**6).map(lambda whole: whole / 8), some.integers(0, 3))
@example(2.675, 2)
@example(-0.001, 0)
def test_numbers_are_written_as_unicode_says_and_babel_does(number, digits):
    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    persian = format_decimal(number, format=pattern, locale="fa", numbering_system="arabext")
    assert speech("en").number(number, digits) == format_decimal(number, format=pattern, locale="en")
    own_digits = str.maketrans({str(digit): "۰۱۲۳۴۵۶۷۸۹"[digit] for digit in range(10)} | {"-": "\u200e−"})
    assert speech("fa").number(number, digits) == persian.translate(own_digits)
