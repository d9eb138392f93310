"""``/v1/units``, ``/v1/rankings`` and ``/v1/health``: what is on the shelf."""

from __future__ import annotations

from time import monotonic
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.errors import EhyaError, ErrorCode
from engine.ranking.reasons import Triage
from engine.settings import Settings
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.answering import JSON, answer, answer_once, meta, written
from serving.api.answers import Questions, Rankings, ServiceHealth, UnitAlone, UnitEconomics, UnitPage
from serving.api.filters import LanguageQuery, RankingsQuery, UnitsQuery, ordered, passing
from serving.api.gate import caller_of
from serving.api.language import chosen
from serving.api.problems import nearest, problem_answers
from serving.api.shelf import Shelf, Showing
from serving.api.unit_answer import private_answer, unit_answers
from serving.api.why_answer import register_questions, why_answer
from serving.desk.callers import KeyRing
from serving.desk.disclosed import beside_the_record
from serving.desk.economics import Choices, economics_of
from serving.desk.stock import Stock
from serving.desk.weighing import weighing
from serving.desk.why import asked_of_the_register, why
from serving.disclosure.levels import Level
from serving.i18n import speech
from serving.reports.economics import economics_document, figure_said
from serving.reports.reasons import weighing_document

PUBLIC_DRAWS = 1_000
"""Draws of the worth of a unit that is asked for."""
NEAREST_AMONG = 5_000
"""Units up to which an unknown id is compared with all ids."""


