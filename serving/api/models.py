"""``/v1/models``: models that were put to work, and the card of each; for planners and data scientists."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from engine.settings import Settings
from engine.store import Promotion, Register
from serving.api.access import WithoutKey, open_to
from serving.api.asking import answered, asked
from serving.api.filters import LanguageQuery
from serving.api.office import INSIDE
from serving.api.office_answers import ModelsAnswer, PromotedAnswer
from serving.api.paging import PageQuery, page_of
from serving.api.problems import problem_answers
from serving.desk.workspace import champion
from serving.disclosure.card import public_card
from serving.disclosure.levels import Level

_READ = open_to(INSIDE, level=Level.INTERNAL, without_key=WithoutKey.NEVER)
Version = Annotated[str, Path(description="version of the model, as the list gives it", min_length=1, max_length=100)]


def router() -> APIRouter:
    """Addresses of models."""
    routes = APIRouter(prefix="/v1", tags=["office"])

    @routes.get(
        "/models",
        response_model=ModelsAnswer,
        summary="Models",
        responses=problem_answers(422),
        openapi_extra=_READ,
    )
    async def models(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
        """Models in the order in which they were put to work, the last first: it is the one at work."""
        found = await asked(request, lambda register: register.promotions())
        page, following = page_of(list(enumerate(found)), query, "/v1/models")
        said = [_promotion(one, at_work=place == 0) for place, one in page]
        return answered(request, query, {"models": said, "next": following})

    @routes.get(
        "/models/{version}",
        response_model=PromotedAnswer,
        summary="Card of a model",
        responses=problem_answers(404, 422),
        openapi_extra=_READ,
    )
    async def model_card(request: Request, version: Version, query: Annotated[LanguageQuery, Query()]) -> Response:
        """The card of a model that was ever at work: sample, scores beside plain rules, limits, intended use."""
        settings: Settings = request.app.state.settings
        found = await asked(request, lambda register: _card(register, settings, version))
        return answered(request, query, found)

    return routes


def _promotion(one: Promotion, *, at_work: bool) -> dict[str, Any]:
    return {
        "version": one.model_version,
        "digest": one.digest,
        "promoted_at": one.promoted_at.replace(tzinfo=UTC).isoformat(),
        "reason": one.reason,
        "metrics": dict(one.metrics),
        "at_work": at_work,
    }


def _card(register: Register, settings: Settings, version: str) -> dict[str, Any]:
    model = champion(register, settings, version)
    return {"version": model.version, "card": public_card(model.card)}
