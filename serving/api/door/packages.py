"""``/desk/door/packages``: packages that were signed off, and the agreement that shows more of their units."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pandas as pd
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.store import Register
from serving.api.access import Rate
from serving.api.asking import stock_of
from serving.api.browsing.answers import answered, file_answer, form_of, settings_of, went
from serving.api.browsing.look import words_for
from serving.api.door.reading import own, read_here, reader_of, written_here
from serving.api.media import PDF
from serving.desk.booklet import package_booklet
from serving.desk.clock import day_of
from serving.desk.offered import agree, gone, offered, one_offered
from serving.disclosure.masking import Audience
from serving.pages.door.packages import offered_page, package_page
from serving.pages.door.words import below
from serving.reports.booklet import write_booklet


def router() -> APIRouter:
    """Addresses of packages."""
    routes = APIRouter(prefix="/desk/door/packages", include_in_schema=False)

    @routes.get("", openapi_extra=read_here())
    async def packages(request: Request) -> Response:
        found = await own(request, lambda register, owner: offered(register, owner, office=False))
        return await answered(request, lambda frame: offered_page(frame, found))

    @routes.get("/{key}", openapi_extra=read_here())
    async def package(request: Request, key: str) -> Response:
        return await _page(request, key)

    @routes.get("/{key}/teaser.pdf", openapi_extra=read_here(rate=Rate.LISTS))
    async def teaser(request: Request, key: str) -> Response:
        found = await own(request, lambda register, owner: one_offered(register, owner, key, office=False))
        settings, words = settings_of(request), words_for(request)
        today = pd.Timestamp(day_of(request.app.state.gate.now()))

        def made() -> bytes:
            booklet = package_booklet(settings, found.package.key, Audience.PUBLIC, today=today)
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "teaser.pdf"
                write_booklet(path, booklet, words)
                return path.read_bytes()

        return file_answer(await run_in_threadpool(made), "teaser.pdf", PDF)

    @routes.post("/{key}/agree", openapi_extra=written_here())
    async def take(request: Request, key: str) -> Response:
        if not form_of(request).text("sure"):
            return await _page(request, key, 422, problem=words_for(request).text("door.sure_wanted"))
        confirmed = await _agreed(request, key, agreed=True)
        return went(request, below("packages", key), "agreed_confirmed" if confirmed else "agreed_waits")

    @routes.post("/{key}/take-back", openapi_extra=written_here())
    async def end(request: Request, key: str) -> Response:
        await _agreed(request, key, agreed=False)
        return went(request, below("packages", key), "agreement_ended")

    return routes


async def _agreed(request: Request, key: str, *, agreed: bool) -> bool:
    by: dict[str, Any] = {"made_at": request.app.state.gate.now(), "actor": reader_of(request).actor}
    at_once = bool(request.app.state.nda_at_once)

    def act(register: Register, owner: str) -> bool:
        return agree(register, owner, key, agreed=agreed, at_once=at_once, **by)

    confirmed: bool = await own(request, act)
    await request.app.state.gate.look_again()
    return confirmed


async def _page(request: Request, key: str, status: int = 200, *, problem: str = "") -> Response:
    stock = stock_of(request)
    found = await own(request, lambda register, owner: one_offered(register, owner, key, office=False))
    lost = gone(found, stock)
    return await answered(request, lambda frame: package_page(frame, found, stock.units, lost, problem=problem), status)
