"""``/desk/door/mandates``: what an investor wishes, what still fits it, and the list that it makes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.store import Register, StoredMandate
from serving.api.access import Rate
from serving.api.asking import stock_of
from serving.api.browsing.answers import answered, file_answer, form_of, number_of, went
from serving.api.browsing.look import words_for
from serving.api.door.reading import own, read_here, reader_of, written_here
from serving.api.media import PDF, XLSX
from serving.api.wishing import form_asked, form_saved, form_shown
from serving.desk.door import hand_out, standings
from serving.desk.mandates import keep_list, make_list, save_mandate
from serving.pages.door.lists import PAGE
from serving.pages.door.mandates import WishForm, mandates_page
from serving.pages.door.words import below
from serving.reports.handout import write_list

_FILES = {"pdf": PDF, "xlsx": XLSX}


def router() -> APIRouter:
    """Addresses of mandates."""
    routes = APIRouter(prefix="/desk/door/mandates", include_in_schema=False)

    @routes.get("", openapi_extra=read_here())
    async def mandates(request: Request) -> Response:
        stock = stock_of(request)
        found = await own(request, lambda register, owner: standings(register, owner, stock))
        return await answered(request, lambda frame: mandates_page(frame, found))

    @routes.get("/new", openapi_extra=read_here())
    async def new(request: Request) -> Response:
        return await form_shown(request, _at(None), {})

    @routes.get("/fits", openapi_extra=read_here(rate=Rate.LISTS))
    async def what_fits(request: Request) -> Response:
        return await form_asked(request, _at(None))

    @routes.post("/new", openapi_extra=written_here())
    async def save_new(request: Request) -> Response:
        return await _saved(request, None)

    @routes.get("/{name}", openapi_extra=read_here())
    async def mandate(request: Request, name: str) -> Response:
        saved = await own(request, lambda register, owner: register.mandates.get(owner, name))
        return await form_shown(request, _at(name), saved.document, version=saved.version)

    @routes.post("/{name}", openapi_extra=written_here())
    async def change(request: Request, name: str) -> Response:
        return await _saved(request, name)

    @routes.post("/{name}/withdraw", openapi_extra=written_here())
    async def withdraw(request: Request, name: str) -> Response:
        by, over = _by(request), number_of(form_of(request).text("version"))
        await own(request, lambda register, owner: register.mandates.withdraw(owner, name, over=over, **by))
        return went(request, below("mandates"), "mandate_withdrawn", undo_door_mandate=f"{name}@{over}")

    @routes.post("/{name}/list", openapi_extra=written_here())
    async def listed(request: Request, name: str) -> Response:
        return await _listed(request, name)

    @routes.post("/{name}/hand-out", openapi_extra=written_here())
    async def handed_out(request: Request, name: str) -> Response:
        kind = form_of(request).text("as")
        kind = kind if kind in _FILES else "pdf"
        stock, by, words = stock_of(request), _by(request), words_for(request)
        offer = await own(request, lambda register, owner: hand_out(register, owner, name, stock, **by))

        def made() -> bytes:
            with tempfile.TemporaryDirectory() as folder:
                return write_list(Path(folder) / f"list.{kind}", offer, words).read_bytes()

        return file_answer(await run_in_threadpool(made), f"list.{kind}", _FILES[kind])

    return routes


def undoing() -> APIRouter:
    """The address that takes a withdrawal back."""
    routes = APIRouter(prefix="/desk/door/undo", include_in_schema=False)

    @routes.post("/mandate", openapi_extra=written_here())
    async def put_back(request: Request) -> Response:
        by = _by(request)
        name, _, version = form_of(request).text("which").rpartition("@")

        def again(register: Register, owner: str) -> StoredMandate:
            before = register.mandates.version(owner, name, number_of(version))
            return save_mandate(register, owner, before.document, **by)

        await own(request, again)
        return went(request, below("mandates"), "mandate_back")

    return routes


def _by(request: Request) -> dict[str, Any]:
    return {"made_at": request.app.state.gate.now(), "actor": reader_of(request).actor}


async def _listed(request: Request, name: str) -> Response:
    stock, by = stock_of(request), _by(request)
    made = await own(request, lambda register, owner: make_list(register, owner, name, stock))
    kept = await own(request, lambda register, _: keep_list(register, made, top=PAGE, **by))
    return went(request, below("lists", kept.list_id), "list_made")


async def _saved(request: Request, name: str | None) -> Response:
    by = _by(request)

    async def save(stated: Mapping[str, Any], replaces: tuple[str, int] | None) -> StoredMandate:
        def kept(register: Register, owner: str) -> StoredMandate:
            return save_mandate(register, owner, stated, **by, replaces=replaces)

        found: StoredMandate = await own(request, kept)
        return found

    saved = await form_saved(request, _at(name), save, name)
    if isinstance(saved, Response):
        return saved
    if form_of(request).text("then") == "list":
        return await _listed(request, saved.name)
    return went(request, below("mandates"), "mandate_saved")


def _at(name: str | None) -> WishForm:
    """Where the form of a mandate of the reader's stands."""
    address = below("mandates", "new" if name is None else name)
    return WishForm(address, below("mandates", "fits"), below("mandates"))
