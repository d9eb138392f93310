"""What a revival of a unit's size usually takes: the measure of what its debts are weighed against."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from engine.domain.unit import Field
from engine.parsing.dates import jalali_years
from engine.reference.tables import table

REVIVAL_BILLION_RIAL_PER_JOB = 1.833
"""Capital of a revival for each job in 1398, billion rial of that year (prior ``revival_capital_per_job_1398``)."""
REVIVAL_YEAR = 1398

_RIAL_PER_BILLION_RIAL = 1_000_000_000


def usual_capital(units: pd.DataFrame, levels: pd.Series | None = None) -> pd.Series:
    """Capital that debts are weighed against: what a revival of that size usually takes, whatever is asked for.

    Debts against the capital asked for would look the lighter the more is asked for; against a measure of size alone
    nobody gains by asking for more, or by not saying how much.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    levels
        Price level of each Jalali year, any base; those of the table ``price_index`` where ``None`` or where the year
        1398 is missing, its approximate and assumed years included.

    Returns
    -------
    pandas.Series
        Rial of the record's own year (``price_year``, else the year of ``as_of``), shape (n,): the jobs before the stop
        times `REVIVAL_BILLION_RIAL_PER_JOB`, brought to that year. Missing where jobs, year or its level are not known.

    Examples
    --------
    Ten former workers: a revival took 18.33 billion rial in 1398, whatever is asked for.

    >>> from engine.domain.unit import unit_table
    >>> rows = {"unit_id": ["a", "b"], "jobs_before_stop": [10, None], "price_year": [1398, 1398]}
    >>> usual_capital(unit_table(pd.DataFrame(rows | {"capital_needed_rial": [10**9, 10**9]}))).tolist()
    [18330000000.0, nan]
    """
    jobs = units[Field.JOBS_BEFORE_STOP.value].astype("float64")
    stated = units["price_year"].astype("float64")
    year = stated.fillna(jalali_years(units["as_of"]).astype("float64"))
    each = _rial_per_job() if levels is None or not _reaches(levels) else _carried(levels)
    found: pd.Series = jobs.where(jobs > 0) * each.reindex(year.to_numpy()).to_numpy()
    return found


def _reaches(levels: pd.Series) -> bool:
    return bool(np.isfinite(levels.get(REVIVAL_YEAR, np.nan)))


@cache
def _rial_per_job() -> pd.Series:
    return _carried(table("price_index").set_index("jalali_year")["index_1395_100"].astype("float64"))


def _carried(levels: pd.Series) -> pd.Series:
    """Rial that a revival takes for each job, by Jalali year, in the prices of that year."""
    each: pd.Series = REVIVAL_BILLION_RIAL_PER_JOB * _RIAL_PER_BILLION_RIAL * levels / levels[REVIVAL_YEAR]
    return each
