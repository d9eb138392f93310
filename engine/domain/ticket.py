"""The money one investor puts in at once, in integer rial."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from engine.errors import EhyaError, ErrorCode

MONEY_UNITS = {
    "rial": 1,
    "toman": 10,
    "million_rial": 10**6,
    "million_toman": 10**7,
    "billion_rial": 10**9,
    "billion_toman": 10**10,
}
"""Rial in one unit of money."""

FOREIGN_UNITS = {"usd": ("usd", 1), "million_usd": ("usd", 10**6), "eur": ("eur", 1), "million_eur": ("eur", 10**6)}
"""Currency of a foreign unit of money, and how many of it one unit is."""

RATE_KEYS = {currency: f"rate_rial_per_{currency}" for currency in ("usd", "eur")}
"""Key of a mandate that states what one of a currency is in rial: only the investor knows at which rate they count."""

TICKET_KEYS = {f"ticket_{unit}": rial for unit, rial in MONEY_UNITS.items()}
FOREIGN_KEYS = {f"ticket_{unit}": counted for unit, counted in FOREIGN_UNITS.items()}


class Ticket(BaseModel):
    """Money range of one investor, rial; ``None`` is unbounded.

    Parameters
    ----------
    min, max
        Hard limits, inclusive.
    typical
        What the investor usually puts in; units near it fit better.

    Examples
    --------
    >>> Ticket(min=5, max=9).typical is None
    True
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    min: int | None = Field(None, ge=0)
    typical: int | None = Field(None, ge=0)
    max: int | None = Field(None, ge=0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        known = [bound for bound in (self.min, self.typical, self.max) if bound is not None]
        if known != sorted(known):
            raise EhyaError(ErrorCode.MANDATE_CONTRADICTION, key="ticket", given=known)
        return self


def ticket_in_rial(stated: Mapping[str, Any]) -> dict[str, Any]:
    """Replace whichever ``ticket_UNIT`` key is stated by ``ticket_rial``.

    Raises
    ------
    EhyaError
        ``mandate_contradiction`` when the ticket is stated in two units, ``mandate_value_refused`` when it is no range,
        ``mandate_key_missing`` when it is stated in a currency without the rate of :data:`RATE_KEYS`.

    Examples
    --------
    >>> ticket_in_rial({"ticket_billion_toman": [1, 2.5]})
    {'ticket_rial': {'min': 10000000000, 'typical': None, 'max': 25000000000}}
    >>> ticket_in_rial({"ticket_million_usd": [1, 2], "rate_rial_per_usd": 1_000_000})["ticket_rial"]["max"]
    2000000000000
    """
    keys = [key for key in stated if key in {*TICKET_KEYS, *FOREIGN_KEYS} and stated[key] is not None]
    if len(keys) > 1:
        raise EhyaError(ErrorCode.MANDATE_CONTRADICTION, key="ticket", given=sorted(keys))
    rest = {key: value for key, value in stated.items() if key not in {*TICKET_KEYS, *FOREIGN_KEYS}}
    if not keys:
        return rest
    return {**rest, "ticket_rial": _bounds(keys[0], stated[keys[0]], _in_rial(keys[0], stated))}


def _in_rial(key: str, stated: Mapping[str, Any]) -> Decimal:
    """Rial in one unit of the money that a key names."""
    if key in TICKET_KEYS:
        return Decimal(TICKET_KEYS[key])
    currency, count = FOREIGN_KEYS[key]
    rate_key = RATE_KEYS[currency]
    if stated.get(rate_key) is None:
        raise EhyaError(ErrorCode.MANDATE_KEY_MISSING, key=rate_key, mandate=stated.get("id", ""))
    return count * _exact(rate_key, stated[rate_key], Decimal(1))


def rial(key: str, amount: Any) -> int | None:
    """An amount stated under one of :data:`TICKET_KEYS`, in rial; ``None`` stays ``None``.

    Raises
    ------
    EhyaError
        ``mandate_value_refused`` when it is no amount of money.

    Examples
    --------
    >>> rial("ticket_billion_toman", 0.5)
    5000000000
    """
    return None if amount is None else int(_exact(key, amount, Decimal(TICKET_KEYS[key])))


def _exact(key: str, amount: Any, times: Decimal) -> Decimal:
    try:
        exact = Decimal(str(amount)) * times
    except ArithmeticError:  # no number, or one beyond what decimal can hold
        exact = Decimal("nan")
    if isinstance(amount, bool) or not math.isfinite(exact) or exact < 0:
        raise EhyaError(ErrorCode.MANDATE_VALUE_REFUSED, key=key, given=amount, allowed=">= 0")
    return exact


def _bounds(key: str, value: Any, times: Decimal) -> object:
    if isinstance(value, Ticket):
        return value
    if isinstance(value, (list, tuple)) and len(value) in (2, 3):
        value = {"min": value[0], "typical": value[1] if len(value) == 3 else None, "max": value[-1]}
    if not isinstance(value, Mapping) or not set(value) <= {"min", "typical", "max"}:
        allowed = "[min, max], [min, typical, max], {min, typical, max}"
        raise EhyaError(ErrorCode.MANDATE_VALUE_REFUSED, key=key, given=value, allowed=allowed)
    return {name: None if amount is None else int(_exact(key, amount, times)) for name, amount in value.items()}
