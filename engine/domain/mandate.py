"""What one investor may and wants to invest in, stated once."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from engine.codes import Code
from engine.domain.allowed import allowed_by, too_long
from engine.domain.exclusion import UNKNOWNS, Exclusion
from engine.domain.gates import gate
from engine.domain.partner import CapitalForm, Currency, ImpactGoal, PartnerKind, Stage
from engine.domain.places import place
from engine.domain.sectors import lineage, sector
from engine.domain.suggestion import alike
from engine.domain.ticket import FOREIGN_KEYS, TICKET_KEYS, Ticket, ticket_in_rial
from engine.domain.unit import Confidence, DealForm, Status
from engine.errors import EhyaError, ErrorCode, refuse_together


class RiskAppetite(Code):
    """How much risk of failure an investor bears."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class FitPart(Code):
    """A part of the fit between a unit and a mandate."""

    SECTOR = "sector"
    PLACE = "place"
    TICKET = "ticket"
    FEASIBILITY = "feasibility"
    JOBS = "jobs"
    JOBS_PER_BILLION = "jobs_per_billion"
    CONFIDENCE = "confidence"
    DEAL_FORM = "deal_form"
    CAPITAL_FORM = "capital_form"
    RETURN = "return"
    EXPORT = "export"
    IMPACT = "impact"
    EQUIPMENT = "equipment"


YEARLY_REVIVAL_SHARE = 0.15
"""Idle units of estates revived in one year: 1,811 of about 12,000 in 1402 (menafn 1108541077, 1107004064)."""

BASE_FEASIBILITY = 1 - (1 - YEARLY_REVIVAL_SHARE) ** 2
"""The same share over the 24 months that feasibility looks ahead: 0.2775."""

APPETITE_SHARE = {
    RiskAppetite.LOW: 1 / 3,
    RiskAppetite.MEDIUM: 2 / 3,
    RiskAppetite.HIGH: 1.0,
}
"""Share of what is on offer, the most feasible first, that an appetite looks at (assumed): appetite is relative, since
an investor chooses among the units that there are. Who wants an absolute floor states ``max_failure_probability``."""


def _listed(value: object) -> object:
    return [value] if isinstance(value, (str, int)) and not isinstance(value, bool) else value


def _sector_codes(value: object) -> object:
    return [sector(code) for code in value] if isinstance(value := _listed(value), (list, tuple)) else value


def _place_names(value: object) -> object:
    return [str(place(str(name))) for name in value] if isinstance(value := _listed(value), (list, tuple)) else value


def _gate_codes(value: object) -> object:
    return [gate(str(name)) for name in value] if isinstance(value := _listed(value), (list, tuple)) else value


def _unknowns(value: object) -> object:
    if isinstance(value, bool):
        return list(UNKNOWNS) if value else []
    return _listed(value)


Sectors = Annotated[tuple[str, ...], BeforeValidator(_sector_codes)]
Places = Annotated[tuple[str, ...], BeforeValidator(_place_names)]
Gates = Annotated[tuple[str, ...], BeforeValidator(_gate_codes)]
Forms = Annotated[tuple[DealForm, ...], BeforeValidator(_listed)]
_LANGUAGES = "fa, en, tr (ISO 639)"
Language = Annotated[str, Field(pattern="^[a-z]{2,3}$")]

CONTROL_SHARE = 0.51
"""Share from which an investor controls a company (assumed: more than half)."""


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without aliases: a few lines of them unfold into gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not allowed here", mark)
        return super().compose_node(parent, index)


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _known_keys_only(cls, stated: Any) -> Any:
        money = [*TICKET_KEYS, *FOREIGN_KEYS] if "ticket_rial" in cls.model_fields else []
        allowed = list(dict.fromkeys([*cls.model_fields, *money]))
        for key in stated if isinstance(stated, Mapping) else ():
            if key not in allowed:
                nearest = alike(str(key), allowed)
                if nearest is None:
                    raise EhyaError(ErrorCode.MANDATE_KEY_UNLIKE, given=key, allowed=allowed)
                raise EhyaError(ErrorCode.MANDATE_KEY_UNKNOWN, given=key, allowed=allowed, nearest=nearest)
        return stated


class SectorWishes(_Stated):
    """ISIC codes at any level: hard ``must`` (any of them) and ``must_not``, soft ``like`` and ``avoid``."""

    must: Sectors = ()
    must_not: Sectors = ()
    like: Sectors = ()
    avoid: Sectors = ()


