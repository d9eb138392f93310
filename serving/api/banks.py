"""``/v1/banks``: to a bank its claims, what it is asked for and what it wants; to the office what all banks are asked.

A bank is the name of its key. It meets nothing of other creditors, nothing that another bank is asked, and nothing that
another wants of an investor.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import pandas as pd
from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import Field

from engine.store import Register, StoredBankAsk, StoredWishes
from serving.api.access import Rate, WithoutKey, open_to
from serving.api.asking import answered, asked, moment
from serving.api.bank_answers import (
    BankAnswerStated,
    BankAsked,
    BankAsksAnswer,
    BankAskStated,
    BankClaimsAnswer,
    BankWishes,
    BankWishesAnswer,
    BankWishesStated,
)
from serving.api.filters import LanguageQuery
from serving.api.gate import caller_of
from serving.api.owners import with_body
from serving.api.paging import PageQuery, page_of
from serving.api.problems import HttpProblem, RequestRefusedError, problem_answers
from serving.api.writing import body_of, member_of, prepared_once, written_once
from serving.desk.bank import (
    BankAnswer,
    BankQuestion,
    CheckedQuestion,
    asks_seen,
    checked_question,
    claims_seen,
    own_claim,
    record_answer,
    record_question,
    state_side_of_bank,
    wishes_of_bank,
)
from serving.desk.callers import Caller
from serving.disclosure.levels import CallerRole
from serving.disclosure.values import known

BANK, OFFICE = (CallerRole.BANK,), (CallerRole.PLANNER,)
ASK = {"bank": "Example Bank", "unit_id": "example-1", "kind": "reschedule", "text": "Five years, one of grace?"}
ANSWER = {"verdict": "conditions", "text": "With one more guarantor.", "rial": 120000000000}
WISHES = {"wishes": {"deal_forms": ["lease"], "partners": ["operator"]}}
AskId = Annotated[str, Path(description="id of what was asked", min_length=1, max_length=100)]
UnitId = Annotated[str, Path(description="id of a unit that the bank has a claim on", min_length=1, max_length=200)]


class BankAsksQuery(PageQuery):
    """A page of what banks are asked."""

    bank: str | None = Field(None, min_length=1, max_length=200, description="for the office: which bank; else of all")
    state: Literal["waiting", "answered"] | None = Field(None, description="only those that are so far")
    overdue: bool = Field(False, description="only those that wait still though their time is up")


def router() -> APIRouter:
    """Addresses of banks."""
    routes = APIRouter(prefix="/v1/banks", tags=["banks"])
    _ask_addresses(routes)
    _own_addresses(routes)
    return routes


def _ask_addresses(routes: APIRouter) -> None:
    @routes.get(
        "/asks",
        response_model=BankAsksAnswer,
        summary="What banks are asked",
        responses=problem_answers(422),
        openapi_extra=open_to((*BANK, *OFFICE), without_key=WithoutKey.NEVER),
    )
    async def bank_asks(request: Request, query: Annotated[BankAsksQuery, Query()]) -> Response:
        """What a bank is asked about units, until when, and what it answered; what waits comes first, by the day it is
        due. A bank meets its own; the office those of all.
        """
        caller, now = caller_of(request), datetime.now(UTC)
        whose = query.bank if caller.role is CallerRole.PLANNER else bank_of(caller)
        found = [one for one in await asked(request, lambda register: asks_seen(register, whose)) if _so(one, query)]
        late = [one for one in found if one.overdue(now)] if query.overdue else found
        page, following = page_of(late, query, "/v1/banks/asks")
        return answered(request, query, {"asks": [_ask_said(one, now) for one in page], "next": following})

    @routes.post(
        "/asks",
        response_model=BankAsked,
        summary="Ask a bank",
        responses=problem_answers(404, 408, 409, 413, 415, 422),
        openapi_extra=with_body(ASK, "BankAskStated", _written_by(OFFICE)),
    )
    async def ask_bank(request: Request, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Ask a bank about a unit that it has a claim on; it reads that with its key, or when it signs in."""
        body, actor, day = await body_of(request), caller_of(request).actor, datetime.now(UTC)
        stated = member_of(BankAskStated, body)
        until = "" if stated.until is None else stated.until.isoformat()
        wanted = BankQuestion(stated.bank, stated.unit_id, stated.kind.value, stated.text, until)

        def act(register: Register, now: datetime, checked: CheckedQuestion) -> dict[str, Any]:
            return _ask_said(record_question(register, checked, now=now, actor=actor), now)

        done, headers = await prepared_once(
            request, body, lambda register: checked_question(register, wanted, now=day), act
        )
        return answered(request, query, done, headers)

    @routes.post(
        "/asks/{ask_id}/answer",
        response_model=BankAsked,
        summary="Answer what a bank is asked",
        responses=problem_answers(404, 408, 409, 413, 415, 422),
        openapi_extra=with_body(ANSWER, "BankAnswerStated", _written_by((*BANK, *OFFICE))),
    )
    async def answer_ask(request: Request, ask_id: AskId, query: Annotated[LanguageQuery, Query()]) -> Response:
        """A bank's answer, once: the first stands. The office records what a bank said by letter or telephone."""
        body, caller = await body_of(request), caller_of(request)
        bank = None if caller.role is CallerRole.PLANNER else bank_of(caller)
        stated = member_of(BankAnswerStated, body)
        said = BankAnswer(stated.verdict.value, stated.text, rial=stated.rial)

        def act(register: Register, now: datetime) -> dict[str, Any]:
            return _ask_said(record_answer(register, bank, ask_id, said, now=now, actor=caller.actor), now)

        done, headers = await written_once(request, body, act)
        return answered(request, query, done, headers)


