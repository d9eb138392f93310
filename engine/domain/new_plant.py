"""What a new plant of a unit's size costs: the measure of what its debts are weighed against."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from engine.domain.unit import Field
from engine.reference.tables import table

NEW_PLANT_BILLION_RIAL_PER_JOB = 1.591
"""Investment for each job in operating licences of 1393, billion rial of that year (prior
``licence_investment_per_job_1393``)."""
NEW_PLANT_YEAR = 1393

_RIAL_PER_BILLION_RIAL = 1_000_000_000


def weighing_capital(units: pd.DataFrame) -> pd.Series:
    """Capital that debts are weighed against: what is asked for, and no more than a new plant of that size costs.

    Debts against the capital asked for alone would look the lighter the more is asked for.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).

    Returns
    -------
    pandas.Series
        Rial of the record's own year, shape (n,): the least of the capital needed and of the jobs before the stop times
        `NEW_PLANT_BILLION_RIAL_PER_JOB`, brought to that year by the consumer prices of the table ``price_index``, its
        approximate and assumed years included; the first alone where jobs, year or its level are not known. Missing
        without a capital above 0.

    Examples
    --------
    Ten former workers: a new plant for them cost 15.91 billion rial in 1393, whatever is asked for.

    >>> from engine.domain.unit import unit_table
    >>> rows = {"unit_id": ["a", "b"], "jobs_before_stop": [10, 10], "price_year": [1393, 1393]}
    >>> units = unit_table(pd.DataFrame(rows | {"capital_needed_rial": [10 * 10**9, 900 * 10**9]}))
    >>> weighing_capital(units).tolist()
    [10000000000.0, 15910000000.0]
    """
    asked = units[Field.CAPITAL_NEEDED_RIAL.value].astype("float64")
    jobs = units[Field.JOBS_BEFORE_STOP.value].astype("float64")
    years = units["price_year"].astype("float64").to_numpy()
    anew = jobs.where(jobs > 0) * _rial_per_job().reindex(years).to_numpy()
    return asked.where(asked > 0).clip(upper=anew.fillna(np.inf))


@cache
def _rial_per_job() -> pd.Series:
    """Rial that a new plant costs for each job, by Jalali year, in the prices of that year."""
    levels = table("price_index").set_index("jalali_year")["index_1395_100"].astype("float64")
    then = levels[NEW_PLANT_YEAR]
    return NEW_PLANT_BILLION_RIAL_PER_JOB * _RIAL_PER_BILLION_RIAL * levels / then
