"""Read one column of cells into the canonical form of its field; refuse, with a reason, what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from engine.dates import DateRead, read_date
from engine.domain.rejection import Refusal, RejectionCode, Remarked
from engine.domain.unit import FIELDS, Field, Kind
from engine.intake.lexicon import none_owned, nothing
from engine.intake.lists import read_debts, read_equipment
from engine.intake.measures import header_factor, plain_numbers, read_quantity
from engine.intake.phrases import read_causes, read_deal_forms, read_flag, read_status
from engine.intake.sectors import read_isic
from engine.money import MoneyUnit, read_money
from engine.text import fold, fold_column, tidy_column

_Table = TypeVar("_Table", pd.Series, pd.DataFrame)
_EXACT = 2.0**53  # whole float64 below it are exact
_ID_LENGTH = {Field.NATIONAL_ID: 11, Field.BUSINESS_ID: 12}
_PERSON_ID_LENGTH = 10
_WEIGHTS = np.array([29, 27, 23, 19, 17] * 2)
_ERRORS = ("#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NUM!", "#NULL!")
_WORDS: dict[Field, Callable[[object], Any]] = {
    Field.STATUS: read_status,
    Field.STOP_CAUSES: read_causes,
    Field.DEAL_FORMS: read_deal_forms,
    Field.ISIC: read_isic,
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of a column.

    Parameters
    ----------
    values
        Canonical values, object, index of the rows that hold one.
    precision
        For dates: ``day``, ``month`` or ``year``.
    refused, noted
        Index: rows; columns ``code`` and ``facts``.
    """

    values: pd.Series
    refused: pd.DataFrame
    noted: pd.DataFrame
    precision: pd.Series | None = None


def stated(cells: pd.Series) -> pd.Series:
    """Cells that say something: blank ones and those that say "not known" are dropped.

    Examples
    --------
    >>> stated(pd.Series(["-", None, "نامشخص", "ندارد", 0], dtype=object)).tolist()
    ['ندارد', 0]
    """
    codes, distinct = pd.factorize(cells)
    guarded = [isinstance(cell, str) and cell.startswith(("'", "’", "=")) for cell in distinct]
    whole = [_unguarded(cell) if guard else cell for cell, guard in zip(distinct, guarded, strict=True)]
    plain = pd.Series(whole, dtype=object)
    folded = fold_column(plain.astype("str"))
    says = np.append(~(folded.isin(nothing()) | (folded == "")).to_numpy(dtype=bool), False)
    kept = says[codes]
    return pd.Series(plain.to_numpy()[codes[kept]], index=cells.index[kept], dtype=object, name=cells.name)


def read_cells(
    field: Field,
    cells: pd.Series,
    *,
    levels: tuple[str, ...] = (),
    money: MoneyUnit | None = None,
    latest: date | None = None,
) -> Reading:
    """Read the cells of one column.

    Parameters
    ----------
    field
        Which field the column holds; places are read by `engine.intake.places`.
    cells
        Object, shape (n,), from :func:`stated`.
    levels
        Headings of the column, for its unit of measure.
    money
        Unit of money of the column.
    latest
        Last day a date can have.

    Examples
    --------
    >>> reading = read_cells(Field.JOBS_NOW, pd.Series(["۱۲ نفر", "-15"], index=[5, 6], dtype=object))
    >>> reading.values.to_dict(), reading.refused["code"].to_dict()
    ({5: 12}, {6: <RejectionCode.OUT_OF_RANGE: 'out_of_range'>})
    """
    codes, distinct = pd.factorize(cells)
    once = pd.Series(distinct, dtype=object)
    broken = once.isin(_ERRORS).to_numpy(dtype=bool)
    refused = _problems(once.index[broken], RejectionCode.BROKEN_FORMULA, {})
    reading = _read(field, once[~broken], levels, money, latest)
    return Reading(
        _spread(reading.values, codes, cells.index),
        _spread(pd.concat([refused, reading.refused]), codes, cells.index),
        _spread(reading.noted, codes, cells.index),
        None if reading.precision is None else _spread(reading.precision, codes, cells.index),
    )


def _spread(read: _Table, codes: np.ndarray[Any, np.dtype[np.intp]], index: pd.Index) -> _Table:
    """From what was read of each distinct cell to the rows that hold it."""
    place = np.full(codes.max(initial=-1) + 1, -1)
    place[read.index] = np.arange(len(read))
    at = place[codes]
    return read.take(at[at >= 0]).set_axis(index[at >= 0])


