"""Keep the columns that no field knows, each value with its type; what looks like a person's is not kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain.extras import ExtraKind, extra_texts
from engine.domain.items import PART, escape, escape_column
from engine.intake.cells import stated
from engine.intake.distinct import contains_pattern
from engine.intake.habit import against_habit
from engine.intake.header import Column
from engine.intake.labels import names_persons
from engine.intake.measures import plain_numbers
from engine.intake.persons import holds_contact, personal_numbers, personal_texts
from engine.parsing.dates import DateRead, Precision, read_date
from engine.parsing.money import MoneyUnit, read_money, read_money_unit
from engine.parsing.rejection import Remarked
from engine.parsing.text import fold_column, tidy_column

MOSTLY = 0.5
"""From this share of a column's distinct values on that look like persons' numbers, the column is a person's."""

_DATE = r"\d{2,4}[/.-]\d{1,2}(?:[/.-]\d{1,4})?"
_KIND_OF = {Precision.DAY: ExtraKind.DATE, Precision.MONTH: ExtraKind.MONTH}

_Mask = npt.NDArray[np.bool_]


def read_extras(
    rows: pd.DataFrame, columns: Mapping[str, Column], units: Mapping[str, MoneyUnit | None]
) -> tuple[pd.Series, list[str], list[str]]:
    """Compact text of all columns that no field knows.

    Parameters
    ----------
    rows
        Cells of the rows that are units, shape (n, columns).
    columns
        Heading -> column.
    units
        Unit of money that a heading names; a number under such a heading is money.

    Returns
    -------
    extras : pandas.Series
        ``str``, shape (n,), as `engine.domain.extras` says; missing where a row says nothing.
    personal : list of str
        Headings that speak of persons, and those of columns whose values, or some of them, look like numbers or
        addresses of persons; they were dropped.
    partly : list of str
        Those of ``personal`` of which only these cells were dropped.

    Examples
    --------
    >>> rows = pd.DataFrame([["2", "0914 123 4567"], ["many", None]], dtype=object)
    >>> named = {"Storeys": Column(0, ("Storeys",), "Storeys", None), "Who": Column(1, ("Who",), "Who", None)}
    >>> extras, personal, partly = read_extras(rows, named, {})
    >>> extras.tolist(), personal, partly
    (['Storeys|number|2', 'Storeys|text|many'], ['Who'], [])
    """
    told: dict[str, pd.Series] = {}
    personal: list[str] = []
    partly: list[str] = []
    for header, column in columns.items():
        if names_persons(column.levels):
            personal.append(header)
            continue
        cells = stated(rows[column.position])
        once, folded = cells.cells, cells.folded
        numbers = _numbers(once, folded)
        typed = _typed(once, folded, numbers, units.get(header))
        bare, within = _persons(folded, typed, numbers)
        whole = len(once) > 0 and bare.mean() >= MOSTLY
        if whole or within.any():
            personal.append(header)
        if within.any() and not within.all() and not whole:
            partly.append(header)
        if len(once) and not whole:
            said = typed.where(~within)
            told[escape(header)] = pd.Series(said.to_numpy()[cells.codes], index=cells.rows).reindex(rows.index)
    return extra_texts(pd.DataFrame(told, index=rows.index).astype("str")), personal, partly


def typed_values(cells: pd.Series, unit: MoneyUnit | None = None) -> pd.Series:
    """Values with their kind, ``kind|value``, whatever the cells hold; nothing is refused.

    Examples
    --------
    >>> cells = pd.Series(["۱٬۲۰۰", "007", "1398/05/02", "3 میلیارد ریال", True, "نوساز"], dtype=object)
    >>> typed_values(cells).tolist()
    ['number|1200', 'text|007', 'date|2019-07-24', 'money|3000000000', 'flag|true', 'text|نوساز']
    """
    folded = fold_column(cells.astype("str"), once=True)
    return _typed(cells, folded, _numbers(cells, folded), unit)


def _numbers(cells: pd.Series, folded: pd.Series) -> pd.Series:
    """Cells that are plain numbers, below zero too; «007» is a code, and "not a number" is none."""
    numbers = plain_numbers(folded).mask(contains_pattern(folded, "^0[0-9]") | against_habit(cells, folded))
    below = contains_pattern(folded, r"^-(?:[1-9]|0\.)")
    if below.any():
        numbers[below] = -plain_numbers(folded[below].str.slice(1))
    bare = _are(cells, lambda kind: kind in (int, float)) & numbers.isna().to_numpy()
    if bare.any():
        numbers[bare] = cells[bare].astype("float64")
    return numbers.where(np.isfinite(numbers.to_numpy()))


