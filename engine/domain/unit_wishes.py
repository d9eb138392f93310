"""What the owner of a unit, or the bank that holds it, wants of an investor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from engine.codes import Code
from engine.domain.allowed import allowed_by
from engine.domain.partner import CapitalForm, PartnerKind
from engine.domain.suggestion import alike
from engine.domain.ticket import TICKET_KEYS, rial
from engine.domain.unit import DealForm
from engine.errors import EhyaError, ErrorCode


class Side(Code):
    """Who wants something of an investor."""

    OWNER = "owner"
    BANK = "bank"


class Wish(Code):
    """What of an investor a side looks at."""

    PRICE = "price"
    DEAL_FORM = "deal_form"
    PARTNER = "partner"
    CAPITAL_FORM = "capital_form"
    SHARE = "share"
    LANGUAGE = "language"


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


_PRICE_KEYS = {f"asking_price_{key.removeprefix('ticket_')}": key for key in TICKET_KEYS}


class UnitWishes(BaseModel):
    """Wishes of one side of one unit. What is not stated is wished by nobody.

    Money is integer rial of the Jalali year ``price_year``, written with its unit of measure in the key
    (``asking_price_billion_rial``), as in a mandate.

    Examples
    --------
    >>> wishes = UnitWishes.read({"deal_forms": "lease", "asking_price_billion_toman": 2, "price_year": 1404})
    >>> wishes.deal_forms[0].value, wishes.asking_price_rial, wishes.stated
    ('lease', 20000000000, True)
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    deal_forms: Annotated[tuple[DealForm, ...], BeforeValidator(_listed)] = Field(
        (), description="ways of entering that it wants; any of them"
    )
    deal_forms_refused: Annotated[tuple[DealForm, ...], BeforeValidator(_listed)] = Field(
        (), description="ways of entering that it does not want"
    )
    partners: Annotated[tuple[PartnerKind, ...], BeforeValidator(_listed)] = Field(
        (), description="kinds of partner that it wants; any of them"
    )
    partners_refused: Annotated[tuple[PartnerKind, ...], BeforeValidator(_listed)] = Field(
        (), description="kinds of partner that it does not want"
    )
    capital_forms: Annotated[tuple[CapitalForm, ...], BeforeValidator(_listed)] = Field(
        (), description="what it wants brought; any of it"
    )
    asking_price_rial: int | None = Field(None, ge=0, description="what it asks for the unit, rial of `price_year`")
    price_year: int | None = Field(None, ge=1300, le=1500, description="Jalali year of the money stated here")
    max_share: float | None = Field(None, ge=0, le=1, description="share of the company that it gives at most")
    languages: Annotated[tuple[Annotated[str, Field(pattern="^[a-z]{2,3}$")], ...], BeforeValidator(_listed)] = Field(
        (), description="languages it speaks, ISO 639 codes"
    )

    @model_validator(mode="before")
    @classmethod
    def _known_keys_and_rial(cls, stated: Any) -> Any:
        if not isinstance(stated, Mapping):
            return stated
        allowed = [*cls.model_fields, *_PRICE_KEYS]
        for key in stated:
            if key not in allowed:
                near = alike(str(key), allowed)
                raise EhyaError(ErrorCode.WISH_KEY_UNKNOWN, given=key, nearest=near, allowed=allowed)
        money = [key for key in _PRICE_KEYS if stated.get(key) is not None]
        if len(money) > 1:
            raise EhyaError(ErrorCode.WISH_CONTRADICTION, key="asking_price", given=money)
        rest = {key: value for key, value in stated.items() if key not in _PRICE_KEYS}
        return rest | ({"asking_price_rial": _price(money[0], stated[money[0]])} if money else {})

    @model_validator(mode="after")
    def _no_contradiction(self) -> Self:
        for key in ("deal_forms", "partners"):
            both = {*getattr(self, key)} & {*getattr(self, f"{key}_refused")}
            if both:
                raise EhyaError(ErrorCode.WISH_CONTRADICTION, key=key, given=sorted(both))
        if self.asking_price_rial is not None and self.price_year is None:
            raise EhyaError(ErrorCode.WISH_VALUE_REFUSED, key="price_year", given=None, allowed="1300..1500")
        return self

    @classmethod
    def read(cls, stated: object) -> UnitWishes:
        """Check a mapping.

        Raises
        ------
        EhyaError
            ``wish_key_unknown``, ``wish_value_refused``, ``wish_contradiction``: each with what was given and what is
            allowed.
        """
        try:
            return cls.model_validate(stated)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            key = str(first["loc"][0]) if first["loc"] else "wishes"
            facts = {"key": key, "given": first["input"], "allowed": allowed_by(first)}
            raise EhyaError(ErrorCode.WISH_VALUE_REFUSED, **facts) from error

    @property
    def stated(self) -> bool:
        """Whether anything is wished."""
        return self != UnitWishes()

    @property
    def document(self) -> dict[str, Any]:
        """What was stated, as plain JSON; `read` takes it back."""
        return self.model_dump(mode="json", exclude_defaults=True)


def _price(key: str, given: Any) -> int | None:
    try:
        return rial(_PRICE_KEYS[key], given)
    except EhyaError as error:
        raise EhyaError(ErrorCode.WISH_VALUE_REFUSED, key=key, given=given, allowed=">= 0") from error