def router() -> APIRouter:
    """Addresses under ``/v1`` that show units."""
    routes = APIRouter(prefix="/v1", tags=["units"])

    @routes.get(
        "/units", response_model=UnitPage, summary="Units", responses=problem_answers(422), openapi_extra=open_to()
    )
    async def units(request: Request, query: Annotated[UnitsQuery, Query()]) -> Response:
        """Units in the order of their ids, a page at a time, with facts, prediction and judgement."""
        return await answer(request, query, lambda showing, language: _page(showing.stock, query, language))

    @routes.get(
        "/units/{unit_id}",
        response_model=UnitAlone,
        summary="One unit",
        responses=problem_answers(404, 422),
        openapi_extra=open_to(level=Level.INTERNAL),
    )
    async def unit(
        request: Request,
        unit_id: Annotated[str, Path(description="id of the unit, as the lists give it", max_length=200)],
        query: Annotated[LanguageQuery, Query()],
    ) -> Response:
        """One unit: public facts, prediction, judgement; what adds up to its figures, and what to ask next.

        Who agreed not to disclose what stands in a package reads more of its units, and the office all of every unit;
        the figures are the public ones for all.
        """
        level = caller_of(request).level(unit_id)
        if level is Level.PUBLIC:
            return await answer(request, query, lambda showing, language: _alone(showing.stock, unit_id, language))
        settings: Settings = request.app.state.settings
        return await answer_once(
            request, query, lambda showing, language: _privately(settings, showing.stock, unit_id, level, language)
        )

    @routes.get(
        "/units/{unit_id}/economics",
        response_model=UnitEconomics,
        summary="What a unit is worth",
        responses=problem_answers(404, 422),
        openapi_extra=open_to(rate=Rate.LISTS),
    )
    async def economics(
        request: Request,
        unit_id: Annotated[str, Path(description="id of the unit, as the lists give it", max_length=200)],
        query: Annotated[LanguageQuery, Query()],
    ) -> Response:
        """Value, returns, debt cover and jobs by norms and public facts, with private fields unknown.

        What cannot be calculated is null with its reason, never 0. A unit that cannot be judged says why in `gaps`.
        """
        return await answer(request, query, lambda showing, language: _worth(showing.stock, unit_id, language))

    @routes.get(
        "/rankings", response_model=Rankings, summary="Ranking", responses=problem_answers(422), openapi_extra=open_to()
    )
    async def rankings(request: Request, query: Annotated[RankingsQuery, Query()]) -> Response:
        """The first units by rank: by class of triage, then by score. Units that cannot be judged have no rank.

        `weights`, `influence`, `persona` and `priority` order them anew; all figures rest on public fields.
        """
        return await answer(request, query, lambda showing, language: _ranking(showing, query, language))

    @routes.get(
        "/questions",
        response_model=Questions,
        summary="What to ask next",
        responses=problem_answers(422),
        openapi_extra=open_to(),
    )
    async def questions(request: Request, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Which public field, where it is missing, would tell most about the units shown and those withheld."""
        return await answer(request, query, lambda showing, language: _asked(showing.stock, language))

    @routes.get(
        "/health",
        response_model=ServiceHealth,
        summary="Health",
        responses=problem_answers(422),
        tags=["service"],
        openapi_extra=open_to(without_key=WithoutKey.ALWAYS),
    )
    async def health(request: Request, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Version and age of what is shown, model version, dates, counts and the share of synthetic units."""
        language = chosen(query.lang, request.headers, request.app.state.language)
        state = request.app.state
        body = written(await run_in_threadpool(_health, state.shelf, state.gate.ring, language))
        headers = {"content-language": language, "vary": "Accept-Language"}
        return Response(body, 200, headers, JSON)  # never kept: it tells an age

    return routes


def _page(stock: Stock, query: UnitsQuery, language: str) -> dict[str, Any]:
    found = passing(stock.units, query)
    page = found.loc[found.index.sort_values()[query.offset : query.offset + query.limit]]
    following = query.offset + query.limit
    return {
        "meta": meta(stock, language),
        "total": len(found),
        "limit": query.limit,
        "offset": query.offset,
        "next": _address(query, following) if following < len(found) else None,
        "units": unit_answers(page, speech(language)),
    }


def _address(query: UnitsQuery, offset: int) -> str:
    asked = query.model_dump(mode="json", exclude_defaults=True) | {"offset": offset}
    return f"/v1/units?{urlencode(asked, doseq=True)}"


def on_show(stock: Stock, unit_id: str) -> None:
    """Refuse a unit that is not shown.

    Raises
    ------
    EhyaError
        ``unknown_unit`` with the id that is most like it.
    """
    if unit_id not in stock.units.index:
        among = () if len(stock.units) > NEAREST_AMONG else stock.units.index
        raise EhyaError(ErrorCode.UNKNOWN_UNIT, given=unit_id, nearest=nearest(unit_id, among))


def _alone(stock: Stock, unit_id: str, language: str) -> dict[str, Any]:
    on_show(stock, unit_id)
    words = speech(language)
    told = why_answer(why(stock.appraised, [unit_id]), words)
    return {"meta": meta(stock, language), "unit": unit_answers(stock.unit(unit_id), words)[0], "why": told}


def _privately(settings: Settings, stock: Stock, unit_id: str, level: Level, language: str) -> dict[str, Any]:
    public = _alone(stock, unit_id, language)
    return public | {"private": private_answer(beside_the_record(settings, unit_id, level), level)}


def _asked(stock: Stock, language: str) -> dict[str, Any]:
    words = speech(language)
    lines = asked_of_the_register(stock.appraised)
    return {"meta": meta(stock, language), "ask": register_questions(lines, words)}


def _worth(stock: Stock, unit_id: str, language: str) -> dict[str, Any]:
    on_show(stock, unit_id)
    found = economics_of(stock.appraised, unit_id, Choices(draws=PUBLIC_DRAWS))
    said, words = economics_document(found), speech(language)
    told = {} if found.account is None else found.account.figures
    return {
        "meta": meta(stock, language),
        "unit_id": unit_id,
        "origin": stock.units.loc[unit_id, "origin"],
        "judged": said["judged"],
        "gaps": said["gaps"],
        "price_year": said["price_year"],
        "figures": said.get("figures", {}),
        "dscr": said.get("dscr", []),
        "statements": said.get("statements", {}),
        "draws": said.get("draws") or {},
        "assumptions": {name: row["value"] for name, row in said["assumptions"].items()},
        "text": {gap.value: words.text(gap) for gap in found.gaps}
        | {name.value: figure_said(figure, words) for name, figure in told.items()}
        | {"note": words.text("economics.public_note")},
    }


def _ranking(showing: Showing, query: RankingsQuery, language: str) -> dict[str, Any]:
    question = ordered(query, showing.stock.appraised.question)
    stock = showing.stock if question is None else showing.under(question)
    found = passing(stock.units, query)
    found = found[found["rank"].notna()]
    return {
        "meta": meta(stock, language),
        "total": len(found),
        "top": query.top,
        "weighing": weighing_document(weighing(stock.appraised)),
        "units": unit_answers(found.head(query.top), speech(language)),
    }


def _health(shelf: Shelf, ring: KeyRing | None, language: str) -> dict[str, Any]:
    showing, now = shelf.showing, monotonic()
    stock, unread = showing.stock, ring is not None and ring.unread
    triage = stock.units["triage"].value_counts()
    counts = {"units": len(stock.units), "withheld": stock.withheld}
    counts["scorable"] = int(stock.units["scorable"].astype(bool).sum())
    counts |= {code.value: int(triage.get(code.value, 0)) for code in Triage}
    return {
        "status": "stale" if shelf.failure is not None or unread else "ok",
        "keys_unread": unread,
        "version": stock.version,
        "age_seconds": round(now - showing.since, 1),
        "checked_seconds_ago": round(now - shelf.checked, 1),
        "meta": meta(stock, language),
        "counts": counts,
    }
