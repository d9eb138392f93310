import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from engine.store.columns import from_text, to_text


def there_and_back(values, dtype, field):
    column = pd.Series(values, dtype=dtype)
    pd.testing.assert_series_equal(from_text(to_text(column), field), column)


@given(st.lists(st.floats(0, 1e18), min_size=1))
def test_a_number_comes_back_to_its_last_bit(values):
    there_and_back(values, "float64", "land_m2")


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1))
def test_rials_come_back_whole_beyond_what_a_float_holds(values):
    there_and_back(values, "Int64", "bank_debt_rial")


@given(st.lists(st.dates(), min_size=1))
def test_a_day_comes_back(values):
    there_and_back(values, "datetime64[s]", "stopped_on")


@given(st.lists(st.booleans(), min_size=1))
def test_yes_and_no_come_back(values):
    there_and_back(values, "boolean", "bank_owned")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_a_text_comes_back_letter_by_letter(values):
    there_and_back(values, "str", "notes")
