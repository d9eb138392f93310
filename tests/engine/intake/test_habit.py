"""A column writes its numbers in one way; what could be read in two is refused where the others show the rarer one."""

import pandas as pd
import pytest

from engine.domain.unit import Field
from engine.intake.cells import read_cells
from engine.intake.extras import typed_values
from engine.parsing.money import MoneyUnit
from engine.parsing.numerals import read_numeral
from engine.parsing.rejection import RejectionCode


@pytest.mark.parametrize(
    ("written", "number"),
    [("0,426", 0.426), ("۰٬۱۲۵", 0.125), ("0,750", 0.75), ("0/426", 0.426), ("-0,5", -0.5), ("0.426", 0.426),
     ("1,250", 1250),
     ("1,250,000", 1_250_000), ("12,75", 12.75)],
)  # fmt: skip
def test_a_group_of_thousands_never_begins_with_a_lone_nought(written, number):
    assert float(read_numeral(written)) == number


@pytest.mark.parametrize("written", ["0,426,000", "00,426", "0'426", "0.426.000", "0/426/000"])
def test_what_begins_with_a_nought_and_goes_on_in_groups_is_no_number(written):
    assert read_numeral(written).code is RejectionCode.NOT_A_NUMBER


def read(*cells, field=Field.LAND_M2, **named):
    return read_cells(field, pd.Series(list(cells), dtype=object), **named)


def test_beside_decimal_commas_a_group_of_three_is_refused():
    reading = read("1,5", "12,75", "1,250", "3", "2,400,000")
    assert reading.values.to_dict() == {0: 1.5, 1: 12.75, 3: 3.0, 4: 2_400_000.0}
    assert reading.refused["code"].to_dict() == {2: RejectionCode.AMBIGUOUS_NUMBER}


def test_money_follows_the_habit_of_its_column_too():
    reading = read("0,5 میلیارد ریال", "1,250 میلیارد ریال", field=Field.BANK_DEBT_RIAL, money=MoneyUnit(1))
    assert reading.values.to_dict() == {0: 500_000_000}
    assert reading.refused["code"].to_dict() == {1: RejectionCode.AMBIGUOUS_NUMBER}


def test_beside_points_that_part_thousands_three_decimals_are_refused():
    reading = read("1.234.567", "1.234", "12.5", 1.234)
    assert reading.values.to_dict() == {0: 1_234_567.0, 2: 12.5, 3: 1.234}
    assert reading.refused["code"].to_dict() == {1: RejectionCode.AMBIGUOUS_NUMBER}


def test_without_a_habit_a_group_of_three_is_thousands():
    assert read("1,250", "3", "2,400").values.tolist() == [1250.0, 3.0, 2400.0]


def test_a_column_that_no_field_knows_keeps_what_is_not_clear_as_text():
    assert typed_values(pd.Series(["1,5", "1,250"], dtype=object)).tolist() == ["text|1,5", "text|1,250"]
