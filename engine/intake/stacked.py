"""Tables that stand one below the other in a sheet: each has a header of its own."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.intake.distinct import Columns, among
from engine.intake.header import IDENTITY, Header, find_header
from engine.intake.labels import known_headings
from engine.intake.sheets import Sheet
from engine.parsing.text import fold

MOSTLY = 0.6
"""From this share of a line's cells on that are headings, the line is a header; assumed."""


def first_header(sheet: Sheet, mapping: Mapping[str, str] | None = None) -> Header | None:
    """The header of the first table of a sheet: one further down may name more fields than it.

    Examples
    --------
    >>> import pandas as pd
    >>> lines = [["Unit name", "Jobs now", None], ["A", 3, None], ["Jobs now", "Unit name", "County"]]
    >>> sheet = Sheet("s", pd.DataFrame([*lines, [4, "B", "Khoy"]], dtype=object))
    >>> find_header(sheet).first, first_header(sheet).first
    (2, 0)
    """
    header = find_header(sheet, mapping)
    if header is None:
        return None
    count = sheet.cells.iloc[: header.first].notna().sum(axis=1).to_numpy()
    for at in np.flatnonzero(count > 1)[:-1]:
        above = find_header(sheet, mapping, at=int(at))
        if above is None or not (count[above.last + 1 :] > 1).any():
            continue
        if sum(column.field is not None for column in above.columns) >= MOSTLY * len(above.columns):
            return above
    return header


def next_header(
    sheet: Sheet, header: Header, columns: Columns, mapping: Mapping[str, str] | None = None
) -> tuple[int, Header] | None:
    """The header of the next table of a sheet, where its columns are others or stand in another order.

    A header that is only repeated is none of another table: `engine.intake.rows` leaves it out.

    Parameters
    ----------
    sheet, header
        The grid and the header above.
    columns
        Cells below it.
    mapping
        Heading -> field name, ``serial`` or ``ignore``; goes before everything recognised.

    Returns
    -------
    begin : int
        Position of the next table's first line: titles right above its header belong to it.
    header : Header
        Its header. ``None`` where no other table follows.

    Examples
    --------
    >>> import pandas as pd
    >>> from engine.intake.header import find_header
    >>> lines = [["Unit name", "County", "Status"], ["A", "Khoy", "idle"], ["County", "Unit name", None]]
    >>> sheet = Sheet("s", pd.DataFrame([*lines, ["Khoy", "B", None]], dtype=object))
    >>> begin, below = next_header(sheet, find_header(sheet), Columns(sheet.cells.iloc[1:]))
    >>> begin, [column.field for column in below.columns]
    (2, ['county', 'name'])
    """
    rows = columns.table.index
    words = known_headings() | {fold(text) for column in header.columns for text in column.levels}
    likely = np.zeros(len(rows), dtype=bool)
    for column in header.columns:  # a header has a heading above the names, whatever they are there
        if column.field in IDENTITY:
            likely |= columns[column.position].marked(among(columns[column.position].folded, words), rows)
    if not likely.any():
        return None
    at = rows[likely]
    held = columns.table.loc[at].notna()
    said, own = np.zeros(len(at), dtype=np.int64), np.zeros(len(at), dtype=np.int64)
    levels = {column.position: {fold(text) for text in column.levels} for column in header.columns}
    for position in map(int, held.columns):
        apart = columns[position]
        said += apart.marked(among(apart.folded, words), rows)[likely]
        own += apart.marked(among(apart.folded, levels.get(position, set())), rows)[likely]
    least = np.maximum(2, MOSTLY * held.to_numpy().sum(axis=1))
    for first in at[(said >= least) & (own < least)]:
        below = find_header(sheet, mapping, at=int(first))
        if below is not None:
            return _begin(columns, int(first)), below
    return None


def _begin(columns: Columns, first: int) -> int:
    """The first of the lines above a header that hold one cell or none."""
    count = columns.table.loc[: first - 1].notna().sum(axis=1)
    full = count.index[count > 1]
    return int(full[-1]) + 1 if len(full) else int(columns.table.index[0])
