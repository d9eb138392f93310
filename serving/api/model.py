"""``/v1/model``: the public card of the model at work."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from serving.api.access import WithoutKey, open_to
from serving.api.answering import answer, meta
from serving.api.answers import ModelAnswer
from serving.api.filters import LanguageQuery
from serving.api.problems import problem_answers
from serving.api.shelf import Showing
from serving.disclosure.card import public_card


def router() -> APIRouter:
    """The address of the model card."""
    routes = APIRouter(prefix="/v1", tags=["service"])

    @routes.get(
        "/model",
        response_model=ModelAnswer,
        summary="Model card",
        responses=problem_answers(422),
        openapi_extra=open_to(without_key=WithoutKey.ALWAYS),
    )
    async def model(request: Request, query: Annotated[LanguageQuery, Query()]) -> Response:
        """What the model was made from, how good it was found beside plain rules, its limits and intended use."""
        return await answer(request, query, _model)

    return routes


def _model(showing: Showing, language: str) -> dict[str, Any]:
    stock = showing.stock
    return {"meta": meta(stock, language), "card": public_card(stock.card) if stock.card else None}