def _unguarded(cell: str) -> str:
    """A cell without what keeps Excel from changing it: a leading apostrophe, or ``="..."``."""
    return re.sub(r"^(?:['’]\s*(?=\d)|=\s*\"([^\"]*)\"$)", r"\1", cell)


def by_distinct(cells: pd.Series, read: Callable[[Any], Any]) -> Reading:
    """Read every distinct cell once.

    Examples
    --------
    >>> by_distinct(pd.Series(["بلی", "شاید", "بلی"]), read_flag).values.to_dict()
    {0: True, 2: True}
    """
    codes, distinct = pd.factorize(cells)
    results = [read(cell) for cell in distinct]
    values = np.empty(len(results), dtype=object)
    values[:] = [result.reading if isinstance(result, Remarked) else result for result in results]
    refused = np.array([isinstance(result, Refusal) for result in results], dtype=bool)
    noted = np.array([isinstance(result, Remarked) for result in results], dtype=bool)
    problems = pd.DataFrame(
        {
            "code": pd.Series([getattr(result, "code", None) for result in results], dtype=object),
            "facts": pd.Series([dict(getattr(result, "facts", {})) for result in results], dtype=object),
        }
    )
    taken = ~refused[codes]
    return Reading(
        pd.Series(values[codes[taken]], index=cells.index[taken], dtype=object),
        problems.take(codes[~taken]).set_axis(cells.index[~taken]),
        problems.take(codes[noted[codes]]).set_axis(cells.index[noted[codes]]),
    )


def _read(
    field: Field, cells: pd.Series, levels: tuple[str, ...], money: MoneyUnit | None, latest: date | None
) -> Reading:
    kind = FIELDS[field].kind
    if kind is Kind.IDENTIFIER:
        return _identifiers(field, cells)
    if kind in (Kind.DATE, Kind.YEAR, Kind.CODES):  # «ندارد» says that there is none: not known, and no mistake
        cells = cells[~cells.isin(none_owned()).to_numpy(dtype=bool)]
    if kind is Kind.TEXT:
        return _texts(cells)
    if field is Field.EQUIPMENT:
        return by_distinct(
            cells[~cells.isin(none_owned()).to_numpy(dtype=bool)], partial(read_equipment, latest=latest)
        )
    if field is Field.DEBTS:
        return by_distinct(cells, partial(read_debts, unit=money))
    if kind is Kind.DATE:
        return _dates(cells, latest)
    if kind is Kind.YEAR:
        return _years(field, cells, latest)
    if kind is Kind.MONEY:
        return _money(cells, money)
    if kind is Kind.FLAG:
        return by_distinct(cells, read_flag)
    if field in _WORDS:
        return by_distinct(cells, _WORDS[field])
    return _numbers(field, cells, levels)


def _numbers(field: Field, cells: pd.Series, levels: tuple[str, ...]) -> Reading:
    spec = FIELDS[field]
    plain = plain_numbers(cells)
    factor = _share_factor(levels, plain) if spec.kind is Kind.SHARE else header_factor(levels, spec.measure)
    fast = plain.notna() & (factor is not None)
    slow = by_distinct(cells[~fast], partial(read_quantity, measure=spec.measure, factor=factor))
    numbers = pd.concat([plain[fast] * (factor or 1.0), slow.values.astype("float64")])
    low, high = -np.inf if spec.low is None else spec.low, np.inf if spec.high is None else spec.high
    outside = ~numbers.between(low, high)
    broken = (spec.kind is Kind.COUNT) & (numbers % 1 != 0) & ~outside
    facts = {"low": spec.low, "high": spec.high}
    refused = [
        slow.refused,
        _problems(numbers.index[outside], RejectionCode.OUT_OF_RANGE, facts),
        _problems(numbers.index[broken], RejectionCode.NOT_WHOLE, {}),
    ]
    kept = numbers[~(outside | broken)]
    values = kept.astype("int64") if spec.kind is Kind.COUNT else kept
    return Reading(values.astype(object), pd.concat(refused), slow.noted[slow.noted.index.isin(kept.index)])


def _share_factor(levels: tuple[str, ...], plain: pd.Series) -> float:
    words = set(fold(" ".join(levels)).replace("(", " ").replace(")", " ").split())
    percent = bool(words & {"درصد", "%", "percent", "pct"})
    largest = plain.max()
    fractions = bool(largest <= 1 and (plain % 1 != 0).any())  # cells that Excel shows as percent hold fractions
    return 0.01 if largest > 1 or (percent and not fractions) else 1.0


