"""Debt and capital of a unit."""

import pandas as pd
import pytest

from engine.domain.unit import unit_table
from engine.economics.balance import balance
from engine.economics.prices import deflate


def _units(**fields):
    return unit_table(pd.DataFrame({"unit_id": ["a"]} | {name: [value] for name, value in fields.items()}))


def test_debts_add_up_and_are_set_against_what_a_revival_of_that_size_takes():
    units = _units(
        bank_debt_rial=10 * 10**9,
        tax_debt_rial=8_330_000_000,
        social_security_debt_rial=0,
        other_debt_rial=0,
        capital_needed_rial=80,
        jobs_before_stop=20,
        price_year=1398,
    )
    row = balance(units).loc["a"]
    assert (row["total_debt_rial"], row["debt_to_capital"], row["capital_per_job_rial"]) == (18_330_000_000, 0.5, 4)
    assert row["debt_complete"]


def test_an_unknown_debt_is_not_nil():
    assert pd.isna(balance(_units(capital_needed_rial=80)).loc["a", "total_debt_rial"])
    assert not balance(_units(bank_debt_rial=1)).loc["a", "debt_complete"]


def test_no_debt_is_no_burden_even_where_the_capital_is_unknown():
    assert balance(_units(bank_debt_rial=0)).loc["a", "debt_to_capital"] == 0


def test_no_jobs_and_no_capital_give_no_ratio():
    row = balance(_units(bank_debt_rial=5, capital_needed_rial=0, jobs_before_stop=0)).loc["a"]
    assert pd.isna(row["debt_to_capital"])
    assert pd.isna(row["capital_per_job_rial"])


def test_predicted_jobs_may_stand_in_for_those_before_the_stop():
    units = _units(capital_needed_rial=80, jobs_before_stop=20)
    assert balance(units, jobs=pd.Series([10.0], index=["a"])).loc["a", "capital_per_job_rial"] == 8


SIZE = {"jobs_before_stop": 10, "price_year": 1398, "bank_debt_rial": 20 * 10**9}
USUAL = 18.33 * 10**9  # ten jobs at 1.833 billion rial each


@pytest.mark.parametrize("asked", [None, 1, USUAL / 10, USUAL, USUAL * 1000])
def test_whatever_is_asked_for_no_debt_gets_lighter(asked):
    row = balance(_units(**SIZE, capital_needed_rial=asked and int(asked))).loc["a"]
    assert row["debt_to_capital"] == pytest.approx(20 / 18.33)


def test_a_revival_takes_more_in_later_years():
    earlier, later = (
        balance(_units(**SIZE | {"price_year": year})).loc["a", "debt_to_capital"] for year in (1395, 1401)
    )
    assert earlier / later == pytest.approx(deflate(1.0, 1395, 1401).rial)


def test_prices_of_one_s_own_reach_the_weight_of_a_debt():
    own = pd.Series([100.0, 400.0], index=[1398, 1401])
    row = balance(_units(**SIZE | {"price_year": 1401}), levels=own).loc["a"]
    assert row["debt_to_capital"] == pytest.approx(20 / 18.33 / 4)
