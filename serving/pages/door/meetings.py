"""An investor's own days of meetings: when, where, with whom; nothing of others."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from serving.desk.kept_meetings import OwnVersion
from serving.disclosure.meetings import OwnMeeting
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import moment_said, name_of
from serving.pages.door.words import below, offer_address
from serving.reports.meetings import also_there


def meetings_page(frame: Frame, found: Sequence[OwnVersion]) -> str:
    """Write the page of events.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The reader's days, the latest event first.
    """
    return page("door/meetings.html", frame, Place.MEETINGS, rows=[day_row(one, frame.speech) for one in found])


def day_row(one: OwnVersion, words: Speech) -> dict[str, Any]:
    """A day in one line."""
    return {
        "address": below("meetings", one.day.event),
        "event": one.day.event,
        "date": words.date(pd.Timestamp(one.day.date)),
        "count": words.text("door.meeting_count", count=len(one.day.meetings)),
    }


def day_page(frame: Frame, found: OwnVersion) -> str:
    """Write the page of one day.

    Parameters
    ----------
    frame
        What stands around it.
    found
        The day as it stands.
    """
    words, day = frame.speech, found.day
    return page(
        "door/day.html",
        frame,
        Place.MEETINGS,
        event=day.event,
        date=words.date(pd.Timestamp(day.date)),
        zone=str(day.meetings[0].begin.tzinfo) if day.meetings else "",
        address=below("meetings", day.event),
        calendar=f"{below('meetings', day.event)}.ics",
        version=words.text("door.day_version", version=found.version, date=moment_said(found.made_at, words)),
        synthetic=found.synthetic,
        meetings=[_meeting(one, words) for one in day.meetings],
        unmet=[(offer_address(one.unit_id), name_of(one.name, words), words.text(one.why)) for one in day.unmet],
        cancelled=[_meeting(one, words) for one in day.cancelled],
    )


def _meeting(one: OwnMeeting, words: Speech) -> dict[str, Any]:
    return {
        "time": words.text("meetings.from_to", begin=_clock(one.begin, words), end=_clock(one.end, words)),
        "table": "" if one.table is None else words.number(one.table),
        "unit": name_of(one.name, words),
        "address": offer_address(one.unit_id),
        "third": also_there(one.third or "", one.interpreter, words),
    }


def _clock(at: datetime, words: Speech) -> str:
    return words.digits(at.strftime("%H:%M"))
