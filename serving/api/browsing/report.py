"""``/desk/report``: the report of a period with charts, and its files."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pandas as pd
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError
from engine.parsing.dates import from_jalali, to_jalali
from serving.api.access import Rate
from serving.api.browsing.answers import answered, file_answer, number_of, read_by, settings_of, wrong
from serving.api.browsing.look import words_for
from serving.api.downloads import XLSX
from serving.desk.achievements import ReportRequest, programme_report
from serving.desk.clock import day_from, day_of
from serving.pages.desk.report import report_page
from serving.reports.achievements import write_report

_LONGEST = 40
_TYPES = {"xlsx": XLSX, "json": "application/json"}


def router() -> APIRouter:
    """Addresses of the report."""
    routes = APIRouter(prefix="/desk/report", include_in_schema=False)

    @routes.get("", openapi_extra=read_by(rate=Rate.LISTS))
    async def period(request: Request) -> Response:
        typed, problem, found = _typed(request), "", None
        try:
            wanted = _wanted(request, typed)
            found = await run_in_threadpool(programme_report, settings_of(request), wanted)
        except EhyaError as error:
            problem = wrong(request, error)
        return await answered(
            request, lambda frame: report_page(frame, found, typed, problem=problem), 422 if problem else 200
        )

    @routes.get("/period.xlsx", openapi_extra=read_by(rate=Rate.LISTS))
    async def workbook(request: Request) -> Response:
        return await _file(request, "xlsx")

    @routes.get("/period.json", openapi_extra=read_by(rate=Rate.LISTS))
    async def document(request: Request) -> Response:
        return await _file(request, "json")

    return routes


def _typed(request: Request) -> dict[str, str]:
    """The period as it was asked for; by default the Jalali year of today and the one before it."""
    query = request.query_params
    typed = {name: query.get(name, "").strip()[:_LONGEST] for name in ("start", "end", "price_year")}
    words, today = words_for(request), day_of(request.app.state.gate.now())
    typed["start"] = typed["start"] or words.date(pd.Timestamp(_year_before(today)))
    typed["end"] = typed["end"] or words.date(pd.Timestamp(today))
    return typed


def _year_before(today: date) -> date:
    year, _, _ = to_jalali(today)
    return from_jalali(year - 1, 1, 1)


def _wanted(request: Request, typed: dict[str, str]) -> ReportRequest:
    start, end = (pd.Timestamp(day_from(typed[name], name)) for name in ("start", "end"))
    known = pd.Timestamp(day_of(request.app.state.gate.now()))
    year = number_of(typed["price_year"]) or None
    return ReportRequest(start, end, max(known, start), year)


async def _file(request: Request, kind: str) -> Response:
    settings, words, wanted = settings_of(request), words_for(request), _wanted(request, _typed(request))

    def made() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"period.{kind}"
            return write_report(path, programme_report(settings, wanted), words).read_bytes()

    return file_answer(await run_in_threadpool(made), f"period.{kind}", _TYPES[kind])
