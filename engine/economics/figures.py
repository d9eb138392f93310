"""Figures of a plan: payback, cover, break-even and the like, over many plans at once. Missing where there is none.

What a figure is missing for is said by :func:`reasons`; it is never 0 instead.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.codes import Code
from engine.economics.years import Array


class NotCalculable(Code):
    """Why a figure has no value."""

    NO_INVESTMENT = "no_investment"
    NOT_RECOVERED = "not_recovered"
    NO_DEBT = "no_debt"
    NO_MARGIN = "no_margin"
    NO_SALES = "no_sales"
    NO_NET_JOBS = "no_net_jobs"
    NO_PUBLIC_MONEY = "no_public_money"
    NO_EXCHANGE_RATE = "no_exchange_rate"
    NO_COLLATERAL = "no_collateral"
    JOBS_NOT_STATED = "jobs_not_stated"


def present_value(flows: ArrayLike, rate: ArrayLike) -> Array:
    """Net present value at a rate of each plan's own.

    Parameters
    ----------
    flows
        Money by year, shape (..., years).
    rate
        A year, above -1, shape (...).

    Returns
    -------
    numpy.ndarray
        Shape (...), money of ``flows``.

    Examples
    --------
    >>> present_value([[-100.0, 110.0], [-100.0, 110.0]], [0.0, 0.1]).round(9).tolist()
    [10.0, 0.0]
    """
    money = _numbers(flows)
    factor = 1 / (1 + _numbers(rate))
    total = np.zeros(np.broadcast_shapes(money.shape[:-1], factor.shape))
    for year in reversed(range(money.shape[-1])):
        total = total * factor + money[..., year]
    return total


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
    money = _numbers(flows)
    periods = money.shape[-1] - 1
    paid, earned = np.minimum(money, 0), np.maximum(money, 0)
    outlay = -present_value(paid, finance_rate)
    income = present_value(earned, reinvest_rate) * (1 + reinvest_rate) ** periods
    growth = np.full(outlay.shape, np.nan)
    np.divide(income, outlay, out=growth, where=(outlay > 0) & (income > 0))
    return np.asarray(growth ** (1 / max(periods, 1)) - 1)


def nominal_rate(real: ArrayLike, inflation: ArrayLike) -> Array:
    """The real rate on top of inflation: ``(1 + r)(1 + i) - 1``, shape (...).

    Examples
    --------
    >>> round(float(nominal_rate(0.1, 0.4)), 6)
    0.54
    """
    return np.asarray((1 + np.asarray(real)) * (1 + np.asarray(inflation)) - 1)


def real_flows(flows: ArrayLike, inflation: ArrayLike) -> Array:
    """Nominal money by year in the prices of the first year, shape (..., years).

    Examples
    --------
    >>> real_flows([-100.0, 150.0], 0.5).tolist()
    [-100.0, 100.0]
    """
    money = _numbers(flows)
    rise = 1 + _numbers(inflation)[..., None]
    years = np.arange(money.shape[-1])
    return np.asarray(money / rise**years)


def value_to_investment(flows: ArrayLike, investment: ArrayLike, rate: ArrayLike) -> Array:
    """Net present value for each unit of investment (NPVR): ``NPV / PV(investment)``.

    Behrens, Hawranek, 1991, Manual for the Preparation of Industrial Feasibility Studies (UNIDO), chapter X: the
    investment is fixed assets, pre-production costs and working capital. Debts of before are none of it.

    Parameters
    ----------
    flows, investment
        Money by year, shape (..., years); the investment is positive.
    rate
        A year, shape (...).

    Returns
    -------
    numpy.ndarray
        Shape (...); missing where the investment is worth nothing or less.

    Examples
    --------
    >>> value_to_investment([-100.0, 132.0], [100.0, 0.0], 0.1).round(3).tolist()
    0.2
    """
    spent = present_value(investment, rate)
    return _ratio(present_value(flows, rate), spent)


def payback(flows: ArrayLike, rate: ArrayLike = 0.0) -> Array:
    """Years until the sum of the flows is nil for good, money flowing evenly within a year; simple where ``rate`` is 0.

    Parameters
    ----------
    flows
        Money by year, shape (..., years).
    rate
        By which it is discounted first, shape (...).

    Returns
    -------
    numpy.ndarray
        Years from the first flow on, shape (...): a sum that turns negative again later is not paid back before it
        turns positive for the last time. Missing where nothing is put in, or it never comes back.

    Examples
    --------
    >>> payback([-1000.0, 500.0, 400.0, 300.0, 100.0]).round(2).tolist()
    2.33
    >>> payback([-100.0, 50.0, 40.0]).tolist()
    nan
    """
    money = _numbers(flows)
    base = 1 + _numbers(rate)[..., None]
    final = money.shape[-1] - 1
    discounted = money / base ** np.arange(final + 1)
    total = discounted.cumsum(axis=-1)
    rounding = 1e-9 * np.abs(discounted).max(axis=-1, keepdims=True)
    owing = total < -rounding
    last = final - owing[..., ::-1].argmax(axis=-1)
    there = owing.any(axis=-1) & (last < final)
    at = np.clip(last, 0, max(final - 1, 0))
    open_sum = _in_year(total, at)
    coming = _in_year(discounted, np.minimum(at + 1, final))
    covering = there & (coming > 0) & (coming >= -open_sum)  # where it does not, it does but for rounding
    share = np.ones(open_sum.shape)
    np.divide(-open_sum, coming, out=share, where=covering)
    return np.asarray(np.where(there, at + share, np.nan))


def debt_service_cover(cash: ArrayLike, service: ArrayLike) -> Array:
    """Debt service cover (DSCR) of each year: cash flow available for debt service by interest and principal.

    Parameters
    ----------
    cash
        Operating surplus less tax, shape (..., years).
    service
        Interest paid and principal, shape (..., years).

    Returns
    -------
    numpy.ndarray
        Shape (..., years); missing in years without debt service, where there is nothing to cover.

    Examples
    --------
    >>> debt_service_cover([10.0, 30.0], [0.0, 20.0]).tolist()
    [nan, 1.5]
    """
    return _ratio(_numbers(cash), _numbers(service))


def loan_life_cover(cash: ArrayLike, service: ArrayLike, balance: ArrayLike, rate: ArrayLike) -> Array:
    """Loan life cover (LLCR) at the beginning of each year: what is earned until the loans end, by what is owed.

    Parameters
    ----------
    cash, service
        As of :func:`debt_service_cover`, shape (..., years).
    balance
        Owed at the end of each year, shape (..., years).
    rate
        Rate of the loans, a year, shape (...).

    Returns
    -------
    numpy.ndarray
        Shape (..., years): present value of the cash of this and later years with debt service, by the balance at the
        beginning; missing where nothing is owed.

    Examples
    --------
    >>> loan_life_cover([0.0, 66.0, 72.6], [0.0, 60.0, 55.0], [100.0, 50.0, 0.0], 0.1).round(3).tolist()
    [nan, 1.2, 1.32]
    """
    due = _numbers(service) > 0
    earned = np.where(due, _numbers(cash), 0)
    factor = 1 / (1 + _numbers(rate))
    years = earned.shape[-1]
    plans = np.broadcast_shapes(earned.shape[:-1], factor.shape)
    worth = np.zeros((*plans, years))
    later = np.zeros(plans)
    for year in reversed(range(years)):
        later = (later + earned[..., year]) * factor
        worth[..., year] = later
    owed = _numbers(balance)
    nothing = np.zeros((*owed.shape[:-1], 1))
    opening = np.concatenate([nothing, owed[..., :-1]], axis=-1)
    return _ratio(worth, opening)


def break_even(sales: ArrayLike, variable: ArrayLike, fixed: ArrayLike) -> Array:
    """Part of the year's output at which nothing is earned or lost: ``fixed / (sales - variable)``.

    Parameters
    ----------
    sales, variable, fixed
        Money of the year, shape (...); depreciation and interest count among the fixed costs.

    Returns
    -------
    numpy.ndarray
        Shape (...), above 1 where the year loses money; missing where output earns nothing over its own costs.

    Examples
    --------
    >>> break_even([100.0, 100.0], [60.0, 100.0], [20.0, 1.0]).tolist()
    [0.5, nan]
    """
    margin = _numbers(sales) - _numbers(variable)
    return _ratio(_numbers(fixed), margin)


def break_even_price(sales: ArrayLike, variable: ArrayLike, fixed: ArrayLike) -> Array:
    """Part of the price at which nothing is earned or lost: all costs by sales.

    Parameters
    ----------
    sales, variable, fixed
        Money of the year, shape (...).

    Returns
    -------
    numpy.ndarray
        Shape (...); missing without sales.

    Examples
    --------
    >>> break_even_price(100.0, 60.0, 20.0).tolist()
    0.8
    """
    costs = _numbers(variable) + _numbers(fixed)
    return _ratio(costs, _numbers(sales))


def cost_per_job(rial: ArrayLike, net_jobs: ArrayLike) -> Array:
    """Money for each net job: missing where no job is new, or no money is spent.

    Parameters
    ----------
    rial
        Public money, or public and private; shape (...).
    net_jobs
        Persons, shape (...).

    Returns
    -------
    numpy.ndarray
        Rial a person, shape (...).

    Examples
    --------
    >>> cost_per_job([100.0, 100.0, 0.0], [20.0, 0.0, 20.0]).tolist()
    [5.0, nan, nan]
    """
    money = _numbers(rial)
    spent = np.where(money > 0, money, np.nan)
    return _ratio(spent, _numbers(net_jobs))


def _numbers(given: ArrayLike) -> Array:
    return np.asarray(given, dtype=np.float64)


def _in_year(by_year: Array, year: NDArray[np.intp]) -> Array:
    """Of each plan the figure of one year, shape (...)."""
    return np.asarray(np.take_along_axis(by_year, year[..., None], axis=-1)[..., 0])


def _ratio(above: Array, below: Array) -> Array:
    """Quotient where the lower figure is above nil, else missing."""
    shape = np.broadcast_shapes(above.shape, below.shape)
    quotient = np.full(shape, np.nan)
    there = np.broadcast_to(below > 0, shape)
    return np.asarray(np.divide(above, below, out=quotient, where=there))