def _money(cells: pd.Series, unit: MoneyUnit | None) -> Reading:
    factor = unit.factor if unit else None
    rial = plain_numbers(cells) * (factor or np.nan)
    fast = ((rial % 1 == 0) & (rial < _EXACT) & (rial / (factor or 1) % 1 == 0)).to_numpy(dtype=bool)
    slow = by_distinct(cells[~fast], partial(read_money, unit=unit))
    values = pd.concat([rial[fast].astype("int64").astype(object), slow.values])
    return Reading(values, slow.refused, slow.noted)


def _dates(cells: pd.Series, latest: date | None) -> Reading:
    reading = by_distinct(cells, partial(read_date, latest=latest))
    days = reading.values.map(lambda value: pd.Timestamp(value.day))
    precision = reading.values.map(lambda value: value.precision.value)
    return Reading(days.astype(object), reading.refused, reading.noted, precision.astype(object))


def _years(field: Field, cells: pd.Series, latest: date | None) -> Reading:
    def year(cell: object) -> Any:
        read = read_date(cell, latest=latest)
        if isinstance(read, Remarked):
            return Remarked(_year(read.reading), read.code, {"taken": _year(read.reading)})
        return read if isinstance(read, Refusal) else _year(read)

    del field
    return by_distinct(cells, year)


def _year(read: DateRead) -> int:
    return read.day.year


def _texts(cells: pd.Series) -> Reading:
    whole = fold_column(cells.astype("str")).isin(none_owned()).to_numpy(dtype=bool)
    text = cells[~whole].astype("str")
    numeric = text.str.endswith(".0")
    text[numeric] = text[numeric].str.replace(r"^(\d+)\.0$", r"\1", regex=True)
    kept = tidy_column(text)
    return Reading(kept[kept.notna() & (kept != "")].astype(object), _no_problems(), _no_problems())


def _identifiers(field: Field, cells: pd.Series) -> Reading:
    folded = fold_column(cells.astype("str"))
    cells, folded = cells[~folded.isin(none_owned())], folded[~folded.isin(none_owned())]
    digits = folded.copy()
    odd = ~folded.str.isdigit()
    tidied = folded[odd].str.replace(r"(?<=\d)\.0$", "", regex=True).str.replace(r"[\s\-_./,]", "", regex=True)
    digits[odd] = tidied.str.replace(r"^ir(?=\d)", "", regex=True)
    is_number = (digits.str.isdigit() & digits.str.isascii()).to_numpy(dtype=bool)
    length = digits.str.len().to_numpy()
    right = is_number & (length == _ID_LENGTH[field])
    person = is_number & (length == _PERSON_ID_LENGTH) & (field is Field.NATIONAL_ID)
    checked = right.copy()
    if field is Field.NATIONAL_ID:
        checked[right] = _check_digits_hold(digits[right])
    expected = {"allowed": _ID_LENGTH[field]}
    refused = [
        _problems(cells.index[~is_number], RejectionCode.NOT_DIGITS, expected),
        _problems(cells.index[person], RejectionCode.PERSON_ID, expected),
        _problems(cells.index[is_number & ~right & ~person], RejectionCode.WRONG_LENGTH, expected),
        _problems(cells.index[right & ~checked], RejectionCode.WRONG_CHECK_DIGIT, expected),
    ]
    return Reading(digits[checked].astype(object), pd.concat(refused), _no_problems())


def _check_digits_hold(ids: pd.Series) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """The rule of `engine.domain.identity.national_id_check_digit`, over a column."""
    matrix = np.frombuffer("".join(ids).encode(), dtype=np.uint8).reshape(-1, 11).astype(np.int64) - ord("0")
    total = ((matrix[:, :10] + matrix[:, 9:10] + 2) * _WEIGHTS).sum(axis=1)
    return np.asarray(total % 11 % 10 == matrix[:, 10])


def _problems(index: pd.Index, code: RejectionCode, facts: dict[str, Any]) -> pd.DataFrame:
    columns = {"code": pd.Series([code] * len(index), index=index, dtype=object)}
    return pd.DataFrame(columns | {"facts": pd.Series([facts] * len(index), index=index, dtype=object)})


def _no_problems() -> pd.DataFrame:
    return _problems(pd.RangeIndex(0), RejectionCode.NOT_A_NUMBER, {})
