"""Days and amounts as people write them, in either calendar and with their unit."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.parsing.dates import DateRead, Precision, read_date, to_jalali
from engine.parsing.money import read_money
from engine.parsing.rejection import Refusal, Remarked


@dataclass(frozen=True, slots=True)
class Day:
    """A day that the caller named, and how exactly.

    Parameters
    ----------
    at
        The day, or the first of the month or year.
    precision
        ``written_day``, ``month`` or ``year``.
    """

    at: pd.Timestamp
    precision: Precision


def written_day(text: str, option: str) -> Day:
    """Read a day in either calendar.

    Raises
    ------
    EhyaError
        ``value_unreadable``.

    Examples
    --------
    >>> written_day("1404/07", "--on")
    Day(at=Timestamp('2025-09-23 00:00:00'), precision=<Precision.MONTH: 'month'>)
    """
    found = read_date(text)
    if isinstance(found, Remarked):
        found = found.reading
    if isinstance(found, Refusal) or not isinstance(found, DateRead):
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=option, given=text, allowed=["2026-11-23", "1405-09-02"])
    return Day(pd.Timestamp(found.day), found.precision)


def last_day(text: str, option: str) -> pd.Timestamp:
    """Read the last day of what the caller named: a day, a month or a year of either calendar.

    Raises
    ------
    EhyaError
        ``value_unreadable``.

    Examples
    --------
    >>> [str(last_day(text, "--to").date()) for text in ("1403-12", "1404", "2026-02", "2026-02-03")]
    ['2025-03-20', '2026-03-20', '2026-02-28', '2026-02-03']
    """
    found = written_day(text, option)
    if found.precision == Precision.DAY:
        return found.at
    gregorian = found.at.day == 1 and (found.precision == Precision.MONTH or found.at.month == 1)
    if gregorian:
        months = 1 if found.precision == Precision.MONTH else 12
        return found.at + pd.DateOffset(months=months) - pd.Timedelta(days=1)
    year, month, _ = to_jalali(found.at.date())
    first = (year + 1, 1) if found.precision == Precision.YEAR or month == 12 else (year, month + 1)
    return written_day(f"{first[0]}-{first[1]:02d}-01", option).at - pd.Timedelta(days=1)


def amount(text: str, option: str) -> int:
    """Read an amount of money with its unit.

    Raises
    ------
    EhyaError
        ``value_unreadable``, also where the unit (rial, toman) is missing.
    """
    found = read_money(text)
    if isinstance(found, Remarked):
        found = found.reading
    if not isinstance(found, int) or found <= 0:
        allowed = ["50 میلیارد ریال", "5 billion toman"]
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=option, given=text, allowed=allowed)
    return found
