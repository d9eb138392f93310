"""Shapes of the answers, for the OpenAPI description; the bytes themselves are written without them."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, create_model

from engine.domain.exclusion import Exclusion
from engine.domain.intervention import InterventionCode
from engine.domain.mandate import FitPart
from engine.domain.outcome import OutcomeKind
from engine.domain.prediction import NotScorable, Output
from engine.domain.unit import FIELDS, Barrier, Condition, Confidence, DealForm, Kind, Origin, Status, public_fields
from engine.economics.account import FigureMeasure, FigureName, StatementLine
from engine.economics.figures import NotCalculable
from engine.economics.prices import PriceBasis
from engine.economics.rates import NoRate
from engine.economics.revival import Gap
from engine.matching import FitReason
from engine.matching.sides import SideReason
from engine.packages.standing import Loss
from engine.parsing.dates import Precision
from engine.ranking.acceptability import Stability
from engine.ranking.criteria import Part
from engine.ranking.flags import RedFlag
from engine.ranking.reasons import Triage, TriageReason
from engine.scoring.belief import Doubt
from engine.scoring.points import Basis
from serving.disclosure.levels import Level

_JSON_TYPES: dict[Kind, Any] = {
    Kind.IDENTIFIER: str,
    Kind.TEXT: str,
    Kind.CODE: str,
    Kind.CODES: list[str],
    Kind.LIST: list[dict[str, Any]],
    Kind.DATE: date,
    Kind.YEAR: int,
    Kind.COUNT: int,
    Kind.NUMBER: float,
    Kind.SHARE: float,
    Kind.MONEY: int,
    Kind.FLAG: bool,
}


class Answer(BaseModel):
    """Base of all shapes: nothing beside what is named."""

    model_config = ConfigDict(extra="forbid")


def _not_null(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def left_out(description: str) -> Any:
    """A property that is not there rather than null."""
    return Field(None, description=description, json_schema_extra=_not_null)


class Machine(Answer):
    """Machines of one kind; what is not known is left out."""

    name: str
    count: int = left_out("as many as the source says")
    year: int = left_out("Gregorian")
    condition: Condition = left_out("as the source says")


_LISTS: dict[str, Any] = {
    "status": Status,
    "stop_causes": list[Barrier],
    "deal_forms": list[DealForm],
    "equipment": list[Machine],
}


def _field(name: str) -> tuple[Any, Any]:
    spec = FIELDS[name]  # type: ignore[index]
    measure = spec.measure or str(spec.kind)
    return _LISTS.get(name, _JSON_TYPES[spec.kind]), Field(None, description=measure, json_schema_extra=_not_null)


UnitFields = create_model(  # type: ignore[call-overload]
    "UnitFields",
    __base__=Answer,
    __doc__="Public fields of the unit; a field that is not known is left out, and is never zero.",
    **{name: _field(name) for name in public_fields()},
)


class Interval(Answer):
    """A predicted quantity: middle estimate and 80 % interval.

    Of `feasibility` it is the interval of the estimate for units whose records read alike, of `feasibility_unit` how
    far the unit itself may lie from the same point.
    """

    low: float | None
    point: float | None
    high: float | None
    measure: str = Field(description="unit of measure", examples=["persons"])


class Record(Answer):
    """Where the record comes from."""

    origin: Origin | None
    source_url: str | None = Field(description="public address of the source, where there is one")
    as_of: date | None
    confidence: Confidence | None
    price_year: int | None = Field(description="Jalali year of the money")
    derived: list[str] = Field(description="fields that nobody stated and that were worked out from lists")


class Prediction(Answer):
    """What the model says; a unit that is not scorable has no outputs."""

    scorable: bool
    not_scorable: list[NotScorable]
    prior_driven: bool = Field(description="the figures rest on general statistics more than on similar units")
    out_of_fold: bool
    capital_assumed: bool
    model_version: str | None
    model_data_until: date | None
    outputs: dict[Output, Interval]


class UnitJudgement(Answer):
    """What the engine makes of it."""

    triage: Triage
    triage_reasons: list[TriageReason] = Field(description="those that public fields alone tell")
    red_flags: list[RedFlag] = Field(description="those that rest on public fields")
    missing: list[str] = Field(description="public fields that a judgement needs and that are empty")
    rank: int | None = Field(description="place by class and public score among the units shown")
    rank_low: int | None = Field(description="best rank in 80 % of the draws of weights and values")
    rank_high: int | None = Field(description="worst rank in 80 % of the draws")
    stability: Stability | None = Field(description="how firmly the unit stands among the first twenty")
    score: float | None = Field(description="sum of the parts")
    parts: dict[str, float | None] = Field(description="parts of the score, weight times value")


class Unit(Answer):
    """One unit: facts, prediction, judgement, and the words for its codes."""

    unit_id: str
    fields: UnitFields
    precision: dict[str, str] = Field(description="how exactly a date is known: day, month, year")
    record: Record
    prediction: Prediction
    judgement: UnitJudgement
    text: dict[str, str | list[str]]


class Meta(Answer):
    """What every answer says of the figures in it."""

    model_version: str | None
    model_data_until: date | None
    as_of: date
    prior_driven: bool
    prior_driven_share: float = Field(description="share of the predictions", ge=0, le=1)
    origins: dict[Origin, int] = Field(description="units by origin: synthetic, reported, register")
    synthetic_share: float = Field(ge=0, le=1)
    language: Literal["fa", "en"]


class UnitPage(Answer):
    """One page of units, in the order of their ids."""

    meta: Meta
    total: int = Field(description="units on all pages")
    limit: int
    offset: int
    next: str | None = Field(description="address of the next page")
    units: list[Unit]


class PartAnswer(Answer):
    """What one feature adds to a figure of the unit."""

    feature: str = Field(
        description="feature of the model; base: the average unit; not_public: all that rests on private fields"
    )
    fields: list[str] = Field(description="fields of the record that it rests on")
    stated: bool = Field(description="whether public fields tell it; else it counts as such units show")
    value: float | None = Field(description="what the record tells: persons, rial, years, m2, ...; 1 is yes, 0 is no")
    amount: float = Field(description="probability or persons; the parts of a figure add up to it")
    basis: Basis | None = Field(description="what the effect rests on")
    learnt: float = Field(ge=0, le=1, description="share of the effect's doubt that reports and outcomes took away")
    overridden: bool = Field(description="the office put a row of its own in place of the table's")
    text: dict[str, str]


class QuestionAnswer(Answer):
    """What to ask of the unit."""

    fields: list[str] = Field(description="any of these answers it")
    narrows: float = Field(
        description="by how much the interval of the estimate of feasibility is expected to narrow, probability"
    )
    moves_top: float = Field(ge=0, le=1, description="chance that the answer moves the unit over the edge of the top")
    text: dict[str, str]


class DoubtAnswer(Answer):
    """One source of the interval of feasibility."""

    kind: Doubt = Field(description="effects, the level, fields that are not known, or what no field tells of a unit")
    share: float = Field(ge=0, le=1, description="of the variance on the log-odds; all shares add up to 1")
    text: dict[str, str]


class UnitWhy(Answer):
    """What adds up to the unit's figures, and what to ask next; computed from public fields alone."""

    parts: dict[str, list[PartAnswer]] = Field(description="by output: feasibility, jobs_if_revived")
    ask: list[QuestionAnswer]
    doubt: list[DoubtAnswer] = Field(description="what the interval of feasibility comes from, the largest first")


