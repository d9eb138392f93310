"""What a page is answered that cannot be shown: what is wrong, or a way to sign in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import Request, Response

from engine.codes import Code
from serving.api.access import declared
from serving.api.browsing.answers import answered
from serving.api.browsing.look import words_for
from serving.api.browsing.signing import sign_in_needed
from serving.api.forms import Form, read_form
from serving.api.problems import STATUS, RequestRefusedError, sentence
from serving.pages.desk.problem import problem_page


async def problem_answer(request: Request, code: Code, facts: Mapping[str, Any]) -> Response:
    """A page that says what is wrong, with the status of the problem."""
    status, words = STATUS.get(code, 422), words_for(request)
    detail = sentence(code, {"nearest": None, "allowed": None, **facts}, words.language)
    title = words.text(f"http_status.{status}")
    return await answered(
        request, lambda frame: problem_page(frame, title=title, detail=detail, code=code.value), status
    )


async def signing_in(request: Request, _: Exception) -> Response:
    """A way to sign in; what was typed in a form is carried along."""
    form = Form()
    if request.method != "GET":
        try:
            form = await read_form(request, file=declared(request.scope.get("route")).file)
        except RequestRefusedError:
            form = Form()
    return await sign_in_needed(request, form)
