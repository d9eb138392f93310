"""``/desk/admin``: keys, the record of who did what, backups, settings, and how the service does."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from functools import partial
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from serving.api.browsing.answers import actor_of, answered, form_of, settings_of, start_of, went, wrong
from serving.api.browsing.people import READ, WRITE
from serving.api.limits import ServiceLimits
from serving.api.shelf import Shelf
from serving.desk.audit import AuditQuery, audit_found, names_spoken_of, verify
from serving.desk.backups import backups, checked_backup, make_backup
from serving.desk.clock import day_from, end_of
from serving.desk.doctor import examine
from serving.desk.imports import imports
from serving.desk.keys import add_key, keys, revoke_key
from serving.desk.settings_seen import assumptions, settings_seen
from serving.pages.desk.admin import (
    AUDIT_PAGE,
    ServiceState,
    admin_page,
    audit_page,
    backups_page,
    keys_page,
    settings_page,
)

_LONGEST = 200


def router() -> APIRouter:
    """Addresses of administration."""
    routes = APIRouter(prefix="/desk/admin", include_in_schema=False)

    @routes.get("", openapi_extra=READ)
    async def first(request: Request) -> Response:
        return await _first(request)

    @routes.post("/examine", openapi_extra=WRITE)
    async def look_over(request: Request) -> Response:
        found = await run_in_threadpool(examine, settings_of(request))
        return await _first(request, findings=found)

    @routes.get("/keys", openapi_extra=READ)
    async def listed(request: Request) -> Response:
        return await _keys(request)

    @routes.post("/keys", openapi_extra=WRITE)
    async def make(request: Request) -> Response:
        given, now = form_of(request), request.app.state.gate.now()
        typed = {name: given.text(name) for name in ("name", "role", "investor", "until")}
        try:
            if not typed["name"]:
                raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="name", given="", allowed=["..."])
            ends = end_of(day_from(typed["until"], "until")) if typed["until"] else None
            made = await run_in_threadpool(
                partial(
                    add_key, settings_of(request), name=typed["name"], role=typed["role"],
                    investor=typed["investor"] or None, made_at=now, expires_at=ends, actor=actor_of(request),
                )
            )  # fmt: skip
        except EhyaError as error:
            problem = wrong(request, error, name="access.name")
            return await _keys(request, 422, typed=typed, problem=problem)
        await request.app.state.gate.look_again()
        return await _keys(request, made=made)

    @routes.post("/keys/revoke", openapi_extra=WRITE)
    async def revoke(request: Request) -> Response:
        key, now = form_of(request).text("key"), request.app.state.gate.now()
        try:
            await run_in_threadpool(
                partial(revoke_key, settings_of(request), key, made_at=now, actor=actor_of(request))
            )
        except EhyaError as error:
            return await _keys(request, 422, problem=wrong(request, error))
        await request.app.state.gate.look_again()
        return went(request, "/desk/admin/keys", "key_revoked")

    @routes.get("/audit", openapi_extra=READ)
    async def record(request: Request) -> Response:
        return await _audit(request)

    @routes.post("/audit/verify", openapi_extra=WRITE)
    async def check(request: Request) -> Response:
        head = form_of(request).text("head")[:_LONGEST]
        found = await run_in_threadpool(partial(verify, settings_of(request), head=head or None))
        return await _audit(request, checked=found, head=head)

    @routes.get("/backups", openapi_extra=READ)
    async def kept(request: Request) -> Response:
        return await _backups(request)

    @routes.post("/backups", openapi_extra=WRITE)
    async def back_up(request: Request) -> Response:
        make = partial(make_backup, settings_of(request), now=request.app.state.gate.now(), actor=actor_of(request))
        try:
            await run_in_threadpool(make)
        except EhyaError as error:
            return await _backups(request, 422, problem=wrong(request, error))
        return went(request, "/desk/admin/backups", "backup_made")

    @routes.post("/backups/check", openapi_extra=WRITE)
    async def look_into(request: Request) -> Response:
        name = form_of(request).text("name")
        try:
            await run_in_threadpool(checked_backup, settings_of(request), name)
        except EhyaError as error:
            return await _backups(request, 422, problem=wrong(request, error))
        return await _backups(request, sound=name)

    @routes.get("/settings", openapi_extra=READ)
    async def set_where(request: Request) -> Response:
        words = request.query_params.get("q", "")[:_LONGEST]
        found = await run_in_threadpool(settings_seen, settings_of(request))
        rows = await run_in_threadpool(assumptions, words)
        limits: ServiceLimits = request.app.state.limits
        return await answered(
            request,
            lambda frame: settings_page(frame, found, asdict(limits), asdict(ServiceLimits()), rows, words=words),
        )

    return routes


async def _first(request: Request, **more: Any) -> Response:
    settings = settings_of(request)
    read = await run_in_threadpool(imports, settings)
    state = _state(request)
    return await answered(request, lambda frame: admin_page(frame, state, read, **more))


def _state(request: Request) -> ServiceState:
    """How the service does: what is on show, and what failed last."""
    shelf: Shelf = request.app.state.shelf
    ring = request.app.state.gate.ring
    unread = ring is not None and ring.unread
    if shelf.bare:
        return ServiceState(keys_unread=unread, failure=shelf.failure)
    stock = shelf.showing.stock
    return ServiceState(
        version=stock.version,
        model=str(stock.units["model_version"].iloc[0]) if len(stock.units) else "",
        day=stock.appraised.question.as_of,
        shown=len(stock.units),
        withheld=stock.withheld,
        keys_unread=unread,
        failure=shelf.failure,
    )


async def _keys(request: Request, status: int = 200, **more: Any) -> Response:
    found, now = await run_in_threadpool(keys, settings_of(request)), request.app.state.gate.now()
    return await answered(request, lambda frame: keys_page(frame, found, now, **more), status)


async def _audit(request: Request, **more: Any) -> Response:
    query = {name: request.query_params.get(name, "").strip()[:_LONGEST] for name in ("q", "act", "since", "until")}
    problem, days, status, start = "", {}, 200, start_of(request)
    for name in ("since", "until"):
        try:
            days[name] = _day(query[name], name)
        except EhyaError as error:
            problem, status = wrong(request, error), 422
    asked = AuditQuery(act=query["act"], words=query["q"], since=days.get("since"), until=days.get("until"))
    look = partial(audit_found, settings_of(request), start=start, length=AUDIT_PAGE)
    try:
        found = await run_in_threadpool(look, asked)
    except EhyaError as error:
        problem, status = wrong(request, error), 422
        found = await run_in_threadpool(look, AuditQuery())
    names = await run_in_threadpool(names_spoken_of, settings_of(request), found.lines)
    return await answered(
        request, lambda frame: audit_page(frame, found, names, query, problem=problem, **more), status
    )


def _day(given: str, name: str) -> date | None:
    return day_from(given, name) if given else None


async def _backups(request: Request, status: int = 200, **more: Any) -> Response:
    found = await run_in_threadpool(backups, settings_of(request))
    return await answered(request, lambda frame: backups_page(frame, found, **more), status)
