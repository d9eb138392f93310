"""The units that a package may be made of, as columns: what they bring, what they need, what they are."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.domain.prediction import Output, columns
from engine.domain.unit import Field
from engine.economics.additionality import net_jobs
from engine.economics.balance import balance
from engine.economics.prices import RIAL_PER_BILLION_RIAL, PriceIndex
from engine.errors import EhyaError, ErrorCode
from engine.health.completeness import publishable
from engine.packages.draws import WORLDS, WorldDraws, draws
from engine.packages.terms import SIZE_BOUNDS, WorthWeights
from engine.ranking.money import money_factor

Array = NDArray[np.float64]

ATTRIBUTES = ("name", "province", "county", "estate", "isic", "status", "deal_forms", "triage", "origin")
"""Columns of the appraisal that quotas look at and people read."""
FIGURES = ("net", "capital", "debt", "public_money", "hard_currency")
"""Columns of figures: net jobs for one direct job, and sums in rial of the price year."""


@dataclass(frozen=True, eq=False, slots=True)
class Candidates:
    """n units in the order of their ids.

    Parameters
    ----------
    units
        Index ``unit_id``; ``ATTRIBUTES``, ``size`` (code of ``SizeClass``), ``publishable``, ``withdrawn`` and
        ``known`` (bool, whether the unit has a prediction of both chance and jobs), and the intervals of both.
    draws
        Joint draws of what they bring.
    net
        Net jobs for one direct job, weighed by what a job counts in its county, shape (n,).
    capital, debt, public_money, hard_currency
        Rial of the price year, shape (n,), NaN where not known.
    """

    units: pd.DataFrame
    draws: WorldDraws
    net: Array
    capital: Array
    debt: Array
    public_money: Array
    hard_currency: Array

    @classmethod
    def of(cls, table: pd.DataFrame, *, worlds: int = WORLDS, seed: int = 0) -> Candidates:
        """Candidates of a table that `candidate_table` made, in the order of their ids.

        Parameters
        ----------
        table
            What `candidate_table` returned, rows in any order.
        worlds, seed
            Of the joint draws.
        """
        ordered = table.iloc[np.argsort(table.index.to_numpy(dtype=object), kind="stable")]
        figures = {name: _numbers(ordered, name) for name in FIGURES}
        return cls(ordered, draws(ordered, worlds=worlds, seed=seed), **figures)

    def __len__(self) -> int:
        return len(self.units)

    @property
    def jobs(self) -> Array:
        """Expected net weighted jobs, persons, shape (n,); chances count as they are, not as coins."""
        return np.asarray((self.draws.chance * self.draws.jobs).mean(axis=0) * self.net)

    @property
    def jobs_drawn(self) -> Array:
        """Net weighted jobs in each world, persons, shape (worlds, n)."""
        return np.asarray(self.draws.revived * self.draws.jobs * self.net)

    @property
    def npv(self) -> Array | None:
        """Expected positive net present value, billion rial, shape (n,), NaN where a unit cannot be judged.

        ``None`` where nobody appraised any.
        """
        if self.draws.npv is None or np.isnan(self.draws.npv).all():
            return None
        return np.asarray((self.draws.chance * np.maximum(self.draws.npv, 0)).mean(axis=0))

    def worth(self, weights: WorthWeights) -> Array:
        """Expected worth of each unit in jobs, shape (n,): without the tail's part.

        Raises
        ------
        EhyaError
            ``package_worth_unknown`` when the net present value is to count and nobody appraised it.
        """
        if weights.npv > 0 and self.npv is None:
            raise EhyaError(ErrorCode.PACKAGE_WORTH_UNKNOWN, key="worth.npv", given=weights.npv)
        # a unit that nobody could appraise gets nothing for it, and its entry says so
        npv = 0.0 if self.npv is None else weights.npv * np.nan_to_num(self.npv)
        return np.nan_to_num(weights.jobs * self.jobs) + npv

    def place_of(self, unit_id: str) -> int:
        """Place of a unit.

        Raises
        ------
        EhyaError
            ``unknown_unit``.
        """
        if unit_id not in self.units.index:
            raise EhyaError(ErrorCode.UNKNOWN_UNIT, given=unit_id)
        return int(self.units.index.get_loc(unit_id))  # type: ignore[arg-type]

    def take(self, places: NDArray[np.intp]) -> Candidates:
        """Some of the units; their draws stay what they were."""
        npv = None if self.draws.npv is None else self.draws.npv[:, places]
        drawn = WorldDraws(self.draws.chance[:, places], self.draws.revived[:, places], self.draws.jobs[:, places], npv)
        columns_taken = {name: getattr(self, name)[places] for name in FIGURES}
        return replace(self, units=self.units.iloc[places], draws=drawn, **columns_taken)


def candidate_table(
    appraisal: pd.DataFrame,
    *,
    price_year: int | None = None,
    prices: PriceIndex | None = None,
    assume_capital_rial: int | None = None,
    economics: pd.DataFrame | None = None,
    withdrawn: Collection[str] = (),
) -> pd.DataFrame:
    """All that a package rests on, a row a unit: what is kept when it is frozen.

    Parameters
    ----------
    appraisal
        What `engine.appraisal.appraise` returned, shape (n, any).
    price_year
        Jalali year of all money; the register's own where ``None``.
    prices
        Price index; that of the reference table where ``None``.
    assume_capital_rial
        Capital of units that state none; without it they have none.
    economics
        Index ``unit_id``; any of the columns ``net`` (net weighted jobs for one direct job), ``capital``,
        ``public_money``, ``hard_currency`` (rial of the price year), ``npv_low, npv_point, npv_high`` (billion rial, an
        80 % interval), from an appraisal of each unit. They go before what the record says.

    withdrawn
        Ids of units whose owners took them back: they can be in no package.

    Returns
    -------
    pandas.DataFrame
        Index ``unit_id`` in order; ``ATTRIBUTES``, ``size``, ``publishable``, ``known``, ``withdrawn``,
        ``capital_estimated`` (bool: its record states none), the intervals of chance (also of the unit itself, where
        the appraisal has it) and of jobs, and the figures of `Candidates`.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> rows = {"unit_id": ["b", "a"], "capital_needed_rial": [5, None], "jobs_before_stop": [60, 5]}
    >>> even = dict.fromkeys(columns(Output.FEASIBILITY), 0.5), dict.fromkeys(columns(Output.JOBS_IF_REVIVED), 10.0)
    >>> table = unit_table(pd.DataFrame(rows)).assign(triage="offer", public_completeness=1.0, **even[0], **even[1])
    >>> found = Candidates.of(candidate_table(table))
    >>> found.units["size"].to_dict(), found.capital.tolist(), found.jobs.round(2).tolist()
    ({'a': 'micro', 'b': 'medium'}, [nan, 5.0], [2.73, 2.73])
    """
    table = appraisal.iloc[np.argsort(appraisal.index.to_numpy(dtype=object), kind="stable")]
    money = money_factor(table, price_year, prices=prices)
    capital = _numbers(table, Field.CAPITAL_NEEDED_RIAL.value) * money.capital
    unstated = np.isnan(capital)
    if assume_capital_rial is not None:
        capital = np.where(np.isnan(capital), float(assume_capital_rial), capital)
    made = _attributes(table).assign(
        withdrawn=table.index.isin(list(withdrawn)),
        net=net_jobs(1.0),
        capital=capital,
        debt=balance(table)["total_debt_rial"].to_numpy(dtype=np.float64) * money.debts,
        public_money=np.nan,
        hard_currency=np.nan,
    )
    for name, column in ({} if economics is None else economics.reindex(table.index)).items():
        made[name] = column if name not in made.columns else column.fillna(made[name])
    made["capital_estimated"] = unstated & made["capital"].notna()
    return made


def billions(rial: float) -> float:
    """Billion rial of a sum."""
    return rial / RIAL_PER_BILLION_RIAL


def _attributes(table: pd.DataFrame) -> pd.DataFrame:
    points = [columns(Output.FEASIBILITY)[1], columns(Output.JOBS_IF_REVIVED)[1]]
    intervals = [*columns(Output.FEASIBILITY), *columns(Output.JOBS_IF_REVIVED)]
    shown = [name for name in columns(Output.FEASIBILITY_UNIT) if name in table.columns]
    kept = table.reindex(columns=[*ATTRIBUTES, *intervals, *shown])
    persons = _numbers(table, Field.JOBS_BEFORE_STOP.value)
    bounds = list(SIZE_BOUNDS.values())
    classes = np.array([size.value for size in SIZE_BOUNDS], dtype=object)
    size = pd.Series(classes[np.digitize(np.nan_to_num(persons), bounds[1:])], index=table.index, dtype="str")
    return kept.assign(
        size=size.where(~np.isnan(persons)),
        publishable=publishable(table),
        known=kept[points].notna().all(axis=1),
    )


def _numbers(table: pd.DataFrame, name: str) -> Array:
    return table[name].to_numpy(dtype=np.float64, na_value=np.nan)
