"""``/desk/decisions``: which units are one, and which source shows, as persons decide; each can be taken back."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pandas as pd
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from serving.api.browsing.answers import (
    actor_of,
    answered,
    form_of,
    own_address,
    question_of,
    read_by,
    settings_of,
    start_of,
    texts_of,
    went,
    written_by,
    wrong,
)
from serving.desk import decisions
from serving.desk.clock import day_from
from serving.pages.desk.decisions import conflicts_page, duplicates_page, same_page

_HERE = "/desk/decisions"
_CONFLICTS = f"{_HERE}?show=conflicts"
_DECIDED = (
    ErrorCode.ALREADY_MERGED,
    ErrorCode.NOT_MERGED,
    ErrorCode.NAME_ALONE,
    ErrorCode.NOT_DISTINCT,
    ErrorCode.NOTHING_DECIDED,
)
"""What somebody else decided, or took back, while the page stood open."""


def router() -> APIRouter:
    """Addresses of decisions."""
    routes = APIRouter(prefix="/desk", include_in_schema=False)

    @routes.get("/decisions", openapi_extra=read_by())
    async def waiting(request: Request) -> Response:
        return await _shown(request, request.query_params.get("show") == "conflicts")

    @routes.get("/units/{unit_id}/same", openapi_extra=read_by())
    async def same(request: Request, unit_id: str) -> Response:
        words, other = (request.query_params.get(name, "")[:300].strip() for name in ("q", "other"))
        found = await run_in_threadpool(decisions.beside, settings_of(request), unit_id, words=words, other=other)
        problem = "" if found.refused is None else wrong(request, found.refused)
        status = 422 if problem else 200
        return await answered(request, lambda frame: same_page(frame, found, words, problem=problem), status)

    @routes.post("/decisions/one", openapi_extra=written_by())
    async def one(request: Request) -> Response:
        given = form_of(request)
        kept, lost = given.text("kept"), given.text("lost")
        return await _decided(
            request, "merged", lambda by: decisions.merge(settings_of(request), kept, lost, **by), undo_merge=lost
        )

    @routes.post("/undo/merge", openapi_extra=written_by())
    async def unmerge(request: Request) -> Response:
        unit = form_of(request).text("which")
        return await _decided(request, "unmerged", lambda by: decisions.unmerge(settings_of(request), unit, **by))

    @routes.post("/decisions/two", openapi_extra=written_by())
    async def two(request: Request) -> Response:
        given = form_of(request)
        pair = [given.text("unit"), given.text("other")]
        act = lambda by: decisions.distinguish(settings_of(request), *pair, **by)  # noqa: E731
        return await _decided(request, "distinguished", act, undo_distinction=json.dumps(pair))

    @routes.post("/undo/distinction", openapi_extra=written_by())
    async def undistinguish(request: Request) -> Response:
        unit, other = _which(request, 2)
        act = lambda by: decisions.distinguish(settings_of(request), unit, other, undo=True, **by)  # noqa: E731
        return await _decided(request, "undistinguished", act)

    @routes.post("/decisions/pin", openapi_extra=written_by())
    async def pin(request: Request) -> Response:
        given = form_of(request)
        unit, field, before = (given.text(name) for name in ("unit", "field", "before"))
        source = given.whole("source")
        back = json.dumps([unit, field, before])
        return await _decided(request, "pinned", _pinning(request, unit, field, source), undo_pin=back)

    @routes.post("/decisions/unpin", openapi_extra=written_by())
    async def unpin(request: Request) -> Response:
        given = form_of(request)
        unit, field, before = (given.text(name) for name in ("unit", "field", "before"))
        undo = {"undo_pin": json.dumps([unit, field, before])} if before else {}
        return await _decided(request, "unpinned", _pinning(request, unit, field, ""), **undo)

    @routes.post("/undo/pin", openapi_extra=written_by())
    async def pin_before(request: Request) -> Response:
        unit, field, before = _which(request, 3)
        done = "pinned" if before else "unpinned"
        return await _decided(request, done, _pinning(request, unit, field, before))

    @routes.post("/decisions/confirm", openapi_extra=written_by())
    async def confirm(request: Request) -> Response:
        given = form_of(request)
        unit, field = given.text("unit"), given.text("field")
        settings, today = settings_of(request), question_of(request).as_of
        try:
            on = pd.Timestamp(day_from(given.text("on"), "on")) if given.text("on") else today
            if on > today:
                raise EhyaError(
                    ErrorCode.VALUE_UNREADABLE, option="on", given=given.text("on"), allowed=[today.date().isoformat()]
                )
        except EhyaError as error:
            problem = wrong(request, error)
            typed = {name: given.text(name) for name in ("unit", "field", "level", "source", "on")}
            return await _shown(request, True, problem=problem, typed=typed)
        level, source = given.text("level"), given.text("source") or None

        def act(by: dict[str, Any]) -> Any:
            exact = decisions.exact_field
            return decisions.confirm(
                settings, unit, field, level=level, source=source, as_of=on, **by, name_field=exact
            )

        return await _decided(request, "confirmed", act, undo_confirmation=json.dumps([unit, field]))

    @routes.post("/decisions/unconfirm", openapi_extra=written_by())
    async def unconfirm(request: Request) -> Response:
        given = form_of(request)
        return await _decided(request, "unconfirmed", _unconfirming(request, given.text("unit"), given.text("field")))

    @routes.post("/undo/confirmation", openapi_extra=written_by())
    async def unconfirm_again(request: Request) -> Response:
        return await _decided(request, "unconfirmed", _unconfirming(request, *_which(request, 2)))

    return routes


Act = Callable[[dict[str, Any]], Any]


def _pinning(request: Request, unit: str, field: str, source: str) -> Act:
    """Let a source show, or none in particular."""
    settings, exact = settings_of(request), decisions.exact_field
    if not source:
        return lambda by: decisions.unpin(settings, unit, field, **by, name_field=exact)
    return lambda by: decisions.pin(settings, unit, field, source, **by, name_field=exact)


def _unconfirming(request: Request, unit: str, field: str) -> Act:
    settings = settings_of(request)
    return lambda by: decisions.unconfirm(settings, unit, field, **by, name_field=decisions.exact_field)


async def _decided(request: Request, done: str, act: Act, **undo: str) -> Response:
    """Decide, and lead back; what somebody else decided meanwhile is said, and nothing is decided twice."""
    onward = own_address(form_of(request).text("next"), _HERE)
    by = {"made_at": request.app.state.gate.now(), "actor": actor_of(request)}
    try:
        await run_in_threadpool(act, by)
    except EhyaError as error:
        if error.code not in _DECIDED:
            raise
        return went(request, onward, "decided_already")
    return went(request, onward, done, **undo)


def _which(request: Request, length: int) -> list[str]:
    return texts_of(form_of(request).whole("which"), length)


async def _shown(
    request: Request, conflicts: bool, *, problem: str = "", typed: dict[str, str] | None = None
) -> Response:
    start = start_of(request)
    found = await run_in_threadpool(request.app.state.office.waiting)
    pairs, fields = found.duplicates, found.fields
    if not conflicts:
        return await answered(request, lambda frame: duplicates_page(frame, pairs, fields, start))
    length = len(pairs.pairs)
    return await answered(
        request,
        lambda frame: conflicts_page(frame, found.conflicts, length, start, problem=problem, given=typed or {}),
        422 if problem else 200,
    )