def _typed(cells: pd.Series, folded: pd.Series, numbers: pd.Series, unit: MoneyUnit | None) -> pd.Series:
    is_number = numbers.notna().to_numpy()
    said = pd.Series(f"{ExtraKind.NUMBER}{PART}", index=cells.index, dtype="str") + _digits(numbers)
    if unit is not None and unit.factor is not None:
        said = _taken(said, cells[is_number], lambda cell: _money(cell, unit))
    if is_number.all():
        return said
    said[~is_number] = _worded(cells[~is_number], folded[~is_number], unit).to_numpy()
    return said


def _worded(cells: pd.Series, folded: pd.Series, unit: MoneyUnit | None) -> pd.Series:
    text = cells.astype("str")
    said = f"{ExtraKind.TEXT}{PART}" + escape_column(tidy_column(text, once=True))
    flags = _are(cells, lambda kind: kind is bool)
    said[flags] = f"{ExtraKind.FLAG}{PART}" + text[flags].str.lower()
    dated = folded.str.fullmatch(_DATE).fillna(False).to_numpy(dtype=bool) | _are(cells, _is_day)
    said = _taken(said, cells[dated & ~flags], _day)
    priced = folded.str.contains("[0-9]").fillna(False).to_numpy(dtype=bool) & ~dated
    likely = priced & folded.str.contains("ریال|تومان|همت|rial|toman|irr|irt").fillna(False).to_numpy(dtype=bool)
    return _taken(said, cells[likely & ~flags], lambda cell: _money(cell, unit)).astype("str")


def _taken(said: pd.Series, cells: pd.Series, read: Callable[[Any], str | None]) -> pd.Series:
    """Values that can be read so take the place of the texts; cells are distinct already."""
    found = pd.Series([read(cell) for cell in cells], index=cells.index, dtype=object).dropna()
    said.loc[found.index] = found.astype("str")
    return said


def _day(cell: object) -> str | None:
    read = read_date(cell)
    read = read.reading if isinstance(read, Remarked) else read
    kind = _KIND_OF.get(read.precision) if isinstance(read, DateRead) else None
    return None if kind is None else f"{kind}{PART}{read.day.isoformat()}"  # type: ignore[union-attr]


def _money(cell: object, unit: MoneyUnit | None) -> str | None:
    if unit is None and read_money_unit(str(cell)) is None:
        return None
    read = read_money(cell, unit)
    read = read.reading if isinstance(read, Remarked) else read
    return f"{ExtraKind.MONEY}{PART}{read}" if isinstance(read, int) else None


def _are(cells: pd.Series, which: Callable[[type], bool]) -> _Mask:
    """Cells of some types, shape (n,); none in a column of texts alone."""
    if cells.dtype != object:
        return np.zeros(len(cells), dtype=bool)
    return np.array([which(type(cell)) for cell in cells], dtype=bool)


def _is_day(kind: type) -> bool:
    return hasattr(kind, "isoformat") and hasattr(kind, "year")


def _digits(numbers: pd.Series) -> pd.Series:
    whole = ((numbers % 1 == 0) & (numbers.abs() < 2**53)).to_numpy(dtype=bool)
    if whole.all():
        return numbers.astype("int64").astype("str")
    digits = numbers.astype("str")
    digits[whole] = numbers[whole].astype("int64").astype("str")
    return digits


def _persons(folded: pd.Series, typed: pd.Series, numbers: pd.Series) -> tuple[_Mask, _Mask]:
    """Which distinct cells are nothing but a number or an address of a person, and which hold a sure one in a text."""
    is_number = numbers.notna().to_numpy()
    bare, within = np.zeros(len(folded), dtype=bool), np.zeros(len(folded), dtype=bool)
    bare[is_number] = personal_numbers(numbers[is_number]) & ~_is_money(typed[is_number])
    text = folded[~is_number]
    if len(text):
        within[~is_number] = holds_contact(text)
        bare[~is_number] = personal_texts(text.where(~_is_money(typed[~is_number]), ""))
    return bare, within


def _is_money(typed: pd.Series) -> _Mask:
    return typed.str.startswith(ExtraKind.MONEY.value).to_numpy(dtype=bool)
