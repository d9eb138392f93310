"""``/desk/account``: a person's own account, whatever its role: another password."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError
from engine.store.people import name_key
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.browsing.answers import answered, form_of, settings_of, went, wrong
from serving.api.browsing.look import words_for
from serving.api.browsing.visits import SignInNeededError
from serving.api.gate import AccessGate, Pass, neighbourhood
from serving.desk.people import LONGEST_NAME, change_password
from serving.desk.sessions import Visit
from serving.pages.desk.account import account_page

_READ = open_to(without_key=WithoutKey.NEVER, session=True)
_WRITE = open_to(without_key=WithoutKey.NEVER, rate=Rate.WRITES, session=True)


def router() -> APIRouter:
    """Addresses of a person's own account."""
    routes = APIRouter(prefix="/desk/account", include_in_schema=False)

    @routes.get("", openapi_extra=_READ)
    async def account(request: Request) -> Response:
        visit_at(request)
        return await answered(request, account_page)

    @routes.post("/password", openapi_extra=_WRITE)
    async def change(request: Request) -> Response:
        session, given = visit_at(request).session, form_of(request)
        old, new, again = (given.whole(name) for name in ("password", "password_new", "password_again"))
        words = words_for(request)
        gate: AccessGate = request.app.state.gate
        if new != again:
            return await _refused(request, words.text("account.differ"))
        settings, cost = settings_of(request), request.app.state.password_cost
        try:
            async with gate.trying(*guessers_of(request, session.name)):
                ended = await run_in_threadpool(
                    change_password, settings, session.name, old, new,
                    session=session.session_id, made_at=gate.now(), cost=cost,
                )  # fmt: skip
                if ended is None:
                    for guesser in guessers_of(request, session.name):
                        gate.wrong_password(guesser)
        except EhyaError as error:
            return await _refused(request, wrong(request, error))
        if ended is None:
            return await _refused(request, words.text("account.wrong_old"))
        return went(request, "/desk/account", "password_changed")

    return routes


def visit_at(request: Request) -> Visit:
    """The session of who asks.

    Raises
    ------
    SignInNeededError
        For a key: it is no person's account.
    """
    passed: Pass = request.state.passed
    if passed.visit is None:
        raise SignInNeededError
    return passed.visit


def guessers_of(request: Request, name: str) -> tuple[str, str]:
    """Who is counted where a password is tried: the address it comes from, and the account wherever from."""
    return neighbourhood(request.client.host if request.client else ""), f"name:{name_key(name[: 2 * LONGEST_NAME])}"


async def _refused(request: Request, problem: str) -> Response:
    return await answered(request, lambda frame: account_page(frame, problem=problem), 422)
