"""A project by year: what is spent, sold, paid and lent; nominal money, unless the caller keeps all of it real."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from engine.economics.loans import Loan


@dataclass(frozen=True, eq=False, slots=True)
class Asset:
    """Something that money is spent on once.

    Parameters
    ----------
    spent
        Money by year, shape (..., years).
    life_years
        Years over which it is written off in equal parts, from the year after the money is spent; infinite where it
        is not written off (land, old debts). Shape (...).
    residual
        What it brings at the end of the last year, shape (...); the gain over what is not yet written off is taxed.
    first_year
        Place of the first year in which it may be written off: where building takes several years.
    written_off
        What is written off in each year, shape (..., years), where an own table stands instead of equal parts.
    """

    spent: ArrayLike
    life_years: ArrayLike = np.inf
    residual: ArrayLike = 0.0
    first_year: int = 0
    written_off: ArrayLike | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Cost:
    """A class of operating cost.

    Parameters
    ----------
    rial
        Money by year, shape (..., years).
    fixed_share
        Share, 0..1, that does not move with output; broadcast with ``rial``.
    hard_currency_share
        Share, 0..1, that is paid in hard currency; broadcast with ``rial``.
    bought
        Whether it is bought from others; wages and their like are not, they are value added.
    """

    rial: ArrayLike
    fixed_share: ArrayLike = 0.0
    hard_currency_share: ArrayLike = 0.0
    bought: bool = True


@dataclass(frozen=True, eq=False, slots=True)
class TaxRule:
    """Tax on the profits of a project.

    Parameters
    ----------
    rate
        Share of the profit, shape (...).
    holiday_years
        Years without tax, from the first year with sales on; shape (...).
    loss_years
        Years for which a loss is carried forward; ``None`` is without limit.
    refunded
        Whether a loss saves its tax in the same year: where the owner has other profits.
    """

    rate: ArrayLike = 0.0
    holiday_years: ArrayLike = 0
    loss_years: int | None = None
    refunded: bool = False


@dataclass(frozen=True, eq=False, slots=True)
class Project:
    """A project by year: today is the first, money moves at the end of each year.

    Parameters
    ----------
    sales
        Money by year, shape (..., years).
    assets, costs
        By name.
    working_capital
        What is tied up at the end of each year, shape (..., years); it is set free at the end.
    loans
        By name.
    tax
        Rate, years without tax, losses.
    equity
        Owners' money by year, shape (..., years); where ``None`` they pay in what is missing, when it is missing.
    without
        What the owners would get if nothing were done, by year, shape (..., years): sale of the assets, less the cost
        of holding them. Money that is spent already stands nowhere.
    export_share
        Share, 0..1, of the sales in hard currency, shape (...).
    inflation
        Yearly rise of prices inside the money of this project, shape (...): 0 where all money is real.

    Examples
    --------
    >>> mill = Project(sales=[0.0, 200.0], assets={"machines": Asset([100.0, 0.0], life_years=1)},
    ...                costs={"materials": Cost([0.0, 80.0])})
    >>> mill.years
    2
    """

    sales: ArrayLike
    assets: Mapping[str, Asset] = field(default_factory=dict)
    costs: Mapping[str, Cost] = field(default_factory=dict)
    working_capital: ArrayLike = 0.0
    loans: Mapping[str, Loan] = field(default_factory=dict)
    tax: TaxRule = field(default_factory=TaxRule)
    equity: ArrayLike | None = None
    without: ArrayLike = 0.0
    export_share: ArrayLike = 0.0
    inflation: ArrayLike = 0.0

    @property
    def years(self) -> int:
        """Years of the plan, today among them."""
        return int(np.shape(self.sales)[-1])
