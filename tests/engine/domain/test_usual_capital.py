"""Debts are weighed against what a revival of that size usually takes: size and year say it, no request does."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.domain.unit import unit_table
from engine.domain.usual_capital import usual_capital
from engine.reference.tables import table

SIZE = {"jobs_before_stop": 10, "price_year": 1398}


def weighed(levels=None, **fields):
    units = unit_table(pd.DataFrame({"unit_id": ["a"]} | {name: [value] for name, value in fields.items()}))
    return usual_capital(units, levels).item()


@given(st.integers(1, 10**16), st.integers(1, 5000), st.integers(1384, 1403), st.integers(2, 1000))
def test_what_is_asked_for_moves_nothing(capital, jobs, year, times):
    size = {"jobs_before_stop": jobs, "price_year": year}
    once, more, unsaid = (weighed(**size, capital_needed_rial=asked) for asked in (capital, capital * times, None))
    assert once == more == unsaid > 0


def test_without_size_nothing_is_known_and_without_year_the_record_s_own_counts():
    assert pd.isna(weighed(price_year=1398))
    assert pd.isna(weighed(jobs_before_stop=10))
    assert weighed(jobs_before_stop=10, as_of="2019-06-01") == weighed(**SIZE)  # 1398 began on 2019-03-21


@pytest.mark.parametrize("year", [1350, 1450])
def test_a_year_that_the_index_does_not_reach_says_nothing(year):
    assert pd.isna(weighed(**SIZE | {"price_year": year}))


def test_prices_of_one_s_own_go_before_the_table_where_they_reach_the_year_of_the_norm():
    own = pd.Series({1398: 50.0, 1404: 500.0})
    assert weighed(own, **SIZE | {"price_year": 1404}) == pytest.approx(10 * 18.33e9)
    short = pd.Series({1402: 50.0, 1404: 500.0})
    assert weighed(short, **SIZE) == weighed(**SIZE)


def test_the_norm_is_that_of_its_row():
    row = table("priors").set_index("prior").loc["revival_capital_per_job_1398"]
    assert weighed(**SIZE) == pytest.approx(float(row["value"]) * 10 * 10**9)
