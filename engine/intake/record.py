"""What was read of a file, and the report of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from engine.codes import Code
from engine.domain.extras import EXTRAS, extra_objects
from engine.domain.items import item_objects
from engine.domain.unit import FIELDS, PARTS, Field, Kind
from engine.parsing.rejection import IgnoredRow

Say = Callable[[str, Mapping[str, Any]], str]
"""Turns the key of a code and its facts into a sentence."""


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """What was read of one file; holds no value of a person.

    Parameters
    ----------
    source
        Name of the file, or what the caller calls it.
    as_of
        Day the file describes, ``None`` where nobody said.
    units
        Unit table of the accepted rows, in file order, index ``SHEET!ROW``, with the columns ``sheet, row, extras``
        (columns that no field knows, `engine.domain.extras`), ``identity, occurrence``.
    rejected_rows
        ``sheet, row, code, facts``.
    rejected_cells, notes
        ``sheet, row, column, field, code, given, facts``; a noted value was taken.
    ignored_rows
        ``sheet, row, code``.
    duplicates
        ``sheet, row, other_sheet, other_row, code``.
    unknown_columns
        ``sheet, column, nearest``.
    columns
        ``sheet, column, field, measure``: how each heading was read.
    personal_not_stored
        Headings of columns that hold persons, or something of persons in some of their cells.
    personal_in_cells
        Those of them of which only that was left out; the rest of the column is kept.
    sheet_notes
        ``sheet, column, code``: hidden columns (they were read), hidden sheets (they were not), and columns with
        formulas whose value no program has computed (those cells are blank).
    """

    source: str
    as_of: pd.Timestamp | None
    units: pd.DataFrame
    rejected_rows: pd.DataFrame
    rejected_cells: pd.DataFrame
    notes: pd.DataFrame
    ignored_rows: pd.DataFrame
    duplicates: pd.DataFrame
    unknown_columns: pd.DataFrame
    columns: pd.DataFrame
    personal_not_stored: tuple[str, ...]
    personal_in_cells: tuple[str, ...] = ()
    sheet_notes: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["sheet", "column", "code"]))

    @property
    def rows_read(self) -> int:
        """Rows that hold a unit or should: accepted and rejected ones."""
        return len(self.units) + len(self.rejected_rows)

    @property
    def sheets(self) -> list[str]:
        """Sheets that were read as registers, in order."""
        return list(dict.fromkeys(self.columns["sheet"]))

    def report(self, changes: pd.DataFrame | None = None, *, say: Say | None = None) -> dict[str, Any]:
        r"""Everything as JSON.

        Parameters
        ----------
        changes
            Index of ``units``, columns ``unit_id`` and ``change`` (``new``, ``updated``, ``unchanged``), from the
            store; without it both are ``None``: nothing was stored.
        say
            Makes the messages; without it a message is the bare code.

        Returns
        -------
        dict
            ``rows_read, accepted, rejected_rows, rejected_cells, ignored_rows, duplicates, unknown_columns,
            personal_not_stored`` and, beyond these, ``source, as_of, columns, notes, sheet_notes, nearest_columns``.
            Rows are numbers of the sheet; where several sheets were read, each entry also names its ``sheet``. An
            accepted row's ``precision`` names its dates that are known to the month or year only; ``fields`` holds
            their first day; ``extras`` lists what stands in columns that no field knows.

        Examples
        --------
        >>> import tempfile, pathlib
        >>> from engine.intake import read_register
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = pathlib.Path(folder) / "list.csv"
        ...     _ = file.write_text("Unit name,County,Jobs now\nA,Khoy,12\nB,Khoy,-3\n", encoding="utf-8")
        ...     report = read_register(file).report()
        >>> report["accepted"][0]["fields"]
        {'name': 'A', 'province': 'West Azerbaijan', 'county': 'Khoy', 'jobs_now': 12}
        >>> [(cell["row"], cell["code"]) for cell in report["rejected_cells"]]
        [(3, 'out_of_range')]
        """
        say = say or (lambda key, facts: key.partition(".")[2])
        return {
            "source": self.source,
            "as_of": None if self.as_of is None else self.as_of.date().isoformat(),
            "rows_read": self.rows_read,
            "accepted": self._accepted(changes),
            "rejected_rows": [
                self._place(row) | {"code": str(row.code), "message": say(row.code.key, row.facts)}
                for row in _lines(self.rejected_rows)
            ],
            "rejected_cells": self._cells(self.rejected_cells, say),
            "ignored_rows": self._ignored(),
            "duplicates": [self._pair(pair) for pair in _lines(self.duplicates)],
            "unknown_columns": list(dict.fromkeys(self.unknown_columns["column"])),
            "personal_not_stored": list(self.personal_not_stored),
            "notes": self._cells(self.notes, say),
            "columns": [
                {"sheet": row.sheet, "column": row.column, "field": row.field, "measure": row.measure}
                for row in _lines(self.columns)
            ],
            "sheet_notes": [
                {"sheet": note.sheet, "column": note.column, "code": str(note.code), "message": say(note.code.key, {})}
                for note in _lines(self.sheet_notes)
            ],
            "nearest_columns": {row.column: row.nearest for row in _lines(self.unknown_columns)},
        }

    def _several(self) -> bool:
        return len(self.sheets) > 1

    def _place(self, row: Any) -> dict[str, Any]:
        return ({"sheet": row.sheet} if self._several() else {}) | {"row": int(row.row)}

    def _pair(self, pair: Any) -> list[Any]:
        if not self._several():
            return [int(pair.row), int(pair.other_row)]
        return [
            {"sheet": pair.sheet, "row": int(pair.row)},
            {"sheet": pair.other_sheet, "row": int(pair.other_row)},
        ]

    def _ignored(self) -> list[Any]:
        rows = self.ignored_rows[self.ignored_rows["code"] != IgnoredRow.HEADER]
        return [self._place(row) if self._several() else int(row.row) for row in _lines(rows)]

    def _cells(self, cells: pd.DataFrame, say: Say) -> list[dict[str, Any]]:
        return [
            self._place(cell)
            | {"column": cell.column, "field": cell.field, "code": str(cell.code), "given": cell.given}
            | {"message": say(cell.code.key, _facts(cell))}
            for cell in _lines(cells)
        ]

    def _accepted(self, changes: pd.DataFrame | None) -> list[dict[str, Any]]:
        columns = {field.value: json_values(self.units, field) for field in Field}
        inexact = {field.value: _inexact(self.units, field) for field in Field if FIELDS[field].kind is Kind.DATE}
        extras = self.units[EXTRAS].tolist() if EXTRAS in self.units.columns else [None] * len(self.units)
        ids = [None] * len(self.units) if changes is None else changes.loc[self.units.index, "unit_id"].tolist()
        kinds = [None] * len(self.units) if changes is None else changes.loc[self.units.index, "change"].tolist()
        return [
            self._place(row)
            | {"unit_id": ids[position], "change": None if kinds[position] is None else str(kinds[position])}
            | {"fields": {name: values[position] for name, values in columns.items() if values[position] is not None}}
            | {"precision": {name: known[position] for name, known in inexact.items() if known[position] is not None}}
            | {"extras": extra_objects(extras[position])}
            for position, row in enumerate(_lines(self.units[["sheet", "row"]]))
        ]


def json_values(units: pd.DataFrame, field: Field) -> list[Any]:
    """Values of one field as JSON holds them; ``None`` where not known.

    Dates are ISO strings, the first day of a month or year that is all that is known; lists of codes are sorted lists,
    machines and debts lists of objects; whole numbers are integers.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "stop_causes": ["bank_debt;utilities"]}))
    >>> json_values(units, Field.STOP_CAUSES)
    [['bank_debt', 'utilities']]
    """
    column = units[field.value]
    known = column.notna().to_numpy(dtype=bool)
    kind = FIELDS[field].kind
    values: list[Any]
    if kind is Kind.DATE:
        values = column.dt.strftime("%Y-%m-%d").tolist()
    elif kind is Kind.CODES:
        values = column.str.split(";").tolist()
    elif kind is Kind.LIST:
        values = [item_objects(text, PARTS[field]) for text in column.tolist()]
    elif kind in (Kind.NUMBER, Kind.SHARE):
        values = [int(number) if number.is_integer() else number for number in column.tolist()]
    else:
        values = column.astype(object).tolist()
    return [value if here else None for value, here in zip(values, known, strict=True)]


def _inexact(units: pd.DataFrame, field: Field) -> list[str | None]:
    """``month`` or ``year`` where a date is no exact day, else ``None``."""
    precision = units[f"{field.value}_precision"].where(units[field.value].notna())
    return [kind if kind in ("month", "year") else None for kind in precision.tolist()]


def _lines(table: pd.DataFrame) -> list[Any]:
    return list(table.itertuples())


def _facts(cell: Any) -> dict[str, Any]:
    field: Code = Field(cell.field)
    return {"given": cell.given, "column": cell.column, "row": int(cell.row), "field": field} | dict(cell.facts)
