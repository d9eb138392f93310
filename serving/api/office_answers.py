"""Shapes of what the office is answered: rankings, worth, plans, models, reports of a period."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from engine.ranking.criteria import Part
from serving.api.answers import Answer, Meta, Weighed
from serving.desk.model_room import ModelStanding


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


class ModelDifference(Answer):
    """What is different from the model at work: before, which is the one at work, and after."""

    counts: dict[str, tuple[Any, Any]] = Field(description="counts of the sample that differ")
    scores: dict[str, tuple[Any, Any]] = Field(description="figures of judgement that differ")
    recipe: dict[str, tuple[Any, Any]] = Field(description="settings that differ")
    data_until: tuple[str, str]
    kind: tuple[str, str]
    added: list[str] = Field(description="features that the model at work does not read")
    removed: list[str] = Field(description="features that it alone reads")


class ComparedModel(Answer):
    """A model of the workspace beside the one at work."""

    version: str
    standing: ModelStanding
    made_at: datetime | None = Field(description="when its file was written, UTC; null where it is gone")
    promoted_at: datetime | None = Field(description="when it was put to work last, UTC; null where it never was")
    reason: str = Field(description="why it was put to work; empty where it never was")
    problem: str | None = Field(description="what is wrong with its file; null where nothing is")
    gates: list[dict[str, Any]] = Field(description="what each gate found when it was trained")
    scores: dict[str, float] = Field(description="figures of its judgement")
    changes: ModelDifference | None = Field(description="null for the one at work, and where a file cannot be read")


class ModelsComparison(Answer):
    """The model at work and, newest first, all others of the workspace."""

    at_work: ComparedModel | None = Field(description="null where none is at work yet")
    models: list[ComparedModel]
    next: str | None = Field(description="address of the next page")
