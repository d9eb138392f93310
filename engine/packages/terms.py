"""The terms of a package in one file: how many units, under which budgets and quotas, and what counts as worth."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Self

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from engine.codes import Code
from engine.domain.allowed import too_long
from engine.domain.mandate import Places, Sectors
from engine.domain.suggestion import alike
from engine.domain.unit import DealForm, Origin, Status
from engine.errors import EhyaError, ErrorCode
from engine.parsing.money import read_money
from engine.parsing.text import latin_digits
from engine.ranking.reasons import Triage


class SizeClass(Code):
    """Size of a unit by its jobs before the stop, as Iran's statistics centre parts workshops."""

    MICRO = "micro"
    SMALL = "small"
    MEDIUM = "medium"
    LARGE = "large"


SIZE_BOUNDS = {SizeClass.MICRO: 0, SizeClass.SMALL: 10, SizeClass.MEDIUM: 50, SizeClass.LARGE: 100}
"""Persons from which on a unit is of a class: 1-9, 10-49, 50-99, 100 and more."""


class InvestorGroup(Code):
    """To whom a unit is offered first, in the order of an event."""

    LOCAL = "local"
    NEIGHBOUR = "neighbour"
    ELSEWHERE = "elsewhere"
    FOREIGN = "foreign"


class Grouping(Code):
    """By what a quota may be repeated."""

    PROVINCE = "province"
    COUNTY = "county"
    ESTATE = "estate"
    SECTOR = "sector"
    STATUS = "status"
    SIZE = "size"


def _listed(value: object) -> object:
    return [value] if isinstance(value, (str, int)) and not isinstance(value, bool) else value


def _number(value: object) -> object:
    """A number as a person writes it: digits of any of the languages, the decimal sign too."""
    if not isinstance(value, str):
        return value
    return re.sub(r"(?<=\d)[,٬](?=\d{3}(?!\d))", "", latin_digits(value)).replace("٫", ".").strip()


_SUM = "3000 billion rial, ۳۰۰۰ میلیارد ریال"


def _rial(value: object) -> object:
    """A sum of money with its unit of measure, in either language; a bare number is no sum but for nil."""
    if value is None or value == 0:
        return value
    text = latin_digits(str(value)).replace(",", "").replace("٬", "")
    words = text.split(maxsplit=1)
    if len(words) == 2 and words[1].strip() in {"rial", "ریال"}:
        try:
            return int(Decimal(words[0]))
        except (ArithmeticError, ValueError):  # no number, or an endless one
            raise ValueError(_SUM) from None
    read = read_money(str(value))
    read = getattr(read, "reading", read)
    if isinstance(value, (int, float)) or not isinstance(read, int):
        raise ValueError(_SUM)
    return read


Rial = Annotated[int, BeforeValidator(_rial), Field(ge=0)]
Whole = Annotated[int, BeforeValidator(_number)]
Decimals = Annotated[float, BeforeValidator(_number)]
Share = Annotated[Decimals, Field(ge=0, le=1)]
Names = Annotated[tuple[str, ...], BeforeValidator(_listed)]
Weight = Annotated[Decimals, Field(ge=0, allow_inf_nan=False)]


class _Stated(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="before")
    @classmethod
    def _known_keys_only(cls, stated: Any) -> Any:
        allowed = list(cls.model_fields)
        for key in stated if isinstance(stated, Mapping) else ():
            if key not in allowed:
                nearest = alike(str(key), allowed) or "—"
                raise EhyaError(ErrorCode.PACKAGE_KEY_UNKNOWN, given=str(key), allowed=allowed, nearest=nearest)
        return stated


class Reasoned(_Stated):
    """A unit that a person wants in, or out.

    Parameters
    ----------
    unit
        Its id.
    reason
        Why, in the person's words.
    by
        Who decided, by office.
    """

    unit: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    by: str = ""


class Apart(_Stated):
    """Units of which one at most may be in: they share a buyer, a creditor, a supply."""

    units: Names = Field(min_length=2)
    reason: str = ""


class Needs(_Stated):
    """A unit that may be in only with others: they stand in one supply chain."""

    unit: str = Field(min_length=1)
    needs: Names = Field(min_length=1)
    reason: str = ""


