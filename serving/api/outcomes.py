"""``/v1/outcomes``: what came of units, for the office."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from engine.domain.outcome import Outcome
from engine.parsing.dates import Precision
from engine.store import Register
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.answers import OutcomeAnswer, OutcomesAnswer, OutcomeStated
from serving.api.asking import answered
from serving.api.filters import LanguageQuery
from serving.api.gate import caller_of
from serving.api.paging import PageQuery, page_of
from serving.api.problems import problem_answers
from serving.api.writing import body_of, member_of, prepared_once
from serving.desk.clock import day_of
from serving.desk.outcomes import OutcomeRequest, Recorded, asked_outcome, outcomes, record_in
from serving.disclosure.levels import CallerRole, Level
from serving.disclosure.values import known

EXAMPLE = {"unit": "example-1", "kind": "visited", "happened_on": "2026-11-20"}
_READ = open_to([CallerRole.PLANNER, CallerRole.DATA_SCIENTIST], level=Level.INTERNAL, without_key=WithoutKey.NEVER)
_WRITE = open_to([CallerRole.PLANNER], level=Level.INTERNAL, without_key=WithoutKey.NEVER, rate=Rate.WRITES)


def router() -> APIRouter:
    """Addresses of outcomes."""
    routes = APIRouter(prefix="/v1", tags=["office"])
    schema = {"schema": {"$ref": "#/components/schemas/OutcomeStated"}, "example": EXAMPLE}

    @routes.get(
        "/outcomes",
        response_model=OutcomesAnswer,
        summary="What came of units",
        responses=problem_answers(422),
        openapi_extra=_READ,
    )
    async def events(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
        """Events that stand, oldest first."""
        found = await run_in_threadpool(lambda: outcomes(request.app.state.settings).events)
        page, following = page_of(found.to_dict(orient="records"), query, "/v1/outcomes")
        return answered(request, query, {"outcomes": [_event(row) for row in page], "next": following})

    @routes.post(
        "/outcomes",
        response_model=OutcomeAnswer,
        summary="Record an event",
        responses=problem_answers(404, 408, 409, 413, 415, 422),
        openapi_extra=_WRITE | {"requestBody": {"required": True, "content": {"application/json": schema}}},
    )
    async def record(request: Request, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Record what came of a unit; the service and the next training take it up by themselves."""
        body, caller = await body_of(request), caller_of(request)
        stated = member_of(OutcomeStated, body)

        def act(register: Register, now: datetime, outcome: Outcome) -> dict[str, Any]:
            return said_of(record_in(register, outcome, made_at=now, actor=caller.actor))

        done, headers = await prepared_once(request, body, partial(asked_outcome, request=asked_of(stated)), act)
        return answered(request, query, done, headers)

    return routes


_NAMES = (
    "unit_id", "kind", "happened_on", "happened_precision", "known_on", "capacity_share", "jobs", "act", "rial",
    "mandate_id", "event", "source",
)  # fmt: skip


def asked_of(stated: OutcomeStated) -> OutcomeRequest:
    """What a body states, as the desk takes it; what says no day of knowledge became known now."""
    more = stated.model_dump(exclude={"happened_on", "known_on", "precision"}, mode="json")
    return OutcomeRequest(
        **more,
        happened_on=pd.Timestamp(stated.happened_on),
        precision=Precision(stated.precision),
        known_on=pd.Timestamp(stated.known_on or day_of(datetime.now(UTC))),
    )


def said_of(done: Recorded) -> dict[str, Any]:
    """A recorded event as an answer says it."""
    return _event({"id": done.number, **{name: getattr(done.outcome, name) for name in _NAMES}})


def _event(row: dict[Any, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {"number": int(row["id"])}
    for name in _NAMES:
        value = row[name]
        if not known(value):
            said[name] = None
        elif name in ("happened_on", "known_on"):
            said[name] = pd.Timestamp(value).date().isoformat()
        elif name in ("jobs", "rial"):
            said[name] = int(value)
        else:
            said[name] = float(value) if name == "capacity_share" else str(value)
    return said
