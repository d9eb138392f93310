"""``/v1/requests``: what investors ask about units, what the office answers, and how soon."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from engine.domain.request import RequestState
from engine.store import Register, StoredRequest
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.asking import answered, asked, moment, stock_of
from serving.api.filters import LanguageQuery
from serving.api.gate import caller_of
from serving.api.kept_answers import (
    AnswerStated,
    KeptRequest,
    KeptRequests,
    RequestFiguresAnswer,
)
from serving.api.owners import OwnedQuery, asked_owner, owner_of, with_body
from serving.api.paging import address_after, position
from serving.api.problems import problem_answers
from serving.api.writing import body_of, member_of, object_in, written_once
from serving.desk.requests import answer, ask, published_figures, response_figures, withdraw
from serving.desk.responsiveness import investors_answering, office_figure
from serving.disclosure.levels import KEY_ROLES, CallerRole, Level, level_of

EXAMPLE = {"list_id": "none", "unit_id": "example-1", "kind": "documents", "text": "Which licences does it hold?"}
ANSWER = {"text": "All of them were renewed this year; copies are in the package."}
ASKERS = (CallerRole.INVESTOR, CallerRole.BANK)
"""Roles that ask: for whom, their key says."""
OFFICE = (CallerRole.PLANNER,)
RequestId = Annotated[str, Path(description="id of the request", min_length=1, max_length=100)]


class RequestsQuery(OwnedQuery):
    """A page of requests."""

    state: RequestState | None = Field(None, description="only those that are so far")
    overdue: bool = Field(False, description="only those that are open still though their time is up")


def router() -> APIRouter:
    """Addresses of requests; each caller meets only what is the caller's."""
    routes = APIRouter(prefix="/v1/requests", tags=["kept"])

    @routes.post(
        "",
        response_model=KeptRequest,
        summary="Ask about a unit",
        responses=problem_answers(404, 408, 409, 413, 415, 422),
        openapi_extra=with_body(EXAMPLE, "RequestStated", _written_by(ASKERS)),
    )
    async def ask_office(request: Request, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Ask the office about a unit that a list of the caller's has shown. It is to be answered until `due_at`; asked
        in the same words while it is open, it is the request that stands.
        """
        body, caller, stock = await body_of(request), caller_of(request), stock_of(request)
        stated, owner = object_in(body), owner_of(caller)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            by = {"made_at": now, "actor": caller.actor}
            return _said(ask(register, owner, stated, stock=stock, **by), now)  # type: ignore[arg-type]

        done, headers = await written_once(request, body, act)
        return answered(request, query, done, headers)

    @routes.get(
        "",
        response_model=KeptRequests,
        summary="Requests",
        responses=problem_answers(422),
        openapi_extra=open_to((*ASKERS, *OFFICE), without_key=WithoutKey.NEVER),
    )
    async def requests(request: Request, query: Annotated[RequestsQuery, Query()]) -> Response:
        """What the caller asked and the office answered, oldest first; the office sees the requests of all owners."""
        owner, now = asked_owner(caller_of(request), query.owner), datetime.now(UTC)
        due, after, limit = now if query.overdue else None, position(query.cursor), query.limit

        def ask_page(register: Register) -> tuple[StoredRequest, ...]:
            return register.requests.page(owner, state=query.state, overdue_at=due, after=after, limit=limit + 1)

        found = await asked(request, ask_page)
        page = found[:limit]
        following = address_after("/v1/requests", query, page[-1].place, limit=limit) if len(found) > limit else None
        return answered(request, query, {"requests": [_said(one, now) for one in page], "next": following})

    @routes.get(
        "/figures",
        response_model=RequestFiguresAnswer,
        summary="How soon requests are answered",
        responses=problem_answers(422),
        openapi_extra=open_to(KEY_ROLES, level=Level.INTERNAL, without_key=WithoutKey.NEVER),
    )
    async def request_figures(request: Request, query: Annotated[LanguageQuery, Query()]) -> Response:
        """How many requests of the last 90 days were answered, within how many days, and which share in time, beside
        the level that the office promises; of no investor alone.
        """
        caller = caller_of(request)
        inside, now = level_of(caller.role) is Level.INTERNAL, datetime.now(UTC)
        owner = owner_of(caller)
        told = response_figures if inside else partial(published_figures, owner=owner)

        def ask_figures(register: Register) -> dict[str, Any]:
            found = told(register, now)
            document = found.document | {"responsiveness": office_figure(found)}
            own = () if inside else investors_answering(register, now, owner)
            return document | ({"own": own[0].figure.value} if own else {})

        return answered(request, query, await asked(request, ask_figures))

    @routes.get(
        "/{request_id}",
        response_model=KeptRequest,
        summary="One request",
        responses=problem_answers(404, 422),
        openapi_extra=open_to((*ASKERS, *OFFICE), without_key=WithoutKey.NEVER),
    )
    async def one_request(
        request: Request, request_id: RequestId, query: Annotated[LanguageQuery, Query()]
    ) -> Response:
        """What was asked about a unit, and what the office answered."""
        owner = asked_owner(caller_of(request))
        found = await asked(request, lambda register: register.requests.get(owner, request_id))
        return answered(request, query, _said(found, datetime.now(UTC)))

    @routes.post(
        "/{request_id}/answer",
        response_model=KeptRequest,
        summary="Answer a request",
        responses=problem_answers(404, 408, 409, 413, 415, 422),
        openapi_extra=with_body(ANSWER, "AnswerStated", _written_by(OFFICE)),
    )
    async def answer_request(
        request: Request, request_id: RequestId, query: Annotated[LanguageQuery, Query()]
    ) -> Response:
        """The office's answer, once; who asked reads it."""
        body, actor = await body_of(request), caller_of(request).actor
        text = member_of(AnswerStated, body).text

        def act(register: Register, now: datetime) -> dict[str, Any]:
            return _said(answer(register, request_id, text, made_at=now, actor=actor), now)

        done, headers = await written_once(request, body, act)
        return answered(request, query, done, headers)

    @routes.post(
        "/{request_id}/withdraw",
        response_model=KeptRequest,
        summary="Withdraw a request",
        responses=problem_answers(404, 409, 422),
        openapi_extra=open_to(ASKERS, without_key=WithoutKey.NEVER, rate=Rate.WRITES),
    )
    async def withdraw_request(
        request: Request, request_id: RequestId, query: Annotated[LanguageQuery, Query()]
    ) -> Response:
        """Take back what was asked, before it is answered. That it was asked is kept."""
        caller = caller_of(request)
        owner = owner_of(caller)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            return _said(withdraw(register, owner, request_id, made_at=now, actor=caller.actor), now)

        done, headers = await written_once(request, b"", act)
        return answered(request, query, done, headers)

    return routes


def _written_by(roles: tuple[CallerRole, ...]) -> dict[str, Any]:
    return open_to(roles, without_key=WithoutKey.NEVER, rate=Rate.WRITES)


def _said(one: StoredRequest, now: datetime) -> dict[str, Any]:
    return {
        "request_id": one.request_id,
        "owner": one.owner,
        "list_id": one.list_id,
        "unit_id": one.unit_id,
        "kind": one.kind.value,
        "text": one.text,
        "made_at": moment(one.made_at),
        "due_at": moment(one.due_at),
        "state": one.state.value,
        "overdue": one.overdue(now),
        "answer": one.answer,
        "answered_at": None if one.answered_at is None else moment(one.answered_at),
        "withdrawn_at": None if one.withdrawn_at is None else moment(one.withdrawn_at),
    }
