"""What a file says of itself in titles and footnotes: date, unit of money, province, that it is synthetic."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from engine.domain.unit import Origin
from engine.intake.places import province_in
from engine.parsing.dates import DateRead, Precision, read_date, to_jalali
from engine.parsing.money import MoneyUnit, read_exchange_rates
from engine.parsing.money_headings import read_heading_unit
from engine.parsing.text import fold

_DATED = re.compile(r"تاریخ|مورخ|تهیه|به روز|بروز|تا پایان|as of|date|prepared|updated|until|dated")
_DAY = re.compile(r"\d{4}\s?[/\-.]\s?\d{1,2}\s?[/\-.]\s?\d{1,2}|\d{1,2}\s?[/\-.]\s?\d{1,2}\s?[/\-.]\s?\d{4}")
_WORDED = re.compile(r"(?:\d{1,2}\s+)?[^\W\d_]{2,12}(?:\s+ماه)?,?\s+(?:سال\s+)?\d{4}|[^\W\d_]{3,9}\s+\d{1,2},?\s+\d{4}")
_MONEY = re.compile(
    r"مبالغ|ارقام|مبلغ|واحد پول|واحد ?:|اعداد|بدهی ها|amounts?|figures|currency|values|money|sums|"
    r"^\W*(?:هزار |میلیون |میلیارد )*(?:ریال|تومان)\W*$"
)
_AMOUNT = re.compile(r"\d\s*(?:هزار|می?ل|thousand|million|billion|bn|mn)")
"""A title that names an amount states no unit: «مبلغ 500 میلیون ریال پرداخت شد»."""

_SYNTHETIC = re.compile(r"ساختگی|فرضی|غیر واقعی|synthetic|fictitious|made[- ]up")
_PRICE_YEAR = re.compile(r"قیمت(?: های)? (?:ثابت )?(?:سال )?(1[34]\d\d)|prices? of (1[34]\d\d)|(1[34]\d\d) prices")


@dataclass(frozen=True, slots=True)
class Statements:
    """What the titles state; ``None`` where they say nothing.

    Parameters
    ----------
    as_of
        Day the file describes.
    money
        Unit of all amounts that name none.
    province
        Canonical province.
    price_year
        Jalali year of the money.
    origin
        ``synthetic`` when a title says so.
    rates
        Rial for one US dollar or euro, where a title states it.
    """

    as_of: date | None = None
    money: MoneyUnit | None = None
    province: str | None = None
    price_year: int | None = None
    origin: Origin | None = None
    rates: Mapping[str, int] | None = None


def read_titles(texts: Iterable[str]) -> Statements:
    """Read titles and footnotes.

    Examples
    --------
    >>> told = read_titles(["تاریخ تهیه: ۱۴۰۳/۱۱/۱۵", "(مبالغ به میلیون ریال)"])
    >>> told.as_of.isoformat(), told.money, told.province
    ('2025-02-03', MoneyUnit(rial=1, scale=1000000), None)
    """
    raw = list(texts)
    folded = [fold(text) for text in raw]
    dated = [text for text in folded if _DATED.search(text)]
    rates = {name: rial for text in folded for name, rial in read_exchange_rates(text).items()}
    stated = [(text, read_heading_unit(text, rates)) for text in folded if _MONEY.search(text)]
    units = list(
        {unit for text, unit in stated if unit is not None and (unit.rial or unit.foreign or not _AMOUNT.search(text))}
    )
    years = [found for text in folded for found in _PRICE_YEAR.findall(text)]
    provinces = {name for name in map(province_in, raw) if name}
    return Statements(
        as_of=_first_day([*dated, *folded]),
        money=units[0] if len(units) == 1 else None,
        province=provinces.pop() if len(provinces) == 1 else None,
        price_year=int(next(year for year in years[0] if year)) if years else None,
        origin=Origin.SYNTHETIC if any(_SYNTHETIC.search(text) for text in folded) else None,
        rates=rates or None,
    )


def _first_day(texts: list[str]) -> date | None:
    for pattern in (_DAY, _WORDED):
        for text in texts:
            for phrase in pattern.findall(text):
                read = read_date(phrase)
                if isinstance(read, DateRead) and read.precision is not Precision.YEAR:
                    return _last_of(read)
    return None


def _last_of(read: DateRead) -> date:
    """A list "as of Bahman" describes the end of that month, in the calendar whose month begins on that day."""
    if read.precision is Precision.DAY:
        return read.day
    jalali = to_jalali(read.day)[2] == 1
    day = read.day
    while (to_jalali(day)[1] if jalali else day.month) == (to_jalali(read.day)[1] if jalali else read.day.month):
        day += timedelta(days=1)
    return day - timedelta(days=1)
