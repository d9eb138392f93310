"""The money side of a unit: what it owes, against what it needs and whom it may employ."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.domain.unit import Field
from engine.domain.usual_capital import usual_capital

DEBTS = (
    Field.BANK_DEBT_RIAL,
    Field.TAX_DEBT_RIAL,
    Field.SOCIAL_SECURITY_DEBT_RIAL,
    Field.OTHER_DEBT_RIAL,
)


def balance(units: pd.DataFrame, *, jobs: pd.Series | None = None, levels: pd.Series | None = None) -> pd.DataFrame:
    """Debt and capital of each unit, each in the price year of its own record.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    jobs
        Persons whom the unit would employ, indexed by unit (``jobs_if_revived_point``); by default the jobs before
        the stop.
    levels
        Price level of each Jalali year, as for `usual_capital`.

    Returns
    -------
    pandas.DataFrame
        Shape (n, 4), index of ``units``: ``total_debt_rial`` (rial, the sum of the debts that are known, missing when
        none is), ``debt_complete`` (bool, whether all four are known; else the sum is a lower bound),
        ``debt_to_capital`` (ratio to `usual_capital`; 0 without debt) and ``capital_per_job_rial`` (rial a person).

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> rows = {"unit_id": ["a"], "bank_debt_rial": [3_000_000_000], "tax_debt_rial": [666_000_000]}
    >>> size = {"capital_needed_rial": [80], "jobs_before_stop": [20], "price_year": [1398]}
    >>> balance(unit_table(pd.DataFrame(rows | size))).round(3).values.tolist()
    [[3666000000.0, False, 0.1, 4.0]]
    """
    debts = units[[field.value for field in DEBTS]].astype("float64")
    capital = units[Field.CAPITAL_NEEDED_RIAL.value].astype("float64")
    employed = units[Field.JOBS_BEFORE_STOP.value] if jobs is None else jobs.reindex(units.index)
    persons = employed.astype("float64")
    total = debts.sum(axis=1, min_count=1)
    return pd.DataFrame(
        {
            "total_debt_rial": total,
            "debt_complete": debts.notna().all(axis=1),
            "debt_to_capital": (total / usual_capital(units, levels)).mask(total == 0, 0.0),
            "capital_per_job_rial": capital / persons.where(persons > 0, np.nan),
        }
    )
