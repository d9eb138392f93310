"""``/desk/units``: the register as a table, its export, saved views, and edits of several units at once."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit

import pandas as pd
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError
from serving.api.browsing.ahead import look_ahead
from serving.api.browsing.answers import (
    actor_of,
    answered,
    file_answer,
    form_of,
    number_of,
    own_address,
    question_of,
    read_by,
    settings_of,
    texts_of,
    went,
    written_by,
    wrong,
)
from serving.api.browsing.look import words_for
from serving.api.browsing.today import NOT_READY
from serving.api.media import XLSX
from serving.desk.editing import Edit, edit_units
from serving.desk.office import Office
from serving.desk.question import Question
from serving.desk.units import UnitList, UnitsRequest
from serving.desk.views import forget_view, save_view, views
from serving.pages.desk.editing import edit_many_page
from serving.pages.desk.units import units_page
from serving.reports.ranking import write_ranking

_FILTERS = ("triage", "status", "county", "sector", "province", "origin")
_SEVERAL = ("column", "missing")
_MOST_AT_ONCE = 500


def router() -> APIRouter:
    """Addresses of the register."""
    routes = APIRouter(prefix="/desk", include_in_schema=False)

    @routes.get("/units", openapi_extra=read_by())
    async def listed(request: Request) -> Response:
        asked, problem = _query(request), ""
        office, question = request.app.state.office, question_of(request)
        try:
            found = await run_in_threadpool(office.units, question, _request(asked))
        except EhyaError as error:
            if error.code in NOT_READY:
                return went(request, "/desk/start")
            problem = wrong(request, error)
            found = await run_in_threadpool(office.units, question, UnitsRequest())
        saved = await run_in_threadpool(views, settings_of(request), actor_of(request))
        kept = [(one.number, one.name, one.address) for one in saved]
        look_ahead(request, found.rows.index)
        columns = tuple(one for one in asked.get("column", "").split(";") if one)
        return await answered(
            request,
            lambda frame: units_page(frame, found, asked, columns=columns, views=kept, problem=problem),
            422 if problem else 200,
        )

    @routes.get("/units.xlsx", openapi_extra=read_by())
    async def exported(request: Request) -> Response:
        office, question = request.app.state.office, question_of(request)
        found = await run_in_threadpool(office.units, question, _request(_query(request)))
        body = await run_in_threadpool(_workbook, request, found, question)
        return file_answer(body, "units.xlsx", XLSX)

    @routes.post("/views", openapi_extra=written_by())
    async def keep(request: Request) -> Response:
        given = form_of(request)
        address = own_address(given.text("address"), "/desk/units")
        owner, now = actor_of(request), request.app.state.gate.now()
        plain = _without_marks(address)
        await run_in_threadpool(save_view, settings_of(request), owner, given.text("view"), plain, made_at=now)
        return went(request, plain, "view_saved")

    @routes.post("/views/forget", openapi_extra=written_by())
    async def forget(request: Request) -> Response:
        number = number_of(form_of(request).text("which"))
        found = await run_in_threadpool(forget_view, settings_of(request), actor_of(request), number)
        return went(request, "/desk/units", "view_forgotten", undo_view=json.dumps([found.name, found.address]))

    @routes.post("/undo/view", openapi_extra=written_by())
    async def keep_again(request: Request) -> Response:
        name, address = texts_of(form_of(request).whole("which"), 2)
        owner, now, plain = actor_of(request), request.app.state.gate.now(), own_address(address, "/desk/units")
        await run_in_threadpool(save_view, settings_of(request), owner, name, plain, made_at=now)
        return went(request, plain, "view_saved")

    @routes.post("/units/edit-many", openapi_extra=written_by())
    async def edit_many(request: Request) -> Response:
        given = form_of(request)
        marked = list(dict.fromkeys(given.all("unit")))[:_MOST_AT_ONCE]
        if not marked:
            return went(request, "/desk/units", "nothing_marked")
        table = await run_in_threadpool(_rows, request.app.state.office, question_of(request), marked)
        if table.empty:
            return went(request, "/desk/units", "units_gone")
        name, value, words = given.text("field"), given.text("value"), words_for(request)
        gone = words.text("desk.units_gone", count=len(marked) - len(table)) if len(table) < len(marked) else ""
        if not name and not value:
            return await answered(request, lambda frame: edit_many_page(frame, table, problem=gone))
        now, actor = request.app.state.gate.now(), actor_of(request)
        edit, sure = Edit(list(table.index), {name: value}, previewed=given.text("seen")), bool(given.text("sure"))
        done, said = None, gone
        try:
            if not (name and value.strip()):
                said = words.text("desk.value_wanted")
            elif not (gone and sure):  # who agreed did so for other units
                done = await run_in_threadpool(
                    edit_units, settings_of(request), edit, now=now, actor=actor, dry_run=not sure
                )
        except EhyaError as error:
            said = wrong(request, error)
        if done is not None and done.number is not None:
            return went(request, "/desk/units", f"units_edited:{done.changed}", undo_import=str(done.number))
        if done is not None and done.since:
            said = words.text("desk.changed_since")
        agreed = done is not None and done.changed and not done.since
        status = 200 if agreed else 409 if sure else 422
        return await answered(
            request,
            lambda frame: edit_many_page(frame, table, chosen=name, value=value, done=done, problem=said),
            status,
        )

    return routes


def _query(request: Request) -> dict[str, str]:
    """What was asked; of names that may stand several times all values, joined by ``;``."""
    found: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in _SEVERAL and name in found:
            found[name] = f"{found[name]};{value}"
        elif name in ("q", "sort", "start", *_FILTERS, *_SEVERAL):
            found[name] = value[:300]
    return {name: value for name, value in found.items() if value}


def _request(asked: dict[str, str]) -> UnitsRequest:
    wishes = {name: asked[name].split(";") for name in _FILTERS if name in asked}
    missing = tuple(one for one in asked.get("missing", "").split(";") if one)
    start = number_of(asked.get("start", "0"))
    return UnitsRequest(asked.get("q", ""), wishes, missing, asked.get("sort", "rank"), start)


def _rows(office: Office, question: Question, marked: list[str]) -> pd.DataFrame:
    table = office.appraised(question).table
    return table.loc[[one for one in marked if one in table.index]]


def _workbook(request: Request, found: UnitList, question: Question) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "units.xlsx"
        write_ranking(path, found.chosen, words_for(request), as_of=question.as_of)
        return path.read_bytes()


def _without_marks(address: str) -> str:
    """An address without what was just done."""
    parts = urlsplit(address)
    kept = [(name, value) for name, value in parse_qsl(parts.query) if name not in ("done", "mark")]
    return f"{parts.path}?{urlencode(kept)}" if kept else parts.path
