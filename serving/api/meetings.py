"""``/v1/meetings``: who meets whom at an event: planned for the office, and for each investor its own day."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from engine.meetings.day import MeetingDay
from engine.store import JobKind, JobState, Register, StoredJob, StoredMeetings
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.asking import answered, asked, moment, words_of
from serving.api.filters import LanguageQuery
from serving.api.gate import caller_of
from serving.api.meeting_answers import (
    GoneStated,
    MeetingPlanAnswer,
    MeetingsAnswer,
    MeetingsJobAnswer,
    MeetingsStated,
    OwnMeetingsAnswer,
)
from serving.api.owners import with_body
from serving.api.paging import PageQuery, page_of
from serving.api.problems import problem_answers
from serving.api.writing import body_of, member_of, version_of, written_once
from serving.desk.kept_meetings import (
    OwnVersion,
    ask_again,
    ask_plan,
    asked_plan,
    kept_plan,
    own_version,
    own_versions,
)
from serving.disclosure.levels import CallerRole, Level
from serving.disclosure.meetings import OwnMeeting
from serving.i18n import Speech
from serving.reports.meetings import own_calendar

CALENDAR = "text/calendar"
EXAMPLE = {
    "day": {"event": "INVA", "date": "2026-12-11", "from": "09:00", "to": "12:00", "tables": 4},
    "owners": ["food-fund"],
}
GONE = {"gone": ["food-fund"], "since": "10:15"}
_PLANNER, _INVESTOR = (CallerRole.PLANNER,), (CallerRole.INVESTOR,)
_READ = open_to(_PLANNER, level=Level.INTERNAL, without_key=WithoutKey.NEVER)
_WRITE = open_to(_PLANNER, level=Level.INTERNAL, without_key=WithoutKey.NEVER, rate=Rate.WRITES)
_OWN = open_to(_INVESTOR, without_key=WithoutKey.NEVER)
_EITHER = open_to((*_PLANNER, *_INVESTOR), level=Level.INTERNAL, without_key=WithoutKey.NEVER)
_CALENDAR_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "The calendar", "content": {CALENDAR: {"schema": {"type": "string"}}}}
}
Event = Annotated[str, Path(description="name of the event", min_length=1, max_length=200)]
JobId = Annotated[str, Path(description="id of the plan that was asked for", min_length=1, max_length=100)]


class VersionQuery(LanguageQuery):
    """Which version of a plan."""

    version: int | None = Field(None, ge=1, le=2**31 - 1, description="version to read; the newest if not given")


def router() -> APIRouter:
    """Addresses of plans of meetings."""
    routes = APIRouter(prefix="/v1", tags=["meetings"])

    @routes.get(
        "/meetings",
        response_model=MeetingsAnswer,
        summary="Events with meetings",
        responses=problem_answers(422),
        openapi_extra=_EITHER,
    )
    async def meetings(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
        """Events whose meetings are planned, the one planned last first; an investor gets those that it is a guest of,
        the latest first, each with the version and the counts of its own day.
        """
        caller = caller_of(request)
        if caller.role is CallerRole.INVESTOR:
            days = await asked(request, lambda register: own_versions(register, caller.investor))
            found = [_own_heading(one) for one in days]
        else:
            found = [_heading(one) for one in await asked(request, lambda register: register.meetings.newest())]
        page, following = page_of(found, query, "/v1/meetings")
        return answered(request, query, {"meetings": list(page), "next": following})

    @routes.post(
        "/meetings",
        status_code=202,
        response_model=MeetingsJobAnswer,
        summary="Plan the meetings of an event",
        responses=problem_answers(408, 409, 413, 415, 422),
        openapi_extra=with_body(EXAMPLE, "MeetingsStated", _WRITE),
    )
    async def plan_meetings(request: Request, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Plan who meets whom, from saved mandates and the units on offer: pairs that nobody would rather swap, each in
        a slot. `Location` is where to ask how far it is. With an `Idempotency-Key` it may be sent again.
        """
        body, caller = await body_of(request), caller_of(request)
        stated = member_of(MeetingsStated, body)
        day = MeetingDay.read(stated.day)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            job = ask_plan(register, day, stated.owners, made_at=now, actor=caller.actor)
            return {"job_id": job.job_id}

        return await _asked_for(request, query, body, act)

    @routes.get(
        "/meetings/{event}",
        response_model=MeetingPlanAnswer,
        summary="The plan of an event's meetings",
        responses=problem_answers(404, 422),
        openapi_extra=_READ,
    )
    async def meeting_plan(request: Request, event: Event, query: Annotated[VersionQuery, Query()]) -> Response:
        """A plan as it is kept, the newest or another version; its version is the ETag that planning anew names in
        `If-Match`.
        """
        kept = await asked(request, lambda register: kept_plan(register, event, query.version))
        stored = kept.stored
        said = {
            **_heading(stored),
            "actor": stored.actor,
            "replaces": stored.replaces,
            "digest": stored.digest,
            "plan": dict(stored.document),
        }
        return answered(request, query, said, {"etag": f'"{stored.version}"'})

    @routes.post(
        "/meetings/{event}/again",
        status_code=202,
        response_model=MeetingsJobAnswer,
        summary="Plan the meetings anew",
        responses=problem_answers(404, 408, 409, 412, 413, 415, 422, 428),
        openapi_extra=with_body(GONE, "GoneStated", _WRITE),
    )
    async def plan_meetings_again(request: Request, event: Event, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Plan anew without those who do not come: what can stay stays. `If-Match` names the version that it takes the
        place of, so that of two planners who read one version the second is refused and loses nothing.
        """
        body, caller = await body_of(request), caller_of(request)
        stated = member_of(GoneStated, body)
        await asked(request, lambda register: register.meetings.get(event))
        over = version_of(request.headers)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            by = {"made_at": now, "actor": caller.actor}
            job = ask_again(register, event, stated.gone, stated.since, over=over, **by)  # type: ignore[arg-type]
            return {"job_id": job.job_id}

        return await _asked_for(request, query, body, act)

    @routes.get(
        "/meetings/{event}/jobs/{job_id}",
        response_model=MeetingsJobAnswer,
        summary="What became of a plan",
        responses=problem_answers(404, 422),
        openapi_extra=_READ,
    )
    async def meetings_job(
        request: Request, event: Event, job_id: JobId, query: Annotated[LanguageQuery, Query()]
    ) -> Response:
        """How far a plan that was asked for is; at last which version it became, or why nothing was kept."""
        job = await asked(request, lambda register: asked_plan(register, event, job_id))
        return answered(request, query, _said(job, words_of(request, query)))

    @routes.get(
        "/meetings/{event}/mine",
        response_model=OwnMeetingsAnswer,
        summary="An investor's own day",
        responses=problem_answers(404, 422),
        openapi_extra=_OWN,
    )
    async def own_meetings(request: Request, event: Event, query: Annotated[LanguageQuery, Query()]) -> Response:
        """The meetings of the investor for whom the key acts, its wishes without one, and what was called off.

        It tells nothing of others: `version` counts the changes of this day alone, and `why` what the day itself tells.
        An event that the investor is no guest of is not found.
        """
        caller, words = caller_of(request), words_of(request, query)
        found = await asked(request, lambda register: own_version(register, event, caller.investor))
        return answered(request, query, _own(found, words))

    @routes.get(
        "/meetings/{event}/mine.ics",
        response_class=Response,
        summary="An investor's own calendar",
        responses=_CALENDAR_ANSWER | problem_answers(404, 422),
        openapi_extra=_OWN,
    )
    async def own_meetings_calendar(
        request: Request, event: Event, query: Annotated[LanguageQuery, Query()]
    ) -> Response:
        """The same as a calendar: entries keep their `UID`, `SEQUENCE` rises with this day's version, and meetings that
        were called off are cancelled, so that a phone that has them follows.
        """
        caller, words = caller_of(request), words_of(request, query)
        found = await asked(request, lambda register: own_version(register, event, caller.investor))
        made_at = found.made_at.replace(tzinfo=UTC)
        body = own_calendar(found.day, words, version=found.version, made_at=made_at)
        headers = {"content-language": words.language, "vary": "Accept-Language, Authorization"}
        headers |= {"content-disposition": 'attachment; filename="meetings.ics"'}
        return Response(body, 200, headers, CALENDAR)

    return routes


async def _asked_for(request: Request, query: LanguageQuery, body: bytes, act: Any) -> Response:
    done, headers = await written_once(request, body, act)
    job = await asked(request, lambda register: register.jobs.get(done["job_id"], kind=JobKind.MEETINGS))
    said = _said(job, words_of(request, query))
    place = f"/v1/meetings/{quote(said['event'], safe='')}/jobs/{job.job_id}"
    return answered(request, query, said, headers | {"location": place}, status=202)


def _said(job: StoredJob, words: Speech) -> dict[str, Any]:
    problem = job.result.get("problem")
    return {
        "job_id": job.job_id,
        "event": job.request["event"],
        "state": job.state.value,
        "version": job.result.get("version") if job.state is JobState.DONE else None,
        "made_at": moment(job.made_at),
        "moved_at": moment(job.moved_at),
        "problem": None if problem is None else {**problem, "message": problem["message"][words.language]},
    }


def _heading(stored: StoredMeetings) -> dict[str, Any]:
    """The heading of a plan, as it stands in its document: one plan that is unsound takes no other from the list."""
    return {
        "event": stored.event,
        "date": str(stored.document["day"]["date"]),
        "version": stored.version,
        "made_at": moment(stored.made_at),
        "meetings": len(stored.document["meetings"]),
        "unmet": len(stored.document["unmet"]),
    }


def _own_heading(own: OwnVersion) -> dict[str, Any]:
    return {
        "event": own.day.event,
        "date": own.day.date.isoformat(),
        "version": own.version,
        "made_at": moment(own.made_at),
        "meetings": len(own.day.meetings),
        "unmet": len(own.day.unmet),
    }


def _own(own: OwnVersion, words: Speech) -> dict[str, Any]:
    day = own.day
    return {
        "event": day.event,
        "date": day.date.isoformat(),
        "investor": day.investor,
        "version": own.version,
        "made_at": moment(own.made_at),
        "synthetic": own.synthetic,
        "meetings": [_meeting(one) for one in day.meetings],
        "unmet": [
            {"unit_id": one.unit_id, "name": one.name, "why": one.why.value, "text": words.text(one.why.key)}
            for one in day.unmet
        ],
        "cancelled": [_meeting(one) for one in day.cancelled],
    }


def _meeting(one: OwnMeeting) -> dict[str, Any]:
    return {
        "unit_id": one.unit_id,
        "name": one.name,
        "begin": one.begin.isoformat(),
        "end": one.end.isoformat(),
        "table": one.table,
        "third": one.third,
        "interpreter": one.interpreter,
    }
