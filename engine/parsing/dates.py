"""Read and show dates: Jalali and Gregorian, each with its precision."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from persiantools.jdatetime import JalaliDate

from engine.parsing.rejection import NoteCode, Refusal, RejectionCode, Remarked
from engine.parsing.text import fold

JALALI_YEARS = range(1250, 1500)
GREGORIAN_YEARS = range(1850, 2121)
"""Years that are taken for one calendar or the other; they never overlap."""

LONGEST = 100
"""A longer text is no date."""

_JALALI_MONTHS = (
    "فروردین farvardin", "اردیبهشت ordibehesht", "خرداد khordad", "تیر tir", "مرداد امرداد mordad", "شهریور shahrivar",
    "مهر mehr", "ابان aban", "اذر azar", "دی dey", "بهمن bahman", "اسفند esfand",
)  # fmt: skip
_GREGORIAN_MONTHS = (
    "january jan ژانویه", "february feb فوریه", "march mar مارس", "april apr اوریل", "may مه می", "june jun ژوین",
    "july jul ژوییه جولای", "august aug اوت اگوست", "september sep sept سپتامبر", "october oct اکتبر",
    "november nov نوامبر", "december dec دسامبر",
)  # fmt: skip
_MONTH_NUMBER = {word: n for names in (_JALALI_MONTHS, _GREGORIAN_MONTHS) for n, words in enumerate(names, 1)
                 for word in words.split()}  # fmt: skip
_GREGORIAN_NAMES = {word for words in _GREGORIAN_MONTHS for word in words.split()}
_VAGUE = (
    r"اوایل|اواسط|اواخر|ابتدای|انتهای|پایان|نیمه اول|نیمه دوم|نیمه|حدود|حدودا|بهار|تابستان|پاییز|زمستان|"
    r"early|mid|late|about|spring|summer|autumn|winter|به بعد"
)
_FILLER = (
    r"تعطیل|تعطیلی|توقف|متوقف|راکد|شده|گردیده|تا کنون|تاکنون|سال|ماه|مورخ|مورخه|تاریخ|از|ه\W?ش|ش|م|هجری|شمسی|خورشیدی|"
    r"میلادی|idle|closed|stopped|year|of|in|since|ad|sh"
)
_MONTH_WITH_MAH = re.compile(rf"({'|'.join(word for words in _JALALI_MONTHS for word in words.split())})ماه(?!\w)")
SERIAL_DAY_0 = date(1899, 12, 30)
SERIAL_DAY_0_OF_1904 = date(1904, 1, 1)
"""Day 0 of the serial numbers of a workbook, and of one whose dates count from 1904."""

_SERIALS = range(20_000, 60_000)  # 1954 to 2064; no year has five digits
_YEARS_AS_DAYS = (JALALI_YEARS.start, JALALI_YEARS.stop - 1)
"""First and last day number that a bare Jalali year becomes where its cell is formatted as a date: 1903 and 1904."""

_PLAIN_DAY = r"^(?P<year>\d{4})[/\-.](?P<month>\d{1,2})[/\-.](?P<day>\d{1,2})$"
_TIME = re.compile(r"[t ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?z?$")


class Precision(StrEnum):
    """How exactly a date is known."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class DateRead:
    """A date as it was written.

    Parameters
    ----------
    day
        The day, or the first day of the month or year that was given (of its own calendar).
    precision
        How much of it was given.
    """

    day: date
    precision: Precision


def from_jalali(year: int, month: int = 1, day: int = 1) -> date:
    """Gregorian day of a Jalali day.

    Raises
    ------
    ValueError
        When the Jalali calendar has no such day.

    Examples
    --------
    >>> from_jalali(1403, 11, 15).isoformat()
    '2025-02-03'
    """
    day_there: date = JalaliDate(year, month, day).to_gregorian()  # type: ignore[no-untyped-call]
    return day_there


def to_jalali(day: date) -> tuple[int, int, int]:
    """Jalali year, month and day of a Gregorian day.

    Examples
    --------
    >>> to_jalali(date(2025, 2, 3))
    (1403, 11, 15)
    """
    jalali = JalaliDate(date(day.year, day.month, day.day))  # type: ignore[no-untyped-call]
    return jalali.year, jalali.month, jalali.day


