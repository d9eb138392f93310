"""``/v1/imports``: registers come in over HTTP; they are read after the answer, and told of at an address."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from engine.settings import LANGUAGES
from engine.store import JobState, Register, StoredJob
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.asking import answered, asked, moment, paged, words_of
from serving.api.bodies import media_type_of, read_body
from serving.api.filters import LanguageQuery
from serving.api.gate import caller_of
from serving.api.job_answers import ImportAnswer, ImportsAnswer
from serving.api.limits import ServiceLimits
from serving.api.paging import PageQuery
from serving.api.problems import HttpProblem, RequestRefusedError, problem_answers
from serving.api.writing import written_once
from serving.desk.incoming import ask_import
from serving.disclosure.levels import CallerRole, Level
from serving.i18n import speech
from serving.reports.refusals import refusal_said

FILES = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/octet-stream",
)
"""What a body may say that it is; the ending of its name decides how it is read."""
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_PLANNER = (CallerRole.PLANNER,)
_READ = open_to(_PLANNER, level=Level.INTERNAL, without_key=WithoutKey.NEVER)
_WRITE = open_to(_PLANNER, level=Level.INTERNAL, without_key=WithoutKey.NEVER, rate=Rate.WRITES)
_MESSAGES = ("rejected_rows", "rejected_cells", "notes", "sheet_notes")
JobId = Annotated[str, Path(description="id of the import, as its answer gave it", min_length=1, max_length=100)]
_Word = Annotated[str, Field(min_length=1, max_length=200)]


class ImportQuery(LanguageQuery):
    """How the register is read."""

    name: str = Field(min_length=1, max_length=200, description="name of the file: it ends in .xlsx or .csv")
    source: _Word | None = Field(None, description="where the register is from; else the name of the file")
    as_of: date | None = Field(None, description="day that it describes; else as the file says")
    sheet: _Word | None = Field(None, description="sheet to read; else all that look like registers")
    register_province: _Word | None = Field(None, description="province of rows that name none")
    register_county: _Word | None = Field(None, description="county of rows that name none")
    register_estate: _Word | None = Field(None, description="industrial estate of rows that name none")
    synthetic: bool = Field(False, description="the rows are made up")
    dry_run: bool = Field(False, description="only say what storing it would change")

    def options(self, today: date) -> dict[str, Any]:
        """As `serving.desk.intake` reads them."""
        said = {
            "source": self.source,
            "as_of": None if self.as_of is None else self.as_of.isoformat(),
            "sheet": self.sheet,
            "province": self.register_province,
            "county": self.register_county,
            "estate": self.register_estate,
            "synthetic": self.synthetic or None,
            "dry_run": self.dry_run or None,
            "today": today.isoformat(),
        }
        return {name: value for name, value in said.items() if value is not None}


def router() -> APIRouter:
    """Addresses of imports."""
    routes = APIRouter(prefix="/v1", tags=["office"])
    content = dict.fromkeys(FILES, _BINARY)

    @routes.post(
        "/imports",
        status_code=202,
        response_model=ImportAnswer,
        summary="Send a register",
        responses=problem_answers(408, 409, 413, 415, 422),
        openapi_extra=_WRITE | {"requestBody": {"required": True, "content": content}},
    )
    async def send_register(request: Request, query: Annotated[ImportQuery, Query()]) -> Response:
        """Send a register as the body; `Location` is where to ask how far it is. With an `Idempotency-Key` it may be
        sent again, and is read once.
        """
        limits: ServiceLimits = request.app.state.limits
        caller, given = caller_of(request), media_type_of(request)
        if given not in FILES:
            raise RequestRefusedError(HttpProblem.BODY_NOT_JSON, given=given, allowed=FILES)
        body = await read_body(request, limits.file_bytes, limits.file_seconds)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            options = query.options(now.date())
            job = ask_import(register, query.name, options, body, made_at=now, actor=caller.actor)
            return {"job_id": job.job_id}

        done, headers = await written_once(request, body, act)
        job = await asked(request, lambda register: register.jobs.get(done["job_id"]))
        headers |= {"location": f"/v1/imports/{job.job_id}"}
        said = _said(job, words_of(request, query).language, whole=True)
        return answered(request, query, said, headers, status=202)

    @routes.get(
        "/imports",
        response_model=ImportsAnswer,
        summary="Registers that were sent",
        responses=problem_answers(422),
        openapi_extra=_READ,
    )
    async def sent_registers(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
        """Registers that were sent over HTTP, the newest first, and how far each is."""
        page, following = await paged(request, query, "/v1/imports", lambda register, **page: register.jobs(**page))
        language = words_of(request, query).language
        said = [_said(one, language, whole=False) for one in page]
        return answered(request, query, {"imports": said, "next": following})

    @routes.get(
        "/imports/{job_id}",
        response_model=ImportAnswer,
        summary="What became of a register",
        responses=problem_answers(404, 422),
        openapi_extra=_READ,
    )
    async def sent_register(request: Request, job_id: JobId, query: Annotated[LanguageQuery, Query()]) -> Response:
        """How far a register is; at last what storing it changed, and every row and cell that was refused, and why."""
        job = await asked(request, lambda register: register.jobs.get(job_id))
        said = await run_in_threadpool(_said, job, words_of(request, query).language, whole=True)
        return answered(request, query, said)

    return routes


def said_in_all_languages(key: str, facts: Any) -> dict[str, str]:
    """What is kept of a refusal: its sentence in each language, so that whoever reads the answer chooses.

    Examples
    --------
    >>> said_in_all_languages("http_problem.unknown_event", {"given": 7})["en"]
    'There is no event 7 that stands; GET /v1/outcomes lists the numbers.'
    """
    return {language: refusal_said(speech(language), key, facts) for language in LANGUAGES}


def _said(job: StoredJob, language: str, *, whole: bool) -> dict[str, Any]:
    found = json.loads(json.dumps(job.result))
    problem = found.pop("problem", None)
    for name in _MESSAGES:
        for line in found.get(name, ()):
            line["message"] = line["message"][language]
    if problem is not None:
        problem["message"] = problem["message"][language]
    return {
        "job_id": job.job_id,
        "name": job.request["name"],
        "bytes": job.request["bytes"],
        "state": job.state.value,
        "rows_read": found.get("rows_read"),
        "made_at": moment(job.made_at),
        "moved_at": moment(job.moved_at),
        "problem": problem,
        "result": found if whole and job.state is JobState.DONE else None,
    }
