"""``/desk/door/requests``: what an investor asked about units, and the office's answers."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response

from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from serving.api.browsing.answers import answered, went
from serving.api.door.reading import own, read_here, reader_of, written_here
from serving.desk.named import names_of
from serving.desk.requests import published_figures, withdraw
from serving.pages.door.requests import asked_page
from serving.pages.door.words import below

_NEWEST = 200


def router() -> APIRouter:
    """Addresses of requests."""
    routes = APIRouter(prefix="/desk/door/requests", include_in_schema=False)

    @routes.get("", openapi_extra=read_here())
    async def asked(request: Request) -> Response:
        now = request.app.state.gate.now()

        def found(register: Register, owner: str) -> tuple[Any, ...]:
            own_ones = register.requests(owner, newest=True, limit=_NEWEST)
            names = names_of(register, {one.unit_id for one in own_ones})
            return own_ones, names, published_figures(register, now, owner)

        own_ones, names, figures = await own(request, found)
        return await answered(request, lambda frame: asked_page(frame, own_ones, names, figures, now))

    @routes.post("/{request_id}/withdraw", openapi_extra=written_here())
    async def take_back(request: Request, request_id: str) -> Response:
        by: dict[str, Any] = {"made_at": request.app.state.gate.now(), "actor": reader_of(request).actor}
        try:
            await own(request, lambda register, owner: withdraw(register, owner, request_id, **by))
        except EhyaError as error:
            if error.code not in (ErrorCode.REQUEST_ANSWERED, ErrorCode.REQUEST_WITHDRAWN):
                raise
            return went(request, below("requests"), "request_ended_before")
        return went(request, below("requests"), "request_withdrawn")

    return routes