def jalali_years(days: pd.Series) -> pd.Series:
    """Jalali year of each day of a column.

    Parameters
    ----------
    days
        datetime64, shape (n,).

    Returns
    -------
    pandas.Series
        Int64, shape (n,); missing stays missing.

    Examples
    --------
    >>> jalali_years(pd.Series(pd.to_datetime(["2025-03-20", "2025-03-21", None]))).tolist()
    [1403, 1404, <NA>]
    """
    codes, distinct = pd.factorize(days)
    years = pd.Series([*(to_jalali(pd.Timestamp(day).date())[0] for day in distinct), None], dtype="Int64")
    return pd.Series(years.take(codes).array, index=days.index, name=days.name)


def read_date(cell: object, *, latest: date | None = None, day_0: date = SERIAL_DAY_0) -> DateRead | Remarked | Refusal:
    """Read one date.

    Years of 1250-1499 are Jalali, of 1850-2120 Gregorian. Year/month/day, day/month/Jalali year, year/month, a month's
    name with its year, a year alone, Excel dates and their bare serial numbers are understood; ``03/04/2015`` is
    refused, since it may be either order.

    Parameters
    ----------
    cell
        Text, number or date.
    latest
        The last day that can be true; a later one is refused.
    day_0
        Day 0 of the bare serial numbers.

    Returns
    -------
    DateRead, Remarked or Refusal
        ``Remarked`` holds a `DateRead` whose century was added or that is approximate. Refusals: ``not_a_date``,
        ``impossible_date``, ``future_date``, ``ambiguous_date``.

    Examples
    --------
    >>> read_date("مهر ۱۴۰۱")
    DateRead(day=datetime.date(2022, 9, 23), precision=<Precision.MONTH: 'month'>)
    >>> read_date("1399/13/05").code.value
    'impossible_date'
    """
    if isinstance(cell, datetime | date):
        typed = _typed(date(cell.year, cell.month, cell.day), day_0)
        return typed if isinstance(typed, Refusal) else _not_after(typed, latest)
    serial = _serial(cell, day_0)
    if serial is not None:
        checked = _not_after(DateRead(serial, Precision.DAY), latest)
        taken = {"taken": serial.isoformat()}
        return checked if isinstance(checked, Refusal) else Remarked(checked, NoteCode.SERIAL_DATE, taken)
    if len(str(cell)) > LONGEST:
        return Refusal(RejectionCode.NOT_A_DATE)
    text = re.sub(r"^(\d{2}|\d{4}|\d{6}|\d{8})\.0$", r"\1", _TIME.sub("", fold(str(cell))))
    text = _MONTH_WITH_MAH.sub(r"\1 ", text.replace("اردی بهشت", "اردیبهشت"))
    text = re.sub(r"(\d)([^\W\d_])", r"\1 \2", text)
    text = re.sub(r"([^\W\d_])(\d)", r"\1 \2", text)
    text, vague = _without(text, _VAGUE)
    text, _ = _without(text, _FILLER)
    parts = [part for part in re.split(r"[\s/\-.,()\\_]+", text) if part]
    found = _calendar_day(parts)
    if isinstance(found, Refusal):
        return found
    reading, century = found
    checked = _not_after(reading, latest)
    if isinstance(checked, Refusal):
        return checked
    if century:
        return Remarked(checked, NoteCode.CENTURY_ADDED, {"taken": to_jalali(checked.day)[0]})
    return Remarked(checked, NoteCode.APPROXIMATE) if vague else checked


