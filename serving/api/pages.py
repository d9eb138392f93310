"""``/``, ``/model`` and ``/docs``: the pages for people; ``/openapi.json``, which `/docs` rests on; ``/metrics``."""

from __future__ import annotations

from typing import Any

import pydantic_core
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.settings import LANGUAGES
from serving.api.access import WithoutKey, open_to
from serving.api.answering import JSON, prepared
from serving.api.language import chosen
from serving.api.observing import RequestCounts
from serving.api.problems import listed
from serving.api.shelf import Showing
from serving.desk.stock import Stock
from serving.disclosure.card import public_card
from serving.disclosure.levels import CallerRole
from serving.i18n import speech
from serving.pages.docs import docs_page
from serving.pages.home import home_page
from serving.pages.model import model_page

HTML = "text/html; charset=utf-8"


def router() -> APIRouter:
    """Addresses of pages; they are no part of the API's description."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/", openapi_extra=open_to())
    async def home(request: Request, lang: str | None = None) -> Response:
        if request.app.state.shelf.bare and not request.app.state.gate.keyed:
            asked = f"?lang={lang}" if lang in LANGUAGES else ""
            return Response(None, 303, {"location": f"/desk/start{asked}"})
        showing: Showing = request.app.state.shelf.showing
        language = chosen(lang, request.headers, request.app.state.language)
        reply = await prepared(showing, ("home", language), lambda: _home(showing.stock, language), request.headers)
        return reply.response(request.headers, language, HTML)

    @routes.get("/model", openapi_extra=open_to(without_key=WithoutKey.ALWAYS))
    async def model(request: Request, lang: str | None = None) -> Response:
        showing: Showing = request.app.state.shelf.showing
        language = chosen(lang, request.headers, request.app.state.language)
        reply = await prepared(showing, ("model", language), lambda: _model(showing.stock, language), request.headers)
        return reply.response(request.headers, language, HTML)

    @routes.get("/docs", openapi_extra=open_to(without_key=WithoutKey.ALWAYS))
    async def docs(request: Request, lang: str | None = None) -> Response:
        showing: Showing = request.app.state.shelf.showing
        language = chosen(lang, request.headers, request.app.state.language)
        description = request.app.openapi()
        reply = await prepared(showing, ("docs", language), lambda: _docs(description, language), request.headers)
        return reply.response(request.headers, language, HTML)

    @routes.get("/metrics", openapi_extra=open_to([CallerRole.SERVICE, CallerRole.ADMIN]))
    async def metrics(request: Request) -> Response:
        counts: RequestCounts = request.app.state.counts
        body = await run_in_threadpool(counts.exposition, request.app.state.shelf)
        return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")

    @routes.get("/openapi.json", openapi_extra=open_to(without_key=WithoutKey.ALWAYS))
    async def openapi(request: Request) -> Response:
        showing: Showing = request.app.state.shelf.showing
        write = lambda: pydantic_core.to_json(request.app.openapi())  # noqa: E731
        reply = await prepared(showing, ("openapi",), write, request.headers)
        return reply.response(request.headers, "en", JSON)

    return routes


def _home(stock: Stock, language: str) -> bytes:
    version = stock.model_version
    return home_page(stock.units, speech(language), as_of=stock.as_of, model_version=version).encode()


def _model(stock: Stock, language: str) -> bytes:
    return model_page(public_card(stock.card), speech(language)).encode()


def _docs(description: dict[str, Any], language: str) -> bytes:
    return docs_page(description, speech(language), problems=listed()).encode()
