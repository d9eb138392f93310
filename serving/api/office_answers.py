"""Shapes of what the office is answered: rankings, worth, plans, models, reports of a period."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from engine.ranking.criteria import Part
from serving.api.answers import Answer, Meta, Weighed


class OfficeRankings(Answer):
    """The office's ranking: the same list as `ehya rank --json`."""

    meta: Meta
    asked: dict[str, Any] = Field(description="the choices under which the units were judged")
    total: int = Field(description="ranked units that pass the filters")
    top: int
    weighing: dict[Part, Weighed] = Field(description="what each part weighs, and what it decides")
    units: list[dict[str, Any]] = Field(description="all fields, prediction, judgement; codes and rial of the record")


class OfficeWorth(Answer):
    """What the first units are worth."""

    meta: Meta
    asked: dict[str, Any] = Field(description="the choices under which the units were judged")
    total: int = Field(description="ranked units that pass the filters")
    top: int
    price_year: int | None = Field(description="Jalali year of all money; null: each in that of its record")
    assumptions: dict[str, float] = Field(description="what was assumed: rows of the reference table priors")
    units: list[dict[str, Any]] = Field(description="by rank: value, returns, cover, jobs, ends of 80 % intervals")


class OfficeEconomics(Answer):
    """What a unit is worth, old debts counted."""

    meta: Meta
    economics: dict[str, Any] = Field(
        description="as `ehya economics --json`: figures, statements, personas, ranges, assumptions with source"
    )


class OfficePlan(Answer):
    """What has to be done for a unit."""

    meta: Meta
    plan: dict[str, Any] = Field(
        description="as `ehya plan --json`: status, steps with owner, months, cost in rial of price_year, and basis"
    )


class PeriodAnswer(Answer):
    """What the programme did in a period."""

    report: dict[str, Any] = Field(description="as `ehya report --json`: every figure counts recorded events")


class PromotedModel(Answer):
    """A model that was put to work."""

    version: str
    digest: str = Field(description="sha256 of its file")
    promoted_at: datetime
    reason: str
    metrics: dict[str, Any] = Field(description="its measured figures at promotion")
    at_work: bool


class ModelsAnswer(Answer):
    """Models that were put to work, the last first."""

    models: list[PromotedModel]
    next: str | None = Field(description="address of the next page")


class PromotedAnswer(Answer):
    """The card of a model."""

    version: str
    card: dict[str, Any]
