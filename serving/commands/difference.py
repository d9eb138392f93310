"""What an import changes in units that were known: field by field, before and after."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engine.domain.unit import FIELDS, Field, Kind
from serving.commands.show import value_in_words
from serving.i18n import Speech
from serving.terminal import Terminal

_SHOWN = 30  # changed cells at a terminal; the report lists all

_NUMBERS = (Kind.COUNT, Kind.NUMBER, Kind.MONEY, Kind.SHARE, Kind.YEAR)


def print_difference(terminal: Terminal, cells: pd.DataFrame, known: pd.DataFrame) -> None:
    """Print what changes: unit, field, before and after, and the source that had said otherwise.

    Parameters
    ----------
    terminal
        Where to.
    cells
        ``unit_id, field, before, after`` of an import's result; texts, ``before`` missing where nothing was known.
    known
        Unit table as it was before the import.
    """
    if cells.empty:
        return
    words = terminal.speech
    shown = cells[cells["field"].isin(list(Field))].head(_SHOWN)
    rows = [_row(cell, known, words) for cell in shown.to_dict("records")]
    headers = [words.text(f"difference.{name}") for name in ("unit", "field", "before", "after", "source")]
    units, fields = cells["unit_id"].nunique(), len(cells)
    terminal.table(headers, rows, title=words.text("difference.title", cells=fields, units=units))
    counts = cells["field"].value_counts()
    said = [
        words.text("difference.count", field=words.text(f"field.{name}"), count=int(count))
        for name, count in counts.items()
        if name in set(Field)
    ]
    terminal.line(words.join(said))
    if len(cells) > len(shown):
        terminal.say("cli.more_in_report", count=len(cells) - len(shown))


def difference_document(cells: pd.DataFrame) -> list[dict[str, Any]]:
    """The changed cells as canonical JSON: ``unit_id, field, before, after``; values as texts."""
    return cells[["unit_id", "field", "before", "after"]].to_dict("records")  # type: ignore[return-value]


def _row(cell: dict[Any, Any], known: pd.DataFrame, words: Speech) -> list[str]:
    unit_id, field = cell["unit_id"], Field(cell["field"])
    before = known.loc[unit_id] if unit_id in known.index else pd.Series(dtype=object)
    name = before.get("name")
    unit = unit_id if pd.isna(name) else f"{name}\n{unit_id}"
    source = "" if pd.isna(cell["before"]) else words.fact(before.get("source"))
    said = [_said(field, cell[side], words) for side in ("before", "after")]
    return [unit, words.text(field), *said, source]


def _said(field: Field, text: Any, words: Speech) -> str:
    if pd.isna(text):
        return words.fact(None)
    kind = FIELDS[field].kind
    if kind is Kind.FLAG:
        return words.fact(text == "true")
    return value_in_words(field, float(text) if kind in _NUMBERS else text, "day", words)
