"""Shapes of plans of meetings: whole for the office, one day for an investor."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from engine.store import JobState
from serving.api.answers import Answer
from serving.api.job_answers import ImportProblem
from serving.disclosure.meetings import OwnReason


class MeetingsStated(Answer):
    """An event whose meetings are to be planned."""

    day: dict[str, Any] = Field(
        description="event, date, from, to, tables; also minutes, pause, breaks, meetings, wishes, away, third, "
        "languages, interpreters, zone"
    )
    owners: list[str] | None = Field(
        None,
        min_length=1,
        max_length=1000,
        description="whose saved mandates are the wishes; else those of all investors",
    )


class GoneStated(Answer):
    """Who does not come, or left."""

    gone: list[str] = Field(min_length=1, max_length=200, description="ids or names of investors, units, third parties")
    since: str | None = Field(
        None, max_length=20, description="time of the day, HH:MM; what was before it stays as it was"
    )


class MeetingsHeading(Answer):
    """An event whose meetings are planned."""

    event: str
    date: date
    version: int = Field(description="for an investor: of its own day, which changes only where that does")
    made_at: datetime = Field(description="when that version was made, UTC")
    meetings: int = Field(description="meetings that it holds; for an investor its own")
    unmet: int = Field(description="wishes without a meeting; for an investor its own")


class MeetingsAnswer(Answer):
    """Events whose meetings are planned."""

    meetings: list[MeetingsHeading]
    next: str | None = Field(description="address of the next page")


class MeetingPlanAnswer(MeetingsHeading):
    """The plan of an event's meetings, with all that it was made from."""

    actor: str = Field(description="who made this version")
    replaces: int | None = Field(description="the version that it took the place of; null for the first")
    digest: str = Field(description="sha256 of the plan")
    plan: dict[str, Any] = Field(description="the plan, as `ehya meetings` writes it into `plan.json`")


class MeetingsJobAnswer(Answer):
    """A plan that was asked for, and how far it is."""

    job_id: str
    event: str
    state: JobState = Field(description="it moves on by itself until it is done or refused: ask again each second")
    version: int | None = Field(description="the version that it became; only of done ones")
    made_at: datetime
    moved_at: datetime = Field(description="when it last moved on")
    problem: ImportProblem | None = Field(description="why nothing was kept; only of refused ones")


class OwnMeetingAnswer(Answer):
    """A meeting of an investor."""

    unit_id: str
    name: str = Field(description="the unit's")
    begin: datetime
    end: datetime
    table: int | None = Field(description="null for one that was called off")
    third: str | None = Field(description="who sits with them, such as a bank; null for nobody")
    interpreter: bool = Field(description="the two have no language in common, as far as both say which they speak")


class OwnWishAnswer(Answer):
    """A wish of an investor that has no meeting."""

    unit_id: str
    name: str = Field(description="the unit's")
    why: OwnReason = Field(description="as far as the investor's own day tells it")
    text: str = Field(description="the same in words")


class OwnMeetingsAnswer(Answer):
    """The day of one investor at an event."""

    event: str
    date: date
    investor: str
    version: int = Field(description="of this day: it rises only where this day changes")
    made_at: datetime = Field(description="when this day last changed, UTC")
    synthetic: bool = Field(description="some of these units are made up")
    meetings: list[OwnMeetingAnswer] = Field(description="by time")
    unmet: list[OwnWishAnswer] = Field(description="wishes without a meeting, the dearest first")
    cancelled: list[OwnMeetingAnswer] = Field(description="meetings that were called off")