class PrivateFields(Answer):
    """What a caller reads beside the public record; never without a key."""

    level: Level
    fields: dict[str, Any] = Field(description="private fields that the level shows and that are known")


class UnitAlone(Answer):
    """One unit."""

    meta: Meta
    unit: Unit
    private: PrivateFields = left_out("for the office, and for units under an agreement not to disclose")
    why: UnitWhy = Field(description="empty where the model is none of the first day, or the unit has no prediction")


class RegisterQuestion(Answer):
    """What to ask next over all units."""

    fields: list[str] = Field(description="any of these answers it")
    units: int = Field(description="units that lack it")
    narrows: float = Field(description="mean over these: by how much the interval of the estimate narrows, probability")
    moves_top: float = Field(description="changes expected in the first twenty, units")
    text: dict[str, str]


class Questions(Answer):
    """What to ask next over all units, the most telling first: public fields alone."""

    meta: Meta
    ask: list[RegisterQuestion]


class Weighed(Answer):
    """One part of the score."""

    weight: float = Field(ge=0, le=1)
    influence: float = Field(description="share in the variance of the score over all units")


class FigureAnswer(Answer):
    """A figure, or null with the reason why it cannot be calculated."""

    value: float | None
    measure: FigureMeasure
    reason: NotCalculable | NoRate = left_out("why there is no single value")
    several: list[float] = left_out("all rates of return where there are several")


