"""``/v1/model``: the public card of the model at work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from serving.api.answers import ModelAnswer
from serving.api.filters import LanguageQuery
from serving.api.problems import problem_answers
from serving.api.shelf import Showing
from serving.api.units import answer, meta

PUBLIC_PARTS = (
    "name", "version", "kind", "origin", "data_until", "period", "purpose", "intended_use", "not_for", "outputs",
    "label", "inputs", "never_inputs", "sample", "metrics", "scores", "jobs_scores", "groups", "reliability",
    "coverage_by_sector", "limits", "change", "population", "data_digest", "code_version",
)  # fmt: skip
"""Parts of a card that leave: figures of all and of groups. A part that a later card adds stays inside until it is
named here."""


def router() -> APIRouter:
    """The address of the model card."""
    routes = APIRouter(prefix="/v1", tags=["service"])

    @routes.get("/model", response_model=ModelAnswer, summary="Model card", responses=problem_answers(422))
    async def model(request: Request, query: Annotated[LanguageQuery, Query()]) -> Response:
        """What the model was made from, how good it was found beside plain rules, its limits and intended use."""
        return await answer(request, query, _model)

    return routes


def public_card(card: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what HTTP may see of a card.

    Examples
    --------
    >>> public_card({"version": "v1", "notes_of_the_planner": "..."})
    {'version': 'v1'}
    """
    return {name: card[name] for name in PUBLIC_PARTS if name in card}


def _model(showing: Showing, language: str) -> dict[str, Any]:
    stock = showing.stock
    return {"meta": meta(stock, language), "card": public_card(stock.card) if stock.card else None}
