"""``--where``: keep the rows of a reference table that satisfy a condition, in either language."""

from __future__ import annotations

import difflib
import operator
import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.parsing.dates import DateRead, read_date
from engine.parsing.text import fold, latin_digits
from engine.reference import TableSpec, table
from serving.i18n import speech
from serving.reports.facts import family, title, word

OPERATORS = ("=", "!=", ">", ">=", "<", "<=", "~")
_CONDITION = re.compile(r"\s*([^=!<>~]+?)\s*(!=|>=|<=|=|>|<|~)\s*(.*?)\s*", re.DOTALL)
_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    ">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip
_LISTED = 12  # values of a column that an error lists; of more it names the nearest only
_NEARLY = 0.6  # of difflib: one or two letters of a word


def columns_asked(described: TableSpec, conditions: Sequence[str]) -> list[str]:
    """Columns that conditions speak of; what is no condition is passed over."""
    parsed = [_CONDITION.fullmatch(condition) for condition in conditions]
    return [_column(found[1], described) for found in parsed if found]


def select(rows: pd.DataFrame, described: TableSpec, condition: str) -> pd.DataFrame:
    """Rows that satisfy one condition.

    Parameters
    ----------
    rows
        Rows of a reference table.
    described
        Its description.
    condition
        ``column OPERATOR value``: ``=`` and ``!=`` compare whole values, ``~`` looks for a piece of text, the others
        compare numbers, years and dates. Columns and values may be given in Persian or English, as code or as word;
        digits may be Persian; of a cell that lists several values one is enough. A cell that is not known satisfies
        none, not even ``!=``.

    Returns
    -------
    pandas.DataFrame
        The rows that are left, possibly none.

    Raises
    ------
    EhyaError
        ``unknown_option`` for what is no condition, ``reference_column_unknown``, ``reference_value_unknown`` for a
        value that the whole column does not hold, ``value_unreadable`` where a number or date is needed.

    Examples
    --------
    >>> from engine.reference import spec
    >>> counties = table("counties")
    >>> len(select(counties, spec("counties"), "province = آذربایجان غربی"))
    20
    >>> select(counties, spec("counties"), "population_1395 > ۱٬۰۰۰٬۰۰۰")["county"].tolist()
    ['Urmia']
    """
    parsed = _CONDITION.fullmatch(condition)
    if not parsed:
        allowed = [f"COLUMN{sign}VALUE" for sign in OPERATORS]
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--where", given=condition, allowed=allowed)
    column = _column(parsed[1], described)
    return rows.loc[_satisfied(rows[column], described, column, parsed[2], parsed[3])]


def _column(given: str, described: TableSpec) -> str:
    known = {_key(name): name for name in described.columns}
    for language in ("en", "fa"):
        known |= {_key(title(name, speech(language))): name for name in described.columns}
    if found := known.get(_key(given)):
        return found
    within = [name for name in known if _key(given) and _key(given) in name]
    nearest = within[:1] or difflib.get_close_matches(_key(given), known, n=1, cutoff=0.0)
    raise EhyaError(
        ErrorCode.REFERENCE_COLUMN_UNKNOWN,
        table=described.name,
        given=given,
        allowed=list(described.columns),
        nearest=known[nearest[0]],
    )


def _satisfied(cells: pd.Series, described: TableSpec, column: str, sign: str, given: str) -> pd.Series:
    dtype = described.columns[column].dtype
    if sign == "~":
        return _known(_words(cells, described, column).map(lambda words: any(fold(given) in one for one in words)))
    if dtype.startswith("datetime"):
        return _known(_ORDER[sign](cells, _day(given)))
    if dtype != "str":
        return _known(_ORDER[sign](cells, _number(given)))
    if sign in ("=", "!="):
        holds = _words(cells, described, column).map(lambda words: _key(given) in {_key(one) for one in words})
        if not holds.any():
            _refuse_unknown(cells, described, column, given)
        return _known(holds if sign == "=" else ~holds) & cells.notna()
    return _known(_ORDER[sign](cells.map(latin_digits, na_action="ignore"), latin_digits(given))) & cells.notna()


def _words(cells: pd.Series, described: TableSpec, column: str) -> pd.Series:
    """Folded spellings of each cell: the value itself, its parts, and their words in both languages."""
    many, kind = described.columns[column].many, family(described, column)
    spelt = {}
    for value in cells.dropna().unique():
        parts = str(value).split(";") if many else [str(value)]
        spelt[value] = [fold(one) for one in [str(value), *(said for part in parts for said in _spellings(part, kind))]]
    return cells.map(lambda value: spelt.get(value, []))


def _spellings(value: str, kind: str) -> list[str]:
    if not kind:
        return [value]
    spellings = [value, *(word(value, kind, speech(language)) for language in ("fa", "en"))]
    return spellings + _aliases().get(value, []) if kind == "place" else spellings


@cache
def _aliases() -> dict[str, list[str]]:
    spelt: dict[str, list[str]] = {}
    for name, place, column in (
        ("counties", "county", "aliases_fa"),
        ("counties", "county", "aliases_en"),
        ("provinces", "province", "aliases"),
    ):
        for canonical, joined in table(name)[[place, column]].dropna().itertuples(index=False):
            spelt.setdefault(canonical, []).extend(joined.split(";"))
    return spelt


def _refuse_unknown(cells: pd.Series, described: TableSpec, column: str, given: str) -> None:
    """Refuse a value that nobody knows; a place without a row here is known all the same."""
    kind = family(described, column)
    every = set(cells.dropna())
    if described.columns[column].many:
        every = {part for value in every for part in str(value).split(";")}
    if kind == "place":
        places = {*table("provinces")["province"], *table("counties")["county"]}
        if any(_key(given) in {_key(one) for one in _spellings(place, kind)} for place in places):
            return
        every |= places
    spelt = {_key(one): value for value in sorted(every) for one in _spellings(str(value), kind)}
    nearest = difflib.get_close_matches(_key(given), spelt, n=1, cutoff=_NEARLY)
    if not nearest and len(every) > _LISTED:
        return
    allowed = [spelt[nearest[0]]] if nearest else sorted(every)
    raise EhyaError(
        ErrorCode.REFERENCE_VALUE_UNKNOWN, table=described.name, column=column, given=given, allowed=allowed
    )


def _number(given: str) -> float:
    text = latin_digits(given).replace("٬", "").replace(",", "").replace("٫", ".").replace("−", "-")
    try:
        return float(text)
    except ValueError:
        raise EhyaError(
            ErrorCode.VALUE_UNREADABLE, option="--where", given=given, allowed=["1404", "0.5", "10,000"]
        ) from None


def _day(given: str) -> pd.Timestamp:
    read = read_date(given)
    if not isinstance(read, DateRead):
        raise EhyaError(
            ErrorCode.VALUE_UNREADABLE, option="--where", given=given, allowed=["1404", "1404/06/15", "2025-09-06"]
        )
    return pd.Timestamp(read.day)


def _key(text: str) -> str:
    return fold(text).replace("_", " ")


def _known(answers: pd.Series) -> pd.Series:
    return answers.astype("boolean").fillna(False).astype(bool)
