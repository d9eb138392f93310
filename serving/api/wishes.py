"""``/v1/wishes``: what owners of units, and banks that hold them, want of an investor; for the office.

Investors meet these wishes as reasons on their lists (``against``, ``factor``), and say which unit they would meet by a
request of kind ``meeting``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from engine.domain.unit_wishes import Side
from engine.store import Register, StoredWishes
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.asking import answered, asked, moment
from serving.api.filters import LanguageQuery
from serving.api.gate import caller_of
from serving.api.owners import with_body
from serving.api.paging import PageQuery, page_of
from serving.api.problems import problem_answers
from serving.api.wish_answers import SideWishes, WishesAnswer, WishesStated
from serving.api.writing import body_of, member_of, written_once
from serving.desk.clock import day_of
from serving.desk.wishes import state_wishes
from serving.disclosure.levels import CallerRole, Level

EXAMPLE = {"wishes": {"deal_forms": ["lease"], "max_share": 0.4}, "source": "letter 12 of the owner"}
_READ = open_to([CallerRole.PLANNER, CallerRole.DATA_SCIENTIST], level=Level.INTERNAL, without_key=WithoutKey.NEVER)
_WRITE = open_to([CallerRole.PLANNER], level=Level.INTERNAL, without_key=WithoutKey.NEVER, rate=Rate.WRITES)
UnitId = Annotated[str, Path(description="id of the unit", min_length=1, max_length=200)]
SideOf = Annotated[Side, Path(description="who wants it")]
OVER_HTTP = "over HTTP"
"""Source of what is taken back: who took it back stands beside it."""


class WishesQuery(PageQuery):
    """A page of wishes."""

    unit: str | None = Field(None, min_length=1, max_length=200, description="id of one unit; else of all")


def router() -> APIRouter:
    """Addresses of wishes."""
    routes = APIRouter(prefix="/v1/wishes", tags=["office"])

    @routes.get(
        "",
        response_model=WishesAnswer,
        summary="What owners and banks want",
        responses=problem_answers(422),
        openapi_extra=_READ,
    )
    async def wishes(request: Request, query: Annotated[WishesQuery, Query()]) -> Response:
        """Wishes that stand, by unit and side, each with who says so and since when."""
        found = await asked(request, lambda register: register.wishes(query.unit))
        page, following = page_of(found, query, "/v1/wishes")
        return answered(request, query, {"wishes": [_said(one) for one in page], "next": following})

    @routes.put(
        "/{unit_id}/{side}",
        response_model=SideWishes,
        summary="State what a side wants",
        responses=problem_answers(404, 408, 409, 413, 415, 422),
        openapi_extra=with_body(EXAMPLE, "WishesStated", _WRITE),
    )
    async def keep_wishes(
        request: Request, unit_id: UnitId, side: SideOf, query: Annotated[LanguageQuery, Query()]
    ) -> Response:
        """Keep what the owner of a unit, or the bank that holds it, wants of an investor. Lists and meetings count it
        from then on; what was stated before is kept beside it.
        """
        body, keep = await body_of(request), _keeping(unit_id, side, caller_of(request).actor)
        stated = member_of(WishesStated, body)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            on = stated.stated_on or day_of(now)
            return keep(register, stated.wishes, stated.source, on, now)

        done, headers = await written_once(request, body, act)
        return answered(request, query, done, headers)

    @routes.delete(
        "/{unit_id}/{side}",
        response_model=SideWishes,
        summary="Take back what a side wants",
        responses=problem_answers(404, 409, 422),
        openapi_extra=_WRITE,
    )
    async def take_back_wishes(
        request: Request, unit_id: UnitId, side: SideOf, query: Annotated[LanguageQuery, Query()]
    ) -> Response:
        """Count what a side wanted no more; that it was stated is kept."""
        keep = _keeping(unit_id, side, caller_of(request).actor)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            return keep(register, {}, OVER_HTTP, day_of(now), now)

        done, headers = await written_once(request, b"", act)
        return answered(request, query, done, headers)

    return routes


def _keeping(unit_id: str, side: Side, actor: str) -> Callable[..., dict[str, Any]]:
    """Keeps what a side of a unit wants, under the name that the unit has now."""

    def keep(
        register: Register, stated: Mapping[str, Any], source: str, stated_on: date, made_at: datetime
    ) -> dict[str, Any]:
        unit = register.units.resolve(unit_id)
        return _said(
            state_wishes(register, unit, side, stated, source=source, stated_on=stated_on, made_at=made_at, actor=actor)
        )

    return keep


def _said(one: StoredWishes) -> dict[str, Any]:
    return {
        "unit_id": one.unit_id,
        "side": one.side.value,
        "wishes": dict(one.document),
        "source": one.source,
        "stated_on": one.stated_on.isoformat(),
        "made_at": moment(one.made_at),
        "actor": one.actor,
    }
