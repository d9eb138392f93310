"""Filters of units: what may be asked, and which units answer."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field

from engine.domain.persona import Persona
from engine.domain.unit import Origin, Status
from engine.ranking.reasons import Triage
from engine.ranking.selection import select
from serving.desk.question import Question, read_weights

MAX_PAGE = 200
MAX_TOP = 500
_Words = Annotated[list[Annotated[str, Field(min_length=1, max_length=100)]], Field(max_length=20)]


class LanguageQuery(BaseModel):
    """The one parameter that every address takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lang: Literal["fa", "en"] | None = Field(None, description="language of the words; else Accept-Language")


class UnitFilter(LanguageQuery):
    """Which units; a parameter may be given several times, and any of its values will do."""

    province: _Words = Field([], description="province, Persian or English", examples=[["West Azerbaijan"]])
    county: _Words = Field([], description="county, Persian or English")
    sector: _Words = Field([], description="ISIC Rev.4 code at any level: C, 10, 1030", examples=[["10"]])
    status: list[Status] = Field([], description="what the unit is doing now")
    triage: list[Triage] = Field([], description="class of triage")
    origin: list[Origin] = Field([], description="where the record comes from")
    estate: _Words = Field([], description="words that the name of the industrial estate holds")
    min_feasibility: float | None = Field(None, ge=0, le=1, description="lowest feasibility, middle estimate")
    min_jobs: float | None = Field(None, ge=0, le=1e6, description="fewest jobs if revived, middle estimate, persons")
    max_capital_rial: float | None = Field(None, ge=0, le=1e18, description="most capital needed, rial of the record")
    scorable: bool | None = Field(None, description="only units with, or without, a prediction")


class UnitsQuery(UnitFilter):
    """A page of units."""

    limit: int = Field(20, ge=1, le=MAX_PAGE, description="units on the page")
    offset: int = Field(0, ge=0, le=10_000_000, description="units before the page")


class RankingsQuery(UnitFilter):
    """The first of the ranking."""

    top: int = Field(20, ge=1, le=MAX_TOP, description="units at most")
    persona: Persona = Field(Persona.PLANNER, description="whose weights order the units")
    weights: str | None = Field(
        None, max_length=200, description="weights of your own", examples=["feasibility=0.5,jobs=0.5"]
    )
    influence: str | None = Field(
        None,
        max_length=200,
        description="share of the differences between scores that each part shall make; the weights follow",
        examples=["feasibility=0.6,jobs=0.4"],
    )
    priority: _Words = Field([], description="ISIC codes that the programme prefers", examples=[["10"]])


def ordered(query: RankingsQuery, question: Question) -> Question | None:
    """The question under which a query wants the units in order; ``None`` for the usual order.

    Raises
    ------
    EhyaError
        ``unknown_option``, ``value_unreadable``.
    """
    weights = None if query.weights is None else read_weights(query.weights)
    influence = None if query.influence is None else read_weights(query.influence, option="influence")
    priorities = tuple(query.priority)
    wanted = replace(question, persona=query.persona, weights=weights, influence=influence, priorities=priorities)
    return None if wanted == question else wanted


def wishes_of(wanted: UnitFilter) -> dict[str, Any]:
    """Filters by name, as `engine.ranking.selection.select` takes them."""
    return wanted.model_dump(mode="json", include=set(UnitFilter.model_fields) - {"lang", "scorable"})


def passing(units: pd.DataFrame, wanted: UnitFilter) -> pd.DataFrame:
    """Units that pass a filter, in the order given.

    Parameters
    ----------
    units
        Public table, shape (n, columns).
    wanted
        The filter.

    Raises
    ------
    EhyaError
        ``place_unknown``, ``place_ambiguous``, ``sector_unknown``.
    """
    kept = select(units, **wishes_of(wanted))
    return kept if wanted.scorable is None else kept[kept["scorable"].astype(bool) == wanted.scorable]
