"""What a person sees of a file: its sheets, how their headers were understood, and rows as they stand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import pandas as pd

from engine.domain.unit import FIELDS, Field, Kind
from engine.intake.header import Column
from engine.intake.long import one_row_a_unit
from engine.intake.persons import without_contacts
from engine.intake.reading import money_unit
from engine.intake.sheets import open_sheets
from engine.intake.tables import Table, tables_of
from engine.intake.titles import read_titles
from engine.parsing.money import MoneyUnit

FIRST = 3
"""Rows of a table that are shown as they stand."""
_LONGEST = 200
_PERSONAL = "personal"


@dataclass(frozen=True, slots=True, eq=False)
class Glance:
    """One table of a sheet as it stands.

    Parameters
    ----------
    sheet
        Name of the sheet.
    first, last
        Lines of the header, numbers of the sheet.
    columns
        Its columns, as they were understood.
    rows
        Texts of some cells, shape (n, columns), index: numbers of rows in the sheet, columns: positions from 0; empty
        where blank. Columns of persons are not among them.
    money
        Position of a column of amounts -> their unit, as heading or titles say it; ``None`` where neither does.
    """

    sheet: str
    first: int
    last: int
    columns: tuple[Column, ...]
    rows: pd.DataFrame
    money: Mapping[int, MoneyUnit | None]


def glance(
    path: str | PathLike[str],
    *,
    sheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
    rows: Mapping[str, Collection[int]] | None = None,
    without: Collection[str] = (),
) -> tuple[list[str], list[Glance]]:
    r"""Look at the tables of a file.

    Parameters
    ----------
    path
        Workbook or delimited text, with Persian or English headings.
    sheet
        Look at this sheet only; by default at every visible sheet that has a header.
    mapping
        Heading -> field name, ``serial`` or ``ignore``, for headings that are not recognised.
    rows
        Sheet -> numbers of rows that are shown beside the first `FIRST` of each table.
    without
        Headings of columns that hold something of persons, as the reading found them: their cells are left out.

    Returns
    -------
    names : list of str
        Sheets that can be read.
    found : list of Glance
        Tables, in the order of the file.

    Raises
    ------
    EhyaError
        As reading does for a file that cannot be opened.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder) / "list.csv"
    ...     _ = file.write_text("Unit name,County,Mobile\nA,Khoy,09141234567\n", encoding="utf-8")
    ...     names, (found,) = glance(file)
    >>> names, found.first, [(column.label, column.field) for column in found.columns]
    (['list'], 1, [('Unit name', 'name'), ('County', 'county'), ('Mobile', 'personal')])
    >>> found.rows.loc[2].tolist()
    ['A', 'Khoy']
    """
    grids = open_sheets(Path(path), only=sheet)
    wide = [one_row_a_unit(grid) or grid for grid in grids]
    wanted = rows or {}
    found = [
        _glance(table, wanted.get(grid.name, ()), without) for grid in wide for table in tables_of(grid, mapping, None)
    ]
    return [grid.name for grid in grids], found


def _glance(table: Table, wanted: Collection[int], without: Collection[str]) -> Glance:
    header = table.header
    shown = [one for one in header.columns if one.field != _PERSONAL and one.label not in without]
    strange = tuple(one for one in shown if one.field not in FIELDS)
    columns, _ = without_contacts(table.columns, strange)
    first = table.cells.index[table.why.isna()][:FIRST]
    chosen = table.cells.index[table.cells.index.isin([*first, *(row - 1 for row in wanted)])]
    cells = columns.table.loc[chosen, [one.position for one in shown]]
    texts = cells.astype(object).map(_text).set_axis(chosen + 1)
    stated = read_titles(table.titles())
    amounts = [one for one in shown if one.field in FIELDS and FIELDS[Field(one.field)].kind is Kind.MONEY]
    units = {one.position: money_unit(one, stated.money, stated.rates) for one in amounts}
    return Glance(table.sheet.name, header.first + 1, header.last + 1, header.columns, texts, units)


def _text(cell: object) -> str:
    if pd.isna(cell):  # type: ignore[call-overload]
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat()).removesuffix("T00:00:00")
    return str(cell)[:_LONGEST]
