"""Shapes of what is kept for callers: mandates, lists, and what was said to their units."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from engine.domain.exclusion import Exclusion
from engine.domain.mandate import FitPart
from engine.domain.reaction import DeclineReason, ReactionKind
from engine.economics.prices import PriceBasis
from engine.matching import FitReason
from serving.api.answers import Answer, Unit


class KeptMandate(Answer):
    """A saved mandate."""

    id: str
    version: int = Field(description="the ETag; a change names it in If-Match")
    owner: str = Field(description="the investor, or the key, for which it is kept")
    made_at: datetime
    mandate: dict[str, Any] = Field(description="as it was stated")


class KeptMandates(Answer):
    """Saved mandates in force."""

    mandates: list[KeptMandate]
    next: str | None = Field(description="address of the next page")


class ListHeading(Answer):
    """A kept list without its places."""

    list_id: str
    owner: str = Field(description="the investor, or the key, for which it is kept")
    mandate: str = Field(description="id of the mandate that it was made for")
    mandate_version: int = Field(description="version of that mandate")
    run_id: str = Field(description="equal units, mandate and limit give equal ids")
    stock_version: str = Field(description="version of the units on offer, as /v1/health tells it")
    model_version: str | None
    as_of: date = Field(description="day as of which units were judged")
    made_at: datetime
    feasible: int | None = Field(description="units that no limit of the mandate kept out; null where not kept")
    places: int = Field(description="places of the list: the mandate's limit, 200 at most")
    shown: int = Field(description="places that were shown so far")
    weights: dict[FitPart, float] | None = Field(
        description="weights of the parts that ordered it, after the answers to lists before; null where not kept"
    )


class KeptPlace(Answer):
    """A place as it was computed; the unit as it is shown now."""

    unit_id: str
    position: int = Field(description="place on the list, from 1")
    fit: float = Field(ge=0, le=1, description="sum of the parts")
    parts: dict[FitPart, float] = Field(description="what each part adds to the fit, weighed")
    reasons: list[FitReason] = Field(description="what speaks for it")
    unknown: list[Exclusion] = Field(description="limits that its record could not be held to, and that were accepted")
    price_basis: PriceBasis | None = Field(description="how capital and ticket were compared; null without a ticket")
    unit: Unit | None = Field(description="null where it is shown no more")


class KeptList(ListHeading):
    """A page of a kept list."""

    page: list[KeptPlace]
    next: str | None = Field(description="address of the next page")


class KeptLists(Answer):
    """Kept lists, the oldest first."""

    shortlists: list[ListHeading]
    next: str | None = Field(description="address of the next page")


class MovedPlace(Answer):
    """A unit whose place changed."""

    unit_id: str
    before: int
    now: int


class ListChanges(Answer):
    """What changed since the last list for the same mandate."""

    list_id: str
    before: str | None = Field(description="the last list; null where this is the first")
    entered: list[str] = Field(description="ids of units that came")
    left: list[str] = Field(description="ids of units that went")
    moved: list[MovedPlace]


class Reaction(Answer):
    """What is said to a unit on a list."""

    unit_id: str = Field(description="a unit that the list has shown")
    kind: ReactionKind
    reason: DeclineReason | None = Field(None, description="why it is declined: then it must be said, and only then")


class KeptReaction(Reaction):
    """What was said to a unit on a list."""

    owner: str = Field(description="who said it: the investor, or the key")
    list_id: str
    made_at: datetime


class KeptReactions(Answer):
    """What was said to units, oldest first."""

    reactions: list[KeptReaction]
    next: str | None = Field(description="address of the next page")
