"""``/desk/people``: accounts and their sessions, for who looks after them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.browsing.answers import actor_of, answered, form_of, settings_of, went, wrong
from serving.desk.audit import audit_seen
from serving.desk.people import add_person, disable_person, people, set_password
from serving.desk.sessions import end_session, sessions
from serving.disclosure.levels import CallerRole
from serving.pages.desk.people import people_page

READ = open_to((CallerRole.ADMIN,), without_key=WithoutKey.NEVER, session=True, administers=True)
"""Who looks at a page of administration: the role of that name, and whoever looks after accounts; no key."""
WRITE = open_to((CallerRole.ADMIN,), without_key=WithoutKey.NEVER, rate=Rate.WRITES, session=True, administers=True)
_NEWEST = 50


def router() -> APIRouter:
    """Addresses of accounts."""
    routes = APIRouter(prefix="/desk/people", include_in_schema=False)

    @routes.get("", openapi_extra=READ)
    async def accounts(request: Request) -> Response:
        return await _page(request)

    @routes.post("", openapi_extra=WRITE)
    async def add(request: Request) -> Response:
        given, now = form_of(request), request.app.state.gate.now()
        typed = {name: given.text(name) for name in ("account", "role", "investor")}
        try:
            if not typed["account"]:
                raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="name", given="", allowed=["..."])
            await run_in_threadpool(
                add_person,
                settings_of(request),
                name=typed["account"],
                role=typed["role"],
                investor=typed["investor"] or None,
                password=given.whole("password"),
                made_at=now,
                actor=actor_of(request),
                administers=bool(given.text("administers")),
                cost=request.app.state.password_cost,
            )
        except EhyaError as error:
            said = wrong(request, error)
            return await _page(request, 422, typed=typed, problem=said)
        return went(request, "/desk/people", "person_added")

    @routes.post("/disable", openapi_extra=WRITE)
    async def disable(request: Request) -> Response:
        name, now = form_of(request).text("account"), request.app.state.gate.now()
        await run_in_threadpool(disable_person, settings_of(request), name, made_at=now, actor=actor_of(request))
        return went(request, "/desk/people", "person_disabled")

    @routes.post("/password", openapi_extra=WRITE)
    async def password(request: Request) -> Response:
        given, now = form_of(request), request.app.state.gate.now()
        name, chosen, passed = given.text("account"), given.whole("password"), request.state.passed
        if passed.visit is not None and name == passed.visit.session.name:
            return went(request, "/desk/account")  # one's own is changed by who knows the old one
        try:
            await run_in_threadpool(
                set_password, settings_of(request), name, chosen,
                made_at=now, actor=actor_of(request), cost=request.app.state.password_cost,
            )  # fmt: skip
        except EhyaError as error:
            return await _page(request, 422, problem=wrong(request, error), resetting=name)
        return went(request, "/desk/people", "password_set")

    @routes.post("/end-session", openapi_extra=WRITE)
    async def end(request: Request) -> Response:
        session, now = form_of(request).text("session"), request.app.state.gate.now()
        await run_in_threadpool(end_session, settings_of(request), session, now=now, actor=actor_of(request))
        return went(request, "/desk/people", "session_ended")

    return routes


async def _page(request: Request, status: int = 200, **more: Any) -> Response:
    settings, now = settings_of(request), request.app.state.gate.now()
    found = await run_in_threadpool(people, settings)
    standing = [one for one in await run_in_threadpool(sessions, settings) if one.opens(now)]
    lines = await run_in_threadpool(audit_seen, settings, newest=_NEWEST)
    return await answered(request, lambda frame: people_page(frame, found, standing, lines, **more), status)
