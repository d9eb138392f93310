"""Worth of cash flows: net present value and rates of return, over many plans at once.

For a rehabilitation the flows must be incremental: with the revival less without it, sunk cost left out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

_WIDEST = 1e6  # of 1 / (1 + r): rates between -99.9999 % and, at the other end, beyond any that matters
_HALVINGS = 200  # enough to bring that interval below the spacing of floating-point numbers


def npv(rate: float, flows: ArrayLike) -> Array:
    """Net present value: the sum of ``flow_t / (1 + rate)^t``, t = 0, 1, ...

    Parameters
    ----------
    rate
        Discount rate a period, above -1. Real flows ask for a real rate.
    flows
        Money at the end of each period, shape (..., periods), the first is today's.

    Returns
    -------
    numpy.ndarray
        Shape (...), in the money of ``flows``.

    Examples
    --------
    >>> float(npv(0.1, [-100, 60, 60]).round(3))
    4.132
    """
    money = np.asarray(flows, dtype=np.float64)
    worth: Array = np.asarray(money @ (1 + rate) ** -np.arange(money.shape[-1], dtype=np.float64))
    return worth


def irr(flows: ArrayLike) -> Array:
    """Internal rate of return: the rate at which the net present value is nil.

    Parameters
    ----------
    flows
        Shape (..., periods).

    Returns
    -------
    numpy.ndarray
        Shape (...), a period. Missing unless the flows change their sign exactly once: otherwise there is no rate, or
        several; use ``mirr`` then.

    Examples
    --------
    >>> irr([[-100, 60, 60], [-100, 230, -132]]).round(4).tolist()
    [0.1307, nan]
    """
    money = np.asarray(flows, dtype=np.float64)
    # with one change of sign the value as a polynomial in v = 1/(1+r) has exactly one positive root (Descartes)
    rising = np.sign(np.where(money != 0, money, np.nan))
    last = np.take_along_axis(rising, _last_known(rising), axis=-1)[..., 0]
    low, high = np.zeros(money.shape[:-1]), np.full(money.shape[:-1], _WIDEST)
    for _ in range(_HALVINGS):
        # geometric halving once off nil: the root may be tiny
        middle = np.where(low > 0, np.sqrt(low * high), high / 2)
        beyond = _horner(money, middle) * last > 0
        low, high = np.where(beyond, low, middle), np.where(beyond, middle, high)
    return np.where(_sign_changes(money) == 1, 1 / high - 1, np.nan)


def mirr(flows: ArrayLike, *, finance_rate: float, reinvest_rate: float) -> Array:
    """Modified internal rate of return: money put in costs ``finance_rate``, money got out earns ``reinvest_rate``.

    Parameters
    ----------
    flows
        Shape (..., periods).
    finance_rate, reinvest_rate
        Rates a period, above -1.

    Returns
    -------
    numpy.ndarray
        Shape (...), a period; missing where nothing is put in or nothing comes out.

    Examples
    --------
    >>> float(mirr([-100, 60, 60], finance_rate=0.1, reinvest_rate=0.1).round(4))
    0.1225
    """
    money = np.asarray(flows, dtype=np.float64)
    periods = money.shape[-1] - 1
    outlay = -npv(finance_rate, np.minimum(money, 0))
    income = npv(reinvest_rate, np.maximum(money, 0)) * (1 + reinvest_rate) ** periods
    growth = np.divide(income, outlay, out=np.full(outlay.shape, np.nan), where=(outlay > 0) & (income > 0))
    return np.asarray(growth ** (1 / max(periods, 1)) - 1)


def _last_known(values: Array) -> NDArray[np.intp]:
    """Place of the last value that is not missing; the first where all are."""
    known = ~np.isnan(values)
    place = np.where(known, np.arange(values.shape[-1]), 0)
    return np.asarray(place.max(axis=-1, keepdims=True))


def _sign_changes(money: Array) -> NDArray[np.intp]:
    """Changes of sign along the last axis, zeros passed over."""
    signs = np.sign(money)
    place = np.maximum.accumulate(np.where(signs != 0, np.arange(signs.shape[-1]), 0), axis=-1)
    carried = np.take_along_axis(signs, place, axis=-1)
    return np.asarray((carried[..., 1:] * carried[..., :-1] < 0).sum(axis=-1))


def _horner(money: Array, at: Array) -> Array:
    total = np.zeros(at.shape)
    for period in range(money.shape[-1] - 1, -1, -1):
        total = total * at + money[..., period]
    return total
