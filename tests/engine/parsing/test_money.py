"""Money of every wording becomes integer rial."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.parsing.money import MoneyUnit, read_exchange_rates, read_money, read_money_unit, scaled_amounts
from engine.parsing.rejection import NoteCode, Refusal, RejectionCode, Remarked
from engine.parsing.text import fold

MILLION_RIAL, MILLION_TOMAN = MoneyUnit(1, 10**6), MoneyUnit(10, 10**6)


@pytest.mark.parametrize(
    ("written", "unit", "rial"),
    [
        ("729,833", MILLION_RIAL, 729_833_000_000),  # worked by hand: 729,833 x 10^6
        ("۹۰۹", MILLION_TOMAN, 9_090_000_000),
        (2916.0, MILLION_TOMAN, 29_160_000_000),
        ("۲٫۵ میلیارد تومان", MILLION_RIAL, 25_000_000_000),
        ("۰٫۳ همت", MoneyUnit(1, 10**9), 3_000_000_000_000),  # 0.3 x 10^12 toman
        ("۱۲ میلیارد تومان", None, 120_000_000_000),
        ("2/5 میلیارد ریال", None, 2_500_000_000),
        ("۳ هزار میلیارد تومان", None, 30_000_000_000_000),
        ("۲ میلیارد و ۵۰۰ میلیون تومان", None, 25_000_000_000),
        ("1.5 billion toman", None, 15_000_000_000),
        ("IRR 1,000,000", None, 1_000_000),
        ("12 bn rial", None, 12_000_000_000),
        ("۲٫۵ میلیارد", MILLION_RIAL, 2_500_000_000),
        ("۱۲٬۰۰۰٬۰۰۰٬۰۰۰ ریال", MILLION_RIAL, 12_000_000_000),
        ("ندارد", MILLION_RIAL, 0),
        (0, None, 0),
        (17.1, MoneyUnit(1, 10**9), 17_100_000_000),
    ],
)
def test_money_phrases(written, unit, rial):
    assert read_money(written, unit) == rial


@pytest.mark.parametrize(
    ("written", "unit", "code"),
    [
        ("1200", None, "money_without_unit"),
        ("۲٫۵ میلیارد", None, "money_without_unit"),
        ("۵۰۰ تومان", MILLION_TOMAN, "ambiguous_money"),
        ("200 دلار", MILLION_RIAL, "foreign_currency"),
        ("$200", MILLION_RIAL, "foreign_currency"),
        ("۵۰ تا ۶۰ میلیون ریال", None, "range_of_numbers"),
        ("زیاد", MILLION_RIAL, "not_a_number"),
        ("-5", MILLION_RIAL, "out_of_range"),
        ("10^30", MILLION_RIAL, "not_a_number"),
        ("9" * 17, MoneyUnit(10, 10**9), "out_of_range"),
        (float("nan"), MILLION_RIAL, "not_a_number"),
        (float("inf"), MILLION_RIAL, "not_a_number"),
    ],
)
def test_what_is_not_clear_is_refused(written, unit, code):
    assert read_money(written, unit).code == code


@pytest.mark.parametrize(
    ("header", "factor"),
    [
        ("بدهی بانکی (میلیون ریال)", 10**6),
        ("بدهی (به میلیون تومان)", 10**7),
        ("سرمایه - میلیارد ریال", 10**9),
        ("همت", 10**13),
        ("ارقام به هزار ریال", 10**3),
        ("بدهی (م.ریال)", 10**6),
        ("Debt (mn IRR)", 10**6),
        ("Debt in billion toman", 10**10),
    ],
)
def test_units_in_headers(header, factor):
    assert read_money_unit(header).factor == factor


def test_two_units_in_one_header_say_nothing():
    assert read_money_unit("ریال یا تومان") is None


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 10**8),
    st.sampled_from([("ریال", 1), ("تومان", 10), ("میلیون ریال", 10**6), ("میلیارد تومان", 10**10)]),
)
def test_a_number_with_its_unit_is_that_many_units(number, unit):
    assert read_money(f"{number:,} {unit[0]}") == number * unit[1]
    assert read_money(f"{number} {unit[0]}".translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))) == number * unit[1]


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=25), st.floats(), st.integers()))
def test_any_cell_gives_rial_or_a_refusal(cell):
    read = read_money(cell, MILLION_RIAL)
    assert isinstance(read, int | Refusal | Remarked)
    assert not isinstance(read, int) or 0 <= read < 2**63


RATES = {"usd": 650_000, "eur": 700_000}


@pytest.mark.parametrize(
    ("cell", "rial"),
    [
        ("پنج میلیارد ریال", 5 * 10**9),
        ("۳ میلیارد و دویست میلیون تومان", 32 * 10**9),
        ("نیم میلیارد تومان", 5 * 10**9),
        ("۲ و نیم میلیارد تومان", 25 * 10**9),
        ("12 میلیارد (تومان)", 12 * 10**10),
        ("۱۲۰۰ (میلیون ریال)", 12 * 10**8),
        ("5 میلیاردریال", 5 * 10**9),
        ("Rls. 5,000,000", 5_000_000),
        ("۱۲۰۰۰ م ر", 12 * 10**9),
        ("۲/۵ میلیارد", 25 * 10**8),
        ("۱ میلیارد و ۲۰۰", None),
        ("12 میلیارد ریال و ۵۰۰", None),
        ("بیش از ۵ میلیارد", None),
        ("حداقل 5 میلیارد ریال", None),
        ("12 MR", None),
        ("۱۲ میلیارد تومان بابت وام", None),
        ("۵ میلیارد ریال (ماده ۱۸)", None),
        ("12*10^9", None),
    ],
)
def test_amounts_in_words_are_read_and_what_nobody_can_know_is_refused(cell, rial):
    assert value(read_money(cell, MoneyUnit(1, 10**6))) == rial


@pytest.mark.parametrize(
    ("cell", "rial"),
    [
        ("500 هزار دلار", 325 * 10**9),
        ("$500", 325 * 10**6),
        ("€ 1,000", 7 * 10**8),
        ("US$ 2 million", 13 * 10**11),
        ("۵ میلیون یورو", 35 * 10**11),
        ("100 AED", None),
        ("5 دلار و 3 یورو", None),
    ],
)
def test_dollars_and_euros_are_read_at_a_stated_rate_and_only_then(cell, rial):
    assert value(read_money(cell, MoneyUnit(1, 10**6), rates=RATES)) == rial
    assert read_money(cell, MoneyUnit(1, 10**6)).code is RejectionCode.FOREIGN_CURRENCY
    if rial:
        assert read_money(cell, rates=RATES).code is NoteCode.EXCHANGED


def value(read):
    return None if isinstance(read, Refusal) else read.reading if isinstance(read, Remarked) else read


SCALED_WORDS = ["هزار", "میلیون تومان", "میلیارد", "میلیارد ریال", "هزار میلیارد تومان", "همت", "million", "bn rial"]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda number, places, gap, words: f"{number / 10**places:.{places}f}{gap}{words}",
            st.integers(0, 10**9),
            st.integers(0, 4),
            st.sampled_from([" ", ""]),
            st.sampled_from([*SCALED_WORDS, ""]),
        ),
        min_size=1,
        max_size=6,
    ),
    st.sampled_from([None, MoneyUnit(1), MoneyUnit(10, 10**6), MoneyUnit(650_000, 1000, "usd")]),
)
def test_amounts_of_a_column_are_what_they_are_one_by_one(cells, unit):
    read = scaled_amounts(pd.Series([fold(cell) for cell in cells], dtype="str"), unit)
    for cell, rial in zip(cells, read, strict=True):
        if rial is not pd.NA:
            assert read_money(cell, unit) == rial


@pytest.mark.parametrize(
    ("text", "rates"),
    [
        ("نرخ هر دلار ۶۵٬۰۰۰ تومان", {"usd": 650_000}),
        ("1 EUR = 700,000 rial", {"eur": 700_000}),
        ("با نرخ دلار ۶۵ هزار تومان محاسبه شده", {"usd": 650_000}),
        ("سرمایه به دلار", {}),
        ("نرخ رشد ۵ درصد", {}),
    ],
)
def test_a_title_may_state_the_rate(text, rates):
    assert read_exchange_rates(text) == rates
