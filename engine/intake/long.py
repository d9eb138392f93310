"""Turn a table with one row for each unit and attribute into one with a row for each unit."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from engine.intake.grid import cell_objects
from engine.intake.header import IDENTITY
from engine.intake.labels import fields_named
from engine.intake.lexicon import layout
from engine.intake.sheets import Sheet
from engine.parsing.text import compact, fold

SCANNED_ROWS = 60
MANY = 200
"""So many distinct attributes are no attributes; assumed."""

LEAST = 3
"""So many of them have to be known, and half of all; assumed."""

_KNOWN = 0.85


def one_row_a_unit(sheet: Sheet) -> Sheet | None:
    """The sheet with a row for each unit, ``None`` where it is no table of attributes.

    Such a table is known by three headings, a unit's name or id, an attribute and a value, and by attributes that are
    headings themselves. A unit keeps the number of its first row; an attribute that a unit has twice begins another
    row, so that nothing is lost.

    Parameters
    ----------
    sheet
        The grid.

    Returns
    -------
    Sheet or None
        Lines above the header as they were, the attributes as headings, and units by the number of their first row.

    Examples
    --------
    >>> lines = [["Unit name", "Attribute", "Value"], ["A", "County", "Khoy"], ["A", "Jobs now", 3]]
    >>> lines += [["B", "Status", "idle"]]
    >>> one_row_a_unit(Sheet("s", pd.DataFrame(lines, dtype=object))).cells.fillna("").values.tolist()
    [['Unit name', 'County', 'Jobs now', 'Status'], ['A', 'Khoy', 3, ''], ['B', '', '', 'idle']]
    """
    lines = sheet.cells.head(SCANNED_ROWS).apply(cell_objects)
    for first in range(min(SCANNED_ROWS, len(sheet.cells) - 1)):
        line = enumerate(lines.iloc[first])
        headings = {position: str(cell).strip() for position, cell in line if pd.notna(cell)}
        attribute, value = _one(headings, "attribute"), _one(headings, "value")
        if attribute is None or value is None or attribute == value:
            continue
        measure = _one(headings, "measure")
        others = [position for position in headings if position not in (attribute, value, measure)]
        keys = [position for position in others if _field(headings[position]) in IDENTITY]
        if keys and _are_headings(sheet.cells[attribute].iloc[first + 1 :]):
            others = [one for one in others if one not in keys and _field(headings[one]) != "serial"]
            return _turned(sheet, first, headings, keys, others, attribute, value, measure)
    return None


def _one(headings: dict[int, str], role: str) -> int | None:
    found = [position for position, heading in headings.items() if compact(heading) in layout(role)]
    return found[0] if len(found) == 1 else None


def _field(heading: str) -> str | None:
    best = fields_named((heading,))
    return best[0].field if best and best[0].score >= _KNOWN else None


def _are_headings(cells: pd.Series) -> bool:
    distinct = [str(cell) for cell in pd.unique(cells.dropna())[: MANY + 1]]
    known = [name for name in distinct if _field(name) is not None]
    return len(distinct) <= MANY and len(known) >= LEAST and len(known) >= 0.5 * len(distinct)


def _turned(
    sheet: Sheet,
    first: int,
    headings: dict[int, str],
    keys: list[int],
    others: list[int],
    attribute: int,
    value: int,
    measure: int | None,
) -> Sheet:
    below = sheet.cells.iloc[first + 1 :].apply(cell_objects)
    key = below[keys].ffill() if _only_first_named(below[keys]) else below[keys]
    named = below[attribute].map(lambda cell: None if pd.isna(cell) else " ".join(str(cell).split()))
    stated = named.notna() & key.notna().any(axis=1)
    unit, named = key.astype("str").agg("\0".join, axis=1)[stated], named[stated]
    cells = _measured(below[value], None if measure is None else below[measure])[stated]
    again = pd.Series(1, index=cells.index).groupby([unit, named]).cumsum()
    record = pd.Series(cells.index, index=cells.index).groupby([unit, again]).transform("first")
    names = list(dict.fromkeys(named))
    wide = pd.DataFrame({"record": record, "name": named, "cell": cells}).set_index(["record", "name"])["cell"]
    values = wide.unstack("name").reindex(columns=names)  # noqa: PD010  nothing is aggregated
    beside = below.loc[stated, others].groupby(record).agg(_agreed) if others else pd.DataFrame(index=values.index)
    table = pd.concat([key.loc[values.index], beside, values], axis=1)
    table.columns = pd.RangeIndex(table.shape[1])
    head = pd.DataFrame([[*(headings[one] for one in (*keys, *others)), *names]], index=[first])
    grid = pd.concat([sheet.cells.iloc[:first].apply(cell_objects), head, table]).astype(object)
    return replace(
        sheet,
        cells=grid.where(grid.notna(), None),
        merges=(),
        hidden=frozenset(),
        uncomputed=frozenset(),
        hidden_rows=frozenset(),
        widths=(),
        unclosed=(),
    )


def _agreed(cells: pd.Series) -> object:
    """What the rows of one unit say in a further column, if they say one thing."""
    said = pd.unique(cells.dropna())
    return said[0] if len(said) == 1 else None


def _only_first_named(keys: pd.DataFrame) -> bool:
    """Whether blank keys are those of the rows of one unit below its first: they are blank all together."""
    blank = keys.isna()
    return bool(blank.any(axis=None) and (blank.all(axis=1) | ~blank.any(axis=1)).all())


def _measured(cells: pd.Series, measure: pd.Series | None) -> pd.Series:
    """Values with the unit of measure that stands beside them, where they are numbers."""
    if measure is None:
        return cells
    numeric = cells.map(lambda cell: pd.notna(cell) and fold(str(cell)).replace(",", "").replace(".", "").isdigit())
    both = numeric & measure.notna()
    whole = cells.map(lambda cell: str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell))
    return cells.where(~both, whole + " " + measure.astype("str"))
