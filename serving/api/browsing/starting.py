"""``/desk/start``: the first run, from the first account to a model at work."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.browsing.answers import (
    PLANNER,
    actor_of,
    answered,
    form_of,
    question_of,
    settings_of,
    went,
    written_by,
    wrong,
)
from serving.api.browsing.visits import let_in, on_this_computer
from serving.api.gate import Pass
from serving.api.problems import HttpProblem, RequestRefusedError
from serving.desk.learning import TrainingRequest
from serving.desk.people import add_first_person
from serving.desk.sessions import begin
from serving.desk.starting import Readiness, load_demonstration, note_training, readiness
from serving.desk.training_run import RunState, TrainingRuns
from serving.disclosure.levels import CallerRole
from serving.pages.desk.starting import start_page

_ANYBODY = open_to(without_key=WithoutKey.ALWAYS, session=True)
_FIRST = open_to(without_key=WithoutKey.ALWAYS, rate=Rate.WRITES, session=True)


def router() -> APIRouter:
    """Addresses of the first run."""
    routes = APIRouter(prefix="/desk/start", include_in_schema=False)

    @routes.get("", openapi_extra=_ANYBODY)
    async def start(request: Request) -> Response:
        ready = await run_in_threadpool(readiness, settings_of(request))
        passed: Pass = request.state.passed
        if ready.people and (passed.visit is None or passed.caller.role not in PLANNER):
            return went(request, "/desk/sign-in?next=/desk/start")
        if not ready.people:
            _require_this_computer(request)
        runs: TrainingRuns = request.app.state.runs
        status = runs.status
        if ready.people and ready.model and (status is None or status.state is RunState.PROMOTED):
            return went(request, "/desk", "trained" if status is not None else "")
        return await answered(request, lambda frame: start_page(frame, ready, status))

    @routes.post("/account", openapi_extra=_FIRST)
    async def account(request: Request) -> Response:
        _require_this_computer(request)
        given, now = form_of(request), request.app.state.gate.now()
        name, password = given.text("name"), given.whole("password")
        settings, cost = settings_of(request), request.app.state.password_cost
        problem = ""
        try:
            if not name:
                raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="name", given=name, allowed=["..."])
            person = await run_in_threadpool(
                add_first_person, settings, name=name, password=password, made_at=now, actor="first run", cost=cost
            )
        except EhyaError as error:
            problem = wrong(request, error)
        if problem:
            ready = Readiness(False, 0, False)
            return await answered(
                request, lambda frame: start_page(frame, ready, None, name=name, problem=problem), 422
            )
        begun = await run_in_threadpool(begin, settings, person, now=now)
        answer = went(request, "/desk/start")
        if begun is not None:
            let_in(request, answer, begun)
        return answer

    @routes.post("/demonstration", openapi_extra=written_by())
    async def demonstration(request: Request) -> Response:
        now = request.app.state.gate.now()
        count = await run_in_threadpool(load_demonstration, settings_of(request), now=now, actor=actor_of(request))
        return went(request, "/desk/start", f"demonstration:{count}")

    @routes.post("/training", openapi_extra=written_by())
    async def training(request: Request) -> Response:
        runs: TrainingRuns = request.app.state.runs
        passed: Pass = request.state.passed
        again = bool(form_of(request).text("again")) and passed.visit is not None
        if not again and (await run_in_threadpool(readiness, settings_of(request))).model:
            return went(request, "/desk")  # a model is at work: another training is asked for as such, by a person
        asked = TrainingRequest(as_of=question_of(request).as_of)
        shelf, now = request.app.state.shelf, request.app.state.gate.now()
        if await run_in_threadpool(runs.start, asked, now=now, finished=shelf.try_refresh):
            await run_in_threadpool(note_training, settings_of(request), now=now, actor=actor_of(request))
        return went(request, "/desk/start")

    return routes


def _require_this_computer(request: Request) -> None:
    """Only who sits at the computer makes the first account; for others an administrator makes it there."""
    if not on_this_computer(request):
        raise RequestRefusedError(HttpProblem.ROLE_REFUSED, given=CallerRole.ANYONE, allowed=[])
