"""Numerals are read in any digits, with any separators."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.parsing.numerals import is_range, read_numeral
from engine.parsing.rejection import Refusal

DIGITS = st.sampled_from(["0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩"])


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 10**15), DIGITS, st.sampled_from([",", "٬", "،", "'", " ", ""]))
def test_a_whole_number_survives_every_way_of_writing_it(number, digits, separator):
    written = f"{number:,}".replace(",", separator).translate(str.maketrans("0123456789", digits))
    assert read_numeral(written) == number


@settings(max_examples=300, deadline=None)
@given(st.decimals(0, 10**9, places=2), DIGITS, st.sampled_from([".", "٫", "/"]))
def test_a_fraction_survives_every_way_of_writing_it(number, digits, point):
    written = str(number).replace(".", point).translate(str.maketrans("0123456789", digits))
    assert read_numeral(written) == number


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=20))
def test_any_text_gives_a_number_or_a_refusal(text):
    assert isinstance(read_numeral(text), Decimal | Refusal)


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("-15", -15),
        ("15-", -15),
        ("(15)", -15),
        ("−15", -15),
        ("1/234/567", 1234567),
        ("12,5", "12.5"),
        ("1,234.5", "1234.5"),
    ],
)
def test_signs_and_mixed_separators(written, number):
    assert read_numeral(written) == Decimal(str(number))


@pytest.mark.parametrize(
    ("written", "code"),
    [("1/234", "ambiguous_number"), ("1,23,456", "not_a_number"), ("12ab", "not_a_number"), ("", "not_a_number")],
)
def test_what_can_be_two_numbers_or_none_is_refused(written, code):
    assert read_numeral(written).code == code


def test_a_range_is_no_number():
    assert is_range("30 تا 40")
    assert is_range("30 - 40")
    assert not is_range("-15")
