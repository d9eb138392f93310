"""``/desk/compare``: two to five units side by side, in the order that the ranking's choices give."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from serving.api.browsing.answers import answered, question_of, read_by, went
from serving.api.browsing.look import words_for
from serving.api.browsing.ranking import MENDABLE, said
from serving.api.browsing.today import NOT_READY
from serving.desk.comparing import Comparison, compared
from serving.i18n import Speech
from serving.pages.desk.choosing import Chosen
from serving.pages.desk.compare import compare_page, refused_page

_REFUSED = (*MENDABLE, ErrorCode.UNKNOWN_UNIT, ErrorCode.SEVERAL_UNITS)


def router() -> APIRouter:
    """The address of comparisons."""
    routes = APIRouter(prefix="/desk", include_in_schema=False)

    @routes.get("/compare", openapi_extra=read_by())
    async def compare(request: Request) -> Response:
        chosen, words = Chosen.read(request.query_params), words_for(request)
        wanted, question = request.query_params.getlist("unit"), question_of(request)
        office = request.app.state.office

        def found() -> Comparison:
            for error in chosen.errors.values():
                raise error
            return compared(office.appraised(chosen.question(question)), wanted)

        try:
            comparison = await run_in_threadpool(found)
        except EhyaError as error:
            if error.code in NOT_READY:
                return went(request, "/desk/start")
            if error.code not in _REFUSED:
                raise
            problem = _problem(error, next(iter(chosen.errors), ""), words)
            return await answered(request, lambda frame: refused_page(frame, problem, chosen), 422)
        return await answered(request, lambda frame: compare_page(frame, comparison, chosen))

    return routes


def _problem(error: EhyaError, name: str, words: Speech) -> str:
    if error.facts.get("option") == "unit":
        return words.text("compare.count")
    if error.code is ErrorCode.UNKNOWN_UNIT:
        return words.text("compare.unknown", given=error.facts["given"])
    return said(error, name, words)
