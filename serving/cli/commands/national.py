"""``ehya national``: who may read this office's units, and the units of offices that granted theirs."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from serving.cli.terminal import Terminal
from serving.desk.national import OfficeSeen, OfficesWritten


def show_readers(terminal: Terminal, readers: list[str]) -> None:
    """Print who may read this office's units."""
    if not terminal.answer({"readers": readers}):
        terminal.say("national.readers" if readers else "national.nobody", readers=readers)


def show_offices(terminal: Terminal, found: list[OfficeSeen]) -> None:
    """Print offices with what they hold."""
    if terminal.answer([asdict(each) for each in found]):
        return
    if not found:
        terminal.say("national.none")
        return
    words = terminal.speech
    heads = [words.text(f"national.{name}") for name in ("office", "provinces", "units", "idle", "outcomes", "as_of")]
    rows = [
        [
            each.name,
            words.join(map(words.place, each.provinces)),
            *map(words.number, (each.units, each.idle, each.outcomes)),
            words.date(each.as_of),
        ]
        for each in found
    ]
    terminal.table(heads, rows)
    if late := [each.name for each in found if each.outdated]:
        terminal.warn(words.text("national.outdated", names=late))


def show_written(terminal: Terminal, found: OfficesWritten, out: Path) -> None:
    """Print where the units went."""
    document = {"files": {name: str(file) for name, file in found.files.items()}, "rows": found.rows}
    if terminal.answer(document | {"twice": found.twice}):
        return
    terminal.say("national.written", rows=found.rows, count=len(found.files), folder=str(out))
    if found.twice:
        terminal.say("national.twice", count=found.twice)
