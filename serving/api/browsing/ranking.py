"""``/desk/ranking``: the office's ranking under choices of weights and filters, on the page and as a file."""

from __future__ import annotations

import tempfile
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from engine.ranking.criteria import Part
from serving.api.access import Rate
from serving.api.browsing.ahead import look_ahead
from serving.api.browsing.answers import PAGE_HEADERS, answered, question_of, read_by, said_here, settings_of, went
from serving.api.browsing.look import words_for
from serving.api.browsing.today import NOT_READY
from serving.api.media import XLSX
from serving.desk.changes import Against, changed
from serving.desk.office import Office
from serving.desk.question import Question
from serving.desk.ranking import Ranking, RankingRequest, behind, picked, remarks
from serving.i18n import Speech
from serving.pages.desk.choosing import Chosen
from serving.pages.desk.ranking import RankingView, ranking_page
from serving.reports.asked import assumptions
from serving.reports.ranking import write_ranking

MENDABLE = (
    ErrorCode.UNKNOWN_OPTION,
    ErrorCode.VALUE_UNREADABLE,
    ErrorCode.SECTOR_UNKNOWN,
    ErrorCode.PLACE_UNKNOWN,
    ErrorCode.PLACE_AMBIGUOUS,
    ErrorCode.INFLUENCE_OUT_OF_REACH,
)
"""What is wrong with a choice, and is said beside it."""
_KINDS = {"xlsx": XLSX, "json": "application/json"}
_FILE = read_by(rate=Rate.LISTS)


def router() -> APIRouter:
    """Addresses of the ranking."""
    routes = APIRouter(prefix="/desk", include_in_schema=False)

    @routes.get("/ranking", openapi_extra=read_by())
    async def ranking(request: Request) -> Response:
        chosen, words = Chosen.read(request.query_params), words_for(request)
        office, question = request.app.state.office, question_of(request)
        try:
            view = await run_in_threadpool(_view, office, question, chosen, words)
        except EhyaError as error:
            if error.code not in NOT_READY:
                raise
            return went(request, "/desk/start")
        look_ahead(request, view.ranking.listed.index)
        status = 422 if view.errors else 200
        return await answered(request, lambda frame: ranking_page(frame, view), status)

    @routes.get("/ranking.xlsx", openapi_extra=_FILE)
    async def workbook(request: Request) -> Response:
        return await _sent(request, "xlsx")

    @routes.get("/ranking.json", openapi_extra=_FILE)
    async def document(request: Request) -> Response:
        return await _sent(request, "json")

    return routes


def said(error: EhyaError, name: str, words: Speech) -> str:
    """What is wrong with a choice, in words; a weight is named by its part."""
    part = name.removeprefix("w_")
    own = {"option": words.text(f"part.{part}")} if part in set(Part) else {}
    return said_here(error.code, {**error.facts, **own}, words)


def _view(office: Office, usual: Question, chosen: Chosen, words: Speech) -> RankingView:
    """What the page shows; the usual order of all units where a choice cannot be taken."""
    errors = {name: said(error, name, words) for name, error in chosen.errors.items()}
    if not errors:
        try:
            return _found(office, usual, chosen, chosen, {})
        except EhyaError as error:
            if error.code not in MENDABLE:
                raise
            errors = {"choices": said(error, "choices", words)}
    return _found(office, usual, chosen, chosen.usual_order(), errors)


def _found(office: Office, usual: Question, chosen: Chosen, taken: Chosen, errors: dict[str, str]) -> RankingView:
    question = taken.question(usual)
    found, ordinary = office.beside_usual(question)
    ranking = picked(found, RankingRequest(question, taken.wishes))
    against = Against.USUAL if errors else chosen.against
    return RankingView(chosen, ranking, changed(office, found, ordinary, against), errors)


async def _sent(request: Request, kind: str) -> Response:
    """The list as a file, written beside the event loop: what `ehya rank --out` writes."""
    chosen, words = Chosen.read(request.query_params), words_for(request)
    for error in chosen.errors.values():
        raise error
    office: Office = request.app.state.office
    wanted = RankingRequest(chosen.question(question_of(request)), chosen.wishes)

    def made() -> bytes:
        found = picked(office.appraised(wanted.question), wanted)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"ranking.{kind}"
            _write(path, found, words, request)
            return path.read_bytes()

    headers = {"content-disposition": f'attachment; filename="ranking.{kind}"', "content-language": words.language}
    return Response(await run_in_threadpool(made), 200, PAGE_HEADERS | headers, _KINDS[kind])


def _write(path: Path, found: Ranking, words: Speech, request: Request) -> None:
    question, beside = found.appraised.question, remarks(settings_of(request), found.listed)
    write_ranking(
        path,
        found.listed,
        words,
        question_notes=assumptions(question, words),
        extras=beside.extras,
        claims={"conflicts": beside.conflicts, "duplicates": beside.duplicates},
        behind=behind(found.appraised, found.listed),
        **question.document,
    )
