"""``GET /v1/comparison``: two to five units side by side, as the public sees them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BeforeValidator, Field

from serving.api.access import open_to
from serving.api.answering import answer, meta
from serving.api.answers import ComparisonAnswer
from serving.api.filters import LanguageQuery
from serving.api.problems import problem_answers
from serving.api.unit_answer import unit_answers
from serving.api.units import on_show
from serving.desk.comparing import MOST, differing, distinct
from serving.desk.stock import Stock
from serving.i18n import speech


class ComparisonQuery(LanguageQuery):
    """Which units."""

    unit: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=200)]],
        Field(min_length=2, max_length=MOST, json_schema_extra={"uniqueItems": True}),
        BeforeValidator(distinct),
    ] = Field(description="ids of two to five units")


def router() -> APIRouter:
    """The address of comparisons."""
    routes = APIRouter(prefix="/v1", tags=["units"])

    @routes.get(
        "/comparison",
        response_model=ComparisonAnswer,
        summary="Compare units",
        responses=problem_answers(404, 422),
        openapi_extra=open_to(),
    )
    async def comparison(request: Request, query: Annotated[ComparisonQuery, Query()]) -> Response:
        """Two to five units side by side in the order given, with the fields and codes in which they differ."""
        return await answer(request, query, lambda showing, language: _compared(showing.stock, query.unit, language))

    return routes


def _compared(stock: Stock, wanted: list[str], language: str) -> dict[str, Any]:
    for name in wanted:
        on_show(stock, name)
    units = unit_answers(stock.units.loc[wanted], speech(language))
    unlike = differing([unit["fields"] for unit in units])
    return {"meta": meta(stock, language), "units": units, "differing": unlike}