def plain_days(folded: pd.Series, *, day_0: date = SERIAL_DAY_0) -> pd.Series:
    """Days of the cells that are plain: a year of four digits, a month and a day, in either calendar.

    Parameters
    ----------
    folded
        Folded texts, ``str``, shape (n,).
    day_0
        Day 0 of the serial numbers.

    Returns
    -------
    pandas.Series
        datetime64[s], shape (n,); missing where :func:`read_date` has to look, also where there is no such day.

    Examples
    --------
    >>> plain_days(pd.Series(["1403/11/15", "1399/13/05", "2025-02-03"], dtype="str")).dt.date.tolist()
    [datetime.date(2025, 2, 3), NaT, datetime.date(2025, 2, 3)]
    """
    parts = pc.extract_regex(pa.array(folded, type=pa.large_string(), from_pandas=True), _PLAIN_DAY)
    year, month, day = (
        pc.cast(pc.struct_field(parts, name), pa.int64()).fill_null(0).to_numpy(zero_copy_only=False)
        for name in ("year", "month", "day")
    )
    jalali = (year >= JALALI_YEARS.start) & (year < JALALI_YEARS.stop)
    known = (jalali | ((year >= GREGORIAN_YEARS.start) & (year < GREGORIAN_YEARS.stop))) & (month >= 1) & (month <= 12)
    months = (year - 1970) * 12 + month - 1
    first = np.where(known, months, 0).astype("datetime64[M]").astype("datetime64[D]")
    after = np.where(known, months + 1, 1).astype("datetime64[M]").astype("datetime64[D]")
    place = np.where(known & jalali, (year - JALALI_YEARS.start) * 12 + month - 1, 0)
    first = np.where(jalali, _jalali_months()[place], first)
    after = np.where(jalali, _jalali_months()[place + 1], after)
    days = first + (day - 1)
    known &= (day >= 1) & (days < after)
    first_year, last_year = (np.datetime64(day_0) + number for number in _YEARS_AS_DAYS)
    known &= jalali | ~((days >= first_year) & (days <= last_year))
    return pd.Series(np.where(known, days, np.datetime64("NaT")).astype("datetime64[s]"), index=folded.index)


@cache
def _jalali_months() -> np.ndarray[Any, np.dtype[np.datetime64]]:
    """First day of each month of the Jalali years, and of the month after the last."""
    months = [(year, month) for year in JALALI_YEARS for month in range(1, 13)]
    firsts = [from_jalali(year, month) for year, month in [*months, (JALALI_YEARS.stop, 1)]]
    return np.array(firsts, dtype="datetime64[D]")


def _typed(day: date, day_0: date) -> DateRead | Refusal:
    """A cell that is a date by type: Jalali where its year is; a bare year formatted as a date became a day of 1903."""
    if day.year in JALALI_YEARS:
        found = _built(day.year, day.month, day.day, False)
        return found if isinstance(found, Refusal) else found[0]
    if day.year not in GREGORIAN_YEARS:
        return Refusal(RejectionCode.IMPOSSIBLE_DATE)
    return Refusal(RejectionCode.AMBIGUOUS_DATE) if _may_be_a_year(day, day_0) else DateRead(day, Precision.DAY)


def _may_be_a_year(day: date, day_0: date = SERIAL_DAY_0) -> bool:
    """Whether 1403, formatted as a date, looks like this day; a text file shows it so too."""
    return (day - day_0).days in JALALI_YEARS


def _serial(cell: object, day_0: date) -> date | None:
    """Day of an Excel serial number, whose cell lost its date format."""
    digits = re.fullmatch(r"(\d{5})(?:\.\d+)?", fold(str(cell)))
    number = int(digits[1]) if digits else 0
    shift = (day_0 - SERIAL_DAY_0).days
    return day_0 + timedelta(days=number) if number and number + shift in _SERIALS else None


def _without(text: str, words: str) -> tuple[str, bool]:
    bare = re.sub(rf"(?<!\w)(?:{words})(?!\w)", " ", text)
    return bare.strip(), bare != text


def _calendar_day(parts: list[str]) -> tuple[DateRead, bool] | Refusal:
    named = [part for part in parts if part in _MONTH_NUMBER]
    numbers = [part for part in parts if part.isdigit() and part.isascii()]
    if len(named) > 1 or len(named) + len(numbers) != len(parts) or not numbers:
        return Refusal(RejectionCode.NOT_A_DATE)
    if named:
        return _named_month(named[0], numbers)
    if len(numbers) == 1:
        return _one_number(numbers[0])
    return _numbers(numbers)


