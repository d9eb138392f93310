"""The figures of one project, each with its measure, and with its reason where it has no value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from engine.codes import Code
from engine.economics.figures import (
    NotCalculable,
    break_even,
    break_even_price,
    cost_per_job,
    debt_service_cover,
    loan_life_cover,
    mirr,
    nominal_rate,
    payback,
    present_value,
    real_flows,
    value_to_investment,
)
from engine.economics.loans import Schedule
from engine.economics.project import Project
from engine.economics.rates import NoRate, rates
from engine.economics.statements import ProjectStatements, statements
from engine.economics.years import Array


class FigureName(Code):
    """What is said of a project."""

    CAPITAL = "capital"
    NPV = "npv"
    NPV_USD = "npv_usd"
    IRR = "irr"
    IRR_REAL = "irr_real"
    MIRR = "mirr"
    NPVR = "npvr"
    PAYBACK = "payback"
    DISCOUNTED_PAYBACK = "discounted_payback"
    BREAK_EVEN_OUTPUT = "break_even_output"
    BREAK_EVEN_PRICE = "break_even_price"
    EQUITY = "equity"
    EQUITY_NPV = "equity_npv"
    EQUITY_IRR = "equity_irr"
    LEAST_DSCR = "least_dscr"
    LEAST_DSCR_YEAR = "least_dscr_year"
    MEAN_DSCR = "mean_dscr"
    LEAST_LLCR = "least_llcr"
    COLLATERAL_COVER = "collateral_cover"
    DEBT_THAT_COVER_BEARS = "debt_that_cover_bears"
    ECONOMIC_NPV = "economic_npv"
    VALUE_ADDED = "value_added"
    HARD_CURRENCY = "hard_currency"
    GROSS_JOBS = "gross_jobs"
    NET_JOBS = "net_jobs"
    WEIGHTED_JOBS = "weighted_jobs"
    SUPPLIER_JOBS = "supplier_jobs"
    SUPPLIER_AND_CONSUMER_JOBS = "supplier_and_consumer_jobs"
    PERSON_YEARS = "person_years"
    PUBLIC_MONEY = "public_money"
    LOAN_GIFT = "loan_gift"
    PUBLIC_COST_PER_JOB = "public_cost_per_job"
    WHOLE_COST_PER_JOB = "whole_cost_per_job"


class FigureMeasure(Code):
    """Unit of measure of a figure."""

    RIAL = "rial"
    USD = "usd"
    RATE = "rate"
    RATIO = "ratio"
    SHARE = "share"
    YEARS = "years"
    YEAR = "year"
    PERSONS = "persons"
    PERSON_YEARS = "person_years"
    RIAL_A_PERSON = "rial_a_person"


_MEASURES = {
    FigureMeasure.USD: {FigureName.NPV_USD},
    FigureMeasure.RATE: {FigureName.IRR, FigureName.IRR_REAL, FigureName.MIRR, FigureName.EQUITY_IRR},
    FigureMeasure.RATIO: {
        FigureName.NPVR, FigureName.LEAST_DSCR, FigureName.MEAN_DSCR, FigureName.LEAST_LLCR,
        FigureName.COLLATERAL_COVER,
    },
    FigureMeasure.SHARE: {FigureName.BREAK_EVEN_OUTPUT, FigureName.BREAK_EVEN_PRICE},
    FigureMeasure.YEARS: {FigureName.PAYBACK, FigureName.DISCOUNTED_PAYBACK},
    FigureMeasure.YEAR: {FigureName.LEAST_DSCR_YEAR},
    FigureMeasure.PERSONS: {
        FigureName.GROSS_JOBS, FigureName.NET_JOBS, FigureName.WEIGHTED_JOBS, FigureName.SUPPLIER_JOBS,
        FigureName.SUPPLIER_AND_CONSUMER_JOBS,
    },
    FigureMeasure.PERSON_YEARS: {FigureName.PERSON_YEARS},
    FigureMeasure.RIAL_A_PERSON: {FigureName.PUBLIC_COST_PER_JOB, FigureName.WHOLE_COST_PER_JOB},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure.

    Parameters
    ----------
    name
        What it is.
    value
        In its measure; ``None`` where it cannot be calculated.
    reason
        Why it cannot; of a rate also why there are several.
    several
        All rates where there are several.
    """

    name: FigureName
    value: float | None
    reason: Code | None = None
    several: tuple[float, ...] = ()

    @property
    def measure(self) -> FigureMeasure:
        """Unit of measure."""
        return next((measure for measure, names in _MEASURES.items() if self.name in names), FigureMeasure.RIAL)


