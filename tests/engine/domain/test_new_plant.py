"""Debts are weighed against no more than a new plant of that size costs."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.new_plant import weighing_capital
from engine.domain.unit import unit_table

SIZE = {"jobs_before_stop": 10, "price_year": 1393}


def weighed(**fields):
    units = unit_table(pd.DataFrame({"unit_id": ["a"]} | {name: [value] for name, value in fields.items()}))
    return weighing_capital(units).item()


@given(st.integers(1, 10**16), st.integers(1, 5000), st.integers(1384, 1406), st.integers(2, 1000))
def test_asking_for_more_than_a_new_plant_costs_moves_nothing(capital, jobs, year, times):
    size = {"jobs_before_stop": jobs, "price_year": year}
    once, more = (weighed(**size, capital_needed_rial=asked) for asked in (capital, capital * times))
    assert once <= more
    if once < capital:
        assert more == once


@pytest.mark.parametrize("unknown", ["jobs_before_stop", "price_year"])
def test_without_size_or_year_the_capital_that_is_asked_for_is_all_there_is(unknown):
    assert weighed(**{name: value for name, value in SIZE.items() if name != unknown}, capital_needed_rial=9) == 9


@pytest.mark.parametrize("year", [1350, 1450])
def test_a_year_that_the_index_does_not_reach_sets_no_limit(year):
    assert weighed(**SIZE | {"price_year": year}, capital_needed_rial=10**15) == 10**15
