"""How far one change alone moves a project: sensitivity by steps, and by the ranges of what is assumed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from engine.codes import Code
from engine.economics.assumptions import WHOLE, Assumptions
from engine.economics.figures import debt_service_cover, nominal_rate, present_value
from engine.economics.project import Project
from engine.economics.quick import worth_and_cover
from engine.economics.revival import Facts, terms
from engine.economics.statements import statements
from engine.economics.years import Array


class Step(Code):
    """What is moved by a step."""

    PRICE = "price"
    COSTS = "costs"
    CAPITAL = "capital"
    EXCHANGE_RATE = "exchange_rate"


@dataclass(frozen=True, slots=True)
class Swing:
    """What one change alone does.

    Parameters
    ----------
    name
        A ``Step``, or the name of an assumption.
    low, high
        Factor of a step, or value of the assumption.
    npv_low, npv_high
        Net present value there, rial.
    dscr_low, dscr_high
        Least cover of debt service there; NaN without debt.
    """

    name: str
    low: float
    high: float
    npv_low: float
    npv_high: float
    dscr_low: float
    dscr_high: float

    @property
    def width(self) -> float:
        """How far the net present value moves."""
        return abs(self.npv_high - self.npv_low)


def steps(project: Project, real_rate: float, *, step: float, shock: float) -> list[Swing]:
    """Move price, costs and capital by a step either way, and the exchange rate by its shock.

    Parameters
    ----------
    project
        One project, shapes (years,) and ().
    real_rate
        Discount rate beyond inflation.
    step
        Share by which price, costs and capital move.
    shock
        Factor on the exchange rate; the other end is its inverse. Prices at home do not follow.

    Returns
    -------
    list
        The widest first.

    Examples
    --------
    >>> from engine.economics.project import Asset
    >>> mill = Project(sales=[0.0, 130.0], assets={"machines": Asset([100.0, 0.0])})
    >>> [(one.name, round(one.npv_low), round(one.npv_high)) for one in steps(mill, 0.0, step=0.2, shock=1.5)][:2]
    [('price', 4, 56), ('capital', 50, 10)]
    """
    ends = {Step.PRICE: step, Step.COSTS: step, Step.CAPITAL: step}
    pairs = {one: (1 - by, 1 + by) for one, by in ends.items()} | {Step.EXCHANGE_RATE: (1 / shock, shock)}
    found = [_swing(one.value, pair, *(_measured(moved(project, one, by), real_rate) for by in pair))
             for one, pair in pairs.items()]  # fmt: skip
    return sorted(found, key=lambda swing: -swing.width)


def moved(project: Project, step: Step, factor: float) -> Project:
    """The project with one of its lines at another height.

    Examples
    --------
    >>> moved(Project(sales=[0.0, 100.0]), Step.PRICE, 1.2).sales.tolist()
    [0.0, 120.0]
    """
    abroad = factor - 1
    if step is Step.PRICE:
        return replace(project, sales=np.asarray(project.sales) * factor)
    if step is Step.COSTS:
        costs = {name: replace(cost, rial=np.asarray(cost.rial) * factor) for name, cost in project.costs.items()}
        return replace(project, costs=costs)
    if step is Step.CAPITAL:
        assets = {
            name: asset if name == "debts" else replace(asset, spent=np.asarray(asset.spent) * factor)
            for name, asset in project.assets.items()
        }
        return replace(project, assets=assets)
    dearer = {
        name: replace(cost, rial=np.asarray(cost.rial) * (1 + np.asarray(cost.hard_currency_share) * abroad))
        for name, cost in project.costs.items()
    }
    sold = np.asarray(project.sales) * (1 + np.asarray(project.export_share)[..., None] * abroad)
    return replace(project, sales=sold, costs=dearer)


def ranges(known: Facts, jobs: Array, assumed: Assumptions, *, jobs_range: tuple[float, float]) -> list[Swing]:
    """Move each assumption of one unit, and its jobs, from end to end of their ranges, all others at their points.

    Parameters
    ----------
    known
        Facts of one unit.
    jobs
        Jobs that a revival adds, shape (1,).
    assumed
        Assumptions with their ranges.
    jobs_range
        80 % interval of the jobs.

    Returns
    -------
    list
        The widest first; what moves nothing is left out.

    Examples
    --------
    >>> from engine.domain.unit import pd, unit_table
    >>> from engine.economics.revival import facts
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["10"], "price_year": [1404]}))
    >>> known = facts(units, pd.Series([20.0], index=units.index))
    >>> found = ranges(known, np.array([20.0]), Assumptions.from_reference(), jobs_range=(10.0, 30.0))
    >>> found[0].name, bool(found[0].width >= found[1].width)
    ('revival_capital_per_job_1398', True)
    """
    named = {name: (row.low, row.high) for name, row in assumed.ranged().items() if name not in WHOLE}
    pairs = {"jobs": jobs_range} | named
    rows = 2 * len(pairs)
    values: dict[str, Array | float] = dict(assumed.points())
    persons = np.full((rows, 1), jobs[0])
    for place, (name, ends) in enumerate(pairs.items()):
        moving = persons if name == "jobs" else np.full((rows, 1), values[name])
        moving[2 * place : 2 * place + 2, 0] = ends
        if name != "jobs":
            values[name] = moving
    worth, cover = worth_and_cover(terms(known, persons, values), values)
    found = [
        _swing(
            name, ends, (worth[2 * place, 0], cover[2 * place, 0]), (worth[2 * place + 1, 0], cover[2 * place + 1, 0])
        )
        for place, (name, ends) in enumerate(pairs.items())
    ]
    return sorted((swing for swing in found if swing.width > 0), key=lambda swing: -swing.width)


def _swing(name: str, ends: tuple[float, float], low: tuple[float, float], high: tuple[float, float]) -> Swing:
    return Swing(name, ends[0], ends[1], low[0], high[0], _finite(low[1]), _finite(high[1]))


def _finite(cover: float) -> float:
    return float(cover) if np.isfinite(cover) else float("nan")


def _measured(project: Project, real_rate: float) -> tuple[float, float]:
    worked = statements(project)
    rate = nominal_rate(real_rate, project.inflation)
    cover = debt_service_cover(worked.cash_for_debt, worked.debt_service)
    least = float(np.nanmin(cover)) if (~np.isnan(cover)).any() else float("nan")
    return float(present_value(worked.project_flow, rate)), least
