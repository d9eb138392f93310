"""``/desk/door/mandates``: what an investor wishes, what still fits it, and the list that it makes."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.domain.mandate import FitPart, Mandate
from engine.errors import EhyaError, ErrorCode
from engine.store import Register, StoredMandate
from serving.api.access import Rate
from serving.api.asking import stock_of
from serving.api.browsing.answers import answered, file_answer, form_of, json_of, number_of, went, wrong
from serving.api.browsing.look import words_for
from serving.api.door.reading import own, read_here, reader_of, written_here
from serving.api.media import PDF, XLSX
from serving.desk.door import fits, hand_out, standings
from serving.desk.mandates import keep_list, make_list, save_mandate
from serving.pages.door.lists import PAGE
from serving.pages.door.mandates import mandate_page, mandates_page, sectors_on_offer
from serving.pages.door.wishes import (
    CHOICES,
    KINDS,
    NAMED,
    NUMBERS,
    SEVERAL,
    TICKET,
    carried_on,
    wishes_stated,
)
from serving.pages.door.words import below
from serving.reports.handout import write_list

_LONGEST = 300
_BOXES = (
    "id", "max_failure", "offer_fix_first", "accept_unknown", *TICKET, *NUMBERS, *CHOICES,
    *(f"{wish}_{kind}" for wish in NAMED for kind in KINDS), *(f"weight_{part.value}" for part in FitPart),
)  # fmt: skip
_FILES = {"pdf": PDF, "xlsx": XLSX}
_TYPED = (
    ErrorCode.MANDATE_KEY_UNKNOWN, ErrorCode.MANDATE_KEY_UNLIKE, ErrorCode.MANDATE_KEY_MISSING,
    ErrorCode.MANDATE_VALUE_REFUSED, ErrorCode.MANDATE_CONTRADICTION, ErrorCode.PLACE_UNKNOWN,
    ErrorCode.PLACE_AMBIGUOUS, ErrorCode.SECTOR_UNKNOWN, ErrorCode.MANDATE_EXISTS, ErrorCode.KEPT_ENOUGH,
)  # fmt: skip
"""What is wrong with a form; the page shows it beside what was typed."""


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
        return await _form(request, {})

    @routes.get("/fits", openapi_extra=read_here(rate=Rate.LISTS))
    async def what_fits(request: Request) -> Response:
        """The form as it is being filled in: what still fits, which wish costs most."""
        query = request.query_params
        several = {name: query.getlist(name) for name in SEVERAL}
        return await _look(request, dict(query), several)

    @routes.post("/new", openapi_extra=written_here())
    async def save_new(request: Request) -> Response:
        return await _saved(request, None)

    @routes.get("/{name}", openapi_extra=read_here())
    async def mandate(request: Request, name: str) -> Response:
        saved = await own(request, lambda register, owner: register.mandates.get(owner, name))
        return await _form(request, saved.document, version=saved.version)

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
    given = form_of(request)
    typed = {box: given.whole(box)[:2000] for box in (*_BOXES, "carried", "version") if box in given.fields}
    several = {box: list(given.all(box))[:50] for box in SEVERAL}
    if given.text("then") == "look":
        return await _look(request, typed, several)
    stated, problem = _stated(request, typed, several)
    replaces = None if name is None else (name, number_of(typed.get("version", "")))
    status = 422
    if not problem:
        try:
            by = _by(request)
            saved = await own(
                request, lambda register, owner: save_mandate(register, owner, stated, **by, replaces=replaces)
            )
        except EhyaError as error:
            if error.code is ErrorCode.MANDATE_CHANGED:
                return await _met(request, typed, several, error)
            if error.code not in _TYPED:
                raise
            problem = _refused(request, error)
        else:
            if given.text("then") == "list":
                return await _listed(request, saved.name)
            return went(request, below("mandates"), "mandate_saved")
    return await _look(request, typed, several, problem=problem, status=status)


async def _met(
    request: Request, typed: Mapping[str, str], several: Mapping[str, Sequence[str]], error: EhyaError
) -> Response:
    """Somebody of the same investor changed it meanwhile: what was typed stands, over the version of now."""
    now = str(error.facts["allowed"])
    problem = words_for(request).text("door.mandate_met")
    return await _look(request, {**typed, "version": now}, several, problem=problem, status=409)


async def _look(
    request: Request,
    typed: Mapping[str, str],
    several: Mapping[str, Sequence[str]],
    *,
    problem: str = "",
    status: int = 200,
) -> Response:
    """The form with what was typed, and what fits it."""
    stated, wrong_there = _stated(request, typed, several)
    boxes: dict[str, Any] = {box: typed.get(box, "") for box in _BOXES} | {box: tuple(several[box]) for box in SEVERAL}
    version = number_of(typed.get("version", "")) or None
    carried = _carried(typed)
    document = carried | ({} if version is None else {"id": typed.get("id", "")})
    return await _form(
        request,
        document,
        stated=None if wrong_there else {**stated, "id": stated.get("id") or "-"},
        version=version,
        boxes=boxes,
        problem=problem or wrong_there,
        status=status,
    )


async def _form(
    request: Request,
    document: Mapping[str, Any],
    *,
    stated: Mapping[str, Any] | None = None,
    version: int | None = None,
    boxes: Mapping[str, Any] | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    stock, words = stock_of(request), words_for(request)
    wished = stated if stated is not None or boxes is not None else {**document, "id": document.get("id", "-")}
    found = None
    if wished is not None:
        try:
            found = await run_in_threadpool(lambda: fits(stock, Mandate.read(wished)))
        except EhyaError as error:
            problem = problem or _refused(request, error)
    sectors = sectors_on_offer(stock.units, words)
    return await answered(
        request,
        lambda frame: mandate_page(frame, document, found, sectors, version=version, boxes=boxes, problem=problem),
        status,
    )


def _carried(typed: Mapping[str, str]) -> dict[str, Any]:
    found = json_of(typed.get("carried") or "{}")
    if not isinstance(found, dict):
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="key", given=str(found)[:40], allowed=["JSON"])
    return carried_on(found)


def _stated(
    request: Request, typed: Mapping[str, str], several: Mapping[str, Sequence[str]]
) -> tuple[dict[str, Any], str]:
    """What a form says, and what is wrong with it; an unnamed one is looked at all the same."""
    stated = wishes_stated({box: typed.get(box, "") for box in _BOXES}, several, _carried(typed))
    try:
        Mandate.read({**stated, "id": stated["id"] or "-"})
    except EhyaError as error:
        if error.code not in _TYPED:
            raise
        return stated, _refused(request, error)
    return stated, ""


_LABELS = {
    "id": "door.name",
    "ticket": "door.money",
    "ticket_rial": "door.money",
    "max_failure_probability": "door.max_failure",
    "deal_forms": "door.deal",
    "mandate": "door.mandate",
}


def _refused(request: Request, error: EhyaError) -> str:
    """What is wrong with a mandate, its wishes by the names of their boxes."""
    words = words_for(request)
    key = str(error.facts.get("key", "")).partition(".")[0]
    if not key or error.code is ErrorCode.MANDATE_EXISTS:
        return wrong(request, error)
    label = words.text(_LABELS.get(key, f"door.{key}"))
    if error.code is ErrorCode.MANDATE_KEY_MISSING or not str(error.facts.get("given") or "").strip():
        return words.text("door.value_missing", key=label)
    if error.code is ErrorCode.MANDATE_CONTRADICTION:
        return words.text(error.code, **{**error.facts, "key": label})
    return words.text("door.value_refused", key=label, given=str(error.facts["given"])[:80])
