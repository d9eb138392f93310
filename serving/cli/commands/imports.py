"""``ehya imports``: what was taken in, what it changed, and how to take it back."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engine.settings import Settings
from serving.cli.question import now
from serving.cli.terminal import Terminal
from serving.desk.audit import TERMINAL
from serving.desk.clock import day_of
from serving.desk.imports import import_story, imports, undo_import
from serving.reports.said import field_said, value_said

_SHOWN = 40  # changed cells at a terminal; JSON has all
_COUNTS = ("new_count", "updated_count", "unchanged_count", "rejected_row_count", "rejected_cell_count")


def list_imports(terminal: Terminal, settings: Settings) -> None:
    """Print the imports, oldest first."""
    found = imports(settings)
    if terminal.answer(found.to_dict("records")):
        return
    if found.empty:
        terminal.say("imports.none")
        return
    words = terminal.speech
    names = ("number", "source", "as_of", "imported_at", *_COUNTS, "state")
    rows = [
        [
            words.fact(one["id"]),
            str(one["source"]),
            words.date(one["as_of"]),
            words.date(day_of(one["imported_at"])),
            *(words.number(one[name]) for name in _COUNTS),
            words.text("imports.stands" if pd.isna(one["undone_at"]) else "imports.undone"),
        ]
        for one in found.to_dict("records")
    ]
    terminal.table([words.text(f"imports.{name}") for name in names], rows, title=words.text("imports.title"))
    terminal.say("imports.next")


def show_import(terminal: Terminal, settings: Settings, number: int) -> None:
    """Print what an import changed, and which units of the file before it are missing.

    Raises
    ------
    EhyaError
        ``unknown_import``.
    """
    story = import_story(settings, number)
    document = {
        "import_id": story.import_id,
        "cells": story.cells.to_dict("records"),
        "earlier_id": story.earlier_id,
        "missing": story.missing["unit_id"].tolist(),
        "complete": story.complete,
    }
    if terminal.answer(document):
        return
    words = terminal.speech
    if story.cells.empty:
        terminal.say("imports.nothing_changed", number=number)
    else:
        rows = [_cell(cell, terminal) for cell in story.cells.head(_SHOWN).to_dict("records")]
        headers = [words.text(f"imports.{name}") for name in ("row", "unit", "field", "before", "after")]
        terminal.table(headers, rows, title=words.text("imports.changed", number=number, count=len(story.cells)))
        if len(story.cells) > _SHOWN:
            terminal.say("cli.more_in_report", count=len(story.cells) - _SHOWN)
    if story.earlier_id is not None:
        key = "imports.missing" if len(story.missing) else "imports.none_missing"
        terminal.say(key, earlier=story.earlier_id, units=story.missing["unit_id"].tolist())
        if not story.complete:
            terminal.say("imports.incomplete")


def undo(terminal: Terminal, settings: Settings, number: int) -> None:
    """Take an import back.

    Raises
    ------
    EhyaError
        ``unknown_import``, ``import_undone``.
    """
    found = undo_import(settings, number, made_at=now().to_pydatetime(), actor=TERMINAL)
    document: dict[str, Any] = {
        "import_id": found.import_id,
        "units": found.units.to_dict("records"),
        "kept": found.kept.to_dict("records"),
    }
    if terminal.answer(document):
        return
    words = terminal.speech
    counts = found.units["fate"].value_counts()
    said = [words.text("cli.reason_count", reason=words.text(f"fate.{fate}"), count=n) for fate, n in counts.items()]
    terminal.say("imports.taken_back", number=number, fates=said)
    if len(found.kept):
        lines = [_kept(one, terminal) for one in found.kept.to_dict("records")]
        terminal.say("imports.kept", kept=lines)


def _cell(cell: dict[Any, Any], terminal: Terminal) -> list[str]:
    words, field = terminal.speech, cell["field"]
    before, after = (value_said(field, cell[side], "day", words) for side in ("before", "after"))
    if not cell["shown"]:
        after = words.text("imports.beside", value=after)
    return [words.fact(cell["row"]), str(cell["unit_id"]), field_said(field, words), before, after]


def _kept(one: dict[Any, Any], terminal: Terminal) -> str:
    words = terminal.speech
    kind = words.text(f"imports.kept_{one['kind']}")
    return f"{kind} {one['number']} · {one['unit_id']} · {words.date(one['day'])}"
