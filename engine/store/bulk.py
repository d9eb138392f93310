"""Whole tables between pandas and the database: the driver sees columns of plain values, no row becomes an object."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Column, ColumnElement, Connection, Dialect, RowMapping, Select, Table, bindparam, insert, update
from sqlalchemy.sql.compiler import SQLCompiler

from engine.errors import EhyaError, ErrorCode

CHUNK = 50_000
_KEYS_PER_STATEMENT = 5_000
_KEY = "key_of_row"


def read(connection: Connection, query: Select[Any]) -> pd.DataFrame:
    """Answer of a query as the driver gives it, all columns ``object``: dates are ISO text or ``date``, flags 0 or 1.

    The caller brings columns to their types in whole, which is what makes a large table cheap to read.
    """
    result = connection.execute(query)
    names = list(result.keys())
    rows = result.cursor.fetchall()
    result.close()
    # Nothing is guessed of a column's type: that takes longer than the database needs.
    return pd.DataFrame(rows, columns=names, dtype=object)


def one_row(connection: Connection, query: Select[Any], code: ErrorCode, *, given: str) -> RowMapping:
    """The first row of a query.

    Raises
    ------
    EhyaError
        ``code`` with what was given, where there is none.
    """
    row = connection.execute(query).mappings().first()
    if row is None:
        raise EhyaError(code, given=given)
    return row


def read_where(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], keys: Collection[Any]
) -> pd.DataFrame:
    """As ``read``, only rows whose ``column`` is among ``keys``; above some thousand keys the whole table is read."""
    wanted = list(dict.fromkeys(keys))
    if len(wanted) <= _KEYS_PER_STATEMENT:
        return read(connection, query.where(column.in_(wanted)))
    frame = read(connection, query)
    return frame[frame[column.key].isin(wanted)].reset_index(drop=True)


def insert_frame(connection: Connection, table: Table, frame: pd.DataFrame) -> None:
    """Insert all rows; columns of the frame are columns of the table."""
    if frame.empty:
        return
    statement = _insertion(table, connection.dialect, tuple(frame.columns))
    _execute(connection, statement, table, {str(name): column for name, column in frame.items()})


def insert_line(connection: Connection, table: Table, line: Mapping[str, Any]) -> int:
    """Insert one row into a table that numbers its rows; returns the number."""
    key = connection.execute(insert(table).values(dict(line))).inserted_primary_key
    assert key is not None
    return int(key[0])


def update_frame(connection: Connection, table: Table, frame: pd.DataFrame, *, key: str) -> None:
    """Overwrite the rows whose ``key`` stands in the frame with all other columns of the frame."""
    if frame.empty:
        return
    columns = {str(name): column for name, column in frame.items() if name != key}
    statement = _overwriting(table, connection.dialect, tuple(columns), key)
    _execute(connection, statement, table, columns | {_KEY: frame[key]})


def stored_values(column: pd.Series) -> list[Any]:
    """Values as Python objects, ``None`` where missing, midnight timestamps as ``date``.

    Examples
    --------
    >>> stored_values(pd.Series([1, None], dtype="Int64")), stored_values(pd.Series(pd.to_datetime(["2024-01-02"])))
    ([1, None], [datetime.date(2024, 1, 2)])
    """
    if pd.api.types.is_datetime64_dtype(column.dtype):
        codes, days = pd.factorize(column)
        objects = np.array([*(pd.Timestamp(day).date() for day in days), None], dtype=object)
        return list(objects[codes].tolist())
    if isinstance(column.dtype, pd.api.extensions.ExtensionDtype):
        return list(column.array.to_numpy(dtype=object, na_value=None).tolist())
    if column.dtype.kind in "iu":
        return list(column.to_numpy().tolist())
    objects = column.astype(object).to_numpy(dtype=object, copy=True)
    objects[column.isna().to_numpy()] = None
    return list(objects.tolist())


@lru_cache
def _insertion(table: Table, dialect: Dialect, names: tuple[str, ...]) -> SQLCompiler:
    compiled: SQLCompiler = insert(table).inline().compile(dialect=dialect, column_keys=list(names))
    return compiled


@lru_cache
def _overwriting(table: Table, dialect: Dialect, names: tuple[str, ...], key: str) -> SQLCompiler:
    values: dict[str, Any] = {name: bindparam(name) for name in names}
    compiled: SQLCompiler = update(table).where(table.c[key] == bindparam(_KEY)).values(values).compile(dialect=dialect)
    return compiled


def _execute(connection: Connection, statement: SQLCompiler, table: Table, columns: dict[str, pd.Series]) -> None:
    """Run a statement for all rows; only the rows of one chunk are Python objects at a time."""
    order = list(statement.positiontup or columns)
    length = len(next(iter(columns.values()), pd.Series(dtype=object)))
    for start in range(0, length, CHUNK):
        part = columns if length <= CHUNK else {name: columns[name].iloc[start : start + CHUNK] for name in order}
        bound = [_bound(part[name], table.c.get(name), connection) for name in order]
        rows = list(zip(*bound, strict=True))
        if statement.positional:
            connection.exec_driver_sql(statement.string, rows)
        else:
            connection.exec_driver_sql(statement.string, [dict(zip(order, row, strict=True)) for row in rows])


def _bound(values: pd.Series, column: Column[Any] | None, connection: Connection) -> list[Any]:
    objects = stored_values(values)
    if column is None or pd.api.types.is_string_dtype(values.dtype):
        return objects
    to_driver = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if to_driver is None:
        return objects
    seen: dict[date | datetime | bool | None, Any] = {value: to_driver(value) for value in set(objects)}
    return [seen[value] for value in objects]
