"""Check a reference table against what its description allows: each rule over whole columns at once.

The description (``data/NAME.toml``) is ours, since the command line reads titles, units of measure and words out of it
too; a library of schemas would know the rules of single columns, but not gaps, places, parts and rising columns.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import pandas as pd

from engine.errors import EhyaError
from engine.reference.tables import TableRule, TableSpec, refused, spec, table, table_names

PARTS_TOLERANCE = 0.002
"""How far parts of one may be off: ten shares printed with four digits are off by .0005 together at the worst."""

Breach = tuple[str, pd.Series, TableRule, object]
"""Column, which rows break the rule (bool, shape (n,)), the rule, and what is allowed."""


def check(name: str, rows: pd.DataFrame | None = None) -> None:
    """Hold the rows of a table against its description.

    Parameters
    ----------
    name
        A reference table.
    rows
        Rows with its columns and dtypes; those of the project by default.

    Raises
    ------
    EhyaError
        ``unknown_table``; ``reference_refused`` with table, row (line of its file), column, what is given, the
        `TableRule` it breaks and what is allowed.

    Examples
    --------
    >>> check("provinces")
    >>> check("provinces", table("provinces").assign(population_1395=-1))
    Traceback (most recent call last):
    ...
    engine.errors.EhyaError: reference_refused: table='provinces' row=2 column='population_1395' given='-1' ...
    """
    described = spec(name)
    held = table(name) if rows is None else rows.reset_index(drop=True)
    for find in _RULES:
        for column, wrong, rule, allowed in find(held, described):
            if wrong.any():
                raise refused(described, held[column], wrong, rule, allowed)


def check_all() -> int:
    """Check every table; says how many there are.

    Raises
    ------
    EhyaError
        As ``check``, for the first table that does not hold.
    """
    names = table_names()
    for name in names:
        check(name)
    return len(names)


def faulty() -> EhyaError | None:
    """What is wrong with the first table that does not hold; nothing where all do.

    Examples
    --------
    >>> faulty() is None
    True
    """
    try:
        check_all()
    except EhyaError as error:
        return error
    return None


def _required(rows: pd.DataFrame, described: TableSpec) -> Iterator[Breach]:
    for name, column in described.columns.items():
        if column.required or name in described.key or name == "source":
            yield name, rows[name].isna(), TableRule.REQUIRED, ""


def _keys(rows: pd.DataFrame, described: TableSpec) -> Iterator[Breach]:
    key = list(described.key)
    yield key[-1], rows.duplicated(key), TableRule.KEY, key


def _ranges(rows: pd.DataFrame, described: TableSpec) -> Iterator[Breach]:
    for name, column in described.columns.items():
        if column.low is not None:
            yield name, _known(rows[name] < column.low), TableRule.RANGE, f">= {column.low:g}"
        if column.high is not None:
            yield name, _known(rows[name] > column.high), TableRule.RANGE, f"<= {column.high:g}"


def _words(rows: pd.DataFrame, described: TableSpec) -> Iterator[Breach]:
    for name, column in described.columns.items():
        if column.allowed:
            yield name, _outside(rows[name], set(column.allowed), column.many), TableRule.WORDS, list(column.allowed)


def _patterns(rows: pd.DataFrame, described: TableSpec) -> Iterator[Breach]:
    for name, column in described.columns.items():
        if column.pattern:
            broken = rows[name].notna() & ~_known(rows[name].str.fullmatch(column.pattern))
            yield name, broken, TableRule.PATTERN, column.pattern


def _references(rows: pd.DataFrame, described: TableSpec) -> Iterator[Breach]:
    for name, column in described.columns.items():
        if column.refers:
            other, _, key = column.refers.partition(".")
            values = rows if other == described.name else table(other)
            known = {*values[key].dropna(), *column.besides}
            yield name, _outside(rows[name], known, column.many), TableRule.REFERS, column.refers


def _places(rows: pd.DataFrame, described: TableSpec) -> Iterator[Breach]:
    if described.places:
        counties = table("counties")
        known = pd.Index(counties["province"] + "/" + counties["county"])
    for province, county in described.places:
        pair = rows[province] + "/" + rows[county]
        yield county, pair.notna() & ~pair.isin(known), TableRule.PLACE, "counties.county"


def _parts(rows: pd.DataFrame, described: TableSpec) -> Iterator[Breach]:
    for group in described.parts:
        total = rows[list(group)].sum(axis=1, skipna=False)
        yield group[-1], (total - 1).abs() > PARTS_TOLERANCE, TableRule.PARTS, list(group)


def _rising(rows: pd.DataFrame, described: TableSpec) -> Iterator[Breach]:
    for group in described.rising:
        # a missing value in the middle must not part its neighbours
        levels = rows[list(group)].astype("float64").ffill(axis=1)
        for lower, upper in pairwise(group):
            yield upper, levels[lower] > levels[upper], TableRule.RISING, list(group)


def _gaps(rows: pd.DataFrame, described: TableSpec) -> Iterator[Breach]:
    for value, flag in described.gaps:
        yield flag, rows[value].isna() != (rows[flag] == "missing"), TableRule.GAP, value


def _dated(rows: pd.DataFrame, described: TableSpec) -> Iterator[Breach]:
    if not described.undated_rows:
        dates = list(described.dates)
        yield dates[0], rows[dates].isna().all(axis=1), TableRule.DATED, dates


def _spelling(rows: pd.DataFrame, described: TableSpec) -> Iterator[Breach]:
    for name, column in described.columns.items():
        if column.dtype != "str" or name.startswith("aliases"):  # aliases are there to be recognised
            continue
        loose = rows[name].str.contains(r"^\s|\s$|\s{2}|[\n\r\t]", regex=True)
        arabic = rows[name].str.contains("[يك]", regex=True) if name.endswith("_fa") else loose
        yield name, _known(loose) | _known(arabic), TableRule.SPELLING, ""


def _known(answers: pd.Series) -> pd.Series:
    """Answers about cells, a cell that is not known never counts."""
    return answers.astype("boolean").fillna(False).astype(bool)


def _outside(cells: pd.Series, known: set[str], many: bool) -> pd.Series:
    given = cells.dropna()
    words = given.str.split(";").explode() if many else given
    strange = words[~words.isin(known)].index
    return pd.Series(np.isin(cells.index, strange), index=cells.index)


_RULES: tuple[Callable[[pd.DataFrame, TableSpec], Iterator[Breach]], ...] = (
    _required,
    _keys,
    _ranges,
    _words,
    _patterns,
    _references,
    _places,
    _parts,
    _rising,
    _gaps,
    _dated,
    _spelling,
)
