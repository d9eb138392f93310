"""Shapes of a bank's side: its claims, what it is asked for, what it answers, and what it wants of an investor."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from engine.domain.bank_ask import BankAskKind, BankVerdict
from engine.domain.request import LONGEST_TEXT
from serving.api.answers import Answer

_MOST_RIAL = 10**18


class BankClaim(Answer):
    """A unit that a bank has a claim on: public fields, and the bank's own claims alone."""

    unit_id: str
    name: str | None
    province: str | None
    county: str | None
    estate: str | None
    isic: str | None = Field(description="ISIC Rev.4 code")
    status: str | None
    claims: int = Field(description="claims of the bank on it")
    rial: int | None = Field(description="their sum, rial; null where no sum is known")


class BankClaimsAnswer(Answer):
    """Units that a bank has claims on."""

    bank: str
    claims: list[BankClaim]
    next: str | None = Field(description="address of the next page")


class BankAskStated(Answer):
    """What the office asks a bank."""

    bank: str = Field(min_length=1, max_length=200, description="the bank, as its account or a register spells it")
    unit_id: str = Field(min_length=1, max_length=200, description="id of a unit that it has a claim on")
    kind: BankAskKind = Field(description="what for")
    text: str = Field(min_length=1, max_length=LONGEST_TEXT, description="the question")
    until: date | None = Field(None, description="last day to answer it; 30 days from today, if not given")


class BankAnswerStated(Answer):
    """What a bank answers."""

    verdict: BankVerdict
    text: str = Field(min_length=1, max_length=LONGEST_TEXT, description="in which words")
    rial: int | None = Field(None, ge=0, le=_MOST_RIAL, description="the price or instalment that it names, rial")


class BankAsked(Answer):
    """What a bank is asked about a unit, until when, and what it answered."""

    ask_id: str
    bank: str
    unit_id: str
    kind: BankAskKind
    text: str
    made_at: datetime
    due_at: datetime = Field(description="when it is to be answered, UTC")
    overdue: bool = Field(description="whether it waits still though its time is up")
    verdict: BankVerdict | None = Field(description="null while it waits")
    answer: str | None
    rial: int | None = Field(description="the price or instalment that the bank named, rial")
    answered_at: datetime | None


class BankAsksAnswer(Answer):
    """What banks are asked: what waits first, by the day it is due."""

    asks: list[BankAsked]
    next: str | None = Field(description="address of the next page")


class BankWishesStated(Answer):
    """What a bank wants of an investor in a unit, in place of what it wanted before."""

    wishes: dict[str, Any] = Field(
        description="deal_forms, deal_forms_refused, partners, partners_refused, capital_forms, max_share, languages, "
        "asking_price_rial (or asking_price_billion_rial and its kin) with price_year",
        min_length=1,
    )


class BankWishes(Answer):
    """What a bank wants of an investor in a unit."""

    unit_id: str
    wishes: dict[str, Any] = Field(description="as it was stated; empty where it was taken back")
    stated_on: date
    made_at: datetime = Field(description="when it was kept, UTC")


class BankWishesAnswer(Answer):
    """What a bank wants, by unit."""

    wishes: list[BankWishes]
    next: str | None = Field(description="address of the next page")
