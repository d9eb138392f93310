"""The account of a single unit: its revival as a project, by its record, its prediction and what is assumed."""

from __future__ import annotations

import numpy as np

from engine.economics.account import Account, ProjectJobs, Standards, account
from engine.economics.assumptions import Assumptions
from engine.economics.jobs import LabourMarket, new_jobs, shadow_wage, social_weight
from engine.economics.loans import Loan
from engine.economics.project import Asset, Cost, Project, TaxRule
from engine.economics.revival import Facts, revival, terms
from engine.economics.years import Array, Values


def unit_account(
    known: Facts, around: LabourMarket, jobs: Array, assumed: Assumptions, *, rial_per_usd: float | None = None
) -> Account:
    """Work the revival of one unit through, at the points of all that is assumed.

    Parameters
    ----------
    known, around
        Facts and labour market of one unit.
    jobs
        Jobs that the revival adds, shape (1,).
    assumed
        Assumptions.
    rial_per_usd
        Exchange rate of the price year, where it is known.

    Returns
    -------
    Account
        Money in rial of the price year.

    Examples
    --------
    >>> from engine.domain.unit import pd, unit_table
    >>> from engine.economics.account import FigureName
    >>> from engine.economics.jobs import labour_market
    >>> from engine.economics.revival import facts
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["10"], "price_year": [1404],
    ...                                  "province": ["West Azerbaijan"], "county": ["Bukan"]}))
    >>> known = facts(units, pd.Series([20.0], index=units.index))
    >>> told = unit_account(known, labour_market(units), np.array([20.0]), Assumptions.from_reference())
    >>> round(told.value(FigureName.NET_JOBS), 1)
    10.9
    """
    values = assumed.points()
    once = terms(known, jobs, values)
    net = new_jobs(jobs, around, values)
    sale = float(once.sale[0])
    standards = Standards(
        real_rate=values["real_discount_rate"],
        dscr_floor=values["dscr_floor"],
        loan_rate=values["loan_rate"],
        market_rate=values["market_rate"],
        rial_per_usd=rial_per_usd,
        shadow_wage=float(shadow_wage(around, values)[0]),
        collateral=sale if sale > 0 else None,
    )
    persons = ProjectJobs(
        gross=float(jobs[0]),
        net=float(net[0]),
        weighted=float((net * social_weight(around, values))[0]),
        suppliers=float((net * (around.type_i - 1))[0]),
        suppliers_and_consumers=float((net * (around.type_ii - 1))[0]),
        years=values["job_years"],
    )
    return account(unit_project(known, jobs, values), standards, persons)


def unit_project(known: Facts, jobs: Array, values: Values) -> Project:
    """The revival of one unit as a project of its own; parameters as of ``engine.economics.revival.revival``."""
    return single(revival(known, jobs, values))


def single(project: Project) -> Project:
    """The first of several projects as a project of its own: shapes (n, years) become (years,).

    Examples
    --------
    >>> single(Project(sales=[[0.0, 5.0], [1.0, 1.0]])).sales.tolist()
    [0.0, 5.0]
    """
    years = project.years

    def line(values: object) -> Array:
        money = np.asarray(values, dtype=np.float64)
        return money if money.ndim == 0 else np.broadcast_to(money, (*money.shape[:-1], years)).reshape(-1, years)[0]

    def one(value: object) -> Array:
        return np.asarray(value, dtype=np.float64).reshape(-1)[0]  # type: ignore[no-any-return]

    return Project(
        sales=line(project.sales),
        assets={
            name: Asset(
                line(asset.spent),
                one(asset.life_years),
                one(asset.residual),
                asset.first_year,
                None if asset.written_off is None else line(asset.written_off),
            )
            for name, asset in project.assets.items()
        },
        costs={
            name: Cost(line(cost.rial), line(cost.fixed_share), line(cost.hard_currency_share), cost.bought)
            for name, cost in project.costs.items()
        },
        working_capital=line(project.working_capital),
        loans={
            name: Loan(
                line(loan.drawn),
                one(loan.rate),
                loan.grace_years,
                loan.years,
                loan.form,
                loan.in_grace,
                loan.share_of_first_year,
            )
            for name, loan in project.loans.items()
        },
        tax=TaxRule(
            one(project.tax.rate), one(project.tax.holiday_years), project.tax.loss_years, project.tax.refunded
        ),
        equity=None if project.equity is None else line(project.equity),
        without=line(project.without),
        export_share=one(project.export_share),
        inflation=one(project.inflation),
    )
