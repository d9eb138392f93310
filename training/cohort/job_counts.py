"""What a register has counted: direct jobs of units that came back, read from the same spells as feasibility."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.domain.unit import Status
from training.cohort.spells import month_12, spells, usable


def job_outcomes(units: pd.DataFrame, events: pd.DataFrame, *, as_of: pd.Timestamp) -> pd.DataFrame:
    """Direct jobs at month 12 of restarts, as they were known on a day.

    What counts: the first count of jobs twelve months or more after a restart, while that restart still ran, unless it
    found less than half the capacity in use. A restart that stopped before, or runs below half, is a failure of
    feasibility and no small number of jobs: expected jobs are the product of the two. A unit counts once, with its
    first restart that has a count.

    Parameters
    ----------
    units
        Unit table: which units, and their ``status`` before they came back.
    events
        Event table; ``training.cohort.spells.usable`` leaves out an outcome before anybody looked.
    as_of
        Day of the training.

    Returns
    -------
    pandas.DataFrame
        Index ``unit_id``, in order; ``restarted_on``, ``jobs`` (persons) and ``origin``: the last first day of a
        quarter before the restart, on which the unit is described.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> days = pd.to_datetime(["2020-01-10", "2020-05-01", "2021-06-01"])
    >>> events = pd.DataFrame({"unit_id": "a", "kind": ["approached", "restarted", "observed"], "happened_on": days,
    ...                        "known_on": days, "capacity_share": [None, None, 0.7], "jobs": [None, None, 31]})
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "status": ["idle"]}))
    >>> job_outcomes(units, events, as_of=pd.Timestamp("2022-01-01"))["jobs"].to_dict()
    {'a': 31.0}
    """
    log, _ = usable(events[events["unit_id"].isin(units.index)], as_of=as_of)
    found = spells(log, units.index[units["status"] == Status.SEMI_ACTIVE.value])
    seen = month_12(found, log, as_of=as_of).assign(unit_id=found.table["unit_id"])
    seen = seen[seen["jobs"].notna() & (seen["held"] != 0)].sort_values("restarted_on", kind="stable")
    first = seen.drop_duplicates("unit_id").set_index("unit_id").sort_index()
    before = first["restarted_on"] - pd.Timedelta(days=1)
    origin = before.dt.to_period("Q").dt.start_time.astype("datetime64[s]")
    return first[["restarted_on", "jobs"]].assign(origin=origin)


def set_aside(jobs: np.ndarray, units: pd.DataFrame, *, typical: float, times: float) -> np.ndarray:
    """Counts that cannot be right, shape (n,) bool: so many times what the unit had, promised, or is usual.

    Parameters
    ----------
    jobs
        Shape (n,), persons.
    units
        Unit table, rows in the same order; read are ``jobs_before_stop, jobs_promised``.
    typical
        Usual jobs of a revived unit, persons.
    times
        A count may be up to so many times the largest of the three.

    Examples
    --------
    >>> units = pd.DataFrame({"jobs_before_stop": [20, 20, None], "jobs_promised": [None, 30, None]})
    >>> set_aside(np.array([21_000.0, 2_900.0, 1_700.0]), units, typical=18.0, times=100.0).tolist()
    [True, False, False]
    """
    stated = [
        units[name].astype("float64").to_numpy() for name in ("jobs_before_stop", "jobs_promised") if name in units
    ]
    largest = np.fmax.reduce([np.full(len(jobs), typical), *stated])
    return np.asarray(jobs > times * largest)
