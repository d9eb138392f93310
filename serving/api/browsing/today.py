"""``/desk``: what a planner sees first; ``/desk/style``: the parts that pages are made of."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from serving.api.access import WithoutKey, open_to
from serving.api.browsing.answers import answered, question_of, read_by, settings_of, went
from serving.desk.today import today
from serving.disclosure.levels import CallerRole, Level
from serving.pages.desk.frame import ADDRESSES, HOMES
from serving.pages.desk.style import style_page
from serving.pages.desk.today import today_page

NOT_READY = (ErrorCode.NO_MODEL, ErrorCode.REGISTER_EMPTY, ErrorCode.MODEL_WAITS)
"""What a workspace lacks that the first run mends."""

_FIRST = open_to((CallerRole.PLANNER, *HOMES), level=Level.INTERNAL, without_key=WithoutKey.NEVER, session=True)
"""The first page is the planners'; it leads others who sign in to where they begin."""


def router() -> APIRouter:
    """Addresses of the first page and of the style."""
    routes = APIRouter(prefix="/desk", include_in_schema=False)

    @routes.get("", openapi_extra=_FIRST)
    async def first(request: Request) -> Response:
        home = HOMES.get(request.state.passed.caller.role)
        if home is not None:
            return went(request, ADDRESSES[home])
        question, now = question_of(request), request.app.state.gate.now()
        try:
            found = await run_in_threadpool(today, settings_of(request), request.app.state.office, question, now)
        except EhyaError as error:
            if error.code not in NOT_READY:
                raise
            return went(request, "/desk/start")
        return await answered(request, lambda frame: today_page(frame, found))

    @routes.get("/style", openapi_extra=read_by())
    async def style(request: Request) -> Response:
        return await answered(request, style_page)

    return routes
