"""Debt and capital of a unit."""

import pandas as pd

from engine.domain.unit import unit_table
from engine.economics.balance import balance


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
