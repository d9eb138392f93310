"""What a page is answered that cannot be shown: what is wrong, or a way to sign in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from serving.api.access import declared
from serving.api.browsing.answers import answered, frame_of, said_here, went
from serving.api.browsing.look import words_for
from serving.api.browsing.signing import sign_in_needed
from serving.api.browsing.visits import COOKIE, visit_of
from serving.api.forms import Form, read_form, require_same_origin
from serving.api.gate import Pass
from serving.api.problems import STATUS, HttpProblem, RequestRefusedError
from serving.pages.desk.frame import ADDRESSES, Place
from serving.pages.desk.problem import problem_page

CODE_HEADER = "x-ehya-problem"
"""Header of a page that says what is wrong: the code of it, for programs."""


async def problem_answer(request: Request, code: Code, facts: Mapping[str, Any]) -> Response:
    """A page that says what is wrong, with the status of the problem."""
    status, words = STATUS.get(code, 422), words_for(request)
    if request.cookies.get(COOKIE) and not hasattr(request.state, "passed"):
        try:  # refused at the door: the page still says who is signed in, and lets them out
            found = await visit_of(request)
        except EhyaError:
            found = None
        if found is not None:
            request.state.passed = Pass(found.caller, visit=found)
    if code is HttpProblem.ROLE_REFUSED and request.method == "GET" and request.url.path == ADDRESSES[Place.TODAY]:
        home = frame_of(request).home[1]
        if home != request.url.path and request.cookies.get(COOKIE):
            return went(request, home)  # the first page of somebody else: theirs is another
    detail = said_here(code, {"nearest": None, "allowed": None, **facts}, words)
    if code is HttpProblem.ROLE_REFUSED and request.cookies.get(COOKIE):
        access = declared(request.scope.get("route"))
        said = "desk.for_administrators" if access.administers else "desk.role_refused"
        detail = words.text(said, role=facts.get("given"))
    elif code is ErrorCode.UNKNOWN_UNIT:
        detail = words.text("desk.no_such_unit", given=facts.get("given"))
    title = words.text(f"http_status.{status}")
    answer = await answered(
        request, lambda frame: problem_page(frame, title=title, detail=detail, code=code.value), status
    )
    answer.headers[CODE_HEADER] = code.value
    return answer


async def signing_in(request: Request, _: Exception) -> Response:
    """A way to sign in; what was typed in a form is carried along."""
    form = Form()
    if request.method != "GET":
        try:
            require_same_origin(request)  # what the page of somebody else typed is not carried along
            form = await read_form(request, file=declared(request.scope.get("route")).file)
        except RequestRefusedError:
            form = Form()
    answer = await sign_in_needed(request, form)
    answer.headers[CODE_HEADER] = HttpProblem.KEY_MISSING.value
    return answer
