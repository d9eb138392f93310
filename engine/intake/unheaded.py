"""What to say of a file without a header that is understood: its likeliest line, and whether it lies on its side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from engine.intake.grid import cell_objects
from engine.intake.header import MIN_FIELDS, find_header
from engine.intake.labels import fields_named, nearest_field
from engine.intake.limits import MAX_COLUMNS
from engine.intake.sheets import SCANNED_ROWS, Sheet
from engine.parsing.text import fold

_SIDE = 4
"""Columns among which the headings of a sheet on its side are looked for."""


@dataclass(frozen=True, slots=True)
class Likeliest:
    """The line of a file that looks most like a header.

    Parameters
    ----------
    sheet, row
        Where it stands; row from 1.
    headings
        Heading -> field that it was understood as, ``None`` where it was not.
    """

    sheet: str
    row: int
    headings: Mapping[str, str | None]

    @property
    def understood(self) -> list[str]:
        """Headings that name a field."""
        return [heading for heading, field in self.headings.items() if field]

    @property
    def unknown(self) -> dict[str, str | None]:
        """Heading that names no field -> the field that comes nearest."""
        return {heading: nearest_field((heading,)) for heading, field in self.headings.items() if not field}


def likeliest_header(grids: list[Sheet]) -> Likeliest | None:
    """The line with most headings that are understood; among equals the fullest line of words, then the first.

    Examples
    --------
    >>> lines = [["List", None], ["SiteReference", "Hectares"], ["S/1", "0.43"]]
    >>> found = likeliest_header([Sheet("s", pd.DataFrame(lines, dtype=object))])
    >>> found.row, list(found.headings)
    (2, ['SiteReference', 'Hectares'])
    """
    best, highest = None, (0, 0.0, 0)
    for grid in grids:
        lines = grid.cells.head(SCANNED_ROWS).apply(cell_objects)
        for at, line in enumerate(lines.itertuples(index=False)):
            texts = list(dict.fromkeys(str(cell).strip() for cell in line if pd.notna(cell) and str(cell).strip()))
            if len(texts) < MIN_FIELDS:
                continue
            fields = {text: next((match.field for match in fields_named((text,))), None) for text in texts}
            words = sum(not any(mark.isdigit() for mark in fold(text)) for text in texts) / len(texts)
            rank = (sum(map(bool, fields.values())), round(words, 1), len(texts))
            if rank > highest:
                best, highest = Likeliest(grid.name, at + 1, fields), rank
    return best


def on_its_side(grid: Sheet, mapping: Mapping[str, str] | None = None) -> list[str] | None:
    """Headings of a sheet that has them below each other in a column, a unit in each further column; else ``None``.

    Examples
    --------
    >>> lines = [["Unit name", "A", "B"], ["County", "Khoy", "Urmia"], ["Status", "idle", "idle"]]
    >>> on_its_side(Sheet("s", pd.DataFrame(lines, dtype=object)))
    ['Unit name', 'County', 'Status']
    """
    if len(grid.cells) > MAX_COLUMNS:
        return None
    cells = grid.cells.apply(cell_objects).T.reset_index(drop=True)
    turned = replace(grid, cells=cells.set_axis(range(cells.shape[1]), axis=1), merges=(), widths=(), unclosed=())
    header = find_header(turned, mapping)
    if header is None or header.first >= _SIDE:
        return None
    return [column.label for column in header.columns if column.field is not None]