class Quota(_Stated):
    """How many of the units that answer all its conditions may, or must, be in.

    Parameters
    ----------
    name
        What people call it.
    by
        Repeats the quota for each value: ``county`` with ``at_most: 4`` allows four a county.
    province, county, sector, estate, status, size, deal_form, verdict, origin, units
        Conditions; of several values any will do, of several conditions all must hold. An estate is found by words of
        its name.
    seeks_capital
        Whether the unit states the capital it needs and a way to enter.
    at_least, at_most
        Units.
    """

    name: str = ""
    by: Grouping | None = None
    province: Places = ()
    county: Places = ()
    sector: Sectors = ()
    estate: Names = ()
    status: Annotated[tuple[Status, ...], BeforeValidator(_listed)] = ()
    size: Annotated[tuple[SizeClass, ...], BeforeValidator(_listed)] = ()
    deal_form: Annotated[tuple[DealForm, ...], BeforeValidator(_listed)] = ()
    verdict: Annotated[tuple[Triage, ...], BeforeValidator(_listed)] = ()
    origin: Annotated[tuple[Origin, ...], BeforeValidator(_listed)] = ()
    units: Names = ()
    seeks_capital: bool | None = None
    at_least: Whole | None = Field(None, ge=0)
    at_most: Whole | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _limits_something(self) -> Self:
        if self.at_least is None and self.at_most is None:
            raise ValueError("at_least, at_most")
        if self.at_least is not None and self.at_most is not None and self.at_least > self.at_most:
            raise EhyaError(
                ErrorCode.PACKAGE_CONTRADICTION, key=self.name or "quotas", given=[self.at_least, self.at_most]
            )
        return self


class Budget(_Stated):
    """A sum that the units of a package may need together.

    Parameters
    ----------
    at_most
        Rial of the price year, written with its unit of measure: ``3000 billion rial``.
    share_of_capital
        Share of each unit's capital that falls on this budget, where its record does not say: the planner's assumption.
    """

    at_most: Rial
    share_of_capital: Share | None = None


class Budgets(_Stated):
    """Budgets of a package: capital as a whole, public money, and what must be paid in hard currency (in rial)."""

    capital: Budget | None = None
    public_money: Budget | None = None
    hard_currency: Budget | None = None


class Revived(_Stated):
    """Least chance that at least so many units of the package come back."""

    at_least: Whole = Field(ge=1)
    probability: Decimals = Field(gt=0, le=1)


class WorthWeights(_Stated):
    """What counts as worth, in jobs; none of it touches a constraint.

    Parameters
    ----------
    jobs
        What an expected net job counts.
    npv
        Jobs that a billion rial of expected positive net present value counts as.
    risk
        What a job in the worst worlds counts: minus the conditional value at risk of the jobs.
    tail
        Share of the worlds that count as the worst.
    """

    jobs: Weight = 1.0
    npv: Weight = 0.0
    risk: Weight = 0.0
    tail: Decimals = Field(0.1, gt=0, lt=1)

    @model_validator(mode="after")
    def _weighs_something(self) -> Self:
        if not self.jobs + self.npv + self.risk > 0:
            raise ValueError("jobs + npv + risk > 0")
        return self


class Exploration(_Stated):
    """Places that go by lot, so that later figures can be learnt from units that nobody would have chosen."""

    share: Share = 0.1


