"""All internal rates of return of a plan, or why it has none.

Between two neighbouring roots of a sum of powers lies a root of its derivative (Rolle): all of them are found by
halving between those of the derivative, and none is made up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from engine.codes import Code
from engine.economics.years import Array
from engine.errors import EhyaError, ErrorCode

DAYS_A_YEAR = 365
"""Days of a year in the rates of dated flows (actual/365)."""

_HIGHEST = np.log(1e7)  # of 1 + rate; the lowest is its inverse
_HALVINGS = 64
_TOUCHES = 1e-12  # a value of this part of the sum of its terms counts as nil: two rates that fall together


class NoRate(Code):
    """Why there is no single internal rate of return."""

    NO_SIGN_CHANGE = "no_sign_change"
    NOTHING_FOUND = "nothing_found"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Rates:
    """Internal rates of return of a plan.

    Parameters
    ----------
    found
        All of them, rising, a year.
    reason
        Why there is no single one; ``None`` where there is.
    """

    found: tuple[float, ...]
    reason: NoRate | None

    @property
    def single(self) -> float | None:
        """The rate where there is exactly one."""
        return self.found[0] if len(self.found) == 1 else None


def rates(flows: ArrayLike, *, dates: Sequence[date] | None = None) -> Rates:
    """All rates at which the net present value of a plan is nil.

    Parameters
    ----------
    flows
        Money of each period, shape (periods,).
    dates
        Day of each flow; the first is the day to which they are discounted. One period apart where ``None``.

    Returns
    -------
    Rates
        Rates above -1, a period, or a year of 365 days where there are dates; between -99.99999 % and 1e9 %.

    Raises
    ------
    EhyaError
        ``value_unreadable`` for flows that are not finite, for other than one date a flow, or dates out of order.

    Examples
    --------
    >>> [round(rate, 6) for rate in rates([-1600, 10000, -10000]).found]
    [0.25, 4.0]
    >>> rates([-1000, 500, 500, 500, -600]).reason, rates([1.0, 2.0]).reason.value
    (<NoRate.NOTHING_FOUND: 'nothing_found'>, 'no_sign_change')
    """
    money = np.asarray(flows, dtype=np.float64)
    if money.ndim != 1 or not np.isfinite(money).all():
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="flows", given=str(flows)[:80], allowed=["-100, 60, 60"])
    at = _times(len(money), dates)
    there = money != 0
    if not (money.min(initial=0) < 0 < money.max(initial=0)):
        return Rates((), NoRate.NO_SIGN_CHANGE)
    roots = sorted(float(np.expm1(root)) for root in _roots(money[there], -at[there]))
    reason = {0: NoRate.NOTHING_FOUND, 1: None}.get(len(roots), NoRate.SEVERAL)
    return Rates(tuple(roots), reason)


def _times(count: int, dates: Sequence[date] | None) -> Array:
    if dates is None:
        return np.arange(count, dtype=np.float64)
    days = np.array([(day - dates[0]).days for day in dates], dtype=np.float64)
    if len(days) != count or (np.diff(days) <= 0).any():
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="dates", given=str(len(days)), allowed=[count])
    return days / DAYS_A_YEAR


def _roots(factors: Array, powers: Array) -> list[float]:
    """Roots in u of ``sum factor * exp(power * u)`` between the limits: u is the logarithm of 1 + rate."""
    changes = int((np.diff(np.sign(factors)) != 0).sum())
    if changes == 0:
        return []
    powers = powers - powers[0]  # dividing by a power moves no root, and the first term then has no derivative
    # with one change of sign there is exactly one root (Descartes), and nothing to look for between turns
    turns = _roots(factors[1:] * powers[1:], powers[1:]) if changes > 1 else []
    borders = [-_HIGHEST, *turns, _HIGHEST]
    found = [turn for turn in turns if abs(_value(factors, powers, turn)) <= _TOUCHES]
    for low, high in pairwise(borders):
        left, right = _value(factors, powers, low), _value(factors, powers, high)
        if min(abs(left), abs(right)) > _TOUCHES and left * right < 0:
            found.append(_between(factors, powers, low, high, left))
    return sorted(found)


def _between(factors: Array, powers: Array, low: float, high: float, left: float) -> float:
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _value(factors, powers, middle) * left > 0 else (low, middle)
    return (low + high) / 2


def _value(factors: Array, powers: Array, at: float) -> float:
    """The sum, as a part of the sum of the sizes of its terms: -1..1."""
    grown = powers * at
    terms = factors * np.exp(grown - grown.max())
    return float(terms.sum() / np.abs(terms).sum())
