"""``/desk/map``: the counties coloured by a figure, with the same figures in a table."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from serving.api.browsing.answers import answered, question_of, read_by, went
from serving.api.browsing.today import NOT_READY
from serving.desk.county_figures import CountyFigure, county_figures
from serving.desk.county_places import county_places
from serving.desk.office import Office
from serving.desk.question import Question
from serving.pages.desk.map import MapView, map_page
from serving.reports.county_map import PROVINCE, outlines


def router() -> APIRouter:
    """The address of the map."""
    routes = APIRouter(prefix="/desk", include_in_schema=False)

    @routes.get("/map", openapi_extra=read_by())
    async def chart(request: Request) -> Response:
        query, question = request.query_params, question_of(request)
        figure, county = query.get("figure", "") or CountyFigure.UNITS.value, query.get("county", "")
        try:
            view = await run_in_threadpool(_view, request.app.state.office, question, figure, county)
        except EhyaError as error:
            if error.code not in NOT_READY:
                raise
            return went(request, "/desk/start")
        return await answered(request, lambda frame: map_page(frame, view))

    return routes


def _view(office: Office, question: Question, figure: str, county: str) -> MapView:
    counties = [name for name, _, _ in outlines().drawn]
    if figure not in set(CountyFigure):
        allowed = [one.value for one in CountyFigure]
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="figure", given=figure, allowed=allowed)
    if county and county not in counties:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="county", given=county, allowed=counties)
    found = office.appraised(question)
    return MapView(
        figures=county_figures(found),
        places=county_places(PROVINCE),
        table=found.table,
        figure=CountyFigure(figure),
        county=county,
        as_of=question.as_of,
    )
