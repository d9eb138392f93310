"""``/desk/bank``: to a bank its claims and what it is asked for; to the office what all banks were asked."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.browsing.answers import PLANNER, actor_of, answered, form_of, settings_of, went, wrong
from serving.api.browsing.look import words_for
from serving.api.gate import Pass
from serving.desk.bank import BankAnswer, BankQuestion, answer_office, ask_bank, bank_seen, banks_seen
from serving.disclosure.levels import CallerRole, Level
from serving.pages.desk.bank import bank_page, banks_page

_BANK = (CallerRole.BANK,)
_READ = open_to((*PLANNER, *_BANK), level=Level.INTERNAL, without_key=WithoutKey.NEVER, session=True)
_ASK = open_to(PLANNER, level=Level.INTERNAL, without_key=WithoutKey.NEVER, rate=Rate.WRITES, session=True)
_ANSWER = open_to(_BANK, without_key=WithoutKey.NEVER, rate=Rate.WRITES, session=True)
AskId = Annotated[str, Path(min_length=1, max_length=100)]


def router() -> APIRouter:
    """Addresses of banks."""
    routes = APIRouter(prefix="/desk/bank", include_in_schema=False)

    @routes.get("", openapi_extra=_READ)
    async def seen(request: Request) -> Response:
        return await (_door(request) if _role(request) is CallerRole.BANK else _office(request))

    @routes.post("/ask", openapi_extra=_ASK)
    async def ask(request: Request) -> Response:
        given, now = form_of(request), request.app.state.gate.now()
        typed = {name: given.text(name) for name in ("bank", "unit", "kind", "until")} | {"text": given.whole("text")}
        asked = BankQuestion(typed["bank"], typed["unit"], typed["kind"], typed["text"], typed["until"])
        try:
            await run_in_threadpool(partial(ask_bank, settings_of(request), asked, now=now, actor=actor_of(request)))
        except EhyaError as error:
            return await _office(request, 422, problem=wrong(request, error), typed=typed)
        return went(request, "/desk/bank", "bank_asked")

    @routes.post("/{ask_id}/answer", openapi_extra=_ANSWER)
    async def answer(request: Request, ask_id: AskId) -> Response:
        given, now = form_of(request), request.app.state.gate.now()
        typed = {"verdict": given.text("verdict"), "text": given.whole("text"), "rial": given.text("rial")}
        said = BankAnswer(typed["verdict"], typed["text"], typed["rial"])
        bank, settings = _bank(request), settings_of(request)
        try:
            await run_in_threadpool(
                partial(answer_office, settings, bank, ask_id, said, now=now, actor=actor_of(request))
            )
        except EhyaError as error:
            status = 409 if error.code is ErrorCode.BANK_ASK_ANSWERED else 422
            return await _door(request, status, problem=wrong(request, error), typed={ask_id: typed})
        return went(request, "/desk/bank", "bank_answered")

    return routes


def _role(request: Request) -> CallerRole:
    passed: Pass = request.state.passed
    return passed.caller.role


def _bank(request: Request) -> str:
    passed: Pass = request.state.passed
    return passed.caller.investor or ""


async def _door(request: Request, status: int = 200, **more: Any) -> Response:
    bank, now = _bank(request), request.app.state.gate.now()
    found = await run_in_threadpool(partial(bank_seen, settings_of(request), bank, now=now))
    if not bank:
        more = {"problem": words_for(request).text("bank.nameless"), **more}
    return await answered(request, lambda frame: bank_page(frame, found, **more), status)


async def _office(request: Request, status: int = 200, **more: Any) -> Response:
    found = await run_in_threadpool(partial(banks_seen, settings_of(request), now=request.app.state.gate.now()))
    return await answered(request, lambda frame: banks_page(frame, found, **more), status)
