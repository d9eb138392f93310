"""Assumptions: rows of the table of priors, open to change, and refused where they cannot be."""

import pytest

from engine.economics.assumptions import NAMES, Assumptions, Setter, bounds
from engine.errors import EhyaError, ErrorCode
from engine.reference import table

REFERENCE = Assumptions.from_reference()


def test_every_assumption_is_a_row_of_the_table_with_a_source_and_a_range_around_its_point():
    priors = table("priors").set_index("prior")
    assert list(REFERENCE) == list(NAMES)
    for name, row in REFERENCE.items():
        assert row.value == priors.loc[name, "value"]
        assert row.low <= row.value <= row.high
        assert row.source
        assert bounds(row)[0] <= row.low


def test_a_change_says_who_made_it_and_drops_the_range():
    changed = REFERENCE.changed({"loan_rate": 0.1, "tax_rate": [0.1, 0.2, 0.3]})
    assert (changed["loan_rate"].low, changed["loan_rate"].high) == (0.1, 0.1)
    assert changed["tax_rate"].setter is Setter.CALLER
    assert changed["leakage"].setter is Setter.TABLE
    assert changed["tax_rate"].high == 0.3
    assert REFERENCE["loan_rate"].value != 0.1


def test_a_name_that_means_nothing_is_refused_with_the_nearest():
    with pytest.raises(EhyaError) as refused:
        REFERENCE.changed({"loan_rat": 0.1})
    assert refused.value.code is ErrorCode.UNKNOWN_OPTION
    assert refused.value.facts["allowed"][0] == "loan_rate"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("loan_rate", "much"),
        ("loan_rate", True),
        ("loan_rate", -0.9),
        ("loan_rate", float("nan")),
        ("leakage", 1.2),
        ("tax_rate", [0.3, 0.2, 0.1]),
        ("tax_rate", [0.1, 0.2]),
        ("loan_years", 2.5),
        ("loan_years", [2, 3, 4]),
        ("tax_holiday_estate", [3, 7, 9]),
        ("tax_holiday_base", 2.5),
        ("horizon_years", 0),
        ("horizon_years", 500),
    ],
)
def test_a_value_that_cannot_be_is_refused(name, value):
    with pytest.raises(EhyaError) as refused:
        REFERENCE.changed({name: value})
    assert refused.value.code is ErrorCode.VALUE_UNREADABLE
