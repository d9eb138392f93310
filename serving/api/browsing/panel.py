"""``/desk/panel``: pairs of units for experts, and their answers."""

from __future__ import annotations

import pandas as pd
from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError
from engine.parsing.text import latin_digits
from serving.api.browsing.answers import (
    answered,
    form_of,
    number_of,
    question_of,
    read_by,
    settings_of,
    went,
    written_by,
    wrong,
)
from serving.api.browsing.look import words_for
from serving.desk.learning import (
    HandedOut,
    PanelRead,
    hand_out_panel,
    handed_out,
    last_answers,
    read_panel,
    take_answers_back,
)
from serving.pages.desk.panel import panel_page
from serving.reports.panel import ANSWERS, OUTPUTS

_FEWEST, _USUAL, _MOST = 5, 20, 100


def router() -> APIRouter:
    """Addresses of the panel."""
    routes = APIRouter(prefix="/desk/panel", include_in_schema=False)

    @routes.get("", openapi_extra=read_by())
    async def pairs(request: Request) -> Response:
        found = await run_in_threadpool(_handed_out, request)
        last = await run_in_threadpool(last_answers, settings_of(request))
        return await answered(request, lambda frame: panel_page(frame, found, last=last))

    @routes.post("/take-back", openapi_extra=written_by())
    async def take_back(request: Request) -> Response:
        mark = form_of(request).text("which")
        back = await run_in_threadpool(take_answers_back, settings_of(request), mark)
        return went(request, "/desk/panel", "answers_back" if back else "answers_not_last")

    @routes.post("/choose", openapi_extra=written_by())
    async def choose(request: Request) -> Response:
        count = min(max(number_of(form_of(request).text("pairs"), _USUAL), _FEWEST), _MOST)
        question = question_of(request)
        try:
            made = await run_in_threadpool(hand_out_panel, settings_of(request), as_of=question.as_of, pairs=count)
        except EhyaError as error:
            said = wrong(request, error)
            return await answered(request, lambda frame: panel_page(frame, None, problem=said), 422)
        return went(request, "/desk/panel", f"pairs_chosen:{len(made.pairs)}")

    @routes.post("", openapi_extra=written_by())
    async def take(request: Request) -> Response:
        given = form_of(request)
        typed = {name: given.text(name) for name in given.fields}
        found = await run_in_threadpool(_handed_out, request, typed.get("panel", ""))
        if not any(_answer(text) for name, text in typed.items() if name.startswith(tuple(OUTPUTS))):
            said = words_for(request).text("desk.no_answers")
            return await answered(request, lambda frame: panel_page(frame, found, typed=typed, problem=said), 422)
        try:
            read = await run_in_threadpool(_taken, request, found, typed)
        except EhyaError as error:
            said = wrong(request, error)
            return await answered(request, lambda frame: panel_page(frame, found, typed=typed, problem=said), 422)
        last = await run_in_threadpool(last_answers, settings_of(request))
        return await answered(request, lambda frame: panel_page(frame, found, read=read, last=last))

    return routes


def _handed_out(request: Request, panel: str | None = None) -> HandedOut | None:
    """The pairs of a panel: those that the expert was shown, whatever was chosen since."""
    return handed_out(settings_of(request), as_of=question_of(request).as_of, panel=panel)


def _taken(request: Request, found: HandedOut | None, typed: dict[str, str]) -> PanelRead:
    """Answers of one expert, as a workbook that came back would hold them; what was left open is blank."""
    expert, panel = latin_digits(typed.get("expert", "")), typed.get("panel", "")
    pairs = pd.DataFrame(columns=["number", "first", "second"]) if found is None else found.pairs
    lines = [
        [expert, panel, number, first, second, output, _answer(typed.get(f"{output}_{number}", ""))]
        for number, first, second in pairs[["number", "first", "second"]].itertuples(index=False)
        for output in OUTPUTS
    ]
    columns = ["expert", "panel", "number", "first", "second", "output", "answer"]
    return read_panel(settings_of(request), {expert or "…": pd.DataFrame(lines, columns=columns)})


def _answer(given: str) -> str | None:
    return given if given in ANSWERS else None
