"""Statements of a project by year: income, cash, flows to the project and to its owners, and its balance sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np

from engine.economics.loans import Schedule, schedule
from engine.economics.project import Asset, Project
from engine.economics.taxes import income_tax
from engine.economics.years import Array, by_year, empty


@dataclass(frozen=True, eq=False, slots=True)
class ProjectStatements:
    """What a project brings, year by year: money of the project, shapes (..., years).

    Parameters
    ----------
    spent
        Investment by asset.
    depreciation
        What is written off.
    working_capital
        Tied up at the end of the year.
    sales, variable_costs, fixed_costs, bought
        Income, costs by whether they move with output, and the part of both that is bought from others.
    loans
        Schedule of each loan.
    tax
        Income tax, on profit after interest.
    equity
        Paid in by the owners.
    terminal
        At the end of the last year: what assets bring after tax, and working capital set free.
    without
        What the owners would get if nothing were done.
    """

    spent: Mapping[str, Array]
    depreciation: Array
    working_capital: Array
    sales: Array
    variable_costs: Array
    fixed_costs: Array
    bought: Array
    loans: Mapping[str, Schedule]
    tax: Array
    equity: Array
    terminal: Array
    without: Array

    @property
    def investment(self) -> Array:
        """Money spent on assets."""
        return _sum(self.spent.values(), self.sales)

    @property
    def working_capital_rise(self) -> Array:
        """What the working capital takes in the year."""
        return np.diff(self.working_capital, axis=-1, prepend=0.0)

    @property
    def operating_surplus(self) -> Array:
        """Sales less operating costs, before depreciation, interest and tax."""
        return self.sales - self.variable_costs - self.fixed_costs

    @property
    def interest(self) -> Array:
        """Interest of all loans, paid or added to them."""
        return _sum((loan.interest for loan in self.loans.values()), self.sales)

    @property
    def drawn(self) -> Array:
        """Money drawn from all loans."""
        return _sum((loan.drawn for loan in self.loans.values()), self.sales)

    @property
    def debt_service(self) -> Array:
        """Interest paid and principal paid back, of all loans."""
        return _sum((loan.service for loan in self.loans.values()), self.sales)

    @property
    def debt(self) -> Array:
        """Owed at the end of the year."""
        return _sum((loan.balance for loan in self.loans.values()), self.sales)

    @property
    def profit_before_tax(self) -> Array:
        """Operating surplus less depreciation and interest."""
        return self.operating_surplus - self.depreciation - self.interest

    @property
    def profit(self) -> Array:
        """Profit after tax."""
        return self.profit_before_tax - self.tax

    @property
    def cash_for_debt(self) -> Array:
        """Cash flow available for debt service: operating surplus less tax."""
        return self.operating_surplus - self.tax

    @property
    def value_added(self) -> Array:
        """Sales less what is bought from others: wages, depreciation, interest, tax and profit."""
        return self.sales - self.bought

    @property
    def surplus(self) -> Array:
        """Cash flow for financial planning: all that comes in less all that goes out in the year."""
        return self._before_equity + self.equity

    @property
    def cash(self) -> Array:
        """Cash at the end of the year; negative where stated equity is too small."""
        return self.surplus.cumsum(axis=-1)

    @property
    def project_flow(self) -> Array:
        """To all who finance it: with the project less without it, after tax."""
        spent = self.investment + self.working_capital_rise
        return self.operating_surplus - self.tax - spent + self.terminal - self.without

    @property
    def equity_flow(self) -> Array:
        """To the owners: the project's flow, with loans drawn and served; what is still owed at the end is paid."""
        flow = self.project_flow + self.drawn - self.debt_service
        flow[..., -1] -= self.debt[..., -1]
        return flow

    @property
    def net_assets(self) -> Array:
        """Assets that are not yet written off, at the end of the year."""
        return (self.investment - self.depreciation).cumsum(axis=-1)

    @property
    def balance(self) -> dict[str, Array]:
        """Balance sheet at the end of each year: assets, then what pays for them; both sides are equal.

        ``fixed_assets, working_capital, cash`` on the one side, ``debt, paid_in, retained`` on the other.
        """
        return {
            "fixed_assets": self.net_assets,
            "working_capital": self.working_capital,
            "cash": self.cash,
            "debt": self.debt,
            "paid_in": self.equity.cumsum(axis=-1),
            "retained": self.profit.cumsum(axis=-1),
        }

    @property
    def _before_equity(self) -> Array:
        spent = self.investment + self.working_capital_rise
        return self.operating_surplus - self.tax - spent + self.drawn - self.debt_service


