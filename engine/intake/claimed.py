"""Columns that name a field which another column of their table gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.domain.unit import FIELDS
from engine.intake.header import Column, heading_age, without_year
from engine.intake.labels import fields_named
from engine.parsing.text import fold

_PLAIN = 0.96
"""From this likeness of a heading on it plainly names its field."""

_LANGUAGE = re.compile(r"[_ ](?:fa|en)$")


@dataclass(frozen=True, slots=True)
class SecondColumn:
    """A column that is kept as a remark, since another one gives its field.

    Parameters
    ----------
    column, first
        The column, and the one that counts.
    field
        The field of both.
    decided
        Whether something says which of them counts: years in their headings, or that a person named one of them only.
    """

    column: Column
    first: Column
    field: str
    decided: bool


def second_columns(columns: Sequence[Column]) -> list[SecondColumn]:
    """Columns whose field another column gives: plainly by their heading, or as a mapping names both.

    Examples
    --------
    >>> first = Column(0, ("Owed",), "Owed", "bank_debt_rial", stated=True)
    >>> second = Column(1, ("Due",), "Due", None, nearest="bank_debt_rial", stated=True)
    >>> [(one.column.label, one.first.label, one.decided) for one in second_columns((first, second))]
    [('Due', 'Owed', False)]
    """
    given = {column.field: column for column in columns if column.field in FIELDS}
    found = []
    for column in columns:
        field = _field(column)
        first = given.get(field) if field else None
        if field is None or first is None or (not column.stated and _in_two_languages(first.levels, column.levels)):
            continue
        found.append(SecondColumn(column, first, field, _decided(first, column, field)))
    return found


def _field(column: Column) -> str | None:
    """The field that a column names, though it does not give it."""
    if column.field is not None or not column.levels:
        return None
    if column.stated:
        return column.nearest
    first = next(iter(fields_named(without_year(column.levels))), None)
    return first.field if first and first.score >= _PLAIN else None


def _decided(first: Column, second: Column, field: str) -> bool:
    """Two columns under one heading cannot be named apart, so the first of them counts."""
    if not (first.stated and second.stated) or fold(first.levels[-1]) == fold(second.levels[-1]):
        return True
    return heading_age(first.levels, field) != heading_age(second.levels, field)


def _in_two_languages(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two headings are one in two languages: ``name_fa``, ``name_en``."""
    bare = [_LANGUAGE.sub("", fold(" ".join(texts))) for texts in (one, other)]
    return bare[0] == bare[1] and fold(" ".join(one)) != fold(" ".join(other))
