"""``ehya conflicts`` and ``ehya verify``: sources that contradict each other, and what persons decide of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.domain.unit import Confidence
from engine.settings import Settings
from serving.cli.question import now, today, written_day
from serving.cli.terminal import Terminal
from serving.desk import decisions
from serving.desk.audit import TERMINAL
from serving.desk.decisions import Decided
from serving.i18n import Speech
from serving.reports.said import field_of_unit, field_said, source_said, value_said, why_said

if TYPE_CHECKING:
    pass

_SHOWN = 30  # conflicts at a terminal; JSON lists all


def list_conflicts(
    terminal: Terminal, settings: Settings, *, unit: str | None = None, field: str | None = None
) -> None:
    """Print what the sources say where they contradict each other, and which of them shows and why.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``unknown_option``.
    """
    found = decisions.conflicts(settings, unit=unit, field=field, name_field=field_of_unit)
    told, units, ranks = found.lines, found.units, found.source_ranks
    if terminal.answer({"conflicts": conflict_lines(told), "source_ranks": ranks}):
        return
    words = terminal.speech
    if told.empty:
        terminal.say("conflicts.none")
    else:
        _print(terminal, told, units)
    if ranks:
        terminal.say("conflicts.ranks", ranks=[f"{source}: {words.number(rank)}" for source, rank in ranks.items()])


def conflict_lines(told: pd.DataFrame) -> list[dict[str, Any]]:
    """Conflicts as JSON: one line a field and source, those that show first."""
    return told.to_dict("records")  # type: ignore[return-value]


def _print(terminal: Terminal, told: pd.DataFrame, units: pd.DataFrame) -> None:
    words = terminal.speech
    numbers = (~told.duplicated(["unit_id", "field"])).cumsum()
    shown = told[(numbers <= _SHOWN).to_numpy()]
    count = int(numbers.max())
    title = words.text("conflicts.title", count=count, units=told["unit_id"].nunique())
    headers = [words.text(f"conflicts.{name}") for name in ("unit", "field", "value", "source", "as_of", "why")]
    terminal.table(headers, [_row(line, units, words) for line in shown.to_dict("records")], title=title)
    if count > _SHOWN:
        terminal.say("conflicts.more", shown=_SHOWN, count=count)
    terminal.say("conflicts.next")


def _row(line: dict[Any, Any], units: pd.DataFrame, words: Speech) -> list[str]:
    first = bool(line["shows"])
    name = units["name"].get(line["unit_id"])
    unit = line["unit_id"] if pd.isna(name) else f"{name}\n{line['unit_id']}"
    return [
        unit if first else "",
        field_said(line["field"], words) if first else "",
        value_said(line["field"], line["value"], line["precision"], words),
        source_said(line, words),
        words.date(line["as_of"]),
        why_said(line, words),
    ]


def pin_source(terminal: Terminal, settings: Settings, unit: str, field: str, source: str) -> None:
    """Let one source show for a field.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``unknown_option``, ``field_not_stated``, ``source_silent``.
    """
    found = decisions.pin(
        settings, unit, field, source, made_at=now().to_pydatetime(), actor=TERMINAL, name_field=field_of_unit
    )
    _answer(terminal, "pinned", found, source=source)


def unpin_source(terminal: Terminal, settings: Settings, unit: str, field: str) -> None:
    """Take the choice of a source back.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``unknown_option``, ``nothing_decided``.
    """
    found = decisions.unpin(
        settings, unit, field, made_at=now().to_pydatetime(), actor=TERMINAL, name_field=field_of_unit
    )
    _answer(terminal, "unpinned", found)


def rank_one(terminal: Terminal, settings: Settings, source: str, rank: int) -> None:
    """Say how much a source counts among others of one day; 0 takes it back.

    Raises
    ------
    EhyaError
        ``unknown_option``.
    """
    ranks = decisions.rank_source(settings, source, rank, made_at=now().to_pydatetime(), actor=TERMINAL)
    if not terminal.answer({"source": source, "rank": rank or None, "source_ranks": ranks}):
        terminal.say("conflicts.ranked" if rank else "conflicts.unranked", source=source, rank=rank)


def verify(
    terminal: Terminal,
    settings: Settings,
    unit: str,
    field: str,
    *,
    source: str | None = None,
    level: str = Confidence.VERIFIED.value,
    on: str | None = None,
    undo: bool = False,
) -> None:
    """Record that a person checked the value that shows, or take that back.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``several_units``, ``unknown_option``, ``field_not_stated``, ``nothing_decided``.
    """
    options: dict[str, Any] = {"made_at": now().to_pydatetime(), "actor": TERMINAL, "name_field": field_of_unit}
    if undo:
        _answer(terminal, "unverified", decisions.unconfirm(settings, unit, field, **options))
        return
    at = today() if on is None else written_day(on, "--on").at
    found = decisions.confirm(settings, unit, field, level=level, source=source, as_of=at, **options)
    _answer(terminal, "verified", found)


def _answer(terminal: Terminal, key: str, found: Decided, **facts: Any) -> None:
    unit_id, name, fact = found.unit_id, found.field, found.fact
    if terminal.answer({"unit_id": unit_id, **fact}):
        return
    words = terminal.speech
    said = {"unit": unit_id, "field": field_said(name, words), "field_name": f'"{name}"' if " " in name else name}
    said["value"] = value_said(name, fact["value"], fact["precision"], words)
    said |= {"confidence": words.codes(fact["confidence"], Confidence), "date": words.date(fact["as_of"])}
    terminal.say(f"conflicts.{key}", **said, **facts)
