"""``/desk/sign-in``, ``/desk/sign-out``, ``/desk/look``: let people in and out, and let them choose how pages look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from serving.api.access import Rate, WithoutKey, open_to
from serving.api.browsing.account import guessers_of
from serving.api.browsing.answers import answered, form_of, own_address, settings_of, went
from serving.api.browsing.look import COOKIE, look_of
from serving.api.browsing.visits import let_in, let_out, on_this_computer
from serving.api.forms import MOST_FIELDS, TOKEN_FIELD, Form
from serving.api.gate import AccessGate, Pass
from serving.desk.sessions import form_token_of, sign_in, sign_out
from serving.desk.starting import peopled
from serving.pages.desk.signing import resumed_page, sign_in_page

_ANYBODY = open_to(without_key=WithoutKey.ALWAYS, session=True)
_FORM = open_to(without_key=WithoutKey.ALWAYS, rate=Rate.WRITES, session=True)
KEPT = "kept_"
"""Before the names of fields that were typed before a session ended, so that none is taken for one of signing in."""
_A_YEAR = 365 * 86_400


def router() -> APIRouter:
    """Addresses of signing in and out."""
    routes = APIRouter(prefix="/desk", include_in_schema=False)

    @routes.get("/sign-in", openapi_extra=_ANYBODY)
    async def form(request: Request) -> Response:
        onward = own_address(request.query_params.get("next", ""))
        if on_this_computer(request) and not await run_in_threadpool(peopled, settings_of(request)):
            return went(request, "/desk/start")  # nobody can sign in before the first account is made
        return await answered(request, lambda frame: sign_in_page(frame, onward=onward))

    @routes.post("/sign-in", openapi_extra=_FORM)
    async def enter(request: Request) -> Response:
        gate: AccessGate = request.app.state.gate
        given = form_of(request)
        name, onward = given.text("name"), own_address(given.text("next"))
        guessers = guessers_of(request, name)
        settings, cost = settings_of(request), request.app.state.password_cost
        async with gate.trying(*guessers):
            begun = await run_in_threadpool(sign_in, settings, name, given.whole("password"), now=gate.now(), cost=cost)
            if begun is None:
                for guesser in guessers:
                    gate.wrong_password(guesser)
        if begun is None:
            kept = kept_of(given)
            return await answered(
                request, lambda frame: sign_in_page(frame, onward=onward, name=name, refused=True, kept=kept), 401
            )
        kept = kept_of(given)
        answer = await _onward(request, onward, kept, begun.token) if kept else went(request, onward)
        let_in(request, answer, begun)
        return answer

    @routes.post("/sign-out", openapi_extra=_FORM)
    async def leave(request: Request) -> Response:
        passed: Pass = request.state.passed
        if passed.visit is not None:
            session, now = passed.visit.session, request.app.state.gate.now()
            await run_in_threadpool(sign_out, settings_of(request), session, now=now)
        answer = went(request, "/desk/sign-in")
        let_out(answer)
        return answer

    @routes.post("/look", openapi_extra=_FORM)
    async def look(request: Request) -> Response:
        given = form_of(request)
        chosen = look_of(request).changed({name: given.text(name) for name in ("lang", "digits", "money", "theme")})
        answer = went(request, _without_language(own_address(given.text("next"))))
        answer.set_cookie(COOKIE, chosen.kept(), max_age=_A_YEAR, samesite="lax", httponly=True, path="/")
        return answer

    return routes


def _without_language(address: str) -> str:
    """An address that no longer says a language of its own: the one that was just chosen counts.

    Examples
    --------
    >>> _without_language("/desk/units?lang=fa&q=a"), _without_language("/desk/start?lang=fa")
    ('/desk/units?q=a', '/desk/start')
    """
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "lang"]
    return urlunsplit(parts._replace(query=urlencode(kept)))


async def _onward(request: Request, address: str, kept: Mapping[str, list[str]], token: str) -> Response:
    """What was typed before the session ended, to be sent again by the same person in the new one."""
    mark = form_token_of(token)
    return await answered(request, lambda frame: resumed_page(frame, address=address, kept=kept, token=mark))


def kept_of(form: Form) -> dict[str, list[str]]:
    """Fields that a form of signing in carries on from the one that could not be taken."""
    return {
        name.removeprefix(KEPT): list(values)
        for name, values in list(form.fields.items())[:MOST_FIELDS]
        if name.startswith(KEPT)
    }


def typed(form: Form) -> dict[str, list[str]]:
    """What was typed into a form whose session has ended; passwords and our own marks are not carried on."""
    left_out = (TOKEN_FIELD, "password")
    fields = form.fields.items()
    untouched = {name for name, values in fields if form.fields.get(f"seen_{name}") == values}
    left = {name: list(values) for name, values in form.fields.items() if not name.startswith(left_out)}
    kept = [one for one in left.items() if one[0] not in untouched and one[0].removeprefix("seen_") not in untouched]
    return dict(kept[:MOST_FIELDS])


async def sign_in_needed(request: Request, form: Form | None = None) -> Response:
    """What a page answers nobody: a way to sign in and come back, with what was typed.

    Parameters
    ----------
    request
        The request.
    form
        What was typed, where a form was sent.
    """
    if request.method == "GET":
        query: dict[str, Any] = {"next": request.url.path + (f"?{request.url.query}" if request.url.query else "")}
        return went(request, f"/desk/sign-in?{urlencode(query)}")
    kept = typed(form or Form())
    onward = request.url.path if kept else "/desk"  # an address that only takes forms has no page to go on to
    return await answered(request, lambda frame: sign_in_page(frame, onward=onward, ended=True, kept=kept), 401)
