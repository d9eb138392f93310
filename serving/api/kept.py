"""``/v1/shortlists/{list_id}`` and ``/v1/reactions``: lists as they were shown, and what was said to their units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from engine.domain.reaction import ReactionRemark
from engine.store import Register, StoredList
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.asking import answered, asked, moment, paged, stock_of, words_of
from serving.api.filters import LanguageQuery
from serving.api.gate import caller_of
from serving.api.kept_answers import (
    KeptList,
    KeptLists,
    KeptPlace,
    KeptReactions,
    ListChanges,
    ListReplayAnswer,
    TakenReaction,
)
from serving.api.mandates import Name
from serving.api.owners import OwnedQuery, asked_owner, kept_for, owner_of, with_body
from serving.api.paging import PageQuery, address_after, position
from serving.api.problems import METHOD_GIVEN, problem_answers
from serving.api.unit_answer import unit_answers
from serving.api.writing import body_of, object_in, prepared_once, written_once
from serving.desk.clock import day_of
from serving.desk.mandates import KEPT_PLACES, MadeList, keep_list, list_change, make_list, react
from serving.desk.replaying import replay_list
from serving.desk.stock import Stock
from serving.disclosure.levels import CallerRole, Level
from serving.i18n import Speech
from serving.reports.replay import replay_document

REACTION = {"unit_id": "example-1", "kind": "declined", "reason": "place"}
_REPLAY = open_to(
    [CallerRole.PLANNER, CallerRole.DATA_SCIENTIST],
    level=Level.INTERNAL,
    without_key=WithoutKey.NEVER,
    rate=Rate.LISTS,
)
ListId = Annotated[str, Path(description="id of the list", min_length=1, max_length=100)]


class TopQuery(LanguageQuery):
    """How much of a new list is shown."""

    top: int = Field(10, ge=1, le=KEPT_PLACES, description="places to show first")


def router() -> APIRouter:
    """Addresses of kept lists; each caller meets only what is the caller's."""
    routes = APIRouter(prefix="/v1", tags=["kept"])

    @routes.post(
        "/mandates/{name}/shortlists",
        response_model=KeptList,
        summary="Make a list and keep it",
        responses=problem_answers(404, 409, 422),
        openapi_extra=kept_for(Rate.WRITES),
    )
    async def make(request: Request, name: Name, query: Annotated[TopQuery, Query()]) -> Response:
        """A shortlist for a saved mandate, kept in its whole order; its first places count as shown.

        Its places are the mandate's `limit`, or 200; `feasible` says how many units there were. What was
        answered to lists before moves the `weights`. For the same version of a mandate, the same answers and the same
        `stock_version` it is the list that was made before.
        """
        caller, stock = caller_of(request), stock_of(request)
        owner = owner_of(caller)

        def act(register: Register, now: datetime, made: MadeList) -> dict[str, Any]:
            return {"list_id": keep_list(register, made, top=query.top, made_at=now, actor=caller.actor).list_id}

        ready = partial(make_list, owner=owner, name=name, stock=stock)
        done, headers = await prepared_once(request, b"", ready, act)
        kept = await asked(request, lambda register: register.lists.get(owner, done["list_id"]))
        page = _Page(query, 0, query.top, stock, words_of(request, query))
        return answered(request, query, _list(kept, page), headers)

    @routes.get(
        "/shortlists",
        response_model=KeptLists,
        summary="Kept lists",
        responses=problem_answers(422),
        openapi_extra=kept_for(),
    )
    async def lists(request: Request, query: Annotated[OwnedQuery, Query()]) -> Response:
        """Lists that were kept, the oldest first; the office sees those of all owners."""
        owner = asked_owner(caller_of(request), query.owner)
        ask = partial(_lists, owner=owner)
        page, following = await paged(request, query, "/v1/shortlists", ask)
        return answered(request, query, {"shortlists": [_heading(one) for one in page], "next": following})

    @routes.get(
        "/shortlists/{list_id}",
        response_model=KeptList,
        summary="A kept list",
        responses=problem_answers(404, 422),
        openapi_extra=kept_for(),
    )
    async def kept_list(request: Request, list_id: ListId, query: Annotated[PageQuery, Query()]) -> Response:
        """A page of a list as it was made, whatever changed since; places that are shown for the first time are logged.

        `unit` is the unit as it is shown now, null where it is shown no more. What the office reads of another's list
        is not logged: nobody was shown it.
        """
        caller, after = caller_of(request), position(query.cursor)
        owner, until = owner_of(caller), after + query.limit
        bare = METHOD_GIVEN in request.scope  # of HEAD nobody sees a place

        def shown(register: Register) -> StoredList:
            found = register.lists.get(asked_owner(caller), list_id)
            if bare or found.owner != owner:
                return found
            return register.lists.show(owner, list_id, after=after, until=until, shown_on=day_of(datetime.now(UTC)))

        found = await asked(request, shown)
        page = _Page(query, after, query.limit, stock_of(request), words_of(request, query))
        return answered(request, query, _list(found, page))

    @routes.get(
        "/shortlists/{list_id}/changes",
        response_model=ListChanges,
        summary="What changed since the last list",
        responses=problem_answers(404, 422),
        openapi_extra=kept_for(),
    )
    async def changes(request: Request, list_id: ListId, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Units that came, went and moved since the last list for the same mandate, among places that were shown."""
        owner = asked_owner(caller_of(request))
        found = await asked(request, lambda register: list_change(register, owner, list_id))
        said = {
            "list_id": list_id,
            "before": None if found.before is None else found.before.list_id,
            "entered": list(found.entered),
            "left": list(found.left),
            "moved": [{"unit_id": unit, "before": was, "now": now} for unit, (was, now) in found.moved.items()],
        }
        return answered(request, query, said)

    @routes.get(
        "/shortlists/{list_id}/replay",
        response_model=ListReplayAnswer,
        summary="A kept list made again",
        responses=problem_answers(404, 422),
        openapi_extra=_REPLAY,
    )
    async def made_again(request: Request, list_id: ListId, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Make a list of any owner again, with the mandate, answers, wishes, model, day and units of then, and say
        whether it comes out as it was, or what differs. It judges the whole register anew, so it takes a while.
        """
        settings, question = request.app.state.settings, stock_of(request).appraised.question
        found = await run_in_threadpool(replay_list, settings, list_id, question)
        return answered(request, query, replay_document(found))

    @routes.post(
        "/shortlists/{list_id}/reactions",
        response_model=TakenReaction,
        summary="Say something to a unit",
        responses=problem_answers(404, 408, 409, 413, 415, 422),
        openapi_extra=with_body(REACTION, "Reaction"),
    )
    async def reaction(request: Request, list_id: ListId, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Interest in a unit that the list has shown, or that it is declined and why. The last word on a unit holds;
        said twice it is recorded once. No interest is taken in a unit that can be offered no more.
        """
        body, caller, stock = await body_of(request), caller_of(request), stock_of(request)
        stated, owner = object_in(body), owner_of(caller)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            said = react(register, owner, list_id, stated, stock=stock, made_at=now, actor=caller.actor)
            return said.document | {"made_at": moment(said.made_at)}

        done, headers = await written_once(request, body, act)
        words = words_of(request, query)
        text = [words.text(ReactionRemark(one)) for one in done["remarks"]]
        return answered(request, query, {**done, "text": text}, headers)

    @routes.get(
        "/reactions",
        response_model=KeptReactions,
        summary="What was said to units",
        responses=problem_answers(422),
        openapi_extra=kept_for(),
    )
    async def reactions(request: Request, query: Annotated[OwnedQuery, Query()]) -> Response:
        """What the caller said to units, oldest first; the office sees that of all owners."""
        owner = asked_owner(caller_of(request), query.owner)
        ask = partial(_reactions, owner=owner)
        page, following = await paged(request, query, "/v1/reactions", ask)
        rows = page.to_dict(orient="records")
        said = [{**{str(key): row[key] for key in row}, "made_at": moment(row["made_at"])} for row in rows]
        return answered(request, query, {"reactions": said, "next": following})

    return routes


def _lists(register: Register, *, owner: str | None, after: int, limit: int) -> tuple[StoredList, ...]:
    return register.lists(owner, after=after, limit=limit)


def _reactions(register: Register, *, owner: str | None, after: int, limit: int) -> pd.DataFrame:
    return register.lists.reactions(owner, after=after, limit=limit)


def _heading(one: StoredList) -> dict[str, Any]:
    return {
        "list_id": one.list_id,
        "owner": one.owner,
        "mandate": one.mandate,
        "mandate_version": one.mandate_version,
        "run_id": one.run_id,
        "stock_version": one.stock_version,
        "model_version": one.model_version,
        "as_of": one.as_of.isoformat(),
        "made_at": moment(one.made_at),
        "feasible": one.feasible,
        "weights": one.weights,
        "places": len(one.places),
        "shown": len(one.shown),
    }


_TOLD = tuple(name for name in KeptPlace.model_fields if name != "unit")
"""What a caller reads of a place as it was kept; more may be kept than is described."""

_BEFORE: dict[str, Any] = {"factor": 1.0, "against": [], "novelty": 1.0}
"""What stands of a place that nothing takes from, and of one that was kept before wishes and declines counted."""


def _told(place: Mapping[str, Any]) -> dict[str, Any]:
    return {name: place.get(name, _BEFORE.get(name)) for name in _TOLD}


@dataclass(frozen=True, slots=True)
class _Page:
    """Which places of a list are asked for, and in which words."""

    query: LanguageQuery
    after: int
    limit: int
    stock: Stock
    words: Speech


def _list(one: StoredList, page: _Page) -> dict[str, Any]:
    following, shown = page.after + page.limit, page.stock.units
    places = one.places[page.after : following]
    standing = [place["unit_id"] for place in places if place["unit_id"] in shown.index]
    units = {unit["unit_id"]: unit for unit in unit_answers(shown.loc[standing], page.words)}
    more = address_after(f"/v1/shortlists/{one.list_id}", page.query, following, limit=page.limit)
    return _heading(one) | {
        "page": [_told(place) | {"unit": units.get(place["unit_id"])} for place in places],
        "next": more if following < len(one.places) else None,
    }