class UnitEconomics(Answer):
    """What a unit is worth, with private fields unknown: old debts are not in it."""

    meta: Meta
    unit_id: str
    origin: Origin | None = Field(description="synthetic: a made-up unit, whose figures are made up too")
    judged: bool
    gaps: list[Gap] = Field(description="why it cannot be judged, or where norms stand in")
    price_year: int | None = Field(description="Jalali year of all money")
    figures: dict[FigureName, FigureAnswer] = Field(description="by name; empty where it cannot be judged")
    dscr: list[float | None] = Field(description="cover of debt service, a value a year; null without debt")
    statements: dict[StatementLine, list[float | None]] = Field(description="lines, a value a year, nominal rial")
    draws: dict[str, float | None] = Field(description="what 1,000 draws say: ends of 80 % intervals, chances, means")
    assumptions: dict[str, float] = Field(description="what was assumed: rows of the reference table priors")
    text: dict[str, str] = Field(description="figures and gaps in words; note: what they were made without")


class Rankings(Answer):
    """The first units by rank; those without a rank are not listed."""

    meta: Meta
    total: int = Field(description="ranked units that pass the filters")
    top: int
    weighing: dict[Part, Weighed] = Field(description="what each part weighs, and what it decides")
    units: list[Unit]


class ComparisonAnswer(Answer):
    """Two to five units side by side."""

    meta: Meta
    units: list[Unit] = Field(description="in the order given")
    differing: list[str] = Field(description="public fields in which they differ, one that lacks it included")


class ShortlistPlace(Answer):
    """One place of a shortlist."""

    position: int
    fit: float = Field(ge=0, le=1)
    parts: dict[FitPart, float] = Field(description="they add up to the fit")
    reasons: list[FitReason]
    factor: float = Field(
        ge=0, le=1, description="what the wishes of owner and bank leave of the fit; 1 where they take nothing"
    )
    against: list[SideReason] = Field(
        description="wishes of owner and bank that the mandate does not meet, or says nothing of"
    )
    unknown: list[Exclusion] = Field(description="limits that could not be checked and were accepted so")
    price_basis: PriceBasis | None = Field(description="what the comparison of capital and ticket rests on")
    text: dict[str, list[str]]
    unit: Unit


class BrokenLimit(Answer):
    """One hard limit that a unit breaks."""

    code: Exclusion
    facts: dict[str, Any]
    text: str


class WhyNotAnswer(Answer):
    """Why a unit is not shown, or where it stands."""

    unit_id: str
    excluded_by: list[BrokenLimit] = Field(description="limits that keep it out; empty where none does")
    unknown: list[Exclusion] = Field(description="limits that could not be checked")
    position: int | None = Field(description="where it stands among the feasible ones, from 1; null where kept out")
    feasible: int = Field(description="units that no hard limit excludes")
    fit: float | None = Field(description="sum of the parts; null where kept out")
    parts: dict[FitPart, float] = Field(description="what each part adds to the fit, weighed")
    factor: float = Field(
        ge=0, le=1, description="what the wishes of owner and bank leave of the fit; 1 where they take nothing"
    )
    against: list[SideReason] = Field(
        description="wishes of owner and bank that the mandate does not meet, or says nothing of"
    )


class OpeningAnswer(Answer):
    """The one limit that, loosened to `facts.given`, would let in most units."""

    code: Exclusion
    units: int = Field(description="units that would be let in")
    facts: dict[str, Any]
    text: str


class Counts(Answer):
    """How many units stand behind a shortlist."""

    units: int
    feasible: int = Field(description="units that no hard limit excludes")
    shown: int


class ShortlistAnswer(Answer):
    """Units for one mandate, best first: the same list as `ehya match --mandate`."""

    meta: Meta
    mandate: str = Field(description="id of the mandate")
    run_id: str = Field(description="equal units, mandate and limit give equal ids")
    counts: Counts
    weights: dict[FitPart, float]
    units: list[ShortlistPlace]
    opening: OpeningAnswer | None = Field(description="for an empty list: which limit keeps out most units")
    unfulfilled: list[OpeningAnswer] = Field(
        description="for an empty list: limits that nothing on offer passes, with the nearest there is in `facts.given`"
    )
    best: list[str] = Field(
        description="ids of the most feasible units there are, where a floor of risk alone left the list empty"
    )
    why_not: list[WhyNotAnswer]
    excluded: dict[Exclusion, int] | None = Field(description="units by reason of exclusion, with explain=true")


