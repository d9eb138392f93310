"""``/desk/requests``: what investors asked about units, and the office's answers."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from serving.api.browsing.answers import (
    actor_of,
    answered,
    form_of,
    read_by,
    settings_of,
    start_of,
    went,
    written_by,
    wrong,
)
from serving.desk.requests import answer_here, requests_listed
from serving.pages.desk.requests import PAGE, requests_page

RequestId = Annotated[str, Path(min_length=1, max_length=100)]
_TAKEN = (ErrorCode.REQUEST_ANSWERED, ErrorCode.REQUEST_WITHDRAWN)
"""What somebody else did meanwhile."""


def router() -> APIRouter:
    """Addresses of requests."""
    routes = APIRouter(prefix="/desk/requests", include_in_schema=False)

    @routes.get("", openapi_extra=read_by())
    async def listed(request: Request) -> Response:
        return await _page(request)

    @routes.post("/{request_id}/answer", openapi_extra=written_by())
    async def answer(request: Request, request_id: RequestId) -> Response:
        text, now = form_of(request).whole("answer"), request.app.state.gate.now()
        write = partial(answer_here, settings_of(request), request_id, text, made_at=now, actor=actor_of(request))
        try:
            await run_in_threadpool(write)
        except EhyaError as error:
            if error.code not in (*_TAKEN, ErrorCode.REQUEST_TEXT_REFUSED):
                raise
            status = 409 if error.code in _TAKEN else 422
            return await _page(request, status, problem=wrong(request, error), typed={request_id: text})
        return went(request, "/desk/requests", "request_answered")

    return routes


async def _page(request: Request, status: int = 200, **more: Any) -> Response:
    now, start = request.app.state.gate.now(), start_of(request)
    found = await run_in_threadpool(partial(requests_listed, settings_of(request), now, start=start, length=PAGE))
    return await answered(request, lambda frame: requests_page(frame, found, start, **more), status)
