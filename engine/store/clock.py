"""Moments and days as the register keeps them: UTC without a zone, days as dates."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pandas as pd

Day = date | datetime | pd.Timestamp | str
"""A day, however a caller has it."""


def utc(moment: datetime) -> datetime:
    """Bring a moment to UTC and drop the zone; a moment without a zone is taken as UTC already.

    Examples
    --------
    >>> from datetime import timedelta, timezone
    >>> utc(datetime(2026, 1, 1, 3, 30, tzinfo=timezone(timedelta(hours=3, minutes=30))))
    datetime.datetime(2026, 1, 1, 0, 0)
    """
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


def day(given: Day) -> date:
    """Take a day however it is given.

    Examples
    --------
    >>> day("2026-01-02"), day(pd.Timestamp("2026-01-02 10:00"))
    (datetime.date(2026, 1, 2), datetime.date(2026, 1, 2))
    """
    return pd.Timestamp(given).date()
