"""Pages of outcomes: what came of units, a form for one of them, and a sheet of many."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from engine.domain.intervention import InterventionCode
from engine.domain.outcome import OutcomeKind
from engine.parsing.text import fold
from serving.desk.outcomes import OutcomeList, Period, RecordedSheet, between, by_period
from serving.desk.units import first_shown
from serving.i18n import Speech
from serving.pages.desk.frame import Done, Frame, Place, page
from serving.pages.desk.words import Pages, event_rows, name_of, unit_address
from serving.reports.outcome_sheet import refusal_table

PAGE = 50
"""Events of a page."""
OUTCOME_FIELDS = (
    "unit", "kind", "happened_on", "known_on", "jobs", "capacity_share", "act", "rial", "event", "source", "reason",
)  # fmt: skip
"""Fields of the form."""


def outcomes_page(
    frame: Frame,
    found: OutcomeList,
    query: Mapping[str, str],
    start: int,
    *,
    days: tuple[pd.Timestamp | None, pd.Timestamp | None] = (None, None),
    problem: str = "",
) -> str:
    """Write the list of events.

    Parameters
    ----------
    frame
        What stands around it.
    found
        All events, oldest first.
    query
        What was asked: ``kind``, ``q`` (words of a unit's name), ``by`` (a `Period`), ``since`` and ``until``.
    start
        First row, from 0.
    days
        First and last day of what is shown.
    problem
        What is wrong with what was asked.
    """
    words, events = frame.speech, found.events.iloc[::-1]
    if query.get("kind"):
        events = events[events["kind"] == query["kind"]]
    if query.get("q"):
        named = events["unit_id"].map(found.names.fillna("").astype(str).map(fold)).fillna("")
        for word in fold(query["q"]).split():
            events = events[named.reindex(events.index).str.contains(word, regex=False)]
    events = between(events, *days)
    start = first_shown(start, PAGE, len(events))
    period = Period(query["by"]) if query.get("by") in set(Period) else None
    return page(
        "outcomes.html",
        frame,
        Place.OUTCOMES,
        rows=event_rows(events.iloc[start : start + PAGE], found.names, words),
        kinds=[(one.value, words.text(one)) for one in OutcomeKind],
        query={"q": "", "since": "", "until": "", **query},
        problem=problem,
        periods=[(one.value, words.text(one)) for one in Period],
        counts=[] if period is None else _counts(events, period, words),
        counted=[] if period is None else _counted_kinds(events, words),
        caption=words.text("desk.events_found", count=len(events)),
        pages=Pages.of("/desk/outcomes", query, start, PAGE, len(events), words),
    )


def outcome_page(
    frame: Frame,
    typed: Mapping[str, str],
    *,
    unit: tuple[str, object] | None = None,
    number: int | None = None,
    seen: Mapping[str, str] | None = None,
    units: Sequence[tuple[str, str]] = (),
    problem: str = "",
) -> str:
    """Write the form of one event.

    Parameters
    ----------
    frame
        What stands around it.
    typed
        Values of its fields.
    unit
        Id and name of the unit, where it is chosen already.
    number
        Number of the event that is corrected; ``None`` for a new one.
    seen
        How the event stood in the form when the person began to correct it.
    units
        Id and name of units to choose from.
    problem
        What is wrong with what was sent.
    """
    words = frame.speech
    return page(
        "outcome.html",
        frame,
        Place.OUTCOMES,
        typed={**dict.fromkeys(OUTCOME_FIELDS, ""), **typed},
        unit=None if unit is None else (unit[0], name_of(unit[1], words), unit_address(unit[0])),
        number=number,
        seen=seen or {},
        units=units,
        kinds=[(one.value, words.text(one)) for one in OutcomeKind],
        acts=[(one.value, words.text(one)) for one in InterventionCode],
        problem=problem,
    )


def sheet_page(
    frame: Frame,
    *,
    found: RecordedSheet | None = None,
    unread: Sequence[str] = (),
    looked: bool = False,
    problem: str = "",
) -> str:
    """Write the page of a sheet of events.

    Parameters
    ----------
    frame
        What stands around it.
    found
        What came of a sheet.
    unread
        Headings of its columns that nothing was read of.
    looked
        Whether it was only looked at.
    problem
        What is wrong with the sheet as a whole.
    """
    words = frame.speech
    lines = [] if found is None else found.refused.to_dict("records")
    if found is not None:
        undo = {"which": f"{found.first}-{found.last}", "next": "/desk/outcomes"}
        said = words.text("done.sheet_looked" if looked else "done.sheet_recorded", count=len(found.accepted))
        frame = replace(frame, done=Done(said, ("/desk/undo/sheet", undo) if found.last else None))
    heads, rows = refusal_table(lines, words) if lines else ([], [])
    return page(
        "outcome_sheet.html",
        frame,
        Place.OUTCOMES,
        unread=words.join(list(unread)) if unread else "",
        heads=heads,
        rows=rows,
        problem=problem,
    )


def _counted_kinds(events: pd.DataFrame, words: Speech) -> list[str]:
    return [words.text(f"outcome_kind.{kind}") for kind in sorted(events["kind"].unique())]


def _counts(events: pd.DataFrame, period: Period, words: Speech) -> list[tuple[str, list[str]]]:
    """Each period with its counts by kind, in the calendar of the language."""
    table = by_period(events, period, jalali=words.language == "fa")
    kinds = sorted(events["kind"].unique())
    return [
        (_period_said(line, period, words), [words.number(line[kind]) for kind in kinds])
        for line in table.to_dict("records")
    ]


def _period_said(line: Mapping[Any, Any], period: Period, words: Speech) -> str:
    year, part = words.digits(str(int(line["year"]))), int(line["part"])
    if period is Period.YEAR:
        return year
    if period is Period.QUARTER:
        return words.text(f"quarter.q{part}", year=year)
    return f"{year}/{words.digits(f'{part:02d}')}" if words.language == "fa" else f"{year}-{part:02d}"