class PackageTerms(_Stated):
    """All terms of one package.

    What is not stated limits nothing. A quota counts units, a budget sums what the chosen units need; weights stand in
    ``worth`` alone.

    Examples
    --------
    >>> terms = PackageTerms.read_text('''
    ... name: inva
    ... event: INVA 1405
    ... count: 15
    ... budgets: {capital: {at_most: 3000 billion rial}}
    ... quotas:
    ...   - {by: county, at_most: 4}
    ...   - {sector: "10", at_least: 3}
    ... ''')
    >>> terms.budgets.capital.at_most, terms.places, terms.quotas[1].sector
    (3000000000000, (15, 15), ('10',))
    """

    name: str = Field(min_length=1, max_length=100, pattern=r"^[^\s@/\\]+$")
    event: str = ""
    count: Whole | tuple[Whole, Whole] | None = None
    price_year: Whole | None = Field(None, ge=1300, le=1500)
    assume_capital: Rial | None = Field(None, description="capital of units that state none")
    budgets: Budgets = Budgets()
    debt: Rial | None = None
    quotas: tuple[Quota, ...] = ()
    verdicts: Annotated[tuple[Triage, ...], BeforeValidator(_listed)] = (Triage.OFFER,)
    publishable_only: bool = True
    norms_stand_in: bool = Field(False, description="whether norms stand in for a capital that no record states")
    pinned: tuple[Reasoned, ...] = ()
    barred: tuple[Reasoned, ...] = ()
    not_together: tuple[Apart, ...] = ()
    only_with: tuple[Needs, ...] = ()
    exploration: Exploration | None = None
    revived: Revived | None = None
    worth: WorthWeights = WorthWeights()
    investors: Annotated[tuple[InvestorGroup, ...], BeforeValidator(_listed)] = tuple(InvestorGroup)
    seed: Whole = Field(0, ge=0)

    @model_validator(mode="after")
    def _no_contradiction(self) -> Self:
        low, high = self.places
        if low is not None and (low < 0 or (high is not None and low > high)):
            raise EhyaError(ErrorCode.PACKAGE_CONTRADICTION, key="count", given=[low, high])
        both = {one.unit for one in self.pinned} & {one.unit for one in self.barred}
        if both:
            raise EhyaError(ErrorCode.PACKAGE_CONTRADICTION, key="pinned, barred", given=sorted(both))
        return self

    @property
    def places(self) -> tuple[int | None, int | None]:
        """Fewest and most units; ``None`` where there is no limit."""
        if self.count is None or isinstance(self.count, tuple):
            return self.count or (None, None)
        return self.count, self.count

    @classmethod
    def from_file(cls, path: Path) -> PackageTerms:
        """Read terms from a YAML or TOML file.

        Raises
        ------
        EhyaError
            ``file_not_found``, ``file_unreadable``, ``file_without_keys`` and what :meth:`read` raises.
        """
        if not path.is_file():
            raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
        return cls.read_text(path.read_text("utf-8-sig"), toml=path.suffix == ".toml", given=str(path))

    @classmethod
    def read_text(cls, text: str, *, toml: bool = False, given: str = "text") -> PackageTerms:
        """Read terms from a text.

        Raises
        ------
        EhyaError
            ``file_unreadable``, ``file_without_keys`` and what :meth:`read` raises.
        """
        try:
            stated = tomllib.loads(text) if toml else yaml.safe_load(_without_aliases(text))
        except (ValueError, yaml.YAMLError) as error:
            raise EhyaError(ErrorCode.FILE_UNREADABLE, given=given, reason=str(error)) from error
        if not isinstance(stated, Mapping):
            raise EhyaError(ErrorCode.FILE_WITHOUT_KEYS, given=given, allowed=list(cls.model_fields))
        return cls.read(stated)

    @classmethod
    def read(cls, stated: object) -> PackageTerms:
        """Check a mapping, as a file or a stored package gives it.

        Raises
        ------
        EhyaError
            ``package_key_unknown``, ``package_value_refused``, ``package_contradiction``, ``place_unknown``,
            ``place_ambiguous``, ``sector_unknown``: each with what was given and what is allowed.
        """
        try:
            return cls.model_validate(stated)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = ".".join(str(step) for step in first["loc"]) or "package"
            key = "count" if key.startswith("count.") else key  # a number or a pair: which was meant nobody knows
            given = _short(first["input"])
            long = too_long(first, key)
            if long is not None:
                raise long from error
            raise EhyaError(
                ErrorCode.PACKAGE_VALUE_REFUSED,
                key=key,
                given=given,
                allowed=_allowed(first),
            ) from error

    @property
    def document(self) -> dict[str, Any]:
        """The terms as plain JSON; `read` takes it back."""
        stated = self.model_dump(mode="json", exclude_defaults=True)
        # A sum is written with its unit of measure, as `read` wants it.
        for name in ("debt", "assume_capital"):
            if (rial := getattr(self, name)) is not None:
                stated[name] = f"{rial} rial"
        for name in stated.get("budgets", {}):
            stated["budgets"][name]["at_most"] = f"{getattr(self.budgets, name).at_most} rial"
        return stated


_LIMITS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<"}
_KINDS = {
    "int": "0, 1, 2, …",
    "float": "0.5",
    "finite": "0.5",
    "bool": "true, false",
    "list": "[…]",
    "tuple": "[…]",
    "too": "[…, …]",
    "missing": "…",
    "string": "inva-1405",
    "model": "{…: …}",
    "dict": "{…: …}",
}


def _allowed(error: Mapping[str, Any]) -> str:
    """What would have been read, in signs of no language where there are any."""
    facts = error.get("ctx", {})
    if "expected" in facts:  # one of a few codes
        return str(facts["expected"]).replace("'", "").replace(" or ", ", ")
    if error["loc"][:1] == ("count",):
        return "12, [10, 15]"
    limits = [f"{sign} {facts[name]:g}" for name, sign in _LIMITS.items() if name in facts]
    kind = str(error["type"]).partition("_")[0]
    if kind == "value":  # raised above, in signs
        return str(error["msg"]).removeprefix("Value error, ")
    return ", ".join(limits) or _KINDS.get(kind, "…")


def _without_aliases(text: str) -> str:
    """A text that refers back to itself unfolds into gigabytes."""
    for event in yaml.parse(text, yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise yaml.YAMLError(f"alias *{event.anchor}")
    return text


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:80]}…"
