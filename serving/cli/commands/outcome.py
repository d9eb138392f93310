"""``ehya outcome``: what came of a unit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from engine.settings import Settings
from serving.cli.question import Day, amount, now, today, written_day
from serving.cli.terminal import Terminal
from serving.desk import outcomes as desk
from serving.desk.audit import TERMINAL
from serving.desk.outcomes import OutcomeRequest, Recorded, outcomes, record_outcome
from serving.reports.outcome_sheet import (
    act_words,
    kind_words,
    read_outcome_sheet,
    refusal_table,
    write_outcome_sheet,
)


def add_outcome(
    terminal: Terminal, settings: Settings, unit: str, kind: str, *, on: str, known_on: str | None, **details: Any
) -> None:
    """Record one event.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``unknown_option``, ``outcome_known_too_early``, ``outcome_out_of_range``.
    """
    request = _request(unit, kind, on, known_on, details)
    _say_recorded(terminal, record_outcome(settings, request, **_by()), "outcome_added")


def correct_outcome(
    terminal: Terminal,
    settings: Settings,
    number: int,
    unit: str,
    kind: str,
    *,
    on: str,
    known_on: str | None,
    reason: str | None,
    **details: Any,
) -> None:
    """Let another event stand in the place of one.

    Raises
    ------
    EhyaError
        ``unknown_event``, ``event_not_standing``, ``event_withdrawn``, and those of `add_outcome`.
    """
    request = _request(unit, kind, on, known_on, details)
    found = desk.correct_outcome(settings, number, request, reason=reason, **_by())
    _say_recorded(terminal, found, "outcome_corrected", instead=number)


def withdraw_outcome(
    terminal: Terminal, settings: Settings, number: int, *, known_on: str | None, reason: str | None
) -> None:
    """Let an event stand no more.

    Raises
    ------
    EhyaError
        ``unknown_event``, ``event_not_standing``, ``event_withdrawn``.
    """
    at = today() if known_on is None else written_day(known_on, "--known-on").at
    desk.withdraw_outcome(settings, number, known_on=at, reason=reason, **_by())
    if not terminal.answer({"id": number, "withdrawn": True}):
        terminal.say("cli.outcome_withdrawn", number=number)


def import_outcomes(terminal: Terminal, settings: Settings, path: Path, *, known_on: str | None, dry_run: bool) -> None:
    """Record the events of a sheet; say of each row that is none why not.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``, ``unknown_column``.
    """
    at = today() if known_on is None else written_day(known_on, "--known-on").at
    sheet = read_outcome_sheet(path)
    kinds, acts = kind_words(), act_words()
    found = desk.record_sheet(settings, sheet.rows, known_on=at, kinds=kinds, acts=acts, dry_run=dry_run, **_by())
    refused = found.refused.to_dict("records")
    if terminal.answer({"recorded": 0 if dry_run else len(found.accepted), "refused": refused}):
        return
    terminal.say("cli.outcomes_dry_run" if dry_run else "cli.outcomes_recorded", count=len(found.accepted))
    if sheet.unread:
        terminal.say("cli.columns_unread", names=terminal.speech.join(list(sheet.unread)))
    if refused:
        terminal.table(*refusal_table(refused, terminal.speech))


def _by() -> dict[str, Any]:
    return {"made_at": now().to_pydatetime(), "actor": TERMINAL}


def _request(unit: str, kind: str, on: str, known_on: str | None, details: dict[str, Any]) -> OutcomeRequest:
    happened = written_day(on, "--on")
    if details.get("rial") is not None:
        details["rial"] = amount(str(details["rial"]), "--rial")
    known = Day(today(), happened.precision) if known_on is None else written_day(known_on, "--known-on")
    return OutcomeRequest(unit, kind, happened.at, happened.precision, known.at, **details)


def _say_recorded(terminal: Terminal, recorded: Recorded, key: str, **facts: Any) -> None:
    outcome = recorded.outcome
    happened = pd.Timestamp(outcome.happened_on)
    document = {"id": recorded.number, "unit_id": outcome.unit_id, "kind": outcome.kind, "happened_on": happened}
    if not terminal.answer({**document, **facts}):
        date = terminal.speech.date(happened, outcome.happened_precision)
        terminal.say(f"cli.{key}", kind=outcome.kind, unit=outcome.unit_id, date=date, **facts)


def list_outcomes(terminal: Terminal, settings: Settings, unit: str | None, out: Path | None = None) -> None:
    """Print the events, oldest first, or write them as a sheet that `ehya outcome import` reads.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``unknown_option`` for a file that is neither .xlsx nor .csv.
    """
    listed = outcomes(settings, unit)
    events = listed.events
    if out is not None:
        terminal.written(write_outcome_sheet(out, events, terminal.speech))
        return
    if terminal.answer(events.to_dict("records")):
        return
    if events.empty:
        terminal.say("cli.outcome_none")
        return
    words = terminal.speech
    headers = [words.text(f"cli.{name}") for name in ("number", "happened_on", "unit", "kind", "figures", "known_on")]
    named = listed.names
    rows = [
        [
            words.fact(event["id"]),
            words.date(event["happened_on"], event["happened_precision"]),
            words.join([name for name in (named.get(event["unit_id"]), event["unit_id"]) if pd.notna(name)]),
            words.text(f"outcome_kind.{event['kind']}"),
            event_figures(event, terminal),
            words.date(event["known_on"]),
        ]
        for event in events.to_dict("records")
    ]
    terminal.table(headers, rows, title=words.text("cli.outcomes_title", count=len(events)))


def event_figures(event: Any, terminal: Terminal) -> str:
    """Act, money, capacity, persons, conference and source of an event in one line."""
    words, said = terminal.speech, []
    if pd.notna(event["act"]):
        said.append(words.text(f"intervention_code.{event['act']}"))
    if pd.notna(event["rial"]):
        said.append(words.money(event["rial"]))
    if pd.notna(event["capacity_share"]):
        said.append(f"{words.text('field.capacity_share')}: {words.share(event['capacity_share'])}")
    if pd.notna(event["jobs"]):
        said.append(f"{words.number(event['jobs'])} {words.text('measure.persons')}")
    said += [str(event[name]) for name in ("event", "mandate_id", "source") if pd.notna(event[name])]
    return words.join(said)
