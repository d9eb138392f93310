"""``/desk/imports``: registers that were read, what each did, and how to take it back."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from serving.api.browsing.answers import (
    Number,
    actor_of,
    answered,
    form_of,
    number_of,
    own_address,
    read_by,
    settings_of,
    start_of,
    went,
    written_by,
)
from serving.desk.imports import came_later, import_seen, imports_seen, undo_import, undo_seen
from serving.desk.uploads import uploads
from serving.pages.desk.imports import LENGTH, import_page, imports_page, undo_page


def router() -> APIRouter:
    """Addresses of registers that were read."""
    routes = APIRouter(prefix="/desk", include_in_schema=False)

    @routes.get("/imports", openapi_extra=read_by())
    async def listed(request: Request) -> Response:
        settings, start = settings_of(request), start_of(request)
        found = await run_in_threadpool(imports_seen, settings)
        waiting = await run_in_threadpool(uploads, settings)
        return await answered(request, lambda frame: imports_page(frame, found, waiting, start))

    @routes.get("/imports/{number}", openapi_extra=read_by())
    async def one(request: Request, number: Number) -> Response:
        start = start_of(request)
        part = slice(start, start + LENGTH)
        found = await run_in_threadpool(import_seen, settings_of(request), number, part=part)
        return await answered(request, lambda frame: import_page(frame, found, start))

    @routes.get("/imports/{number}/undo", openapi_extra=read_by())
    async def second_thought(request: Request, number: Number) -> Response:
        try:
            found = await run_in_threadpool(undo_seen, settings_of(request), number)
        except EhyaError as error:
            if error.code is not ErrorCode.IMPORT_UNDONE:
                raise
            return went(request, f"/desk/imports/{number}", "import_was_undone")
        return await answered(request, lambda frame: undo_page(frame, found))

    @routes.post("/undo/import", openapi_extra=written_by())
    async def undo(request: Request) -> Response:
        given = form_of(request)
        number = number_of(given.text("which"))
        if not given.text("sure") and await run_in_threadpool(came_later, settings_of(request), number):
            return went(request, f"/desk/imports/{number}/undo")  # others came after it: what goes along is shown first
        return await _taken_back(request, "import", "/desk/imports")

    @routes.post("/undo/edit", openapi_extra=written_by())
    async def undo_edit(request: Request) -> Response:
        return await _taken_back(request, "edit", "/desk/units")

    return routes


async def _taken_back(request: Request, what: str, otherwise: str) -> Response:
    """Take back a register or an edit, each of which is an import, and say so; a second time it is only said."""
    given, now = form_of(request), request.app.state.gate.now()
    number, onward = number_of(given.text("which")), own_address(given.text("next"), otherwise)
    settings, actor = settings_of(request), actor_of(request)
    try:
        found = await run_in_threadpool(undo_import, settings, number, made_at=now, actor=actor)
    except EhyaError as error:
        if error.code is not ErrorCode.IMPORT_UNDONE:
            raise
        return went(request, onward, f"{what}_was_undone")
    return went(request, onward, f"{what}_undone:{len(found.units)}")