def _own_addresses(routes: APIRouter) -> None:
    @routes.get(
        "/claims",
        response_model=BankClaimsAnswer,
        summary="Units with a claim of the bank's",
        responses=problem_answers(422),
        openapi_extra=open_to(BANK, without_key=WithoutKey.NEVER, rate=Rate.LISTS),
    )
    async def bank_claims(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
        """Units that the bank has a claim on: public fields and its own claims; nothing of other creditors."""
        bank, now = bank_of(caller_of(request)), datetime.now(UTC)
        found: pd.DataFrame = await asked(request, lambda register: claims_seen(register, bank, now=now))
        page, following = page_of(found.index.tolist(), query, "/v1/banks/claims")
        said = [_claim_said(row) for row in found.loc[list(page)].reset_index().to_dict("records")]
        return answered(request, query, {"bank": bank, "claims": said, "next": following})

    @routes.get(
        "/wishes",
        response_model=BankWishesAnswer,
        summary="What the bank wants of investors",
        responses=problem_answers(422),
        openapi_extra=open_to(BANK, without_key=WithoutKey.NEVER),
    )
    async def bank_wishes(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
        """What the bank itself wants of an investor, by unit, or what the office stated in its name."""
        bank = bank_of(caller_of(request))
        found = await asked(request, lambda register: wishes_of_bank(register, bank))
        page, following = page_of(found, query, "/v1/banks/wishes")
        return answered(request, query, {"wishes": [_wish_said(one) for one in page], "next": following})

    @routes.put(
        "/wishes/{unit_id}",
        response_model=BankWishes,
        summary="State what the bank wants",
        responses=problem_answers(404, 408, 409, 413, 415, 422),
        openapi_extra=with_body(WISHES, "BankWishesStated", _written_by(BANK)),
    )
    async def keep_bank_wishes(request: Request, unit_id: UnitId, query: Annotated[LanguageQuery, Query()]) -> Response:
        """Keep what the bank wants of an investor in a unit that it has a claim on. Lists and meetings count it from
        then on, each wish with its reason; what was stated before is kept beside it.
        """
        body = await body_of(request)
        stated = member_of(BankWishesStated, body).wishes
        return await _wished(request, query, unit_id, stated, body)

    @routes.delete(
        "/wishes/{unit_id}",
        response_model=BankWishes,
        summary="Take back what the bank wants",
        responses=problem_answers(404, 409, 422),
        openapi_extra=_written_by(BANK),
    )
    async def take_back_bank_wishes(
        request: Request, unit_id: UnitId, query: Annotated[LanguageQuery, Query()]
    ) -> Response:
        """Count what the bank wanted no more; that it was stated is kept."""
        return await _wished(request, query, unit_id, {}, b"")


def bank_of(caller: Caller) -> str:
    """The bank that a key acts for.

    Raises
    ------
    RequestRefusedError
        ``bank_unnamed`` (422): a key that names no bank has no claims to show.
    """
    if not caller.investor:
        raise RequestRefusedError(HttpProblem.BANK_UNNAMED)
    return caller.investor


async def _wished(
    request: Request, query: LanguageQuery, unit_id: str, stated: dict[str, Any], body: bytes
) -> Response:
    caller, day = caller_of(request), datetime.now(UTC)
    bank = bank_of(caller)

    def act(register: Register, now: datetime, unit: str) -> dict[str, Any]:
        return _wish_said(state_side_of_bank(register, bank, unit, stated, now=now, actor=caller.actor))

    done, headers = await prepared_once(
        request, body, lambda register: own_claim(register, bank, unit_id, now=day), act
    )
    return answered(request, query, done, headers)


def _written_by(roles: tuple[CallerRole, ...]) -> dict[str, Any]:
    return open_to(roles, without_key=WithoutKey.NEVER, rate=Rate.WRITES)


def _so(one: StoredBankAsk, query: BankAsksQuery) -> bool:
    return query.state is None or (one.answered_at is None) == (query.state == "waiting")


def _ask_said(one: StoredBankAsk, now: datetime) -> dict[str, Any]:
    return {
        "ask_id": one.ask_id,
        "bank": one.bank,
        "unit_id": one.unit_id,
        "kind": one.kind.value,
        "text": one.text,
        "made_at": moment(one.made_at),
        "due_at": moment(one.due_at),
        "overdue": one.overdue(now),
        "verdict": None if one.verdict is None else one.verdict.value,
        "answer": one.answer,
        "rial": one.rial,
        "answered_at": None if one.answered_at is None else moment(one.answered_at),
    }


def _claim_said(row: dict[Any, Any]) -> dict[str, Any]:
    said = {str(name): value if known(value) else None for name, value in row.items()}
    rial = said["rial"]
    return said | {"claims": int(row["claims"]), "rial": None if rial is None else int(rial)}


def _wish_said(one: StoredWishes) -> dict[str, Any]:
    return {
        "unit_id": one.unit_id,
        "wishes": dict(one.document),
        "stated_on": one.stated_on.isoformat(),
        "made_at": moment(one.made_at),
    }
