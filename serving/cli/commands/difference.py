"""What an import changes in units that were known: field by field, before and after."""

from __future__ import annotations

from typing import Any

import pandas as pd

from serving.cli.terminal import Terminal
from serving.i18n import Speech
from serving.reports.said import field_said, value_said

_SHOWN = 30  # changed cells at a terminal; the report lists all


def print_difference(terminal: Terminal, cells: pd.DataFrame, known: pd.DataFrame) -> None:
    """Print what changes: unit, field, before and after, and the source that had said otherwise.

    Parameters
    ----------
    terminal
        Where to.
    cells
        ``unit_id, field, before, after, held`` of an import's result; ``before`` missing where nothing was known.
    known
        Unit table as it was before the import.
    """
    if cells.empty:
        return
    words = terminal.speech
    shown = cells.head(_SHOWN)
    rows = [_row(cell, known, words) for cell in shown.to_dict("records")]
    headers = [words.text(f"difference.{name}") for name in ("unit", "field", "before", "after", "source")]
    units, fields = cells["unit_id"].nunique(), len(cells)
    terminal.table(headers, rows, title=words.text("difference.title", cells=fields, units=units))
    counts = cells["field"].value_counts()
    said = [
        words.text("difference.count", field=field_said(str(name), words), count=int(count))
        for name, count in counts.items()
    ]
    terminal.line(words.join(said))
    if len(cells) > len(shown):
        terminal.say("cli.more_in_report", count=len(cells) - len(shown))


def difference_document(cells: pd.DataFrame) -> list[dict[str, Any]]:
    """The changed cells as canonical JSON: ``unit_id, field, before, after, held``; values as texts."""
    return cells[["unit_id", "field", "before", "after", "held"]].to_dict("records")  # type: ignore[return-value]


def _row(cell: dict[Any, Any], known: pd.DataFrame, words: Speech) -> list[str]:
    unit_id, field = cell["unit_id"], cell["field"]
    before = known.loc[unit_id] if unit_id in known.index else pd.Series(dtype=object)
    name = before.get("name")
    unit = unit_id if pd.isna(name) else f"{name}\n{unit_id}"
    source = "" if pd.isna(cell["before"]) else words.fact(before.get("source"))
    said = [value_said(field, cell[side], "day", words) for side in ("before", "after")]
    if pd.notna(cell["held"]):
        said[1] = words.text("conflicts.held", value=said[1], why=words.text(f"precedence.{cell['held']}"))
    return [unit, field_said(field, words), *said, source]
