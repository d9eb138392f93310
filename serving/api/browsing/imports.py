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
from serving.desk.imports import import_seen, imports_seen, undo_import, undo_seen, undoing
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
        part = {"start": start_of(request), "length": LENGTH}
        found = await run_in_threadpool(import_seen, settings_of(request), number, **part)
        return await answered(request, lambda frame: import_page(frame, found))

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
        """Take back a register or an edit, each of which is an import; a second time it is only said."""
        given, settings, now = form_of(request), settings_of(request), request.app.state.gate.now()
        number, actor = number_of(given.text("which")), actor_of(request)
        what = await run_in_threadpool(undoing, settings, number)
        kind, otherwise = ("edit", "/desk/units") if what.edit else ("import", "/desk/imports")
        if what.asks and not given.text("sure"):
            return went(request, f"/desk/imports/{number}/undo")
        onward = own_address(given.text("next"), otherwise)
        try:
            found = await run_in_threadpool(undo_import, settings, number, made_at=now, actor=actor)
        except EhyaError as error:
            if error.code is not ErrorCode.IMPORT_UNDONE:
                raise
            return went(request, onward, f"{kind}_was_undone")
        return went(request, onward, f"{kind}_undone:{found.changed}")

    return routes