@dataclass(frozen=True, slots=True)
class Standards:
    """By what a project is measured.

    Parameters
    ----------
    real_rate
        Discount rate a year beyond inflation.
    dscr_floor
        Least cover of debt service.
    loan_rate, market_rate
        Rate of the loans, and that by which the gift in a cheap loan is measured; a year, nominal.
    rial_per_usd
        Exchange rate of the price year; ``None`` where it is not known.
    shadow_wage
        Worth of a wage to the economy, as a share of it.
    collateral
        What the assets would bring if they were sold today, rial.
    """

    real_rate: float
    dscr_floor: float = 1.25
    loan_rate: float = 0.0
    market_rate: float = 0.0
    rial_per_usd: float | None = None
    shadow_wage: float = 1.0
    collateral: float | None = None


@dataclass(frozen=True, slots=True)
class ProjectJobs:
    """Jobs of a project, persons; ``None`` where nobody knows them.

    Parameters
    ----------
    gross, net, weighted
        Direct jobs, those new to the province, and these times the social weight.
    suppliers, suppliers_and_consumers
        Jobs that go with the net ones at suppliers (type I), and through wages as well (type II).
    years
        Years for which a job counts.
    """

    gross: float | None = None
    net: float | None = None
    weighted: float | None = None
    suppliers: float | None = None
    suppliers_and_consumers: float | None = None
    years: float = 1.0


@dataclass(frozen=True, eq=False, slots=True)
class Account:
    """A project worked through.

    Parameters
    ----------
    worked
        Its statements, shapes (years,).
    figures
        By name, in the order of ``FigureName``.
    cover, life_cover
        Cover of debt service and of the loans' life by year, shape (years,); NaN without debt.
    inflation
        Yearly rise of prices inside its money.
    """

    worked: ProjectStatements
    figures: Mapping[FigureName, Figure]
    cover: Array
    life_cover: Array
    inflation: float

    def value(self, name: FigureName) -> float | None:
        """A figure's value; ``None`` where it cannot be calculated."""
        return self.figures[name].value


def account(project: Project, standards: Standards, jobs: ProjectJobs | None = None) -> Account:
    """Work a single project through and say its figures.

    Parameters
    ----------
    project
        One project: every shape is (years,) or ().
    standards
        Discount rate, floors, exchange rate.
    jobs
        Its jobs; nothing is known where ``None``.

    Returns
    -------
    Account
        Values in today's money of the project.

    Examples
    --------
    >>> from engine.economics.project import Asset
    >>> mill = Project(sales=[0.0, 60.0, 60.0], assets={"machines": Asset([100.0, 0.0, 0.0], life_years=2)})
    >>> told = account(mill, Standards(real_rate=0.1))
    >>> round(told.value(FigureName.NPV), 3), round(told.value(FigureName.IRR), 4)
    (4.132, 0.1307)
    >>> told.figures[FigureName.LEAST_DSCR].value, told.figures[FigureName.LEAST_DSCR].reason.value
    (None, 'no_debt')
    """
    worked = statements(project)
    inflation = float(np.asarray(project.inflation))
    rate = float(nominal_rate(standards.real_rate, inflation))
    cover = debt_service_cover(worked.cash_for_debt, worked.debt_service)
    life = loan_life_cover(worked.cash_for_debt, worked.debt_service, worked.debt, standards.loan_rate)
    known = jobs or ProjectJobs()
    found = _of_value(worked, rate, inflation, standards) | _of_debt(worked, cover, life, standards)
    found |= _of_economy(worked, project, rate, standards) | _of_jobs(worked, known, standards)
    listed = {name: found[name] for name in FigureName}
    return Account(worked, listed, cover, life, inflation)


def yearly(worked: ProjectStatements) -> pd.DataFrame:
    """Statements of one project as a table: a line a row, a year a column.

    Parameters
    ----------
    worked
        Statements of one project, shapes (years,).

    Returns
    -------
    pandas.DataFrame
        Index ``StatementLine`` values, columns 0, 1, ...; money of the project.
    """
    balance = worked.balance
    lines = {
        StatementLine.SALES: worked.sales,
        StatementLine.VARIABLE_COSTS: -worked.variable_costs,
        StatementLine.FIXED_COSTS: -worked.fixed_costs,
        StatementLine.OPERATING_SURPLUS: worked.operating_surplus,
        StatementLine.DEPRECIATION: -worked.depreciation,
        StatementLine.INTEREST: -worked.interest,
        StatementLine.TAX: -worked.tax,
        StatementLine.PROFIT: worked.profit,
        StatementLine.INVESTMENT: -worked.investment,
        StatementLine.WORKING_CAPITAL_RISE: -worked.working_capital_rise,
        StatementLine.DRAWN: worked.drawn,
        StatementLine.DEBT_SERVICE: -worked.debt_service,
        StatementLine.EQUITY: worked.equity,
        StatementLine.SURPLUS: worked.surplus,
        StatementLine.TERMINAL: worked.terminal,
        StatementLine.WITHOUT: -worked.without,
        StatementLine.PROJECT_FLOW: worked.project_flow,
        StatementLine.EQUITY_FLOW: worked.equity_flow,
        **{StatementLine(f"end_{name}"): values for name, values in balance.items()},
    }
    return pd.DataFrame({line.value: np.asarray(values, dtype=np.float64) for line, values in lines.items()}).T


