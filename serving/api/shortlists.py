"""``POST /v1/shortlists``: the same list as ``ehya match --mandate``."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from engine.domain.mandate import FitPart, Mandate
from engine.matching.opening import Opening
from engine.matching.reasons import WhyNot
from serving.api.access import Rate, open_to
from serving.api.answering import JSON, meta, prepared, written
from serving.api.answers import ShortlistAnswer
from serving.api.filters import MAX_TOP, LanguageQuery
from serving.api.language import chosen
from serving.api.problems import problem_answers, sentence
from serving.api.shelf import Showing
from serving.api.unit_answer import stock_answers
from serving.api.writing import body_of, stated_in
from serving.desk.stock import Offer, Stock
from serving.disclosure.values import codes
from serving.i18n import Speech, speech

EXAMPLE = {
    "id": "food-fund",
    "price_year": 1405,
    "ticket_billion_rial": [10, 2000],
    "sectors": {"must": ["C"], "must_not": ["12"], "like": ["10", "22"]},
    "places": {"must": ["West Azerbaijan"], "like": ["Urmia county"]},
    "risk_appetite": "high",
    "accept_unknown": ["capital_unknown"],
    "jobs_goal": 50,
}


_PARTS = tuple((part.value, f"part_{part.value}") for part in FitPart)


class ShortlistQuery(LanguageQuery):
    """What is asked beside the mandate."""

    top: int | None = Field(None, ge=1, le=MAX_TOP, description="units at most; else the mandate's limit, else 10")
    why_not: Annotated[list[Annotated[str, Field(min_length=1, max_length=200)]], Field(max_length=20)] = Field(
        [], description="id of a unit: why it is not shown, or where it stands"
    )
    explain: bool = Field(False, description="count the excluded units by reason")


def router() -> APIRouter:
    """The address of shortlists."""
    routes = APIRouter(prefix="/v1", tags=["matching"])

    @routes.post(
        "/shortlists",
        response_model=ShortlistAnswer,
        summary="Shortlist for a mandate",
        responses=problem_answers(404, 408, 413, 415, 422),
        openapi_extra=open_to(rate=Rate.LISTS)
        | {
            "requestBody": {
                "required": True,
                "description": "One investor's criteria; money in the unit its key names.",
                "content": {
                    "application/json": {"schema": {"$ref": "#/components/schemas/Mandate"}, "example": EXAMPLE}
                },
            }
        },
    )
    async def shortlists(request: Request, query: Annotated[ShortlistQuery, Query()]) -> Response:
        """Units that break none of the mandate's hard limits, best fit first, each with the parts of its fit."""
        body = await body_of(request)
        showing: Showing = request.app.state.shelf.showing
        language = chosen(query.lang, request.headers, request.app.state.language)
        key = ("shortlist", body, query.model_dump_json(exclude={"lang"}), language)
        write = partial(_shortlist, showing.stock, body, query, language)
        found = await prepared(showing, key, lambda: written(write()), request.headers)
        return found.response(request.headers, language, JSON, kept=False)

    return routes


def _shortlist(stock: Stock, body: bytes, query: ShortlistQuery, language: str) -> dict[str, Any]:
    mandate = Mandate.read(stated_in(body))
    offer, words = stock.offer(mandate, limit=query.top), speech(language)
    found = offer.shortlist
    return {
        "meta": meta(stock, language),
        "mandate": mandate.id,
        "run_id": found.run_id,
        "counts": found.counts,
        "weights": {part.value: weight for part, weight in found.weights.items()},
        "units": _shown(stock, offer, words),
        "opening": _opening(offer.opening, words),
        "unfulfilled": [_opening(one, words) for one in offer.unfulfilled],
        "best": [] if offer.best is None else [str(unit) for unit in offer.best.unit_id],
        "why_not": [_standing(stock.why_not(mandate, unit), words) for unit in query.why_not],
        "excluded": {code.value: count for code, count in offer.excluded.items()} if query.explain else None,
    }


def _shown(stock: Stock, offer: Offer, words: Speech) -> list[dict[str, Any]]:
    units = stock_answers(stock, [str(unit) for unit in offer.shortlist.unit_id], words)
    return [
        {
            "position": int(row["position"]),
            "fit": float(row["fit"]),
            "parts": {part: float(row[column]) for part, column in _PARTS},
            "reasons": codes(row["reasons"]),
            "factor": float(row["factor"]),
            "against": codes(row["against"]),
            "unknown": codes(row["unknown"]),
            "price_basis": row["price_basis"] or None,
            "text": _said(row, words),
            "unit": unit,
        }
        for row, unit in zip(offer.shortlist.lines(), units, strict=True)
    ]


def _said(row: dict[Any, Any], words: Speech) -> dict[str, list[str]]:
    families = {"reasons": "fit_reason", "against": "side_reason", "unknown": "exclusion", "price_basis": "price_basis"}
    return {name: [words.text(f"{family}.{code}") for code in codes(row[name])] for name, family in families.items()}


def _standing(found: WhyNot, words: Speech) -> dict[str, Any]:
    return {
        "unit_id": found.unit_id,
        "excluded_by": [
            {"code": reason.code, "facts": reason.facts, "text": sentence(reason.code, reason.facts, words.language)}
            for reason in found.excluded_by
        ],
        "unknown": list(found.unknown),
        "position": found.position,
        "feasible": found.feasible,
        "fit": found.fit,
        "parts": {part.value: value for part, value in found.parts.items()},
        "factor": found.factor,
        "against": list(found.against),
    }


def _opening(found: Opening | None, words: Speech) -> dict[str, Any] | None:
    if found is None:
        return None
    said = sentence(found.code, found.facts, words.language)
    return {"code": found.code, "units": found.units, "facts": found.facts, "text": said}
