"""``/desk/units/{unit_id}``: one unit, what it is worth under moved assumptions, its sheet, edits and documents."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.api.browsing.answers import (
    Number,
    actor_of,
    answered,
    file_answer,
    form_of,
    number_of,
    own_address,
    question_of,
    read_by,
    settings_of,
    went,
    written_by,
    wrong,
)
from serving.api.browsing.look import words_for
from serving.api.browsing.today import NOT_READY
from serving.api.media import XLSX
from serving.desk.documents import add_document, document, documents, remove_document
from serving.desk.editing import EDITABLE, Edit, edit_units
from serving.desk.listing import LISTS
from serving.desk.office import OF_A_PAGE, Dossier, Office
from serving.desk.opportunity import opportunity_of
from serving.desk.plan import PlanRequest
from serving.desk.unit import unit_story
from serving.i18n import Speech
from serving.pages.desk.editing import edit_page, written
from serving.pages.desk.listing import sent_list
from serving.pages.desk.unit import SLIDERS, UnitShown, unit_page
from serving.pages.desk.words import day_said, unit_address
from serving.reports.audited import actor_said
from serving.reports.cash_flow import write_cash_flow
from serving.reports.opportunity import write_sheet

_TYPES = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".xlsx": XLSX,
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def router() -> APIRouter:
    """Addresses of one unit."""
    routes = APIRouter(prefix="/desk/units/{unit_id}", include_in_schema=False)

    @routes.get("", openapi_extra=read_by())
    async def unit(request: Request, unit_id: str) -> Response:
        try:
            shown = await run_in_threadpool(_shown, request, unit_id)
        except EhyaError as error:
            if error.code in NOT_READY:
                return went(request, "/desk/start")
            raise
        return await answered(request, lambda frame: unit_page(frame, shown))

    @routes.get("/sheet.pdf", openapi_extra=read_by())
    async def sheet(request: Request, unit_id: str) -> Response:
        body = await run_in_threadpool(_sheet, request, unit_id)
        return file_answer(body, "sheet.pdf", "application/pdf")

    @routes.get("/cash-flow.xlsx", openapi_extra=read_by())
    async def cash_flow(request: Request, unit_id: str) -> Response:
        body = await run_in_threadpool(_cash_flow, request, unit_id)
        return file_answer(body, "cash-flow.xlsx", XLSX)

    @routes.get("/edit", openapi_extra=read_by())
    async def edit_form(request: Request, unit_id: str) -> Response:
        story = await run_in_threadpool(unit_story_of, request, unit_id)
        return await answered(request, lambda frame: edit_page(frame, story.row))

    @routes.post("/edit", openapi_extra=written_by())
    async def edit(request: Request, unit_id: str) -> Response:
        given, problem = form_of(request), ""
        typed = {one.value: given.text(one.value) for one in EDITABLE if one.value in given.fields}
        seen = {one.value: given.text(f"seen_{one.value}") for one in EDITABLE if f"seen_{one.value}" in given.fields}
        now, actor = request.app.state.gate.now(), actor_of(request)
        sent, words = {name: given.text(name) for name in given.fields}, words_for(request)
        done, rows = None, {}
        try:
            rows = {one: edit for one in LISTS if (edit := sent_list(one, sent, words)) is not None}
            wanted = Edit([unit_id], typed, seen, rows)
            by = {"now": now, "actor": actor, "write": written(words)}
            done = await run_in_threadpool(edit_units, settings_of(request), wanted, **by)
        except EhyaError as error:
            problem = wrong(request, error)
        if done is not None and done.number is not None:
            code = "unit_edited_held" if done.held else "unit_edited"
            return went(request, unit_address(unit_id), code, undo_import=str(done.number))
        if done is not None and not done.refused and not done.met:
            return went(request, unit_address(unit_id), "nothing_changed")
        story = await run_in_threadpool(unit_story_of, request, unit_id)
        # Of what the person did not touch the page shows what stands now: sending it again must undo nobody's work.
        typed = {name: text for name, text in typed.items() if text != seen.get(name)}
        status = 409 if done is not None and done.met else 422
        return await answered(
            request,
            lambda frame: edit_page(frame, story.row, typed=typed, rows=rows, done=done, problem=problem),
            status,
        )

    @routes.post("/documents", openapi_extra=written_by(file=True))
    async def add(request: Request, unit_id: str) -> Response:
        sent = form_of(request).files.get("file")
        now, actor = request.app.state.gate.now(), actor_of(request)
        try:
            if sent is None:
                raise EhyaError(ErrorCode.DOCUMENT_REFUSED, given="", reason="size", allowed=[])
            await run_in_threadpool(
                add_document, settings_of(request), unit_id, sent.name, sent.content, made_at=now, actor=actor
            )
        except EhyaError as error:
            if error.code is not ErrorCode.DOCUMENT_REFUSED:
                raise
            words = words_for(request)
            problem = words.text(f"document_reason.{error.facts['reason']}", **_named(error.facts))
            shown = await run_in_threadpool(_shown, request, unit_id)
            return await answered(request, lambda frame: unit_page(frame, shown, problem=problem), 422)
        return went(request, f"{unit_address(unit_id)}", "document_added")

    @routes.get("/documents/{number}", openapi_extra=read_by())
    async def fetch(request: Request, unit_id: str, number: Number) -> Response:
        found, content = await run_in_threadpool(document, settings_of(request), unit_id, number)
        return file_answer(content, found.title, _TYPES[found.kind])

    @routes.post("/documents/{number}/remove", openapi_extra=written_by())
    async def remove(request: Request, unit_id: str, number: Number) -> Response:
        now, actor = request.app.state.gate.now(), actor_of(request)
        await run_in_threadpool(remove_document, settings_of(request), unit_id, number, made_at=now, actor=actor)
        return went(request, unit_address(unit_id), "document_removed", undo_document=f"{number}@{unit_id}")

    return routes


def undoing() -> APIRouter:
    """Addresses that take back what was done to one unit."""
    routes = APIRouter(prefix="/desk/undo", include_in_schema=False)

    @routes.post("/document", openapi_extra=written_by())
    async def put_back(request: Request) -> Response:
        given, now = form_of(request), request.app.state.gate.now()
        number, _, unit_id = given.text("which").partition("@")
        await run_in_threadpool(
            remove_document, settings_of(request), unit_id, number_of(number),
            made_at=now, actor=actor_of(request), undo=True,
        )  # fmt: skip
        return went(request, own_address(given.text("next"), unit_address(unit_id)), "document_back")

    return routes


def unit_story_of(request: Request, unit_id: str) -> Any:
    """The story of a unit: from the standing appraisal, or without a model from its record."""
    office: Office = request.app.state.office
    try:
        return office.story(question_of(request), unit_id)
    except EhyaError as error:
        if error.code not in NOT_READY:
            raise
        return unit_story(settings_of(request), question_of(request), unit_id)


def _shown(request: Request, unit_id: str) -> UnitShown:
    office: Office = request.app.state.office
    settings, question, moved = settings_of(request), question_of(request), _moved(request)
    try:
        found = office.dossier(question, unit_id, replace(OF_A_PAGE, changes=moved), PlanRequest())
    except EhyaError as error:
        if error.code not in NOT_READY:
            raise
        found = Dossier(unit_story(settings, question, unit_id), None, None)
    papers = _documents(settings, str(found.story.row.index[0]), words_for(request))
    return UnitShown(found.story, found.worth, found.plan, moved, papers)


def _moved(request: Request) -> dict[str, float]:
    """Assumptions that the query moves, inside the ends of their sliders."""
    found = {}
    for name, (low, high, _) in SLIDERS.items():
        try:
            value = float(request.query_params.get(name, "nan"))
        except ValueError:
            continue
        if math.isfinite(value):
            found[name] = min(max(value, low), high)
    return found


def _documents(settings: Settings, unit_id: str, words: Speech) -> list[dict[str, Any]]:
    return [
        {
            "number": one.number,
            "title": one.title,
            "line": words.join([words.text("desk.kilobytes", count=words.number(one.size / 1024)),
                                day_said(one.made_at, words), actor_said(one.actor, words)]),
        }
        for one in documents(settings, unit_id)
    ]  # fmt: skip


def _sheet(request: Request, unit_id: str) -> bytes:
    found = request.app.state.shelf.showing.stock.appraised  # a sheet goes to investors: what the public may see
    with tempfile.TemporaryDirectory() as folder:
        path = write_sheet(Path(folder) / "sheet.pdf", opportunity_of(found, unit_id), words_for(request))
        return path.read_bytes()


def _cash_flow(request: Request, unit_id: str) -> bytes:
    choices = replace(OF_A_PAGE, changes=_moved(request))
    worth = request.app.state.office.economics(question_of(request), unit_id, choices)
    with tempfile.TemporaryDirectory() as folder:
        return write_cash_flow(Path(folder) / "cash-flow.xlsx", worth, words_for(request)).read_bytes()


def _named(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if name != "reason"}
