"""What a ranking is asked under: the day, the price year, the capital to assume."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.parsing.dates import DateRead, Precision, read_date
from engine.parsing.money import read_money
from engine.parsing.rejection import Refusal, Remarked


@dataclass(frozen=True, slots=True)
class Question:
    """Choices under which units are judged.

    Parameters
    ----------
    as_of
        The day on which the units are judged.
    price_year
        Jalali year in whose money sums are compared; ``None`` leaves it to the register.
    assume_capital_rial
        Capital to assume where none is stated, flagged wherever it is used; ``None`` assumes nothing.
    """

    as_of: pd.Timestamp
    price_year: int | None = None
    assume_capital_rial: int | None = None

    @classmethod
    def asked(cls, *, as_of: str | None, price_year: int | None, assume_capital: str | None) -> Question:
        """Read what the caller wrote.

        Raises
        ------
        EhyaError
            ``value_unreadable`` when a day or an amount cannot be read.

        Examples
        --------
        >>> question = Question.asked(as_of="۱۴۰۵/۰۹/۰۲", price_year=1404, assume_capital="50 میلیارد ریال")
        >>> str(question.as_of.date()), question.assume_capital_rial
        ('2026-11-23', 50000000000)
        """
        capital = None if assume_capital is None else amount(assume_capital, "--assume-capital")
        return cls(today() if as_of is None else day(as_of, "--as-of").at, price_year, capital)


@dataclass(frozen=True, slots=True)
class Day:
    """A day that the caller named, and how exactly.

    Parameters
    ----------
    at
        The day, or the first of the month or year.
    precision
        ``day``, ``month`` or ``year``.
    """

    at: pd.Timestamp
    precision: Precision


def today() -> pd.Timestamp:
    """The day on which the command runs."""
    return pd.Timestamp.now().normalize()


def now() -> pd.Timestamp:
    """The moment at which the command runs, UTC, to the second."""
    return pd.Timestamp.now("UTC").floor("s")


def day(text: str, option: str) -> Day:
    """Read a day in either calendar.

    Raises
    ------
    EhyaError
        ``value_unreadable``.

    Examples
    --------
    >>> day("1404/07", "--on")
    Day(at=Timestamp('2025-09-23 00:00:00'), precision=<Precision.MONTH: 'month'>)
    """
    found = read_date(text)
    if isinstance(found, Remarked):
        found = found.reading
    if isinstance(found, Refusal) or not isinstance(found, DateRead):
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option=option, given=text, allowed=["2026-11-23", "1405-09-02"])
    return Day(pd.Timestamp(found.day), found.precision)


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
