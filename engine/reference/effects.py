"""Prior effects of the fields: the table ``effects``, with the rows that a user's own file overrides."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.reference.checks import check
from engine.reference.tables import TableRule, TableSpec, read, refused, spec, table

NAME = "effects"
NEEDED = ("output", "feature", "effect", "low", "high")
"""Columns that a user's file must have."""

_RANGE = ["effect", "low", "high"]
_RISING = ["low", "effect", "high"]
_KEY = ["output", "feature"]
_NOT_OVERRIDDEN = ("fields", "transform", "sign")
"""What a row is about; only what is believed of it can be overridden."""


def effects(override: Path | None = None) -> pd.DataFrame:
    """Rows of the table ``effects``, a user's own in place of those they name.

    Parameters
    ----------
    override
        CSV with ``output, feature, effect, low, high`` and any further column of the table. A row replaces what the
        table believes of the same output and feature; columns that are left out or empty keep the table's words, but
        ``basis`` becomes ``elicited`` and ``source`` the file's name. ``None``, or no such file: the table alone.

    Returns
    -------
    pandas.DataFrame
        Columns of the table and ``overridden`` (bool), in the table's order.

    Raises
    ------
    EhyaError
        ``unknown_column``; ``reference_refused`` with the line of the file: a field or output that the table does not
        have, a direction that the schema does not allow, a range without its point, a point outside of its range, a
        spread of nil; ``file_unreadable``.

    Examples
    --------
    >>> rows = effects()
    >>> rows.loc[rows["feature"] == "has_title_deed", ["effect", "overridden"]].values.tolist()
    [[0.35, False]]
    """
    rows = table(NAME).assign(overridden=False)
    if override is None or not override.is_file():
        return rows
    given = _read(override)
    place = pd.MultiIndex.from_frame(rows[_KEY]).get_indexer(pd.MultiIndex.from_frame(given[_KEY]))
    for column in given.columns:
        if column in _KEY:
            continue
        stated = given[column].notna().to_numpy()
        rows.loc[place[stated], column] = given.loc[stated, column].to_numpy()
    for column, text in (("basis", "elicited"), ("source", override.name)):
        silent = given[column].isna().to_numpy() if column in given else np.ones(len(given), dtype=bool)
        rows.loc[place[silent], column] = text
    rows.loc[place, "overridden"] = True
    return rows


def check_effects(rows: pd.DataFrame) -> None:
    """Hold effects against what their scale allows, beside the rules of every reference table.

    Parameters
    ----------
    rows
        As :func:`effects` gives them.

    Raises
    ------
    EhyaError
        As :func:`effects`.

    Examples
    --------
    >>> check_effects(table("effects"))
    >>> check_effects(table("effects").assign(low=None))
    Traceback (most recent call last):
    ...
    engine.errors.EhyaError: reference_refused: table='effects' row=2 column='low' given='' rule=... allowed=...
    """
    described = spec(NAME)
    plain = rows[list(described.columns)]
    check(NAME, plain)
    _hold(plain, described)


def _read(path: Path) -> pd.DataFrame:
    described = spec(NAME)
    try:
        text = path.read_text("utf-8-sig")
        names = list(pd.read_csv(StringIO(text), nrows=0).columns)
    except (OSError, UnicodeDecodeError, pd.errors.EmptyDataError, pd.errors.ParserError) as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=path.name) from error
    strange = [name for name in names if name not in described.columns]
    if strange or not set(NEEDED) <= set(names):
        allowed = list(described.columns) if strange else list(NEEDED)
        raise EhyaError(ErrorCode.UNKNOWN_COLUMN, table=path.name, given=strange or names, allowed=allowed)
    narrow = TableSpec(
        name=path.name,
        key=tuple(_KEY),
        columns={name: described.columns[name] for name in names},
        dates=(),
        licence="",
        attribution="",
    )
    given = read(text, narrow)
    rows = table(NAME)
    known = pd.MultiIndex.from_frame(rows[_KEY])
    listed = [f"{output}.{feature}" for output, feature in known]
    strangers = ~pd.MultiIndex.from_frame(given[_KEY]).isin(known)
    if strangers.any():
        first = given.loc[strangers, _KEY].fillna("").iloc[0]
        name = f"{first['output']}.{first['feature']}"
        nearest = difflib.get_close_matches(name, listed, n=1, cutoff=0.0)[0]
        raise refused(narrow, given["feature"], pd.Series(strangers), TableRule.ROW, nearest)
    if (twice := given.duplicated(_KEY)).any():
        raise refused(narrow, given["feature"], twice, TableRule.KEY, _KEY)
    without = rows.set_index(_KEY).loc[pd.MultiIndex.from_frame(given[_KEY])]
    fixed = [name for name in _NOT_OVERRIDDEN if name in given]
    for name in fixed:
        other = given[name].notna() & (given[name].astype("str") != without[name].astype("str").to_numpy())
        if other.any():
            raise refused(narrow, given[name], other, TableRule.WORDS, str(without[name].iloc[int(other.argmax())]))
    _hold(given.assign(sign=without["sign"].to_numpy(), transform=without["transform"].to_numpy()), narrow)
    return given.drop(columns=fixed)


def _hold(rows: pd.DataFrame, described: TableSpec) -> None:
    for column, wrong, rule, allowed in _breaches(rows):
        if wrong.any():
            raise refused(described, rows[column], wrong, rule, allowed)


def _breaches(rows: pd.DataFrame) -> Iterator[tuple[str, pd.Series, TableRule, object]]:
    effect, low, high = (rows[name] for name in _RANGE)
    without = rows["transform"] == "none"
    for name in _RANGE:
        yield name, rows[name].isna() & ~without, TableRule.POINT, [other for other in _RANGE if other != name]
        yield name, rows[name].notna() & without, TableRule.WORDS, "none"
    yield "effect", low > effect, TableRule.RISING, _RISING
    yield "high", high < effect, TableRule.RISING, _RISING
    yield "low", low == high, TableRule.SPREAD, _RISING
    for sign in (-1, 1):
        wrong = (rows["sign"] == sign) & ((effect * sign < 0) | (rows["low"] * sign < 0) | (rows["high"] * sign < 0))
        yield "effect", wrong.fillna(False).astype(bool), TableRule.SIGN, "+" if sign > 0 else "-"
