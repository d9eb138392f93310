"""``/v1/office``: rankings, worth and plans with all that the office knows; for planners and data scientists."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from engine.recourse.cheapest import PlanWish
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.asking import answered
from serving.api.filters import LanguageQuery, RankingsQuery, ordered, passing
from serving.api.language import chosen
from serving.api.office_answers import OfficeEconomics, OfficePlan, OfficeRankings, OfficeWorth
from serving.api.problems import problem_answers
from serving.api.shelf import Showing
from serving.desk.appraisal import Appraised
from serving.desk.economics import DRAWS, REGISTER_DRAWS, Choices
from serving.desk.office import Office
from serving.desk.plan import PlanRequest
from serving.desk.question import Question, read_changes
from serving.desk.stock import facts_of
from serving.desk.weighing import weighing
from serving.disclosure.levels import CallerRole, Level
from serving.reports.economics import economics_document
from serving.reports.plan import plan_document
from serving.reports.ranking import records
from serving.reports.reasons import weighing_document
from serving.reports.workbook import json_text

INSIDE = (CallerRole.PLANNER, CallerRole.DATA_SCIENTIST)
"""Roles that read everything of a unit."""
_READ = open_to(INSIDE, level=Level.INTERNAL, without_key=WithoutKey.NEVER, rate=Rate.LISTS)
_HEADING = ("name", "county", "isic", "rank", "triage")
UnitId = Annotated[str, Path(description="id of the unit, or a name that only one bears", max_length=200)]
Assumed = Annotated[list[Annotated[str, Field(min_length=3, max_length=100)]], Field(max_length=40)]


class AssumingQuery(LanguageQuery):
    """What is assumed otherwise."""

    assume: Assumed = Field(
        [], description="changed assumption, or a range of it", examples=[["loan_rate=0.18", "tax_rate=0.1..0.25"]]
    )
    draws: int = Field(DRAWS, ge=100, le=20_000, description="draws behind the intervals")
    seed: int = Field(0, ge=0, le=2**31 - 1, description="which draws")


class WorthQuery(RankingsQuery):
    """The first of the ranking with what each is worth."""

    assume: Assumed = Field(
        [], description="changed assumption, or a range of it", examples=[["loan_rate=0.18", "tax_rate=0.1..0.25"]]
    )


class PlanQuery(LanguageQuery):
    """What the plan is to reach, and what it may use."""

    threshold: float = Field(0.0, ge=0, lt=1, description="feasibility to lift the unit to; 0: only what must be done")
    budget_rial: float | None = Field(None, ge=0, le=1e18, description="the most that the acts may cost, rial")
    months: float | None = Field(None, ge=0, le=600, description="the most that the acts may take, months")


def router() -> APIRouter:
    """Addresses of what the office computes."""
    routes = APIRouter(prefix="/v1/office", tags=["office"])

    @routes.get(
        "/rankings",
        response_model=OfficeRankings,
        summary="The office's ranking",
        responses=problem_answers(422),
        openapi_extra=_READ,
    )
    async def office_rankings(request: Request, query: Annotated[RankingsQuery, Query()]) -> Response:
        """The first units by rank, judged with private fields: the same list as `ehya rank`."""
        return await _answered(request, query, lambda office, question: _rankings(office, question, query))

    @routes.get(
        "/economics",
        response_model=OfficeWorth,
        summary="What the first units are worth",
        responses=problem_answers(422),
        openapi_extra=_READ,
    )
    async def office_worth(request: Request, query: Annotated[WorthQuery, Query()]) -> Response:
        """The first units by rank with value, returns, debt cover and new jobs of each, and what was assumed.

        What cannot be calculated is null; `economics_gaps` says why. Intervals hold 80 % of 500 draws.
        """
        return await _answered(request, query, lambda office, question: _worth(office, question, query))

    @routes.get(
        "/units/{unit_id}/economics",
        response_model=OfficeEconomics,
        summary="The office's view of what a unit is worth",
        responses=problem_answers(404, 422),
        openapi_extra=_READ,
    )
    async def office_economics(request: Request, unit_id: UnitId, query: Annotated[AssumingQuery, Query()]) -> Response:
        """Value, returns, debt cover and jobs with old debts counted, for each persona; ranges and what moves them."""
        return await _answered(request, query, lambda office, question: _economics(office, question, unit_id, query))

    @routes.get(
        "/units/{unit_id}/plan",
        response_model=OfficePlan,
        summary="What has to be done for a unit",
        responses=problem_answers(404, 422),
        openapi_extra=_READ,
    )
    async def office_plan(request: Request, unit_id: UnitId, query: Annotated[PlanQuery, Query()]) -> Response:
        """The cheapest acts that lift a unit to a feasibility, by whom, in which order, at what cost: `ehya plan`."""
        return await _answered(request, query, lambda office, question: _plan(office, question, unit_id, query))

    return routes


async def _answered(
    request: Request, query: LanguageQuery, write: Callable[[Office, Question], dict[str, Any]]
) -> Response:
    """Answer from the office's appraisal of the day that is on show, beside the event loop."""
    showing: Showing = request.app.state.shelf.showing
    office: Office = request.app.state.office
    question = showing.stock.appraised.question
    language = chosen(query.lang, request.headers, request.app.state.language)

    def written() -> dict[str, Any]:
        said = write(office, question)
        meta = facts_of(office.appraised(question).table, question.as_of) | {"language": language}
        return {"meta": meta, **json.loads(json_text(said))}

    return answered(request, query, await run_in_threadpool(written))


def _listed(office: Office, question: Question, query: RankingsQuery) -> tuple[Appraised, pd.DataFrame]:
    """The appraisal in the order asked for, and its ranked units that pass the filters."""
    wanted = ordered(query, question)
    found = office.appraised(question if wanted is None else wanted)
    units = passing(found.table, query)
    return found, units[units["rank"].notna()]


def _rankings(office: Office, question: Question, query: RankingsQuery) -> dict[str, Any]:
    found, units = _listed(office, question, query)
    return {
        "asked": found.question.document,
        "total": len(units),
        "top": query.top,
        "weighing": weighing_document(weighing(found)),
        "units": records(units.head(query.top)),
    }


def _worth(office: Office, question: Question, query: WorthQuery) -> dict[str, Any]:
    found, units = _listed(office, question, query)
    first = units.head(query.top)
    choices = Choices(changes=read_changes(query.assume), draws=REGISTER_DRAWS)
    worth = office.worth(question, first.index, choices)
    assumed = {name: row.value for name, row in choices.of("").items()}
    return {
        "asked": found.question.document,
        "total": len(units),
        "top": query.top,
        "price_year": found.question.price_year,
        "assumptions": assumed,
        "units": records(first[list(_HEADING)].join(worth)),
    }


def _economics(office: Office, question: Question, unit_id: str, query: AssumingQuery) -> dict[str, Any]:
    choices = Choices(changes=read_changes(query.assume), draws=query.draws, seed=query.seed)
    return {"economics": economics_document(office.economics(question, unit_id, choices))}


def _plan(office: Office, question: Question, unit_id: str, query: PlanQuery) -> dict[str, Any]:
    limits = {"budget_rial": query.budget_rial, "months": query.months}
    wish = PlanWish(query.threshold, **{name: limit for name, limit in limits.items() if limit is not None})
    return {"plan": plan_document(office.plan(question, unit_id, PlanRequest(wish)))[0]}
