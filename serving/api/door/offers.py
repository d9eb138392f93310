"""``/desk/door/offers``: what is on offer; one unit at its reader's level, its sheet, and what is asked about it."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from serving.api.access import Rate
from serving.api.asking import stock_of
from serving.api.browsing.answers import answered, file_answer, form_of, number_of, settings_of, went, wrong
from serving.api.browsing.look import words_for
from serving.api.door.reading import investor_of, own, read_here, reader_of, written_here
from serving.api.media import PDF
from serving.api.units import PUBLIC_DRAWS
from serving.desk.disclosed import beside_the_record
from serving.desk.door import compared_on_offer, found_on_offer, last_words, list_that_shows
from serving.desk.economics import Choices, economics_of
from serving.desk.offered import offered
from serving.desk.opportunity import Opportunity
from serving.desk.requests import ask
from serving.desk.stock import Stock
from serving.desk.units import UnitsRequest
from serving.desk.why import why
from serving.disclosure.levels import Level, beside_public
from serving.pages.desk.compare import compare_page, refused_page
from serving.pages.desk.frame import Place
from serving.pages.door.offers import FILTERS, SORTS, OfferShown, offer_page, offers_page
from serving.pages.door.words import offer_address
from serving.reports.opportunity import write_sheet

_LONGEST = 300
_RETYPED = (ErrorCode.REQUEST_TEXT_REFUSED, ErrorCode.REQUEST_REFUSED, ErrorCode.REQUESTS_ENOUGH, ErrorCode.NOT_ON_LIST)


def router() -> APIRouter:
    """Addresses of what is on offer."""
    routes = APIRouter(prefix="/desk/door", include_in_schema=False)

    @routes.get("/offers", openapi_extra=read_here())
    async def offers(request: Request) -> Response:
        query, stock, problem = _query(request), stock_of(request), ""
        try:
            found = await run_in_threadpool(found_on_offer, stock, _request(query))
        except EhyaError as error:
            problem = wrong(request, error)
            query = {}
            found = await run_in_threadpool(found_on_offer, stock, UnitsRequest())
        everywhere = {name: value for name, value in query.items() if name != "county"}
        among = found
        if everywhere != query:
            among = await run_in_threadpool(found_on_offer, stock, _request(everywhere))
        return await answered(
            request,
            lambda frame: offers_page(frame, found, among.chosen, query, problem=problem),
            422 if problem else 200,
        )

    @routes.get("/compare", openapi_extra=read_here(rate=Rate.LISTS))
    async def compare(request: Request) -> Response:
        wanted = [one[:_LONGEST] for one in request.query_params.getlist("unit")]
        try:
            found = await run_in_threadpool(compared_on_offer, stock_of(request), wanted)
        except EhyaError as error:
            problem = wrong(request, error)
            return await answered(request, lambda frame: refused_page(frame, problem, place=Place.OFFERS), 422)
        return await answered(
            request, lambda frame: compare_page(frame, found, place=Place.OFFERS, address=offer_address)
        )

    @routes.get("/offers/{unit_id}", openapi_extra=read_here(level=Level.UNDER_NDA))
    async def offer(request: Request, unit_id: str) -> Response:
        return await _page(request, unit_id)

    @routes.get("/offers/{unit_id}/sheet.pdf", openapi_extra=read_here(rate=Rate.LISTS))
    async def sheet(request: Request, unit_id: str) -> Response:
        stock, words = stock_of(request), words_for(request)

        def made() -> bytes:
            with tempfile.TemporaryDirectory() as folder:
                return write_sheet(Path(folder) / "sheet.pdf", _opportunity(stock, unit_id), words).read_bytes()

        return file_answer(await run_in_threadpool(made), "sheet.pdf", PDF)

    @routes.post("/offers/{unit_id}/ask", openapi_extra=written_here())
    async def ask_about(request: Request, unit_id: str) -> Response:
        given, stock, now = form_of(request), stock_of(request), request.app.state.gate.now()
        typed = {"kind": given.text("kind"), "text": given.whole("text")}
        stated: Mapping[str, Any] = {**typed, "list_id": given.text("list"), "unit_id": unit_id}
        by: dict[str, Any] = {"made_at": now, "actor": reader_of(request).actor}
        try:
            await own(request, lambda register, owner: ask(register, owner, stated, stock=stock, **by))
        except EhyaError as error:
            if error.code not in _RETYPED:
                raise
            return await _page(request, unit_id, 422, problem=wrong(request, error), typed=typed)
        return went(request, offer_address(unit_id), "asked")

    return routes


def _query(request: Request) -> dict[str, str]:
    asked = {name: request.query_params.get(name, "")[:_LONGEST] for name in ("q", "sort", "start", *FILTERS)}
    return {name: value for name, value in asked.items() if value}


def _request(query: Mapping[str, str]) -> UnitsRequest:
    wishes = {name: query[name].split(";") for name in FILTERS if name in query}
    sort = query.get("sort", "rank")
    if sort not in SORTS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="sort", given=sort, allowed=list(SORTS))
    return UnitsRequest(query.get("q", ""), wishes, (), sort, number_of(query.get("start", "0")))


def _opportunity(stock: Stock, unit_id: str) -> Opportunity:
    row = stock.unit(unit_id).iloc[0]
    return Opportunity(row, economics_of(stock.appraised, unit_id, Choices(draws=PUBLIC_DRAWS)), stock.as_of)


async def _page(
    request: Request, unit_id: str, status: int = 200, *, problem: str = "", typed: Mapping[str, str] | None = None
) -> Response:
    stock, caller, now = stock_of(request), reader_of(request), request.app.state.gate.now()
    settings, owner, level = settings_of(request), investor_of(request), reader_of(request).level(unit_id)

    def shown() -> OfferShown:
        opportunity = _opportunity(stock, unit_id)
        public = level is Level.PUBLIC
        private = pd.DataFrame() if public else beside_the_record(settings, unit_id, level)
        return OfferShown(
            found=opportunity,
            why=why(stock.appraised, [unit_id]),
            level=level,
            private=private[list(beside_public(level))],
            now=now,
        )

    def of_own(register: Register, _: str) -> dict[str, Any]:
        packages = offered(register, caller.investor, office=False)
        return {
            "packages": [(one.package.key, one.agreed) for one in packages if unit_id in one.units],
            "listed": list_that_shows(register, owner, unit_id),
            "said": last_words(register, owner).get(unit_id),
            "requests": [one for one in register.requests(owner, newest=True) if one.unit_id == unit_id],
        }

    found = await run_in_threadpool(shown)
    found = replace(found, **await own(request, of_own), typed=typed or {})
    return await answered(request, lambda frame: offer_page(frame, found, problem=problem), status)
