"""``/desk/door``: the first page of an investor; ``/desk/invited``: the link by which one comes in."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.domain.request import RequestState
from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.asking import stock_of
from serving.api.browsing.answers import answered, form_of, settings_of, went, wrong
from serving.api.browsing.visits import let_in
from serving.api.door.reading import own, read_here
from serving.api.gate import AccessGate, neighbourhood
from serving.desk.door import ON_OFFER, own_invitations, standings
from serving.desk.invitations import invited, partners, take_invitation
from serving.desk.kept_meetings import own_versions
from serving.desk.named import names_of
from serving.desk.offered import offered
from serving.desk.sessions import begin
from serving.pages.door.home import Home, home_page
from serving.pages.door.invited import invited_page, no_invitation_page

_ANYBODY = open_to(without_key=WithoutKey.ALWAYS, session=True)
_FORM = open_to(without_key=WithoutKey.ALWAYS, rate=Rate.WRITES, session=True)
_LONGEST_TOKEN = 200


def router() -> APIRouter:
    """Addresses of the first page."""
    routes = APIRouter(prefix="/desk/door", include_in_schema=False)

    @routes.get("", openapi_extra=read_here())
    async def home(request: Request) -> Response:
        stock, now = stock_of(request), request.app.state.gate.now()
        on_offer = int(stock.units["triage"].isin(ON_OFFER).sum())

        def ask(register: Register, owner: str) -> Home:
            waiting = sorted(register.requests(owner, state=RequestState.OPEN), key=lambda one: one.due_at)
            return Home(
                owner,
                on_offer,
                standings(register, owner, stock),
                waiting,
                names_of(register, {one.unit_id for one in waiting}),
                offered(register, owner, office=False),
                own_versions(register, owner),
                own_invitations(register, owner),
                now,
                sum(one.investor == owner and one.disabled_at is None for one in register.people()),
            )

        found = await own(request, ask)
        return await answered(request, lambda frame: home_page(frame, found))

    return routes


def inviting() -> APIRouter:
    """Addresses of an invitation's link."""
    routes = APIRouter(prefix="/desk/invited", include_in_schema=False)

    @routes.get("/{token}", openapi_extra=_ANYBODY)
    async def invitation(request: Request, token: str) -> Response:
        return await _page(request, token)

    @routes.post("/{token}", openapi_extra=_FORM)
    async def take(request: Request, token: str) -> Response:
        given, gate = form_of(request), _gate(request)
        name, password = given.text("name"), given.whole("password")
        settings, cost, now = settings_of(request), request.app.state.password_cost, gate.now()
        address = neighbourhood(request.client.host if request.client else "")
        try:
            async with gate.trying(address):  # a password is hashed, which takes memory
                person = await run_in_threadpool(
                    take_invitation, settings, token[:_LONGEST_TOKEN], name=name, password=password, now=now, cost=cost
                )
        except EhyaError as error:
            if error.code is ErrorCode.INVITATION_UNKNOWN:
                return await _nothing(request)
            return await _page(request, token, 422, name=name, problem=wrong(request, error))
        begun = await run_in_threadpool(begin, settings, person, now=now)
        answer = went(request, "/desk/door")
        if begun is not None:
            let_in(request, answer, begun)
        return answer

    return routes


async def _page(request: Request, token: str, status: int = 200, **more: Any) -> Response:
    now = _gate(request).now()
    try:
        found = await run_in_threadpool(invited, settings_of(request), token[:_LONGEST_TOKEN], now=now)
        others = await run_in_threadpool(partners, settings_of(request), found.investor)
    except EhyaError as error:
        if error.code is not ErrorCode.INVITATION_UNKNOWN:
            raise
        return await _nothing(request)
    address = request.url.path
    return await answered(request, lambda frame: invited_page(frame, found, address, others=others, **more), status)


async def _nothing(request: Request) -> Response:
    """The page of a link that opens nothing: the same for one that never was, is over, or was taken by another."""
    return await answered(request, no_invitation_page, 404)


def _gate(request: Request) -> AccessGate:
    gate: AccessGate = request.app.state.gate
    return gate
