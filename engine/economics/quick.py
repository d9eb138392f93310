"""Worth and cover of revivals, a year at a time: what ``statements(revival(...))`` finds, without keeping the years.

Thousands of draws of thousands of units pass here; a test holds that both ways agree.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.economics.loans import schedule
from engine.economics.revival import RevivalTerms, loan, output_ramp
from engine.economics.years import Array, Values, grown

Service = Mapping[str, tuple[Array, Array]]
"""Kind of loan -> interest and service of one rial drawn today, shapes (..., years)."""


def service(values: Values) -> Service:
    """Interest and service of one rial of each kind of loan.

    Parameters
    ----------
    values
        ``loan_rate, horizon_years`` and the years and grace of both kinds.

    Returns
    -------
    dict
        Shapes (..., years), broadcast with ``loan_rate``.

    Examples
    --------
    >>> from engine.economics.assumptions import Assumptions
    >>> service(Assumptions.from_reference().points())["loan"][0][:3].round(3).tolist()
    [0.0, 0.23, 0.283]
    """
    one = np.zeros(int(np.asarray(values["horizon_years"])) + 1)
    one[0] = 1.0
    plans = {kind: schedule(loan(one, values, kind)) for kind in ("loan", "reschedule")}
    return {kind: (plan.interest, plan.service) for kind, plan in plans.items()}


def worth_and_cover(once: RevivalTerms, values: Values, lent: Service | None = None) -> tuple[Array, Array]:
    """Net present value and lowest debt service cover of revivals.

    Parameters
    ----------
    once
        What the revivals come to in today's money, shapes (..., n).
    values
        Assumption -> value, as of ``engine.economics.revival.revival``.
    lent
        What :func:`service` gives for these values, where it is at hand.

    Returns
    -------
    numpy.ndarray, numpy.ndarray
        Net present value of the project in rial of today, less what it is worth without; and the lowest cover of the
        years with debt service, infinite without debt. Shapes (..., n).

    Examples
    --------
    >>> from engine.domain.unit import pd, unit_table
    >>> from engine.economics.assumptions import Assumptions
    >>> from engine.economics.revival import facts, terms
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["20"], "price_year": [1404]}))
    >>> values = Assumptions.from_reference().points()
    >>> once = terms(facts(units, pd.Series([20.0], index=units.index)), [20.0], values)
    >>> value, cover = worth_and_cover(once, values)
    >>> value.shape, bool(cover > 1)
    ((1,), True)
    """
    years = int(np.asarray(values["horizon_years"])) + 1
    prices = grown(values["expected_inflation"], years)
    ramp = output_ramp(values["ramp_months"], years)
    run, still = _margins(once)
    loans = _loans(once, lent or service(values))
    life = np.asarray(values["asset_life_years"])
    yearly = once.fixed_capital / life
    rate, real = np.asarray(values["tax_rate"]), 1 / (1 + np.asarray(values["real_discount_rate"]))
    factor = real / prices[..., 1] if years > 1 else real
    discount = np.ones(np.shape(factor))
    before = once.tied * ramp[..., 1]
    value = -once.fixed_capital - once.debts - before - once.sale * (1 - once.holding)
    cover: Array = np.full(value.shape, np.inf)
    losses: Array = np.zeros(value.shape)
    unwritten = once.fixed_capital
    for year in range(1, years):
        discount = discount * factor
        earned = (run * ramp[..., year] - still) * prices[..., year]
        part = yearly * np.clip(life - (year - 1), 0, 1)
        unwritten = unwritten - part
        profit = earned - part - _interest(loans, year)
        losses = losses - profit
        freed = year <= once.holiday_years
        tax = np.where(freed, 0.0, np.maximum(-losses, 0) * rate)
        np.maximum(losses, 0, out=losses)
        earned -= tax
        due = _due(loans, year)
        if due is not None:
            cover = np.minimum(cover, np.divide(earned, due, out=np.full(value.shape, np.inf), where=due > 0))
        tied = once.tied * ramp[..., min(year + 1, years - 1)] * prices[..., year]
        value += discount * (earned - tied + before)
        before = tied
    brought = once.residual * prices[..., -1]
    gain = np.where(brought > 0, brought - unwritten, 0)
    return value + discount * (brought - gain * rate + before + once.sale * prices[..., -1]), cover


def _margins(once: RevivalTerms) -> tuple[Array, Array]:
    """What output earns over the costs that move with it, and the costs that do not; of a full year."""
    run, still = once.sales, np.zeros(once.sales.shape)
    for full, fixed, _ in once.costs.values():
        stays = full * np.asarray(fixed)
        still = still + stays
        run = run - full + stays
    return run, still


_Loans = list[tuple[Array, Array, Array]]


def _loans(once: RevivalTerms, lent: Service) -> _Loans:
    amounts = {"loan": once.capital_loan, "reschedule": once.rescheduled}
    return [(amount, *lent[kind]) for kind, amount in amounts.items() if amount.any()]


def _interest(loans: _Loans, year: int) -> Array:
    return sum((amount * interest[..., year] for amount, interest, _ in loans), np.zeros(1))


def _due(loans: _Loans, year: int) -> Array | None:
    due = [amount * service[..., year] for amount, _, service in loans if service[..., year].any()]
    return sum(due[1:], due[0]) if due else None
