"""``ehya duplicates``, ``merge``, ``unmerge`` and ``distinct``: units that may be one."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engine.settings import Settings
from serving.cli.question import now
from serving.cli.terminal import Terminal
from serving.desk import decisions
from serving.desk.audit import TERMINAL


def list_duplicates(terminal: Terminal, settings: Settings) -> None:
    """Print the proposed pairs, oldest proposal first."""
    found = decisions.duplicates(settings)
    pairs, units = found.pairs, found.units
    if terminal.answer(pairs.to_dict("records")):
        return
    if pairs.empty:
        terminal.say("duplicates.none")
        return
    words = terminal.speech
    rows = [
        [
            _named(units, pair["unit_id"], terminal),
            _named(units, pair["other_id"], terminal),
            words.text(f"duplicate_reason.{pair['reason']}"),
        ]
        for pair in pairs.to_dict("records")
    ]
    headers = [words.text(f"duplicates.{name}") for name in ("unit", "other", "reason")]
    terminal.table(headers, rows, title=words.text("duplicates.title", count=words.number(len(pairs))))
    terminal.say("duplicates.next")


def merge_units(terminal: Terminal, settings: Settings, kept: str, lost: str) -> None:
    """Record that two units are one.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``already_merged``, ``origins_differ``.
    """
    shown = decisions.merge(settings, kept, lost, made_at=now().to_pydatetime(), actor=TERMINAL)
    if not terminal.answer({"kept": shown, "lost": lost}):
        terminal.say("duplicates.merged", kept=shown, lost=lost)


def unmerge_unit(terminal: Terminal, settings: Settings, unit: str) -> None:
    """Undo a merge.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``not_merged``, ``name_alone``.
    """
    kept = decisions.unmerge(settings, unit, made_at=now().to_pydatetime(), actor=TERMINAL)
    if not terminal.answer({"unit_id": unit, "kept": kept}):
        terminal.say("duplicates.unmerged", unit=unit, kept=kept)


def distinguish_units(terminal: Terminal, settings: Settings, unit: str, other: str, *, undo: bool) -> None:
    """Record that two units are two, or take that back.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``already_merged``, ``not_distinct``.
    """
    decisions.distinguish(settings, unit, other, made_at=now().to_pydatetime(), actor=TERMINAL, undo=undo)
    if not terminal.answer({"unit_id": unit, "other_id": other, "distinct": not undo}):
        terminal.say("duplicates.undistinguished" if undo else "duplicates.distinguished", unit=unit, other=other)


def _named(units: pd.DataFrame, unit_id: Any, terminal: Terminal) -> str:
    row = units.loc[unit_id]
    county = terminal.speech.place(row["county"]) if pd.notna(row["county"]) else None
    return terminal.speech.join([str(part) for part in (unit_id, row["name"], county) if pd.notna(part)])
