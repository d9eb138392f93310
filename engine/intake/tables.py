"""The tables of a sheet: a header, the cells below it, and which of the rows may be units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from engine.domain.unit import FIELDS
from engine.intake.claimed import second_columns
from engine.intake.contest import settled
from engine.intake.corrections import corrected
from engine.intake.distinct import Columns
from engine.intake.header import Header, with_nameless, without_hollow
from engine.intake.persons import without_contacts
from engine.intake.projects import without_unsure
from engine.intake.ragged import rows_longer_than_header
from engine.intake.rows import filled_down, groups_of, ignored_rows
from engine.intake.sheets import Sheet
from engine.intake.stacked import first_header, next_header
from engine.parsing.rejection import IgnoredRow, SheetNote


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a sheet.

    Parameters
    ----------
    sheet
        The grid that it stands in.
    header, cells
        Its header, and the lines below it.
    begin
        Position of its first line: titles above the header belong to it.

    Attributes
    ----------
    columns
        The cells, each column taken apart; without what reaches a person.
    personal
        Headings of columns out of whose cells something of a person was taken.
    why
        Why rows are no units, missing for the others.
    long
        Rows that are longer than the header, from `engine.intake.ragged`.
    """

    sheet: Sheet
    header: Header
    cells: pd.DataFrame
    begin: int = 0
    columns: Columns = field(init=False)
    personal: list[str] = field(init=False)
    why: pd.Series = field(init=False)
    long: pd.Series = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", Columns(self.cells))
        header = settled(without_hollow(self.header, self.cells), self.columns)
        object.__setattr__(self, "header", without_unsure(header, self.columns))
        read = tuple(column for column in self.header.columns if column.field in FIELDS)
        columns, personal = without_contacts(self.columns, read)
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "personal", personal)
        object.__setattr__(self, "why", ignored_rows(self.sheet, self.header, self.columns))
        rows = self.cells[self.why.isna()]
        object.__setattr__(self, "long", rows_longer_than_header(self.sheet, self.header, rows))
        straight = rows.drop(index=self.long.index) if len(self.long) else rows
        object.__setattr__(self, "header", with_nameless(self.header, straight))

    @property
    def groups(self) -> pd.Series:
        """Lines that group the rows below them."""
        lines = self.cells[self.why == IgnoredRow.GROUP]
        return groups_of(lines, [column.position for column in self.header.columns if column.field == "serial"])

    def titles(self) -> list[str]:
        """Titles above the header, the sheet's name, and footnotes."""
        notes = self.cells[self.why == IgnoredRow.NOTE]
        return [*self.own_titles(), *_lines(notes), self.sheet.name]

    def own_titles(self) -> list[str]:
        """Titles above the header."""
        return _lines(self.sheet.cells.iloc[self.begin : self.header.first])


def tables_of(grid: Sheet, mapping: Mapping[str, str] | None, corrections: pd.DataFrame | None) -> list[Table]:
    """Tables of a sheet, nearly always one."""
    found: list[Table] = []
    header, begin = first_header(grid, mapping), 0
    while header is not None:
        table = _table(grid, header, begin, len(grid.cells), corrections)
        below = next_header(grid, header, table.columns, mapping)
        if below is not None:
            table = _table(grid, header, begin, below[0], corrections)
        found.append(table)
        begin, header = below or (0, None)
    return found


def _table(grid: Sheet, header: Header, begin: int, end: int, corrections: pd.DataFrame | None) -> Table:
    """The lines of one table, the corrected ones as they should be."""
    cells = filled_down(grid, header, grid.cells.iloc[header.last + 1 : end])
    if corrections is not None:
        last = end == len(grid.cells)
        corrections = corrections[(corrections["row"] > begin) & ((corrections["row"] <= end) | last)]
    return Table(grid, header, corrected(cells, header, grid.name, corrections), begin)


def _lines(cells: pd.DataFrame) -> list[str]:
    lines = (" ".join(str(cell) for cell in row if pd.notna(cell)) for row in cells.itertuples(index=False))
    return [line for line in lines if line]


def sheet_notes(tables: list[Table], turned: Mapping[str, Sheet]) -> pd.DataFrame:
    """What of the sheets a person who looks at them would not see."""
    notes = [
        (table.sheet.name, column.label, code)
        for table in tables
        for code, positions in (
            (SheetNote.HIDDEN_COLUMN, table.sheet.hidden),
            (SheetNote.NOT_COMPUTED, table.sheet.uncomputed),
            (SheetNote.NAMELESS_COLUMN, {column.position for column in table.header.columns if not column.levels}),
            (SheetNote.SECOND_COLUMN, {one.column.position for one in second_columns(table.header.columns)}),
        )
        for column in table.header.columns
        if column.position in positions
    ]
    long = [(table.sheet.name, None, SheetNote.LONG_LAYOUT) for table in tables if table.sheet.name in turned]
    unread = [(name, None, SheetNote.HIDDEN_SHEET) for name in tables[0].sheet.unread]
    rows = [
        (table.sheet.name, _spans(hidden), SheetNote.HIDDEN_ROW)
        for table in tables
        if (hidden := [row for row in table.why.index[table.why.isna()] if row in table.sheet.hidden_rows])
    ]
    return pd.DataFrame([*notes, *rows, *long, *unread], columns=["sheet", "column", "code"], dtype=object)


def _spans(rows: list[int]) -> str:
    """Numbers of rows, those that follow on each other as a span: ``3, 5-8``."""
    spans: list[list[int]] = []
    for row in rows:
        if spans and row == spans[-1][-1] + 1:
            spans[-1][1:] = [row]
        else:
            spans.append([row])
    return ", ".join("-".join(str(end + 1) for end in span) for span in spans)
