"""Debt and capital of a unit."""

import pandas as pd
import pytest

from engine.domain.unit import unit_table
from engine.economics.balance import balance
from engine.economics.prices import deflate


def _units(**fields):
    return unit_table(pd.DataFrame({"unit_id": ["a"]} | {name: [value] for name, value in fields.items()}))


def test_debts_add_up_and_are_set_against_the_capital_needed():
    units = _units(
        bank_debt_rial=30,
        tax_debt_rial=10,
        social_security_debt_rial=0,
        other_debt_rial=0,
        capital_needed_rial=80,
        jobs_before_stop=20,
    )
    row = balance(units).loc["a"]
    assert (row["total_debt_rial"], row["debt_to_capital"], row["capital_per_job_rial"]) == (40, 0.5, 4)
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


SIZE = {"jobs_before_stop": 10, "price_year": 1393, "bank_debt_rial": 20 * 10**9}
NEW_PLANT = 15.91 * 10**9  # ten jobs at 1.591 billion rial each


@pytest.mark.parametrize("times", [1, 10, 1000])
def test_who_asks_for_more_than_a_new_plant_costs_owes_no_less_for_it(times):
    row = balance(_units(**SIZE, capital_needed_rial=int(NEW_PLANT * times))).loc["a"]
    assert row["debt_to_capital"] == pytest.approx(20 / 15.91)


def test_a_new_plant_costs_more_in_later_years():
    earlier, later = (
        balance(_units(**SIZE | {"price_year": year}, capital_needed_rial=10**14)).loc["a", "debt_to_capital"]
        for year in (1395, 1401)
    )
    assert earlier / later == pytest.approx(deflate(1.0, 1395, 1401).rial)
