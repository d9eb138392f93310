"""Shapes of what owners of units, and banks that hold them, want of an investor: for the office."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import Field

from engine.domain.unit_wishes import Side
from serving.api.answers import Answer
from serving.desk.wishes import LONGEST_SOURCE


class WishesStated(Answer):
    """What a side of a unit wants, in place of what it wanted before."""

    wishes: dict[str, Any] = Field(
        description="deal_forms, deal_forms_refused, partners, partners_refused, capital_forms, max_share, languages, "
        "asking_price_rial (or asking_price_billion_rial and its kin) with price_year",
        min_length=1,
    )
    source: str = Field(min_length=1, max_length=LONGEST_SOURCE, description="who says so, or where it stands")
    stated_on: date | None = Field(None, description="day on which it was stated; today, if not given")


class SideWishes(Answer):
    """What one side of a unit wants."""

    unit_id: str
    side: Side
    wishes: dict[str, Any] = Field(description="as it was stated; empty where it was taken back")
    source: str
    stated_on: date
    made_at: datetime = Field(description="when it was kept, UTC")
    actor: str = Field(description="who kept it")


class WishesAnswer(Answer):
    """Wishes that stand, by unit and side."""

    wishes: list[SideWishes]
    next: str | None = Field(description="address of the next page")