def _named_month(name: str, numbers: list[str]) -> tuple[DateRead, bool] | Refusal:
    years = [number for number in numbers if len(number) == 4] or [n for n in numbers if 31 < int(n) < 100]
    if len(years) != 1 or len(numbers) > 2:
        return Refusal(RejectionCode.NOT_A_DATE)
    year, century = _year(years[0])
    if (year in GREGORIAN_YEARS) != (name in _GREGORIAN_NAMES):
        return Refusal(RejectionCode.NOT_A_DATE)
    days = [int(number) for number in numbers if number != years[0]]
    return _built(year, _MONTH_NUMBER[name], days[0] if days else None, century)


def _one_number(number: str) -> tuple[DateRead, bool] | Refusal:
    if len(number) == 8:
        return _numbers([number[:4], number[4:6], number[6:]])
    if len(number) == 6 and int(number[:4]) in JALALI_YEARS and 1 <= int(number[4:]) <= 12:
        return _built(int(number[:4]), int(number[4:]), None, False)
    year, century = _year(number)
    if year not in JALALI_YEARS and year not in GREGORIAN_YEARS:
        return Refusal(RejectionCode.NOT_A_DATE)
    return _built(year, None, None, century)


def _numbers(numbers: list[str]) -> tuple[DateRead, bool] | Refusal:
    if len(numbers) > 3 or any(len(number) > 4 for number in numbers):
        return Refusal(RejectionCode.NOT_A_DATE)
    values = [int(number) for number in numbers]
    if len(numbers[-1]) == 4 and len(numbers[0]) < 4:  # year last: the day comes first, as Persian readers write it
        if values[-1] in GREGORIAN_YEARS and len(values) == 3 and max(values[:2]) <= 12 and values[0] != values[1]:
            return Refusal(RejectionCode.AMBIGUOUS_DATE)
        if values[-1] in GREGORIAN_YEARS and len(values) == 3 and values[1] > 12:
            values = [values[1], values[0], values[2]]
        numbers, values = numbers[::-1], values[::-1]
    year, century = _year(numbers[0])
    if any(len(number) > 2 for number in numbers[1:]):
        return Refusal(RejectionCode.NOT_A_DATE)
    if len(numbers[0]) not in (2, 4) or (len(numbers) == 2 and century):
        return Refusal(RejectionCode.NOT_A_DATE)
    if year < 100:
        return Refusal(RejectionCode.AMBIGUOUS_DATE)
    return _built(year, values[1], values[2] if len(values) == 3 else None, century)


def _year(number: str) -> tuple[int, bool]:
    value = int(number)
    return (1300 + value, True) if len(number) == 2 and value > 31 else (value, False)


def _built(year: int, month: int | None, day: int | None, century: bool) -> tuple[DateRead, bool] | Refusal:
    if month == 0 or day == 0:  # 1400/00/00 and 1400/05/00: the month or the day is not known
        if month == 0 and day:
            return Refusal(RejectionCode.IMPOSSIBLE_DATE)
        month, day = month or None, None
    precision = Precision.DAY if day is not None else Precision.MONTH if month is not None else Precision.YEAR
    month, day = (1 if month is None else month), (1 if day is None else day)
    try:
        if year in JALALI_YEARS:
            return DateRead(from_jalali(year, month, day), precision), century
        if year in GREGORIAN_YEARS:
            there = date(year, month, day)
            doubtful = precision is Precision.DAY and _may_be_a_year(there)
            return Refusal(RejectionCode.AMBIGUOUS_DATE) if doubtful else (DateRead(there, precision), century)
    except ValueError:
        pass
    return Refusal(RejectionCode.IMPOSSIBLE_DATE)


def _not_after(reading: DateRead, latest: date | None) -> DateRead | Refusal:
    if latest is not None and reading.day > date(latest.year, latest.month, latest.day):
        return Refusal(RejectionCode.FUTURE_DATE, {"latest": date(latest.year, latest.month, latest.day)})
    return reading
