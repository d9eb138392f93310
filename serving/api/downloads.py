"""Files to take home: the office's ranking and its report of a period as workbooks, the booklet of a package."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from engine.settings import Settings
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.asking import answered, asked, words_of
from serving.api.filters import LanguageQuery, RankingsQuery, ordered, wishes_of
from serving.api.gate import caller_of
from serving.api.media import PDF, XLSX
from serving.api.office import INSIDE
from serving.api.office_answers import PeriodAnswer
from serving.api.packages import READERS, Package
from serving.api.problems import problem_answers
from serving.api.shelf import Showing
from serving.desk.achievements import ReportRequest, programme_report
from serving.desk.booklet import package_booklet
from serving.desk.clock import day_of
from serving.desk.offered import one_offered
from serving.desk.ranking import RankingRequest, behind, ranking, remarks
from serving.disclosure.levels import Level, level_of
from serving.disclosure.masking import Audience
from serving.i18n import Speech
from serving.reports.achievements import report_document, write_report
from serving.reports.asked import assumptions
from serving.reports.booklet import write_booklet
from serving.reports.ranking import write_ranking
from serving.reports.workbook import json_text

_READ = open_to(INSIDE, level=Level.INTERNAL, without_key=WithoutKey.NEVER, rate=Rate.LISTS)
_WRITTEN = r"^((19|20|21)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])|2200-01-01)$"
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 1, 1), json_schema_extra={"pattern": _WRITTEN})]
"""A day that can be one of a programme's."""
_BINARY = {"schema": {"type": "string", "format": "binary"}}


class PeriodQuery(LanguageQuery):
    """Of which days the report is."""

    start: Day = Field(description="first day that counts")
    end: Day = Field(description="last day that counts")
    known_by: Day | None = Field(None, description="count only what was known by this day; today, if not given")
    price_year: int | None = Field(None, ge=1300, le=1500, description="Jalali year to bring money to")

    def request(self) -> ReportRequest:
        """As the desk takes it.

        Raises
        ------
        EhyaError
            ``value_unreadable`` for a period that ends before it begins.
        """
        known = self.known_by or day_of(datetime.now(UTC))
        start, end, known_by = (pd.Timestamp(day) for day in (self.start, self.end, known))
        return ReportRequest(start, end, known_by, self.price_year)


def router() -> APIRouter:
    """Addresses of files."""
    routes = APIRouter(prefix="/v1", tags=["office"])

    @routes.get(
        "/office/reports/period",
        response_model=PeriodAnswer,
        summary="What the programme did in a period",
        responses=problem_answers(422),
        openapi_extra=_READ,
    )
    async def period_report(request: Request, query: Annotated[PeriodQuery, Query()]) -> Response:
        """Units revived and still at work, services, jobs, money and events of a period: `ehya report`."""
        settings: Settings = request.app.state.settings
        wanted = query.request()
        found = await run_in_threadpool(lambda: report_document(programme_report(settings, wanted)))
        return answered(request, query, {"report": json.loads(json_text(found))})

    @routes.get(
        "/office/reports/period.xlsx",
        response_class=Response,
        summary="The report of a period as a workbook",
        responses=_file(XLSX) | problem_answers(422),
        openapi_extra=_READ,
    )
    async def period_workbook(request: Request, query: Annotated[PeriodQuery, Query()]) -> Response:
        """The same as a workbook, in the language asked for."""
        settings: Settings = request.app.state.settings
        wanted = query.request()
        return await _sent(
            request, query, "period.xlsx", lambda to, words: write_report(to, programme_report(settings, wanted), words)
        )

    @routes.get(
        "/office/reports/ranking.xlsx",
        response_class=Response,
        summary="The office's ranking as a workbook",
        responses=_file(XLSX) | problem_answers(422),
        openapi_extra=_READ,
    )
    async def ranking_workbook(request: Request, query: Annotated[RankingsQuery, Query()]) -> Response:
        """The first units by rank with reasons, questions and the health of the register: `ehya rank --out`."""
        settings: Settings = request.app.state.settings
        showing: Showing = request.app.state.shelf.showing
        return await _sent(
            request, query, "ranking.xlsx", lambda to, words: _ranking(to, words, settings, showing, query)
        )

    @routes.get(
        "/packages/{package}/booklet.pdf",
        response_class=Response,
        tags=["packages"],
        summary="Booklet of a package",
        responses=_file(PDF) | problem_answers(404, 422),
        openapi_extra=open_to(READERS, level=Level.INTERNAL, without_key=WithoutKey.NEVER, rate=Rate.WRITES),
    )
    async def booklet(request: Request, package: Package, query: Annotated[LanguageQuery, Query()]) -> Response:
        """A package on paper: for the office with all it knows, for others as a teaser with public facts alone."""
        settings: Settings = request.app.state.settings
        caller = caller_of(request)
        office = level_of(caller.role) is Level.INTERNAL
        found = await asked(request, lambda register: one_offered(register, caller.investor, package, office=office))
        key, audience = found.package.key, Audience.OFFICE if office else Audience.PUBLIC
        today = pd.Timestamp(day_of(datetime.now(UTC)))
        return await _sent(
            request,
            query,
            f"{key}.pdf",
            lambda to, words: write_booklet(to, package_booklet(settings, key, audience, today=today), words),
        )

    return routes


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    return {200: {"description": "The file", "content": {media_type: _BINARY}}}


def _ranking(to: Path, words: Speech, settings: Settings, showing: Showing, query: RankingsQuery) -> Path:
    question = showing.stock.appraised.question
    question = ordered(query, question) or question
    found = ranking(settings, RankingRequest(question, wishes_of(query), query.top))
    beside = remarks(settings, found.listed)
    return write_ranking(
        to,
        found.listed,
        words,
        question_notes=assumptions(question, words),
        extras=beside.extras,
        claims={"conflicts": beside.conflicts, "duplicates": beside.duplicates},
        behind=behind(found.appraised, found.listed),
        **question.document,
    )


async def _sent(request: Request, query: LanguageQuery, name: str, write: Callable[[Path, Speech], object]) -> Response:
    """A file, written beside the event loop into a folder that is gone afterwards."""
    words = words_of(request, query)

    def made() -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"file{Path(name).suffix}"
            write(path, words)
            return path.read_bytes()

    body = await run_in_threadpool(made)
    headers = {
        "content-disposition": f'attachment; filename="{_plain(name)}"',
        "content-language": words.language,
        "vary": "Accept-Language, Authorization",
    }
    return Response(body, 200, headers, PDF if name.endswith(".pdf") else XLSX)


def _plain(name: str) -> str:
    """A name of a file that any computer takes.

    Examples
    --------
    >>> _plain('inva "1405"@1.pdf')
    'inva__1405_@1.pdf'
    """
    return "".join(letter if letter.isascii() and (letter.isalnum() or letter in "@.-") else "_" for letter in name)
