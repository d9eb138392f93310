"""``/desk/door/lists``: lists that were made, what is said to their units, why another unit is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from engine.domain.reaction import ReactionKind
from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from serving.api.asking import stock_of
from serving.api.browsing.answers import answered, form_of, own_address, start_of, went, wrong
from serving.api.door.reading import own, read_here, reader_of, written_here
from serving.api.problems import METHOD_GIVEN
from serving.desk.clock import day_of
from serving.desk.door import last_words, opening_now, why_not_here
from serving.desk.mandates import list_change, react
from serving.desk.units import first_shown
from serving.pages.door.lists import PAGE, ListShown, list_page, lists_page
from serving.pages.door.words import below

_LONGEST = 300
_NO_SUCH = (ErrorCode.UNKNOWN_UNIT, ErrorCode.SEVERAL_UNITS)


def router() -> APIRouter:
    """Addresses of lists."""
    routes = APIRouter(prefix="/desk/door/lists", include_in_schema=False)

    @routes.get("", openapi_extra=read_here())
    async def lists(request: Request) -> Response:
        found = await own(request, lambda register, owner: register.lists(owner))
        return await answered(request, lambda frame: lists_page(frame, found[::-1]))

    @routes.get("/{list_id}", openapi_extra=read_here())
    async def one(request: Request, list_id: str) -> Response:
        stock, start, now = stock_of(request), start_of(request), request.app.state.gate.now()
        given, bare = request.query_params.get("unit", "")[:_LONGEST], METHOD_GIVEN in request.scope

        def shown(register: Register, owner: str) -> ListShown:
            kept = register.lists.get(owner, list_id)
            first = first_shown(start, PAGE, len(kept.places))
            if not bare:  # what is shown for the first time is logged; of HEAD nobody sees a place
                kept = register.lists.show(owner, list_id, after=first, until=first + PAGE, shown_on=day_of(now))
            change, said = list_change(register, owner, list_id), last_words(register, owner)
            standing = any(mandate.name == kept.mandate for mandate in register.mandates(owner))
            opening = opening_now(register, kept, stock) if standing and not kept.places else None
            return ListShown(kept, first, stock.units, change, said, given, standing=standing, opening=opening)

        found, problem = await own(request, shown), ""
        if given and found.standing:
            try:
                why = await own(request, lambda register, _: why_not_here(stock, register, found.kept, given))
                found = replace(found, why=why)
            except EhyaError as error:
                if error.code not in _NO_SUCH:
                    raise
                problem = wrong(request, error)
        return await answered(request, lambda frame: list_page(frame, found, problem=problem), 422 if problem else 200)

    @routes.post("/{list_id}/say", openapi_extra=written_here())
    async def say(request: Request, list_id: str) -> Response:
        given = form_of(request)
        kind, unit = given.text("kind"), given.text("unit")
        stated: dict[str, Any] = {"unit_id": unit, "kind": kind}
        if kind == ReactionKind.DECLINED:
            stated["reason"] = given.text("reason")
        by: dict[str, Any] = {"made_at": request.app.state.gate.now(), "actor": reader_of(request).actor}
        by["stock"] = stock_of(request)
        await own(request, lambda register, owner: react(register, owner, list_id, stated, **by))
        done = "unit_declined" if kind == ReactionKind.DECLINED else "unit_interests"
        return went(request, own_address(given.text("next"), below("lists", list_id)), done)

    return routes
