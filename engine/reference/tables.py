"""Open a reference table: ``data/NAME.csv`` holds the rows, ``data/NAME.toml`` says what the columns are."""

from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import StringIO
from typing import Any

import pandas as pd

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode

_FOLDER = resources.files(__package__) / "data"
HEADER_LINES = 1
"""Lines of a file above its first row: errors name a row by its line."""


class TableRule(Code):
    """A rule of a reference table."""

    DTYPE = "dtype"
    REQUIRED = "required"
    KEY = "key"
    RANGE = "range"
    WORDS = "words"
    PATTERN = "pattern"
    REFERS = "refers"
    PLACE = "place"
    PARTS = "parts"
    RISING = "rising"
    GAP = "gap"
    DATED = "dated"
    SPELLING = "spelling"
    SIGN = "sign"
    SPREAD = "spread"
    POINT = "point"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """What the cells of a column may hold. A cell that may be empty is not judged while it is.

    Parameters
    ----------
    dtype
        pandas dtype.
    measure
        Unit of measure, empty where there is none.
    required
        Whether every row must have it.
    low, high
        Ends of the allowed range, both included.
    allowed
        The words it may hold; empty where any will do.
    pattern
        Regular expression that the whole cell matches.
    refers
        ``table.column`` whose values it may hold.
    besides
        Words allowed beside those of ``refers``.
    many
        Whether the cell joins several values by ``;``.
    """

    dtype: str
    measure: str = ""
    required: bool = False
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()
    pattern: str = ""
    refers: str = ""
    besides: tuple[str, ...] = ()
    many: bool = False


@dataclass(frozen=True, slots=True)
class TableSpec:
    """What a reference table holds.

    Parameters
    ----------
    name
        Name of the table.
    key
        Columns that identify a row.
    columns
        Column -> what its cells may hold.
    dates
        Columns that say of when a row is; every row has one of them, unless ``undated_rows``.
    licence, attribution
        The terms the facts came under, and the words owed to their source.
    undated_rows
        Whether a row may lack a date: the page it comes from bore none.
    parts
        Groups of columns that are the parts of one: they add up to 1 in every row that knows them all.
    rising
        Groups of columns whose values do not fall from left to right.
    gaps
        ``(value, flag)`` pairs: the flag says ``missing`` exactly where the value is.
    places
        Pairs of columns ``(province, county)`` that name a county of the table ``counties``.
    """

    name: str
    key: tuple[str, ...]
    columns: dict[str, ColumnSpec]
    dates: tuple[str, ...]
    licence: str
    attribution: str
    undated_rows: bool = False
    parts: tuple[tuple[str, ...], ...] = ()
    rising: tuple[tuple[str, ...], ...] = ()
    gaps: tuple[tuple[str, ...], ...] = ()
    places: tuple[tuple[str, ...], ...] = ()

    @property
    def dtypes(self) -> dict[str, str]:
        """Column -> pandas dtype."""
        return {name: column.dtype for name, column in self.columns.items()}

    @property
    def measures(self) -> dict[str, str]:
        """Column -> unit of measure, where there is one."""
        return {name: column.measure for name, column in self.columns.items() if column.measure}


def table_names() -> list[str]:
    """Names of all reference tables, sorted."""
    return sorted(entry.name.removesuffix(".toml") for entry in _FOLDER.iterdir() if entry.name.endswith(".toml"))


@cache
def spec(name: str) -> TableSpec:
    """Describe one table.

    Raises
    ------
    EhyaError
        ``unknown_table``, with the nearest name.
    """
    if name not in table_names():
        nearest = difflib.get_close_matches(name, table_names(), n=1, cutoff=0.0)
        raise EhyaError(ErrorCode.UNKNOWN_TABLE, given=name, allowed=table_names(), nearest=nearest[0])
    document: dict[str, Any] = tomllib.loads((_FOLDER / f"{name}.toml").read_text("utf-8"))
    columns = {column: ColumnSpec(**_frozen(entry)) for column, entry in document.pop("columns").items()}
    return TableSpec(name=name, columns=columns, **_frozen(document))


def _frozen(entry: dict[str, Any]) -> dict[str, Any]:
    """Lists as tuples, lists of lists as tuples of tuples."""
    return {
        key: tuple(tuple(one) if isinstance(one, list) else one for one in value) if isinstance(value, list) else value
        for key, value in entry.items()
    }


def read(text: str, described: TableSpec) -> pd.DataFrame:
    """Rows of a table out of the text of its file.

    Parameters
    ----------
    text
        CSV with a header; an empty cell is not known.
    described
        What the columns are.

    Returns
    -------
    pandas.DataFrame
        The columns of ``described``, each of its dtype.

    Raises
    ------
    EhyaError
        ``unknown_column`` when the header is another one; ``reference_refused`` for a cell that is no value of its
        column's dtype.

    Examples
    --------
    >>> read(chr(10).join(["average_id,region"]), spec("jobs_per_unit"))
    Traceback (most recent call last):
    ...
    engine.errors.EhyaError: unknown_column: table='jobs_per_unit' given=['average_id', 'region'] allowed=[...]
    """
    cells = pd.read_csv(StringIO(text), dtype="str", keep_default_na=False, na_values=[""])
    if list(cells.columns) != list(described.columns):
        raise EhyaError(
            ErrorCode.UNKNOWN_COLUMN, table=described.name, given=list(cells.columns), allowed=list(described.columns)
        )
    return pd.DataFrame({name: _typed(cells[name], described) for name in cells.columns})


def _typed(cells: pd.Series, described: TableSpec) -> pd.Series:
    dtype = described.columns[str(cells.name)].dtype
    try:
        return cells.astype(dtype)  # type: ignore[call-overload,no-any-return]
    except (ValueError, TypeError):
        read_one = pd.to_datetime if dtype.startswith("datetime") else pd.to_numeric
        wrong = read_one(cells, errors="coerce").isna() & cells.notna()
        if not wrong.any():  # a number, but no whole one
            wrong = pd.to_numeric(cells, errors="coerce") % 1 != 0
        raise refused(described, cells, wrong, TableRule.DTYPE, dtype) from None


def refused(described: TableSpec, cells: pd.Series, wrong: pd.Series, rule: TableRule, allowed: object) -> EhyaError:
    """The error that names the first wrong cell of a column by the line of its row."""
    place = int(wrong.to_numpy(dtype=bool).argmax())
    given = cells.iloc[place]
    return EhyaError(
        ErrorCode.REFERENCE_REFUSED,
        table=described.name,
        row=place + HEADER_LINES + 1,
        column=str(cells.name),
        given="" if pd.isna(given) else str(given),
        rule=rule,
        allowed=allowed,
    )


@cache
def _rows(name: str) -> pd.DataFrame:
    return read((_FOLDER / f"{name}.csv").read_text("utf-8"), spec(name))


def table(name: str) -> pd.DataFrame:
    """Rows of one table, as a copy the caller may change.

    Raises
    ------
    EhyaError
        ``unknown_table``, with the nearest name.
    """
    spec(name)
    return _rows(name).copy()