class StatementLine(Code):
    """Lines of the statements, in order; those of the balance sheet begin with ``end``."""

    SALES = "sales"
    VARIABLE_COSTS = "variable_costs"
    FIXED_COSTS = "fixed_costs"
    OPERATING_SURPLUS = "operating_surplus"
    DEPRECIATION = "depreciation"
    INTEREST = "interest"
    TAX = "tax"
    PROFIT = "profit"
    INVESTMENT = "investment"
    WORKING_CAPITAL_RISE = "working_capital_rise"
    DRAWN = "drawn"
    DEBT_SERVICE = "debt_service"
    EQUITY = "equity"
    SURPLUS = "surplus"
    TERMINAL = "terminal"
    WITHOUT = "without"
    PROJECT_FLOW = "project_flow"
    EQUITY_FLOW = "equity_flow"
    END_FIXED_ASSETS = "end_fixed_assets"
    END_WORKING_CAPITAL = "end_working_capital"
    END_CASH = "end_cash"
    END_DEBT = "end_debt"
    END_PAID_IN = "end_paid_in"
    END_RETAINED = "end_retained"


_Found = dict[FigureName, Figure]


def _figure(name: FigureName, value: object, reason: Code | None) -> Figure:
    """A figure, or its reason where the value is missing."""
    number = float("nan") if value is None else float(np.asarray(value))
    return Figure(name, number) if np.isfinite(number) else Figure(name, None, reason)


def _rate(name: FigureName, flows: Array) -> Figure:
    found = rates(flows)
    return Figure(name, found.single, found.reason, found.found if found.reason is NoRate.SEVERAL else ())


def _of_value(worked: ProjectStatements, rate: float, inflation: float, standards: Standards) -> _Found:
    flow, owners = worked.project_flow, worked.equity_flow
    # Old debts are no investment: settling them makes nothing, and how much is paid is a bargain with creditors. They
    # lower the net present value above the line; below it stands what `FigureName.CAPITAL` names.
    spent = worked.investment - _settled(worked) + np.maximum(worked.working_capital_rise, 0)
    npv = present_value(flow, rate)
    dollar = standards.rial_per_usd
    fixed = worked.fixed_costs + worked.depreciation + worked.interest
    # the first year of full output: in nominal money it would be the last, when loans and depreciation have gone
    real = real_flows(worked.sales, inflation)
    full = int((real >= real.max() * (1 - 1e-9)).argmax())
    at_full = (worked.sales[full], worked.variable_costs[full], fixed[full])
    modified = mirr(flow, finance_rate=rate, reinvest_rate=rate)
    found = [
        _figure(FigureName.CAPITAL, _positive(_capital(worked)), NotCalculable.NO_INVESTMENT),
        _figure(FigureName.NPV, npv, None),
        _figure(FigureName.NPV_USD, None if dollar is None else npv / dollar, NotCalculable.NO_EXCHANGE_RATE),
        _rate(FigureName.IRR, flow),
        _rate(FigureName.IRR_REAL, real_flows(flow, inflation)),
        _figure(FigureName.MIRR, modified, NoRate.NO_SIGN_CHANGE),
        _figure(FigureName.NPVR, value_to_investment(flow, spent, rate), NotCalculable.NO_INVESTMENT),
        _figure(FigureName.PAYBACK, payback(real_flows(flow, inflation)), NotCalculable.NOT_RECOVERED),
        _figure(FigureName.DISCOUNTED_PAYBACK, payback(flow, rate), NotCalculable.NOT_RECOVERED),
        _figure(FigureName.BREAK_EVEN_OUTPUT, break_even(*at_full), NotCalculable.NO_MARGIN),
        _figure(FigureName.BREAK_EVEN_PRICE, break_even_price(*at_full), NotCalculable.NO_SALES),
        _figure(FigureName.EQUITY, _positive(worked.equity.sum()), NotCalculable.NO_INVESTMENT),
        _figure(FigureName.EQUITY_NPV, present_value(owners, rate), None),
        _rate(FigureName.EQUITY_IRR, owners),
    ]
    return {figure.name: figure for figure in found}


