"""Months of the simulation as days."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.province_simulator.truth import Floats, Numbers, Parameters

Days = npt.NDArray[np.datetime64]


def months_of(truth: Parameters) -> int:
    """Length of the simulated time."""
    return int(truth["time"]["burn_in_months"] + truth["time"]["history_months"])


def month_ends(as_of: pd.Timestamp, months: int) -> Days:
    """First day of month 0, then the end of every month; the last is ``as_of``.

    Examples
    --------
    >>> month_ends(pd.Timestamp("2026-03-21"), 2).astype(str).tolist()
    ['2026-01-21', '2026-02-21', '2026-03-21']
    """
    days = [as_of - pd.DateOffset(months=back) for back in range(months, -1, -1)]
    return np.array(days, dtype="datetime64[D]")


def day_within(ends: Days, month: Numbers, share: Floats) -> Days:
    """A day of a month, so far into it; before the month's end, which is the next one's first day."""
    length = (ends[month + 1] - ends[month]).astype(np.int64)
    day: Days = ends[month] + np.floor(share * length).astype("timedelta64[D]")
    return day
