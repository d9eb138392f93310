"""Where several headings claim one field, or one claims too little, the values below them decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.domain.unit import Field
from engine.errors import EhyaError, ErrorCode
from engine.intake.distinct import Columns
from engine.intake.header import IDENTITY, Column, Header
from engine.intake.labels import fields_named
from engine.intake.lexicon import code_words
from engine.intake.phrases import read_status
from engine.intake.places import names_county, names_province
from engine.intake.references import column_letters
from engine.intake.unit_words import names_unit
from engine.parsing.rejection import Refusal, RejectionCode
from engine.parsing.text import compact, fold

LOOKED_AT = 200
"""So many different cells of a column tell what it holds."""

FITS = 0.5
"""From this share of its cells on a column holds what its heading says; assumed."""


def settled(header: Header, columns: Columns) -> Header:
    """Give each contested field to the column whose cells can be read as it.

    A column of names holds no units of measure, a column of statuses holds statuses, ``State`` holds provinces or
    statuses. Columns that a mapping names are left as they are.

    Parameters
    ----------
    header
        Columns as their headings alone tell.
    columns
        Cells below the header.

    Examples
    --------
    >>> import pandas as pd
    >>> from engine.intake.header import find_header
    >>> from engine.intake.sheets import Sheet
    >>> lines = [["Unit name", "State", "Present Status"], ["A", "Fars", "Closed"]]
    >>> sheet = Sheet("s", pd.DataFrame(lines, dtype=object))
    >>> header = settled(find_header(sheet), Columns(sheet.cells.iloc[1:]))
    >>> [column.field for column in header.columns]
    ['name', 'province', 'status']
    """
    found = {column.position: column for column in header.columns}
    for field in _TESTS:
        claims = [column for column in found.values() if not column.stated and _claims(column, field)]
        holder = next((column for column in found.values() if column.field == field), None)
        doubtful = holder is not None and not holder.stated and (len(claims) > 1 or _says_little(holder, field))
        if holder is None or not doubtful or (share := _share(columns, holder, field)) is None or share >= FITS:
            continue
        better = [column for column in claims if column.field is None and (_share(columns, column, field) or 0) >= FITS]
        other = _otherwise(holder, columns, {column.field for column in found.values()})
        if better:
            best = max(better, key=lambda column: _share(columns, column, field) or 0)
            found[best.position] = replace(best, field=str(field.value), nearest=None)
        if better or other is not None or (field == Field.NAME and share == 0):
            found[holder.position] = replace(holder, field=other, nearest=None if other else field)
    return Header(header.first, header.last, tuple(found[column.position] for column in header.columns))


def check_side_by_side(header: Header, columns: Columns, sheet: str, file: str) -> None:
    """Refuse two tables that stand side by side: the second one would be kept as nameless remarks.

    Raises
    ------
    EhyaError
        ``tables_side_by_side``.
    """
    known = {column.levels: column for column in header.columns if column.field is not None and column.levels}
    twice = [
        (known[column.levels], column) for column in header.columns if column.field is None and column.levels in known
    ]
    names = [(one, other) for one, other in twice if one.field in IDENTITY]
    if not names or len(twice) < len(IDENTITY) - 1:
        return
    first, second = names[0]
    own = set(columns[first.position].folded)
    if set(columns[second.position].folded) - own:
        raise EhyaError(
            ErrorCode.TABLES_SIDE_BY_SIDE,
            given=file,
            sheet=sheet,
            column=second.label.split(" / ")[-1],
            first=column_letters(first.position + 1),
            second=column_letters(second.position + 1),
        )


def _claims(column: Column, field: str) -> bool:
    return any(match.field == field for match in fields_named(column.levels))


def _says_little(column: Column, field: str) -> bool:
    """Whether the heading may well say something else: «واحد», ``State``."""
    return not column.sure or (field == Field.STATUS and fold(column.levels[-1]).strip("? ") in _LOOSE)


def _otherwise(column: Column, columns: Columns, used: set[str | None]) -> str | None:
    """Another field that the heading claims and the cells hold."""
    for match in fields_named(column.levels):
        if match.field in set(_TESTS) - used and (_share(columns, column, Field(match.field)) or 0) >= FITS:
            return match.field
    return None


def _share(columns: Columns, column: Column, field: Field) -> float | None:
    """Share of the different cells that can be read as a field; missing where there are none."""
    cells = columns[column.position].cells.to_numpy(dtype=object)[:LOOKED_AT]
    test = _TESTS[field]
    return float(np.mean([test(cell) for cell in cells])) if len(cells) else None


def _is_status(cell: object) -> bool:
    read = read_status(cell)
    flag = (compact(str(cell)) or fold(str(cell))) in code_words("flag")
    return flag or not isinstance(read, Refusal) or read.code is RejectionCode.EVENT_NOT_STATUS


def _is_name(cell: object) -> bool:
    text = fold(str(cell))
    return any(mark.isalpha() for mark in text) and not names_unit(text)


_LOOSE = ("state", "condition", "حالت", "operation", "active", "operating", "فعال")
_TESTS: dict[Field, Callable[[object], bool]] = {
    Field.STATUS: _is_status,
    Field.PROVINCE: names_province,
    Field.COUNTY: names_county,
    Field.NAME: _is_name,
}
