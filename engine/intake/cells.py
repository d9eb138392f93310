"""Read one column of cells into the canonical form of its field; refuse, with a reason, what cannot be read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, partial
from typing import Any

import numpy as np
import pandas as pd

from engine.domain.unit import FIELDS, Field, Kind, column_dtypes
from engine.intake.column_measure import header_factor
from engine.intake.distinct import Distinct, among, contains_pattern
from engine.intake.habit import against_habit
from engine.intake.lexicon import none_owned, nothing
from engine.intake.lists import read_debts, read_equipment
from engine.intake.measures import plain_numbers, read_quantity, scaled_by
from engine.intake.phrases import read_causes, read_deal_forms, read_flag, read_status, status_asked
from engine.intake.sectors import read_isic
from engine.parsing.dates import SERIAL_DAY_0, Precision, plain_days, read_date
from engine.parsing.money import MoneyUnit, read_money, scaled_amounts
from engine.parsing.rejection import NoteCode, Refusal, RejectionCode, Remarked
from engine.parsing.text import fold, fold_column, tidy_column

_EXACT = 2.0**53  # whole float64 below it are exact
_ID_LENGTH = {Field.NATIONAL_ID: 11, Field.BUSINESS_ID: 12}
_PERSON_ID_LENGTH = 10
_PERCENT = 0.01
_NUMBERS = (Kind.COUNT, Kind.NUMBER, Kind.SHARE, Kind.MONEY)
_WEIGHTS = np.array([29, 27, 23, 19, 17] * 2)
_ERRORS = ("#ref!", "#value!", "#name?", "#div/0!", "#num!", "#null!", "#spill!", "#calc!", "#field!", "#blocked!")
_WORDS: dict[Field, Callable[[object], Any]] = {
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


def stated(cells: Distinct | pd.Series) -> Distinct:
    """Cells that say something: blank ones and those that say "not known" are dropped.

    Examples
    --------
    >>> stated(pd.Series(["-", None, "نامشخص", "ندارد", 0], dtype=object)).series.tolist()
    ['ندارد', 0]
    """
    column = cells if isinstance(cells, Distinct) else Distinct.of(cells)
    guarded = np.flatnonzero(contains_pattern(column.folded, "^['’=]"))
    if len(guarded):
        whole = column.cells.copy()
        whole.iloc[guarded] = [_unguarded(cell) if isinstance(cell, str) else cell for cell in whole.iloc[guarded]]
        column = Distinct(whole, fold_column(whole.astype("str"), once=True), column.codes, column.rows)
    return column.only(~among(column.folded, nothing() | {""}))


def read_cells(
    field: Field,
    cells: Distinct | pd.Series,
    *,
    levels: tuple[str, ...] = (),
    money: MoneyUnit | None = None,
    latest: date | None = None,
    rates: Mapping[str, int] | None = None,
    day_0: date = SERIAL_DAY_0,
) -> Reading:
    """Read the cells of one column.

    Parameters
    ----------
    field
        Which field the column holds; places are read by `engine.intake.places`.
    cells
        From :func:`stated`, or object, shape (n,).
    levels
        Headings of the column, for its unit of measure.
    money
        Unit of money of the column.
    latest
        Last day a date can have.
    rates
        Currency (``usd``, ``eur``) -> rial for one of it.
    day_0
        Day 0 of bare serial numbers of dates.

    Examples
    --------
    >>> reading = read_cells(Field.JOBS_NOW, pd.Series(["۱۲ نفر", "-15"], index=[5, 6], dtype=object))
    >>> reading.values.to_dict(), reading.refused["code"].to_dict()
    ({5: 12}, {6: <RejectionCode.OUT_OF_RANGE: 'out_of_range'>})
    """
    column = cells if isinstance(cells, Distinct) else Distinct.of(cells)
    broken = among(column.folded, _ERRORS)
    refused = _problems(column.cells.index[broken], RejectionCode.BROKEN_FORMULA, {})
    reading = _read(field, column.cells[~broken], column.folded[~broken], levels, money, latest, rates, day_0)
    return Reading(
        column.spread(reading.values.astype(pd.api.types.pandas_dtype(column_dtypes()[field]))),
        column.spread(_together([refused, reading.refused])),
        column.spread(reading.noted),
        None if reading.precision is None else column.spread(reading.precision),
    )


def _unguarded(cell: str) -> str:
    """A cell without what keeps Excel from changing it: a leading apostrophe, or ``="..."``."""
    return re.sub(r"^(?:['’]\s*(?=\d)|=\s*\"([^\"]*)\"$)", r"\1", cell)


def by_distinct(cells: Distinct | pd.Series, read: Callable[[Any], Any]) -> Reading:
    """Read every distinct cell once.

    Examples
    --------
    >>> by_distinct(pd.Series(["بلی", "شاید", "بلی"]), read_flag).values.to_dict()
    {0: True, 2: True}
    """
    column = cells if isinstance(cells, Distinct) else Distinct.of(cells)
    once = _each(column.cells, read)
    return Reading(column.spread(once.values), column.spread(once.refused), column.spread(once.noted))


def _each(cells: pd.Series, read: Callable[[Any], Any]) -> Reading:
    results = [read(cell) for cell in cells.to_numpy(dtype=object)]  # arrow arrays are slow to walk
    values = np.empty(len(results), dtype=object)
    values[:] = [result.reading if isinstance(result, Remarked) else result for result in results]
    refused = np.array([isinstance(result, Refusal) for result in results], dtype=bool)
    noted = np.array([isinstance(result, Remarked) for result in results], dtype=bool)

    def problems(which: np.ndarray[Any, np.dtype[np.bool_]]) -> pd.DataFrame:
        if not which.any():
            return _no_problems()
        chosen = [results[place] for place in np.flatnonzero(which)]
        index = cells.index[which]
        return pd.DataFrame(
            {
                "code": pd.Series([result.code for result in chosen], index=index, dtype=object),
                "facts": pd.Series([dict(result.facts) for result in chosen], index=index, dtype=object),
            }
        )

    return Reading(
        pd.Series(values[~refused], index=cells.index[~refused], dtype=object), problems(refused), problems(noted)
    )


def _read(
    field: Field,
    cells: pd.Series,
    folded: pd.Series,
    levels: tuple[str, ...],
    money: MoneyUnit | None,
    latest: date | None,
    rates: Mapping[str, int] | None,
    day_0: date,
) -> Reading:
    kind = FIELDS[field].kind
    if kind in _NUMBERS and (odd := against_habit(cells, folded)).any():
        rest = _read(field, cells[~odd], folded[~odd], levels, money, latest, rates, day_0)
        unclear = _problems(cells.index[odd], RejectionCode.AMBIGUOUS_NUMBER, {})
        return Reading(rest.values, _together([unclear, rest.refused]), rest.noted)
    if kind in (Kind.IDENTIFIER, Kind.TEXT, Kind.DATE, Kind.YEAR, Kind.CODES):
        # «ندارد» says that there is none: not known, and no mistake
        some = ~among(folded, none_owned())
        cells, folded = cells[some], folded[some]
    if kind is Kind.IDENTIFIER:
        return _identifiers(field, folded)
    if kind is Kind.TEXT:
        return _texts(cells)
    if field is Field.EQUIPMENT:
        return _each(cells[~among(folded, none_owned())], partial(read_equipment, latest=latest))
    if field is Field.DEBTS:
        return _each(cells, partial(read_debts, unit=money))
    if kind is Kind.DATE:
        return _dates(cells, folded, latest, day_0)
    if kind is Kind.YEAR:
        return _years(cells, folded, latest, day_0)
    if kind is Kind.MONEY:
        return _money(cells, folded, money, rates)
    if kind is Kind.FLAG:
        return _each(cells, read_flag)
    if field is Field.STATUS:
        return _each(cells, partial(read_status, asked=status_asked(levels[-1]) if levels else None))
    if field in _WORDS:
        return _each(cells, _WORDS[field])
    return _numbers(field, cells, folded, levels)


def _numbers(field: Field, cells: pd.Series, folded: pd.Series, levels: tuple[str, ...]) -> Reading:
    spec = FIELDS[field]
    plain = plain_numbers(folded)
    factor = header_factor(levels, spec.measure)
    unclear = pd.Series(False, index=plain.index)
    if spec.kind is Kind.SHARE and factor in (1.0, _PERCENT):
        factor = _share_factor(levels, plain)
        unclear = _of_a_hundred_or_of_one(levels, plain)
    fast = plain.notna() & ~unclear & (factor is not None)
    slow = _each(cells[~fast & ~unclear], partial(read_quantity, measure=spec.measure, factor=factor))
    numbers = pd.concat([scaled_by(plain[fast], factor or 1.0), slow.values.astype("float64")])
    low, high = -np.inf if spec.low is None else spec.low, np.inf if spec.high is None else spec.high
    outside = ~numbers.between(low, high)
    broken = (spec.kind is Kind.COUNT) & (numbers % 1 != 0) & ~outside
    facts = {"low": spec.low, "high": spec.high}
    refused = [
        slow.refused,
        _problems(plain.index[unclear], RejectionCode.AMBIGUOUS_SHARE, {}),
        _problems(numbers.index[outside], RejectionCode.OUT_OF_RANGE, facts),
        _problems(numbers.index[broken], RejectionCode.NOT_WHOLE, {}),
    ]
    kept = numbers[~(outside | broken)]
    values = kept.astype("int64").astype("Int64") if spec.kind is Kind.COUNT else kept
    return Reading(values, _together(refused), slow.noted[slow.noted.index.isin(kept.index)])


def _share_factor(levels: tuple[str, ...], plain: pd.Series) -> float:
    largest = plain.max()
    fractions = bool(largest <= 1 and (plain % 1 != 0).any())  # cells that Excel shows as percent hold fractions
    return 0.01 if largest > 1 or (_says_percent(levels) and not fractions) else 1.0


def _of_a_hundred_or_of_one(levels: tuple[str, ...], plain: pd.Series) -> pd.Series:
    """Shares that may be either: 0.3, and 1 beside it, among whole percents; 1 where percent stand and only 0 and 1."""
    part = (plain > 0) & (plain < 1)
    if plain.max() > 1:
        return part | ((plain == 1) & bool(part.any()))
    return (plain == 1) & (_says_percent(levels) and not part.any())


def _says_percent(levels: tuple[str, ...]) -> bool:
    words = set(fold(" ".join(levels)).replace("(", " ").replace(")", " ").split())
    return bool(words & {"درصد", "%", "percent", "pct"})


def _money(cells: pd.Series, folded: pd.Series, unit: MoneyUnit | None, rates: Mapping[str, int] | None) -> Reading:
    factor = unit.factor if unit else None
    if unit is not None and unit.foreign:  # each amount gets a remark
        factor = None
    rial = plain_numbers(folded) * (factor or np.nan)
    fast = ((rial % 1 == 0) & (rial < _EXACT) & (rial / (factor or 1) % 1 == 0)).to_numpy(dtype=bool)
    scaled = scaled_amounts(folded[~fast], unit).dropna()
    slow = _each(cells[~fast].drop(scaled.index), partial(read_money, unit=unit, rates=rates))
    values = pd.concat([rial[fast].astype("int64"), scaled.astype("int64"), slow.values.astype("int64")])
    return Reading(values.astype("Int64"), slow.refused, slow.noted)


def _dates(cells: pd.Series, folded: pd.Series, latest: date | None, day_0: date) -> Reading:
    days = plain_days(folded, day_0=day_0)
    fast = days.notna() if latest is None else days <= pd.Timestamp(latest)
    slow = _each(cells[~fast], partial(read_date, latest=latest, day_0=day_0))
    exact = pd.Series(Precision.DAY.value, index=days.index[fast], dtype="str")
    written = [pd.Timestamp(read.day) for read in slow.values]
    known = [read.precision.value for read in slow.values]
    return Reading(
        pd.concat([days[fast], pd.Series(written, index=slow.values.index, dtype="datetime64[s]")]),
        slow.refused,
        slow.noted,
        pd.concat([exact, pd.Series(known, index=slow.values.index, dtype="str")]),
    )


def _years(cells: pd.Series, folded: pd.Series, latest: date | None, day_0: date) -> Reading:
    # Among years such as 1998, 98 may be that or 1398.
    gregorian = contains_pattern(folded, r"(?:^|\D)(?:19|20)\d\d(?:\D|$)").any()

    def year(cell: object) -> Any:
        read = read_date(cell, latest=latest, day_0=day_0)
        if isinstance(read, Remarked) and read.code is NoteCode.CENTURY_ADDED and gregorian:
            return Refusal(RejectionCode.AMBIGUOUS_DATE)
        if isinstance(read, Remarked):
            return Remarked(read.reading.day.year, read.code, {"taken": read.reading.day.year})
        return read if isinstance(read, Refusal) else read.day.year

    return _each(cells, year)


def _texts(cells: pd.Series) -> Reading:
    text = cells.astype("str")
    numeric = contains_pattern(text, r"^-?\d+\.0$")
    text[numeric] = text[numeric].str.slice(stop=-2).replace("-0", "0")
    kept = tidy_column(text, once=True)
    return Reading(kept[kept.notna() & (kept != "")], _no_problems(), _no_problems())


def _identifiers(field: Field, folded: pd.Series) -> Reading:
    digits = folded.copy()
    odd = ~contains_pattern(folded, r"^\d+$")
    tidied = folded[odd].str.replace(r"(?<=\d)\.0$", "", regex=True).str.replace(r"[\s\-_./,]", "", regex=True)
    digits[odd] = tidied.str.replace(r"^ir(?=\d)", "", regex=True)
    is_number = contains_pattern(digits, r"^\d+$")
    length = digits.str.len().to_numpy()
    right = is_number & (length == _ID_LENGTH[field])
    person = is_number & (length == _PERSON_ID_LENGTH) & (field is Field.NATIONAL_ID)
    checked = right.copy()
    if field is Field.NATIONAL_ID:
        checked[right] = _check_digits_hold(digits[right])
    expected = {"allowed": _ID_LENGTH[field]}
    refused = [
        _problems(digits.index[~is_number], RejectionCode.NOT_DIGITS, expected),
        _problems(digits.index[person], RejectionCode.PERSON_ID, expected),
        _problems(digits.index[is_number & ~right & ~person], RejectionCode.WRONG_LENGTH, expected),
        _problems(digits.index[right & ~checked], RejectionCode.WRONG_CHECK_DIGIT, expected),
    ]
    return Reading(digits[checked], _together(refused), _no_problems())


def _check_digits_hold(ids: pd.Series) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """The rule of `engine.domain.identity.national_id_check_digit`, over a column."""
    matrix = np.frombuffer("".join(ids).encode(), dtype=np.uint8).reshape(-1, 11).astype(np.int64) - ord("0")
    total = ((matrix[:, :10] + matrix[:, 9:10] + 2) * _WEIGHTS).sum(axis=1)
    return np.asarray(total % 11 % 10 == matrix[:, 10])


def _problems(index: pd.Index, code: RejectionCode, facts: dict[str, Any]) -> pd.DataFrame:
    if index.empty:
        return _no_problems()
    columns = {"code": pd.Series([code] * len(index), index=index, dtype=object)}
    return pd.DataFrame(columns | {"facts": pd.Series([facts] * len(index), index=index, dtype=object)})


@cache
def _no_problems() -> pd.DataFrame:
    return pd.DataFrame({"code": pd.Series(dtype=object), "facts": pd.Series(dtype=object)})


def _together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Problems of several kinds as one table; nearly always there are none, and tables cost more than looking."""
    found = [part for part in parts if len(part)]
    return pd.concat(found) if len(found) > 1 else found[0] if found else _no_problems()
