"""``ehya outcome``: what came of a unit."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engine.settings import Settings
from serving.cli.question import Day, day, today
from serving.cli.terminal import Terminal
from serving.desk.outcomes import OutcomeRequest, outcomes, record_outcome


def add_outcome(
    terminal: Terminal, settings: Settings, unit: str, kind: str, *, on: str, known_on: str | None, **details: Any
) -> None:
    """Record one event.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``unknown_option``, ``outcome_known_too_early``, ``outcome_out_of_range``.
    """
    happened = day(on, "--on")
    known = Day(today(), happened.precision) if known_on is None else day(known_on, "--known-on")
    recorded = record_outcome(
        settings, OutcomeRequest(unit, kind, happened.at, happened.precision, known.at, **details)
    )
    outcome, date = recorded.outcome, terminal.speech.date(happened.at, happened.precision)
    if not terminal.answer(
        {"id": recorded.number, "unit_id": outcome.unit_id, "kind": kind, "happened_on": happened.at}
    ):
        terminal.say("cli.outcome_added", kind=outcome.kind, unit=outcome.unit_id, date=date)


def list_outcomes(terminal: Terminal, settings: Settings, unit: str | None) -> None:
    """Print the events, oldest first."""
    listed = outcomes(settings, unit)
    events = listed.events
    if terminal.answer(events.to_dict("records")):
        return
    if events.empty:
        terminal.say("cli.outcome_none")
        return
    words = terminal.speech
    headers = [words.text(f"cli.{name}") for name in ("happened_on", "unit", "kind", "figures", "known_on")]
    named = listed.names
    rows = [
        [
            words.date(event["happened_on"], event["happened_precision"]),
            words.join([name for name in (named.get(event["unit_id"]), event["unit_id"]) if pd.notna(name)]),
            words.text(f"outcome_kind.{event['kind']}"),
            figures(event, terminal),
            words.date(event["known_on"]),
        ]
        for event in events.to_dict("records")
    ]
    terminal.table(headers, rows, title=words.text("cli.outcomes_title", count=len(events)))


def figures(event: Any, terminal: Terminal) -> str:
    """Capacity, persons, conference and source of an event in one line."""
    words, said = terminal.speech, []
    if pd.notna(event["capacity_share"]):
        said.append(f"{words.text('field.capacity_share')}: {words.share(event['capacity_share'])}")
    if pd.notna(event["jobs"]):
        said.append(f"{words.number(event['jobs'])} {words.text('measure.persons')}")
    said += [str(event[name]) for name in ("event", "mandate_id", "source") if pd.notna(event[name])]
    return words.join(said)
