"""Money of every wording becomes integer rial."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.rejection import Refusal, Remarked
from engine.money import MoneyUnit, read_money, read_money_unit

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
