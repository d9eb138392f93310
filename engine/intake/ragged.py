"""Rows of delimited text that are not as wide as their header, and quotation marks that never closed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from engine.intake.grid import cell_objects
from engine.intake.header import Header
from engine.intake.sheets import Sheet
from engine.parsing.rejection import NoteCode


def rows_longer_than_header(sheet: Sheet, header: Header, cells: pd.DataFrame) -> pd.Series:
    """Rows with more cells than the header has headings: they are shifted, or a separator stands inside a value.

    Parameters
    ----------
    sheet, header
        A delimited text (of other sheets nothing is known) and its header.
    cells
        Cells of the rows that may be units.

    Returns
    -------
    pandas.Series
        Index: rows; ``cells`` and ``headings``: how many there are. Object.

    Examples
    --------
    >>> from engine.intake.header import find_header
    >>> grid = pd.DataFrame([["Unit name", "County", None], ["A", "Khoy", None], ["B", "Khoy", "250"]], dtype=object)
    >>> sheet = Sheet("s", grid, widths=(2, 2, 3))
    >>> rows_longer_than_header(sheet, find_header(sheet), grid.iloc[1:]).to_dict()
    {2: {'cells': 3, 'headings': 2}}
    """
    if header.last >= len(sheet.widths):
        return pd.Series(dtype=object)
    last = max(column.position for column in header.columns if column.levels)
    headings = max(last + 1, *sheet.widths[header.first : header.last + 1])
    widths = [sheet.widths[row] for row in cells.index if row < len(sheet.widths)]
    if len(widths) > 1 and len(set(widths)) == 1:  # all rows are as wide: a heading is missing, nothing is shifted
        headings = max(headings, widths[0])
    beyond = cells[[position for position in map(int, cells.columns) if position >= headings]].notna().to_numpy()
    if not beyond.any():
        return pd.Series(dtype=object)
    width = headings + beyond.shape[1] - beyond[:, ::-1].argmax(axis=1)
    facts: dict[Any, Any] = {
        row: {"cells": int(count), "headings": headings}
        for row, count, found in zip(cells.index, width, np.any(beyond, axis=1).tolist(), strict=True)
        if found
    }
    return pd.Series(facts, dtype=object)


def unclosed_quotes(sheet: Sheet, header: Header, rows: pd.Index, columns: list[str]) -> pd.DataFrame:
    """Remarks on the cells whose quotation mark never closed; it was left out.

    Parameters
    ----------
    sheet, header
        The grid and its header.
    rows
        Rows that are units.
    columns
        Columns of the table of remarks.
    """
    headings = {column.position: column for column in header.columns}
    found = [(row, place) for row, place in sheet.unclosed if row in rows and place in headings]
    lines = [
        {
            "sheet": sheet.name,
            "row": row + 1,
            "column": headings[place].label,
            "field": headings[place].field or "",
            "code": NoteCode.QUOTE_NOT_CLOSED,
            "given": cell_objects(sheet.cells[place])[row],
            "facts": {"row": row + 1},
        }
        for row, place in found
        if headings[place].field != "personal"
    ]
    return pd.DataFrame(lines, columns=columns, dtype=object)
