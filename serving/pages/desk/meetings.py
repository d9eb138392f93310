"""The plan of an event's meetings as a timetable: moved, locked, planned anew, printed for each person and table."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pandas as pd

from engine.store import StoredMeetings
from serving.desk.meetings import PlannedMeetings, of_party
from serving.i18n import Speech
from serving.pages.desk.events import event_address
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import moment_said, unit_address
from serving.reports.meetings import changed_rows, hours, meeting_rows, unmet_rows

SHEETS = ("guest", "host", "third", "table")
"""For whom sheets are printed."""


def meetings_address(event: str) -> str:
    """Where the timetable of an event is."""
    return f"{event_address(event)}/meetings"


def meeting_place(slot: object, table: object) -> str:
    """Name of a place of a timetable: in a version of it one meeting has it at most.

    Examples
    --------
    >>> meeting_place(0, 4)
    '0.4'
    """
    return f"{slot}.{table}"


def party_address(event: str, party: str) -> str:
    """Where the day of one party is."""
    return f"{meetings_address(event)}/party?who={quote(party, safe='')}"


def meetings_page(
    frame: Frame,
    planned: PlannedMeetings,
    stored: StoredMeetings,
    *,
    problem: str = "",
    waiting: str = "",
    locked: Collection[str] = (),
) -> str:
    """Write the timetable.

    Parameters
    ----------
    frame
        What stands around it.
    planned, stored
        The plan, and as the register has it.
    problem
        Why something could not be done.
    waiting
        Where to ask how far a plan is that was asked for.
    locked
        Places of the meetings that are locked, as `meeting_place` names them.
    """
    words, event = frame.speech, planned.day.event
    tables = range(1, planned.day.tables + 1)
    used = sorted(set(planned.plan.meetings["table"].astype(int)))
    shown = [table for table in tables if table <= max(used, default=1) + 1]  # one free, for who needs another
    cells = _cells(planned, words)
    return page(
        "meetings.html",
        frame,
        Place.EVENTS,
        event=event,
        event_address=event_address(event),
        address=meetings_address(event),
        problem=problem,
        waiting=waiting,
        version=stored.version,
        line=words.text("event.plan_line", version=stored.version, date=moment_said(stored.made_at, words)),
        synthetic=planned.synthetic,
        stable=words.text("meetings.stable" if planned.plan.blocking.empty else "meetings.unstable"),
        locked=locked,
        tables=[(table, words.number(table)) for table in shown],
        rows=[
            {
                "slot": slot,
                "time": hours(planned, slot, words),
                "cells": [cells.get((slot, table)) for table in shown],
            }
            for slot in range(len(planned.day.slots))
        ],
        slots=[(str(slot), hours(planned, slot, words)) for slot in range(len(planned.day.slots))],
        all_tables=[(str(table), words.number(table)) for table in tables],
        count=words.text("event.meeting_count", count=len(planned.plan.meetings)),
        unmet=unmet_rows(planned, words).to_dict("records"),
        changes=changed_rows(planned, words).to_dict("records") if planned.version > 1 else [],
        gone=[planned.parties.get(one.who, one.who) for one in planned.gone],
        parties=[(party_address(event, party), name) for party, name in _there(planned)],
        sheets=[(one, words.text(f"event.sheets_{one}")) for one in SHEETS if one != "third" or planned.day.third],
    )


def _there(planned: PlannedMeetings) -> list[tuple[str, str]]:
    """Parties of the plan by name: investors, units and third parties."""
    met = planned.plan.meetings
    ids = [*dict.fromkeys(met["guest"]), *dict.fromkeys(met["host"])]
    thirds = [party for party in planned.parties if party not in planned.names]
    return [(str(party), planned.parties[party]) for party in [*ids, *thirds]]


def _cells(planned: PlannedMeetings, words: Speech) -> dict[tuple[int, int], dict[str, Any]]:
    event = planned.day.event
    return {
        (int(row["slot"]), int(row["table"])): {
            "pair": f"{row['guest_id']}|{row['host_id']}",
            "place": meeting_place(row["slot"], row["table"]),
            "guest": row["guest"],
            "guest_address": party_address(event, str(row["guest_id"])),
            "host": row["host"],
            "host_address": party_address(event, str(row["host_id"])),
            "third": row["third"],
            "slot": str(row["slot"]),
            "table": str(row["table"]),
        }
        for row in meeting_rows(planned, words).to_dict("records")
    }


def party_page(frame: Frame, planned: PlannedMeetings, stored: StoredMeetings, party: str) -> str:
    """Write the day of one party, with the button that says that it did not come.

    Parameters
    ----------
    frame
        What stands around it.
    planned, stored
        The plan of all, and as the register has it.
    party
        Id of the party.
    """
    words, event = frame.speech, planned.day.event
    own = of_party(planned, party)
    is_unit = party in planned.names and party in set(planned.wishes["host"])
    return page(
        "party.html",
        frame,
        Place.EVENTS,
        title=planned.parties[party],
        party=party,
        unit=unit_address(party) if is_unit else "",
        event=event,
        address=meetings_address(event),
        version=stored.version,
        date=words.date(pd.Timestamp(planned.day.date)),
        rows=_lines(own, words),
        unmet=unmet_rows(own, words).to_dict("records"),
        gone=any(one.who == party for one in planned.gone),
        calendar=f"{meetings_address(event)}/calendar.ics?who={quote(party, safe='')}",
        slots=[(hours(planned, slot, words), _clock(planned, slot)) for slot in range(len(planned.day.slots))],
    )


def _clock(planned: PlannedMeetings, slot: int) -> str:
    begin, _ = planned.day.slots[slot]
    return f"{begin // 60:02d}:{begin % 60:02d}"


def _lines(planned: PlannedMeetings, words: Speech) -> list[dict[Any, Any]]:
    return meeting_rows(planned, words).to_dict("records")


def sheets_page(frame: Frame, planned: PlannedMeetings, by: str, now: datetime) -> str:
    """Write one sheet a person, or a table, to be printed: each begins a page.

    Parameters
    ----------
    frame
        What stands around it.
    planned
        The plan.
    by
        One of `SHEETS`.
    now
        The moment, which stands on each sheet.
    """
    words = frame.speech
    rows = meeting_rows(planned, words)
    groups: Mapping[str, pd.DataFrame]
    if by == "table":
        groups = {
            words.text("meetings.at_table", table=words.number(table)): part
            for table, part in rows.groupby("table", sort=True)
        }
    else:
        key = "third_party" if by == "third" else by
        named = rows[rows[key] != ""]
        groups = {str(name): part for name, part in named.groupby(key, sort=True)}
    return page(
        "sheets.html",
        frame,
        Place.EVENTS,
        title=words.text(f"event.sheets_{by}"),
        event=planned.day.event,
        address=meetings_address(planned.day.event),
        date=words.date(pd.Timestamp(planned.day.date)),
        made=moment_said(now, words),
        by=by,
        groups=[(name, part.sort_values("slot").to_dict("records")) for name, part in groups.items()],
    )
