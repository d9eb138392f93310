"""``/v1/outcomes/{number}``: what was recorded wrongly is corrected or withdrawn; the log keeps all."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Annotated, Any

import pandas as pd
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from engine.domain.outcome import Outcome
from engine.store import Register
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.answers import OutcomeAnswer, OutcomeStated, WithdrawnAnswer
from serving.api.asking import answered
from serving.api.filters import LanguageQuery
from serving.api.gate import caller_of
from serving.api.outcomes import EXAMPLE, asked_of, said_of
from serving.api.problems import problem_answers
from serving.api.writing import body_of, member_of, prepared_once, written_once
from serving.desk.clock import day_of
from serving.desk.outcomes import asked_outcome, correct_in, withdraw_in
from serving.disclosure.levels import CallerRole, Level

_WRITE = open_to([CallerRole.PLANNER], level=Level.INTERNAL, without_key=WithoutKey.NEVER, rate=Rate.WRITES)
_REFUSALS = problem_answers(404, 408, 409, 413, 415, 422)
Number = Annotated[int, Path(description="number of the event, as the log gives it", ge=1, le=2**31 - 1)]


class ReasonQuery(LanguageQuery):
    """Why the log is changed."""

    reason: str | None = Field(None, max_length=500, description="why, in the words of a person")


def router() -> APIRouter:
    """Addresses of corrections."""
    routes = APIRouter(prefix="/v1", tags=["office"])
    schema = {"schema": {"$ref": "#/components/schemas/OutcomeStated"}, "example": EXAMPLE}

    @routes.put(
        "/outcomes/{number}",
        response_model=OutcomeAnswer,
        summary="Correct an event",
        responses=_REFUSALS,
        openapi_extra=_WRITE | {"requestBody": {"required": True, "content": {"application/json": schema}}},
    )
    async def correct(request: Request, number: Number, query: Annotated[ReasonQuery, Query()]) -> Response:
        """Let another event stand in the place of one that was recorded wrongly; the log keeps both."""
        body, caller = await body_of(request), caller_of(request)
        stated = member_of(OutcomeStated, body)

        def act(register: Register, now: datetime, outcome: Outcome) -> dict[str, Any]:
            by = {"made_at": now, "actor": caller.actor, "reason": query.reason}
            return said_of(correct_in(register, number, outcome, **by))  # type: ignore[arg-type]

        done, headers = await prepared_once(request, body, partial(asked_outcome, request=asked_of(stated)), act)
        return answered(request, query, done, headers)

    @routes.delete(
        "/outcomes/{number}",
        response_model=WithdrawnAnswer,
        summary="Withdraw an event",
        responses=problem_answers(404, 409, 422),
        openapi_extra=_WRITE,
    )
    async def withdraw_event(request: Request, number: Number, query: Annotated[ReasonQuery, Query()]) -> Response:
        """Let an event stand no more, since it never happened; what was concluded from it before stays as it was."""
        caller = caller_of(request)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            by = {"made_at": now, "actor": caller.actor, "reason": query.reason}
            withdraw_in(register, number, known_on=pd.Timestamp(day_of(now)), **by)  # type: ignore[arg-type]
            return {"number": number, "withdrawn": True}

        done, headers = await written_once(request, b"", act)
        return answered(request, query, done, headers)

    return routes