class PlaceWishes(_Stated):
    """Provinces and counties: hard ``must`` (any of them) and ``must_not``, soft ``like`` and ``avoid``.

    ``max_km_to_border`` is hard too: great-circle kilometres from the county's centre to the nearest open border gate,
    of all or of those that ``border_gates`` names.
    """

    must: Places = ()
    must_not: Places = ()
    like: Places = ()
    avoid: Places = ()
    max_km_to_border: float | None = Field(None, gt=0, le=5000)
    border_gates: Gates = ()


class DealWishes(_Stated):
    """Ways to enter: at least one of ``wanted`` has to be open, and one that is not in ``must_not``; the investor would
    ``like`` some and ``avoid`` others.
    """

    wanted: Forms = ()
    must_not: Forms = ()
    like: Forms = ()
    avoid: Forms = ()


_BESIDE = ("price_year", "price_rate", "rate_rial_per_usd", "rate_rial_per_eur")
"""Keys that others are read with."""


class Mandate(_Stated):
    """One investor's criteria.

    What is not stated limits nothing and weighs nothing. Money is integer rial of the Jalali year ``price_year``; it is
    written with its unit of measure in the key: ``ticket_rial``, ``ticket_million_rial``, ``ticket_billion_rial``,
    ``ticket_toman``, ``ticket_million_toman``, ``ticket_billion_toman``, as ``[min, max]`` or ``[min, typical, max]``.
    Dollars and euros (``ticket_usd``, ``ticket_million_usd``, ``ticket_eur``, ``ticket_million_eur``) need the rate at
    which the investor counts, ``rate_rial_per_usd`` or ``rate_rial_per_eur``: rial of ``price_year``.

    Examples
    --------
    >>> mandate = Mandate.from_yaml('''
    ... id: food
    ... price_year: 1404
    ... ticket_billion_rial: [500, 4000]
    ... sectors: {must: ["10"], must_not: ["1030"]}
    ... places: {like: [ارومیه]}
    ... ''')
    >>> mandate.ticket_rial.max, mandate.places.like
    (4000000000000, ('West Azerbaijan/Urmia',))
    """

    id: str = Field(min_length=1, max_length=200, description="what the mandate is called, by its owner alone")
    name: str = Field("", description="the investor's name, for lists on paper")
    price_year: int | None = Field(None, ge=1300, le=1500, description="Jalali year of the money stated here")
    price_rate: float | None = Field(None, gt=-1, le=10, description="yearly price rise to assume where the index ends")
    allow_proxy: bool | None = Field(
        None,
        description="compare money across years by flagged near and assumed levels; by default unless price_rate is",
    )
    ticket_rial: Ticket | None = None
    rate_rial_per_usd: float | None = Field(None, gt=0, description="rial for a dollar, for a ticket in dollars")
    rate_rial_per_eur: float | None = Field(None, gt=0, description="rial for a euro, for a ticket in euros")
    sectors: SectorWishes = SectorWishes()
    places: PlaceWishes = PlaceWishes()
    deal_forms: DealWishes = DealWishes()
    statuses: Annotated[tuple[Status, ...], BeforeValidator(_listed)] = Field(
        (), description="what it may be doing now"
    )
    risk_appetite: RiskAppetite | None = Field(
        None,
        description="hard: the most feasible third (low) or two thirds (medium) of what is on offer, or all (high)",
    )
    max_failure_probability: float | None = Field(
        None, ge=0, le=1, description="hard: a unit's feasibility is at least 1 less this, whatever else is on offer"
    )
    offer_fix_first: bool | None = Field(None, description="also show units to mend first; by default at high appetite")
    min_confidence: Confidence | None = Field(None, description="hard: how far its record was checked at least")
    jobs_goal: float | None = Field(None, ge=1, description="expected jobs at which the jobs part is full, persons")
    min_jobs: float | None = Field(None, ge=0, description="expected jobs, hard")
    min_power_kw: float | None = Field(None, ge=0, description="electric power, hard")
    min_land_m2: float | None = Field(None, ge=0, description="land, hard")
    max_idle_months: float | None = Field(None, ge=0, description="months that it has stood idle, hard")
    accept_unknown: Annotated[tuple[Exclusion, ...], BeforeValidator(_unknowns)] = Field(
        (), description="limits that a unit passes whose record does not say; true for all of them"
    )
    partner_kinds: Annotated[tuple[PartnerKind, ...], BeforeValidator(_listed)] = Field(
        (), description="what the investor is: owners and banks may want a kind of partner"
    )
    capital_forms: Annotated[tuple[CapitalForm, ...], BeforeValidator(_listed)] = Field(
        (), description="what it brings; units fit whose causes of standing still it removes"
    )
    min_share: float | None = Field(None, ge=0, le=1, description="share of the company, hard")
    control: bool | None = Field(None, description="hard: a share of 0.51 or more")
    stages: Annotated[tuple[Stage, ...], BeforeValidator(_listed)] = Field(
        (), description="hard: idle under a year (fresh), one to three (settled), longer (long_idle), or semi_active"
    )
    horizon_years: float | None = Field(
        None, gt=0, le=50, description="years after which it wants its money back, hard"
    )
    max_payback_years: float | None = Field(None, gt=0, le=50, description="years until what was put in is back, hard")
    hurdle_rate: float | None = Field(None, gt=-0.5, le=5, description="yearly return it asks for, in `currency`")
    currency: Currency = Field(Currency.RIAL, description="money in which it counts its return")
    no_legacy_debts: bool | None = Field(None, description="hard: no debts of before")
    no_disputes: bool | None = Field(None, description="hard: no cases and no disputes among owners")
    clear_title: bool | None = Field(None, description="hard: a title deed")
    min_gas_m3_per_hour: float | None = Field(None, ge=0, description="gas, hard")
    min_water_l_per_s: float | None = Field(None, ge=0, description="water, hard")
    min_export_share: float | None = Field(None, ge=0, le=1, description="share of output exported, hard")
    export_goal: float | None = Field(None, gt=0, le=1, description="share exported at which the export part is full")
    machinery_age_goal: float | None = Field(
        None, gt=0, le=100, description="age of the machinery, in years, up to which the equipment part is full"
    )
    min_jobs_per_billion: float | None = Field(None, ge=0, description="expected jobs per billion rial, hard")
    impact_goals: Annotated[tuple[ImpactGoal, ...], BeforeValidator(_listed)] = Field(
        (), description="unemployment: units in provinces with much of it fit better"
    )
    meetings_per_event: int | None = Field(None, ge=1, le=200, description="meetings at one event at most")
    languages: Annotated[tuple[Language, ...], BeforeValidator(_listed)] = Field(
        (), description="languages it speaks, ISO 639 codes"
    )
    weights: dict[FitPart, Annotated[float, Field(ge=0, allow_inf_nan=False)]] | None = Field(
        None, description="what each part of the fit counts; they need not add up to 1"
    )
    limit: int | None = Field(None, ge=1, le=1000, description="units on a list, where the request names no number")

    @model_validator(mode="before")
    @classmethod
    def _money_in_rial(cls, stated: Any) -> Any:
        return ticket_in_rial(stated) if isinstance(stated, Mapping) else stated

    @model_validator(mode="after")
    def _no_contradiction(self) -> Self:
        _disjoint("sectors.must_not", _within(self.sectors, lineage))
        _disjoint("places.must_not", _within(self.places, _province_and_county))
        wanted = {*self.deal_forms.wanted, *self.deal_forms.like}
        _disjoint("deal_forms.must_not", wanted & {*self.deal_forms.must_not})
        _disjoint("deal_forms.avoid", wanted & {*self.deal_forms.avoid})
        _disjoint("sectors.avoid", {*self.sectors.avoid} & {*self.sectors.must, *self.sectors.like})
        _disjoint("places.avoid", {*self.places.avoid} & {*self.places.must, *self.places.like})
        if self.control is False and (self.min_share or 0) >= CONTROL_SHARE:
            raise EhyaError(ErrorCode.MANDATE_CONTRADICTION, key="control", given=[f"min_share {self.min_share}"])
        _disjoint("accept_unknown", {reason for reason in self.accept_unknown if not reason.is_unknown})
        if self.ticket_rial and self.price_year is None:
            raise EhyaError(ErrorCode.MANDATE_KEY_MISSING, key="price_year", mandate=self.id)
        if self.weights is not None and not 0 < sum(self.weights.values()) < math.inf:
            raise EhyaError(
                ErrorCode.MANDATE_VALUE_REFUSED, key="weights", given=dict(self.weights), allowed="0 < Σ < 1.8e308"
            )
        return self

    @classmethod
    def from_yaml(cls, source: Path | str) -> Mandate:
        """Read a mandate from a file (a ``Path``) or from the text itself (a ``str``).

        Raises
        ------
        EhyaError
            ``file_not_found``, ``file_unreadable``, and what :meth:`read` raises.
        """
        if isinstance(source, Path) and not source.is_file():
            raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(source))
        text = source.read_text("utf-8-sig") if isinstance(source, Path) else source
        stated = plain_yaml(text, given=str(source))
        return cls.read(stated)

    @classmethod
    def read(cls, stated: object) -> Mandate:
        """Check a mapping, as a YAML file, a workbook row or an HTTP body gives it.

        Raises
        ------
        EhyaError
            ``mandate_key_unknown``, ``mandate_key_unlike``, ``mandate_key_missing``, ``mandate_value_refused``,
            ``mandate_contradiction``, ``place_unknown``, ``place_ambiguous``, ``sector_unknown``: each with what was
            given and what is allowed; of several things that are wrong, `SeveralError`.
        """
        try:
            return cls._read(stated)
        except EhyaError:
            refuse_together([partial(cls._read, stated), *cls._checks(stated)])
            raise

    @classmethod
    def _read(cls, stated: object) -> Mandate:
        try:
            return cls.model_validate(stated)
        except ValidationError as error:
            raise _mendable(error) from error

    @classmethod
    def _checks(cls, stated: object) -> Iterator[Callable[[], object]]:
        """Reads each key by itself, beside those that others need."""
        if not isinstance(stated, Mapping):
            return
        named = {key: value for key, value in stated.items() if key in ("id", "name")}
        beside = {"id": "-"} | {key: value for key, value in stated.items() if key in _BESIDE}
        yield partial(cls._read, named)
        for key, value in stated.items():
            yield partial(cls._read, {**beside, "id": "-", key: value})

    @property
    def min_feasibility(self) -> float | None:
        """Least feasibility that was stated, by the probability of failure; what the appetite asks for depends on what
        is on offer (``engine.matching.UnitBook.least_feasibility``).
        """
        return None if self.max_failure_probability is None else 1 - self.max_failure_probability

    @property
    def least_share(self) -> float | None:
        """Least share of the company that is stated, by a share or by wanting control; ``None`` where neither is."""
        stated = [self.min_share] if self.min_share is not None else []
        return max([*stated, *([CONTROL_SHARE] if self.control else [])], default=None)

    @property
    def payback_limit_years(self) -> float | None:
        """Years within which the money has to be back: the shorter of both that may be stated."""
        return min((one for one in (self.max_payback_years, self.horizon_years) if one is not None), default=None)

    @property
    def asks_returns(self) -> bool:
        """Whether it looks at returns, which are worked out only where somebody does."""
        return self.hurdle_rate is not None or self.payback_limit_years is not None

    @property
    def stands_in(self) -> bool:
        """Whether flagged levels of the price index may stand where no published one does."""
        return self.price_rate is None if self.allow_proxy is None else self.allow_proxy

    @property
    def wants_fix_first(self) -> bool:
        """Whether units to be mended first are shown too."""
        return self.risk_appetite is RiskAppetite.HIGH if self.offer_fix_first is None else self.offer_fix_first

    @cached_property
    def digest(self) -> str:
        """Hash of everything stated; equal mandates have equal digests."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()


def plain_yaml(text: str, *, given: str | None = None) -> Mapping[str, Any]:
    """A mapping as YAML or JSON states it, without aliases.

    Parameters
    ----------
    text
        What was written.
    given
        What it is called where it is refused; by default its beginning.

    Raises
    ------
    EhyaError
        ``file_unreadable``.

    Examples
    --------
    >>> plain_yaml("languages: [fa, en]")
    {'languages': ['fa', 'en']}
    """
    named = (given or text)[:200]
    try:
        stated = yaml.load(text, _PlainLoader)  # noqa: S506 - a SafeLoader that refuses aliases too
    except yaml.YAMLError as error:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=named, reason=str(error)) from error
    if not isinstance(stated, Mapping):
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=named, reason=type(stated).__name__)
    return stated


def _within(wishes: SectorWishes | PlaceWishes, lineage_of: Callable[[str], tuple[str, ...]]) -> set[str]:
    refused = {*wishes.must_not}
    return {wanted for wanted in (*wishes.must, *wishes.like) if refused & {*lineage_of(wanted)}}


def _province_and_county(name: str) -> tuple[str, ...]:
    return name.partition("/")[0], name


def _disjoint(key: str, both: set[Any]) -> None:
    if both:
        raise EhyaError(ErrorCode.MANDATE_CONTRADICTION, key=key, given=sorted(map(str, both)))


def _mendable(error: ValidationError) -> EhyaError:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(step) for step in first["loc"]) or "mandate"
    if first["type"] == "missing":
        return EhyaError(ErrorCode.MANDATE_KEY_MISSING, key=key)
    allowed = _LANGUAGES if first["loc"][:1] == ("languages",) else allowed_by(first)
    refused = EhyaError(ErrorCode.MANDATE_VALUE_REFUSED, key=key, given=first["input"], allowed=allowed)
    return too_long(first, key) or refused