class PackageHeading(Answer):
    """A package without its units."""

    package: str = Field(description="name@version")
    event: str
    as_of: date
    signed_on: date | None = Field(description="null while nobody has signed it off; then only the office sees it")
    unit_count: int
    agreed: bool = Field(description="whether the caller's investor agreed not to disclose what stands in it")
    confirmed: bool = Field(description="whether the office confirmed that; only then more is shown")


class PackagesAnswer(Answer):
    """Packages, the newest first."""

    packages: list[PackageHeading]


class GoneUnit(Answer):
    """A unit of a package that can be offered no more."""

    unit_id: str
    why: Loss


class PackageAnswer(PackageHeading):
    """A package and its units."""

    gone: list[GoneUnit] = Field(description="its units that can be offered no more")
    units: list[Unit] = Field(description="its units as they are shown now; those that are shown no more are left out")
    document: dict[str, Any] = left_out("for the office: terms, figures and reasons")


class AgreementAnswer(Answer):
    """Whether an investor agrees not to disclose what stands in a package."""

    package: str
    investor: str
    agreed: bool
    confirmed: bool = Field(description="whether the office confirmed it; only then more is shown")


class OutcomeStated(Answer):
    """An event to record; what does not apply to its kind is left out."""

    unit: str = Field(min_length=1, max_length=200, description="id of the unit, or a name that only one bears")
    kind: OutcomeKind
    happened_on: date
    precision: Precision = Field(Precision.DAY, description="how exactly happened_on is known")
    known_on: date | None = Field(None, description="when the office learnt of it; today, if not given")
    capacity_share: float | None = Field(None, ge=0, le=1, description="share of capacity at work")
    jobs: int | None = Field(None, ge=0, le=10**6, description="persons at work")
    act: InterventionCode | None = Field(None, description="what was done, of a unit that was served")
    rial: int | None = Field(None, ge=0, le=10**17, description="money put in by who invested")
    mandate_id: str | None = Field(None, max_length=200)
    event: str | None = Field(None, max_length=200, description="conference or programme")
    source: str | None = Field(None, max_length=200)


class OutcomeAnswer(Answer):
    """An event of the log."""

    number: int
    unit_id: str
    kind: OutcomeKind
    happened_on: date
    happened_precision: Precision
    known_on: date
    capacity_share: float | None
    jobs: int | None
    act: InterventionCode | None
    rial: int | None
    mandate_id: str | None
    event: str | None
    source: str | None


class WithdrawnAnswer(Answer):
    """An event that stands no more."""

    number: int
    withdrawn: Literal[True]


class OutcomesAnswer(Answer):
    """Events that stand, oldest first."""

    outcomes: list[OutcomeAnswer]
    next: str | None = Field(description="address of the next page")


class ServiceHealth(Answer):
    """Whether the service can answer, and on what."""

    status: Literal["ok", "stale"] = Field(description="stale: the workspace, or its keys, could not be read anew")
    keys_unread: bool = Field(description="true: keys could not be read for too long, so that none opens anything")
    version: str = Field(description="hash of what is shown; it changes with register and model")
    age_seconds: float = Field(description="since this content was first shown")
    checked_seconds_ago: float = Field(description="since the workspace was last looked at")
    meta: Meta
    counts: dict[str, int] = Field(
        description="units: shown; withheld (incomplete records); of those shown scorable, and by class of triage"
    )


class ModelAnswer(Answer):
    """The card of the model at work."""

    meta: Meta
    card: dict[str, Any] | None = Field(
        description="kind, period, sample, scores beside champion, prior and plain rules, coverage of jobs, groups, "
        "reliability, limits, intended use, change since the last model; sentences in English beside their codes"
    )


class Problem(BaseModel):
    """RFC 9457 problem; given, allowed and nearest say how to mend it."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["/docs#unknown_unit"])
    title: str
    status: int
    detail: str
    instance: str
    code: str = Field(examples=["unknown_unit"])
    given: Any = None
    allowed: Any = None
    nearest: Any = None
    errors: list[dict[str, Any]] | None = Field(
        None, description="where several things are wrong, all of them: code, detail, and what was given"
    )
