"""``/desk/door/keys``: keys by which an investor's own programs ask."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.domain.allowed import refuse_longer
from engine.errors import EhyaError, ErrorCode
from serving.api.browsing.answers import answered, form_of, settings_of, went, wrong
from serving.api.browsing.look import words_for
from serving.api.door.reading import investor_of, own, read_here, reader_of, written_here
from serving.desk.door import key_name, own_key, own_keys
from serving.desk.keys import LONGEST_OWN, add_key, revoke_key
from serving.disclosure.levels import CallerRole
from serving.pages.door.keys import keys_page
from serving.pages.door.words import below


def router() -> APIRouter:
    """Addresses of keys."""
    routes = APIRouter(prefix="/desk/door/keys", include_in_schema=False)

    @routes.get("", openapi_extra=read_here())
    async def keys(request: Request) -> Response:
        return await _page(request)

    @routes.post("", openapi_extra=written_here())
    async def add(request: Request) -> Response:
        name, words = " ".join(form_of(request).text("name").split()), words_for(request)
        if not name or not name.isprintable():
            return await _page(
                request, 422, name=name, problem=words.text("desk.value_needed", given=words.text("door.key_name"))
            )
        investor, now = investor_of(request), request.app.state.gate.now()
        try:
            refuse_longer("name", name, LONGEST_OWN)
            made = await run_in_threadpool(
                add_key,
                settings_of(request),
                name=key_name(investor, name),
                role=CallerRole.INVESTOR.value,
                investor=investor,
                made_at=now,
                actor=reader_of(request).actor,
            )
        except EhyaError as error:
            if error.code is ErrorCode.TEXT_TOO_LONG:
                return await _page(request, 422, name=name, problem=wrong(request, error, name="door.key_name"))
            if error.code is not ErrorCode.KEY_NAMED:
                raise
            return await _page(request, 422, name=name, problem=words.text(error.code, given=name))
        await request.app.state.gate.look_again()
        return await _page(request, made=made.key)

    @routes.post("/revoke", openapi_extra=written_here())
    async def revoke(request: Request) -> Response:
        key_id, now = form_of(request).text("key"), request.app.state.gate.now()
        found = await own(request, lambda register, investor: own_key(register, investor, key_id))
        actor = reader_of(request).actor
        await run_in_threadpool(revoke_key, settings_of(request), found.key_id, made_at=now, actor=actor)
        await request.app.state.gate.look_again()
        return went(request, below("keys"), "key_revoked")

    return routes


async def _page(request: Request, status: int = 200, **more: Any) -> Response:
    now, investor = request.app.state.gate.now(), investor_of(request)
    found = await own(request, own_keys)
    return await answered(request, lambda frame: keys_page(frame, found, now, investor=investor, **more), status)