def _of_debt(worked: ProjectStatements, cover: Array, life: Array, standards: Standards) -> _Found:
    served = ~np.isnan(cover)
    least = cover[served].min() if served.any() else None
    year = int(np.nanargmin(cover)) if served.any() else None
    owed = worked.drawn.sum()
    borne = None if least is None else owed * max(least, 0.0) / standards.dscr_floor
    backed = None if standards.collateral is None or not owed > 0 else standards.collateral / owed
    unbacked = NotCalculable.NO_COLLATERAL if owed > 0 else NotCalculable.NO_DEBT
    found = [
        _figure(FigureName.LEAST_DSCR, least, NotCalculable.NO_DEBT),
        _figure(FigureName.LEAST_DSCR_YEAR, year, NotCalculable.NO_DEBT),
        _figure(FigureName.MEAN_DSCR, cover[served].mean() if served.any() else None, NotCalculable.NO_DEBT),
        _figure(FigureName.LEAST_LLCR, np.nanmin(life) if (~np.isnan(life)).any() else None, NotCalculable.NO_DEBT),
        _figure(FigureName.COLLATERAL_COVER, backed, unbacked),
        _figure(FigureName.DEBT_THAT_COVER_BEARS, borne, NotCalculable.NO_DEBT),
    ]
    return {figure.name: figure for figure in found}


def _of_economy(worked: ProjectStatements, project: Project, rate: float, standards: Standards) -> _Found:
    """Taxes and old debts are handed from one to the other; a wage costs what its worker gave up."""
    wages = sum((np.asarray(cost.rial) for cost in project.costs.values() if not cost.bought), np.zeros(1))
    settled = _settled(worked)
    terminal_tax = worked.terminal - _untaxed(project, worked)
    flow = worked.project_flow + worked.tax + settled + wages * (1 - standards.shadow_wage) - terminal_tax
    abroad = sum(
        (np.asarray(cost.rial) * cost.hard_currency_share for cost in project.costs.values()),
        np.zeros(worked.sales.shape),
    )
    earned = worked.sales * np.asarray(project.export_share) - abroad
    found = [
        _figure(FigureName.ECONOMIC_NPV, present_value(flow, rate), None),
        _figure(FigureName.VALUE_ADDED, present_value(worked.value_added, rate), None),
        _figure(FigureName.HARD_CURRENCY, present_value(earned, rate), None),
    ]
    return {figure.name: figure for figure in found}


def _settled(worked: ProjectStatements) -> Array:
    """What goes to creditors of before, by year."""
    return np.asarray(worked.spent.get("debts", np.zeros(1)))


def _untaxed(project: Project, worked: ProjectStatements) -> Array:
    """What the end of the plan brings before tax."""
    end = np.zeros(worked.sales.shape)
    end[-1] = worked.working_capital[-1] + sum(float(np.asarray(one.residual)) for one in project.assets.values())
    return end


def _gift(lent: Schedule, market_rate: float) -> float:
    """What a loan gives away at the market's rate; what is still owed at the end is paid then."""
    flow = lent.drawn - lent.service
    flow[-1] -= lent.balance[-1]
    return float(present_value(flow, market_rate))


def _of_jobs(worked: ProjectStatements, jobs: ProjectJobs, standards: Standards) -> _Found:
    lent = worked.loans.get("capital_loan")
    public = None if lent is None else lent.drawn.sum()
    gift = None if lent is None else _gift(lent, standards.market_rate)
    whole = _capital(worked)
    net = np.nan if jobs.net is None else jobs.net
    no_jobs = NotCalculable.JOBS_NOT_STATED if jobs.net is None else NotCalculable.NO_NET_JOBS
    by_public = no_jobs if public else NotCalculable.NO_PUBLIC_MONEY
    figures = {
        FigureName.GROSS_JOBS: jobs.gross,
        FigureName.NET_JOBS: jobs.net,
        FigureName.WEIGHTED_JOBS: jobs.weighted,
        FigureName.SUPPLIER_JOBS: jobs.suppliers,
        FigureName.SUPPLIER_AND_CONSUMER_JOBS: jobs.suppliers_and_consumers,
        FigureName.PERSON_YEARS: None if jobs.net is None else jobs.net * jobs.years,
    }
    found = [_figure(name, value, NotCalculable.JOBS_NOT_STATED) for name, value in figures.items()]
    found += [
        _figure(FigureName.PUBLIC_MONEY, public, NotCalculable.NO_PUBLIC_MONEY),
        _figure(FigureName.LOAN_GIFT, gift, NotCalculable.NO_PUBLIC_MONEY),
        _figure(FigureName.PUBLIC_COST_PER_JOB, cost_per_job(public or 0.0, net), by_public),
        _figure(FigureName.WHOLE_COST_PER_JOB, cost_per_job(whole, net), no_jobs),
    ]
    return {figure.name: figure for figure in found}


def _capital(worked: ProjectStatements) -> float:
    """Money for assets and the first working capital; old debts are not capital."""
    return float((worked.investment - _settled(worked)).sum() + max(worked.working_capital_rise[0], 0.0))


def _positive(money: float) -> float | None:
    return money if money > 0 else None