def statements(project: Project) -> ProjectStatements:
    """Work a project through, year by year.

    Parameters
    ----------
    project
        What is spent, sold, paid and lent; all shapes broadcast.

    Returns
    -------
    ProjectStatements
        Shapes (..., years).

    Examples
    --------
    >>> from engine.economics.project import Cost, TaxRule
    >>> mill = Project(sales=[0.0, 200.0], assets={"machines": Asset([100.0, 0.0], life_years=1)},
    ...                costs={"materials": Cost([0.0, 80.0])}, tax=TaxRule(0.25))
    >>> worked = statements(mill)
    >>> worked.project_flow.tolist(), worked.profit.tolist(), worked.equity.tolist()
    ([-100.0, 115.0], [0.0, 15.0], [100.0, 0.0])
    """
    shape = _shape(project)
    sales = by_year(project.sales, shape)
    costs = [(by_year(cost.rial, shape), cost) for cost in project.costs.values()]
    fixed = _sum((rial * np.asarray(cost.fixed_share, dtype=np.float64) for rial, cost in costs), sales)
    whole = _sum((rial for rial, _ in costs), sales)
    bought = _sum((rial for rial, cost in costs if cost.bought), sales)
    spent = {name: by_year(asset.spent, shape) for name, asset in project.assets.items()}
    by_asset = {name: by_year(depreciation(asset), shape) for name, asset in project.assets.items()}
    written_off = _sum(by_asset.values(), sales)
    loans = {name: schedule(loan) for name, loan in project.loans.items()}
    interest = _sum((loan.interest for loan in loans.values()), sales)
    profit = sales - whole - written_off - interest
    tax = income_tax(
        profit,
        project.tax.rate,
        first_year=(sales > 0).argmax(axis=-1),
        holiday_years=project.tax.holiday_years,
        loss_years=project.tax.loss_years,
        refunded=project.tax.refunded,
    )
    tied = by_year(np.broadcast_to(project.working_capital, sales.shape))
    unwritten = {name: spent[name].sum(axis=-1) - parts.sum(axis=-1) for name, parts in by_asset.items()}
    worked = ProjectStatements(
        spent,
        written_off,
        tied,
        sales,
        whole - fixed,
        fixed,
        bought,
        loans,
        tax,
        np.zeros(sales.shape),
        _terminal(project, sales, tied, unwritten),
        np.broadcast_to(np.asarray(project.without, dtype=np.float64), sales.shape),
    )
    worked.equity[...] = _paid_in(worked) if project.equity is None else by_year(project.equity, shape)
    return worked


def depreciation(asset: Asset) -> Array:
    """What is written off of an asset, by year.

    Parameters
    ----------
    asset
        Money, life, first year; or a table of its own.

    Returns
    -------
    numpy.ndarray
        Shape (..., years). A life that is no whole number leaves a smaller last part.

    Examples
    --------
    >>> depreciation(Asset([100.0, 0, 0, 0], life_years=2.5)).tolist()
    [0.0, 40.0, 40.0, 20.0]
    """
    life = np.asarray(asset.life_years, dtype=np.float64)
    if asset.written_off is not None:
        return by_year(asset.written_off, life.shape)
    spent = by_year(asset.spent, life.shape)
    parts = empty(spent.shape)
    if np.isinf(life).all():
        return parts
    for first in range(spent.shape[-1]):
        if not spent[..., first].any():
            continue
        begin = max(first + 1, asset.first_year)
        for year in range(begin, spent.shape[-1]):
            parts[..., year] += spent[..., first] / life * np.clip(life - (year - begin), 0, 1)
    return parts


def _shape(project: Project) -> tuple[int, ...]:
    """Shape (...) of the whole project."""
    yearly = [project.sales, *(one.spent for one in project.assets.values())]
    yearly += [one.rial for one in project.costs.values()] + [one.drawn for one in project.loans.values()]
    yearly += [one for one in (project.working_capital, project.without, project.equity) if one is not None]
    single = [*(one.life_years for one in project.assets.values()), *(one.rate for one in project.loans.values())]
    single += [*(one.residual for one in project.assets.values()), project.tax.rate, project.tax.holiday_years]
    shapes = [np.shape(one)[:-1] for one in yearly] + [np.shape(one) for one in single]
    return tuple(np.broadcast_shapes(*shapes))


def _sum(parts: Iterable[Array], like: Array) -> Array:
    listed = list(parts)
    return reduce(np.add, listed) if listed else empty(like.shape)


def _terminal(project: Project, sales: Array, tied: Array, unwritten: Mapping[str, Array]) -> Array:
    terminal = empty(sales.shape)
    terminal[..., -1] = tied[..., -1]
    for name, asset in project.assets.items():
        brought = np.asarray(asset.residual, dtype=np.float64)
        # a loss at the sale lowers the tax of the last year like any other cost
        gain = np.where(brought > 0, brought - unwritten[name], 0)
        terminal[..., -1] += brought - gain * np.asarray(project.tax.rate)
    return terminal


def _paid_in(worked: ProjectStatements) -> Array:
    """Owners pay in what is missing, in the year in which it is missing."""
    surplus = worked._before_equity
    paid, cash = empty(surplus.shape), np.zeros(surplus.shape[:-1])
    for year in range(surplus.shape[-1]):
        cash = cash + surplus[..., year]
        paid[..., year] = np.maximum(-cash, 0)
        cash = cash + paid[..., year]
    return paid
