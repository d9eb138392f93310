"""``/desk/door/meetings``: an investor's own days at events, and their calendars."""

from __future__ import annotations

from datetime import UTC

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from serving.api.browsing.answers import answered, file_answer
from serving.api.browsing.look import words_for
from serving.api.door.reading import own, read_here
from serving.api.meetings import CALENDAR
from serving.desk.kept_meetings import own_version, own_versions
from serving.pages.door.meetings import day_page, meetings_page
from serving.reports.meetings import own_calendar


def router() -> APIRouter:
    """Addresses of own meetings."""
    routes = APIRouter(prefix="/desk/door/meetings", include_in_schema=False)

    @routes.get("", openapi_extra=read_here())
    async def meetings(request: Request) -> Response:
        found = await own(request, own_versions)
        return await answered(request, lambda frame: meetings_page(frame, found))

    @routes.get("/{event}.ics", openapi_extra=read_here())
    async def calendar(request: Request, event: str) -> Response:
        found = await own(request, lambda register, owner: own_version(register, event, owner))
        words, made_at = words_for(request), found.made_at.replace(tzinfo=UTC)
        body = await run_in_threadpool(own_calendar, found.day, words, version=found.version, made_at=made_at)
        return file_answer(body, "meetings.ics", CALENDAR)

    @routes.get("/{event}", openapi_extra=read_here())
    async def day(request: Request, event: str) -> Response:
        found = await own(request, lambda register, owner: own_version(register, event, owner))
        return await answered(request, lambda frame: day_page(frame, found))

    return routes
