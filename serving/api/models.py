"""``/v1/models``: models that were put to work, and the card of each; for planners and data scientists."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.settings import Settings
from engine.store import Promotion, Register
from serving.api.access import WithoutKey, open_to
from serving.api.asking import answered, asked, moment
from serving.api.filters import LanguageQuery
from serving.api.office import INSIDE
from serving.api.office_answers import ModelsAnswer, ModelsComparison, PromotedAnswer
from serving.api.paging import PageQuery, page_of
from serving.api.problems import problem_answers
from serving.desk.model_room import ComparedWithWork, ModelStanding, models_compared
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
        "/models/comparison",
        response_model=ModelsComparison,
        summary="The model at work beside all others",
        responses=problem_answers(422),
        openapi_extra=_READ,
    )
    async def models_beside(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
        """The model at work, and beside it every other of the workspace, the newest first: what its gates found, how it
        judges, and what is different. Figures of two models rest on the sample of each.
        """
        settings: Settings = request.app.state.settings
        found = await run_in_threadpool(models_compared, settings)
        champion = [one for one in found if one.model.standing is ModelStanding.AT_WORK]
        others = [one for one in found if one.model.standing is not ModelStanding.AT_WORK]
        page, following = page_of(others, query, "/v1/models/comparison")
        said = {"at_work": _beside(champion[0]) if champion else None, "models": [_beside(one) for one in page]}
        return answered(request, query, said | {"next": following})

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
        "promoted_at": moment(one.promoted_at),
        "reason": one.reason,
        "metrics": dict(one.metrics),
        "at_work": at_work,
    }


def _beside(one: ComparedWithWork) -> dict[str, Any]:
    model = one.model
    return {
        "version": model.version,
        "standing": model.standing.value,
        "made_at": None if model.made_at is None else moment(model.made_at),
        "promoted_at": None if model.promoted_at is None else moment(model.promoted_at),
        "reason": model.reason,
        "problem": model.problem or None,
        "gates": list(model.gates),
        "scores": dict(one.scores),
        "changes": None if one.changes is None else asdict(one.changes),
    }


def _card(register: Register, settings: Settings, version: str) -> dict[str, Any]:
    model = champion(register, settings, version)
    return {"version": model.version, "card": public_card(model.card)}
