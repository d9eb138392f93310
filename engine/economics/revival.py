"""The revival of a unit as a project: from its record, its prediction and what is assumed, with and without.

Sales, costs and capital that no record states come from norms of the sector; which ones did is marked by ``Gap``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from engine.codes import Code
from engine.domain.unit import Field
from engine.economics.assumptions import Assumptions
from engine.economics.balance import DEBTS
from engine.economics.costs import cost_shares
from engine.economics.loans import GraceInterest, Loan
from engine.economics.prices import PriceIndex, deflate
from engine.economics.project import Asset, Cost, Project, TaxRule
from engine.economics.years import Array, Values, empty, grown
from engine.reference.tables import table

BILLION, MILLION = 1e9, 1e6

CAPITAL_YEAR, LABOUR_YEAR, LAND_YEAR = 1398, 1404, 1396
"""Price years of the norms of capital, of labour cost, and of land and sheds."""


class Gap(Code):
    """Why a unit cannot be appraised, or what a norm stands in for."""

    NO_SECTOR = "no_sector"
    NO_JOBS = "no_jobs"
    NO_PRICE_YEAR = "no_price_year"
    CAPITAL_BY_NORM = "capital_by_norm"
    SALES_BY_NORM = "sales_by_norm"
    WORKING_CAPITAL_BY_NORM = "working_capital_by_norm"
    WORKING_CAPITAL_RAISED = "working_capital_raised"
    CAPITAL_BELOW_NORM = "capital_below_norm"
    DEBTS_UNKNOWN = "debts_unknown"
    SALE_VALUE_UNKNOWN = "sale_value_unknown"


FORBIDDING = frozenset({Gap.NO_SECTOR, Gap.NO_JOBS, Gap.NO_PRICE_YEAR})
"""Gaps that no norm can fill: the unit cannot be judged."""

_PER_JOB = "revival_capital_per_job_1398"
"""Norm of the fixed capital for one job: what a revival takes beside its working capital."""
_ENERGY = ["electricity_share", "gas_share", "water_share"]
_MATERIALS = ["materials_and_other_share", "trade_share", "transport_share"]


@dataclass(frozen=True, eq=False, slots=True)
class Facts:
    """What records say of units, as columns; money in rial of the price year. Shapes (n,); NaN is not known.

    Parameters
    ----------
    index
        Ids of the units.
    shares
        Shares of gross output: ``materials, energy, services, wages``, and ``wear``: the consumption of fixed capital.
    capital, working_capital, debts
        Stated sums; debts are the sum of those that are known.
    land_m2, building_m2, export_share
        As stated; exports 0 where not known.
    holiday
        Name of the assumption that counts the years without tax.
    capital_factor, labour_factor, land_factor
        Prices of the price year against those of the norms' years.
    gaps
        Column for each ``Gap``, bool.
    """

    index: pd.Index
    shares: Mapping[str, Array]
    capital: Array
    working_capital: Array
    debts: Array
    land_m2: Array
    building_m2: Array
    export_share: Array
    holiday: NDArray[np.object_]
    capital_factor: Array
    labour_factor: Array
    land_factor: Array
    gaps: pd.DataFrame

    def with_doubts(self, jobs: ArrayLike, assumed: Assumptions) -> Facts:
        """The same, with what the norms say of the stated sums: whether they are enough for so many jobs.

        Parameters
        ----------
        jobs
            Jobs that the revival adds, persons, shape (n,).
        assumed
            Assumptions. A stated working capital below ``working_capital_days_least`` of cash cost counts as so many
            days; a stated capital whose fixed part lies below the low end of ``revival_capital_per_job_1398`` counts as
            stated.

        Returns
        -------
        Facts
            Its gaps hold ``working_capital_raised`` and ``capital_below_norm``.

        Examples
        --------
        >>> from engine.domain.unit import unit_table
        >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["10"], "price_year": [1404],
        ...     "capital_needed_rial": [10**9], "working_capital_needed_rial": [10**9], "land_m2": [900.0]}))
        >>> known = facts(units, pd.Series([20.0], index=units.index))
        >>> doubted = known.with_doubts([20.0], Assumptions.from_reference())
        >>> doubted.gaps.columns[doubted.gaps.iloc[0]].tolist()
        ['sales_by_norm', 'debts_unknown', 'working_capital_raised', 'capital_below_norm']
        """
        once = terms(self, jobs, assumed.points())
        least = terms(self.without_capital(), jobs, lowest_norm(assumed).points()).fixed_capital
        gaps = {
            Gap.WORKING_CAPITAL_RAISED.value: once.tied > self.working_capital * (1 + 1e-9),
            Gap.CAPITAL_BELOW_NORM.value: ~np.isnan(self.capital) & (once.fixed_capital < least * (1 - 1e-9)),
        }
        return replace(self, gaps=self.gaps.assign(**gaps))

    def without_capital(self) -> Facts:
        """The same, as if no record stated its capital: the norm gives it then."""
        return replace(self, capital=np.full(len(self.capital), np.nan))

    def only(self, places: slice) -> Facts:
        """The facts of some of the units; their gaps stay those of all."""
        cut: dict[str, Any] = {name: getattr(self, name)[places] for name in _COLUMNS}
        shares = {name: values[places] for name, values in self.shares.items()}
        return Facts(index=self.index[places], shares=shares, gaps=self.gaps, **cut)

    @property
    def judged(self) -> NDArray[np.bool_]:
        """Units without a gap that forbids an appraisal, shape (n,)."""
        return np.asarray(~self.gaps[[gap.value for gap in FORBIDDING]].any(axis=1))


def lowest_norm(assumed: Assumptions) -> Assumptions:
    """The same assumptions with the norm of fixed capital per job at its low end.

    Examples
    --------
    >>> lowest_norm(Assumptions.from_reference()).value("revival_capital_per_job_1398")
    0.95
    """
    return assumed.changed({_PER_JOB: assumed[_PER_JOB].low})


_COLUMNS = (
    "capital", "working_capital", "debts", "land_m2", "building_m2", "export_share", "holiday", "capital_factor",
    "labour_factor", "land_factor",
)  # fmt: skip


def facts(
    units: pd.DataFrame, jobs: pd.Series, *, price_year: int | None = None, index: PriceIndex | None = None
) -> Facts:
    """Bring together what an appraisal needs of the records.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    jobs
        Jobs that a revival adds, persons, index of ``units``; missing where nobody predicts them.
    price_year
        Jalali year in whose money all sums are given; each record's own where ``None``.
    index
        Price index; that of the reference table where ``None``.

    Returns
    -------
    Facts
        Shape (n,). Money that cannot be brought to the price year is not known, and the unit has ``no_price_year``.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["10"], "capital_needed_rial": [80],
    ...                                  "price_year": [1404]}))
    >>> known = facts(units, pd.Series([20.0], index=units.index))
    >>> known.judged.tolist(), known.gaps.columns[known.gaps.iloc[0]].tolist()
    ([True], ['sales_by_norm', 'working_capital_by_norm', 'debts_unknown', 'sale_value_unknown'])
    """
    year = units["price_year"].astype("float64")
    wanted = year if price_year is None else pd.Series(float(price_year), index=units.index)

    def brought(amount: ArrayLike, since: ArrayLike) -> Array:
        return deflate(amount, since, wanted.to_numpy(), index=index, allow_proxy=True).rial

    money = {field: brought(_floats(units[field.value]), year.to_numpy()) for field in _MONEY}
    stated_debts = np.stack([money[field] for field in DEBTS])
    stated_money = units[[field.value for field in _MONEY]].notna().any(axis=1).to_numpy()
    shares = cost_shares(units["isic"])
    grouped = {
        "materials": shares[_MATERIALS].sum(axis=1, skipna=False),
        "energy": shares[_ENERGY].sum(axis=1, skipna=False),
        "services": shares["support_services_share"],
        "wages": shares["wages_share"],
        "wear": shares["fixed_capital_share"],
    }
    factors = {name: brought(np.ones(len(units)), since) for name, since in _NORM_YEARS.items()}
    known_debts = ~np.isnan(stated_debts)
    capital, working = money[Field.CAPITAL_NEEDED_RIAL], money[Field.WORKING_CAPITAL_NEEDED_RIAL]
    land, building = _floats(units[Field.LAND_M2.value]), _floats(units[Field.BUILDING_M2.value])
    gaps = {
        Gap.NO_SECTOR: shares["wages_share"].isna().to_numpy(),
        Gap.NO_JOBS: ~(_floats(jobs.reindex(units.index)) > 0),
        Gap.NO_PRICE_YEAR: np.isnan(factors["labour_factor"]) | (stated_money & year.isna().to_numpy()),
        Gap.CAPITAL_BY_NORM: ~(capital > 0),
        Gap.SALES_BY_NORM: np.ones(len(units), dtype=bool),
        Gap.WORKING_CAPITAL_BY_NORM: np.isnan(working),
        Gap.DEBTS_UNKNOWN: ~known_debts.all(axis=0),
        Gap.SALE_VALUE_UNKNOWN: np.isnan(land) & np.isnan(building),
    }
    return Facts(
        index=units.index,
        shares={name: column.to_numpy(dtype=np.float64) for name, column in grouped.items()},
        capital=np.where(capital > 0, capital, np.nan),
        working_capital=working,
        debts=np.where(known_debts, stated_debts, 0).sum(axis=0),
        land_m2=land,
        building_m2=building,
        export_share=np.nan_to_num(_floats(units[Field.EXPORT_SHARE.value])),
        holiday=_holiday(units),
        gaps=pd.DataFrame({gap.value: flag for gap, flag in gaps.items()}, index=units.index),
        **factors,
    )


_MONEY = (*DEBTS, Field.CAPITAL_NEEDED_RIAL, Field.WORKING_CAPITAL_NEEDED_RIAL)
_NORM_YEARS = {"capital_factor": CAPITAL_YEAR, "labour_factor": LABOUR_YEAR, "land_factor": LAND_YEAR}


def revival(known: Facts, jobs: ArrayLike, values: Values) -> Project:
    """The revival of units as one project each, or one each and draw.

    Money is nominal from today's money of the price year on: every price rises by ``expected_inflation``. Today all
    capital is spent, output rises in a line to its full height in ``ramp_months``; debts are settled once, a part at
    once and the rest by instalments. Without the revival the assets would be sold today.

    Parameters
    ----------
    known
        Facts of n units.
    jobs
        Jobs that the revival adds, persons, shape (n,) or (draws, n).
    values
        Assumption -> value, shape () or (draws, 1) or (draws, n); the whole years of loans and horizon are numbers.

    Returns
    -------
    Project
        Shape (..., n), years ``horizon_years`` and today.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> from engine.economics.assumptions import Assumptions
    >>> from engine.economics.statements import statements
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["10"], "price_year": [1404],
    ...                                  "capital_needed_rial": [200_000_000_000]}))
    >>> known = facts(units, pd.Series([20.0], index=units.index))
    >>> plan = revival(known, [20.0], Assumptions.from_reference().points())
    >>> worked = statements(plan)
    >>> plan.years, bool((worked.investment[0, 0] + worked.working_capital[0, 0]).round() == 200e9)
    (11, True)
    """
    years = int(np.asarray(values["horizon_years"])) + 1
    once = terms(known, jobs, values)
    prices = grown(values["expected_inflation"], years)
    ramp = output_ramp(values["ramp_months"], years)
    moving = ramp * prices
    ahead = np.concatenate([ramp[..., 1:], ramp[..., -1:]], axis=-1) * prices
    return Project(
        sales=once.sales[..., None] * moving,
        assets={
            "fixed_capital": Asset(
                _today(once.fixed_capital, years),
                life_years=values["asset_life_years"],
                residual=once.residual * prices[..., -1],
            ),
            "debts": Asset(_today(once.debts, years)),
        },
        costs=_each(once.costs, moving, prices),
        working_capital=once.tied[..., None] * ahead,
        loans={
            "capital_loan": loan(_today(once.capital_loan, years), values, "loan"),
            "rescheduled_debts": loan(_today(once.rescheduled, years), values, "reschedule"),
        },
        tax=TaxRule(values["tax_rate"], holiday_years=once.holiday_years),
        without=_without(once, prices, years),
        export_share=known.export_share,
        inflation=values["expected_inflation"],
    )


def loan(drawn: ArrayLike, values: Values, kind: str) -> Loan:
    """A loan on the terms of ``loan_rate`` and ``KIND_years, KIND_grace_years``; interest of the grace is added to it.

    Examples
    --------
    >>> values = {"loan_rate": 0.23, "reschedule_years": 5, "reschedule_grace_years": 1}
    >>> loan([1.0, 0.0], values, "reschedule").years
    5
    """
    return Loan(
        drawn,
        values["loan_rate"],
        grace_years=int(np.asarray(values[f"{kind}_grace_years"])),
        years=int(np.asarray(values[f"{kind}_years"])),
        in_grace=GraceInterest.CAPITALISED,
    )


@dataclass(frozen=True, eq=False, slots=True)
class RevivalTerms:
    """What a revival comes to in today's money, before any year is worked. Shapes (..., n), rial.

    Parameters
    ----------
    sales
        Of a full year.
    costs
        Class of cost -> sum of a full year, share of it that is fixed, share of it in hard currency.
    tied
        Working capital at full output.
    fixed_capital, debts
        Capital beside the working capital; debts to be settled.
    residual
        What the fixed capital brings at the end, in today's money.
    capital_loan, rescheduled
        Drawn for the capital; debts that are paid by instalments.
    sale
        What the assets would bring if they were sold today, before the cost of holding them.
    holding
        Share of it that a year of holding costs.
    holiday_years
        Years without tax, shape (n,).
    """

    sales: Array
    costs: Mapping[str, tuple[Array, Any, Any]]
    tied: Array
    fixed_capital: Array
    debts: Array
    residual: Array
    capital_loan: Array
    rescheduled: Array
    sale: Array
    holding: Array
    holiday_years: Array


def terms(known: Facts, jobs: ArrayLike, values: Values) -> RevivalTerms:
    """What the revival of units comes to in today's money; parameters as of :func:`revival`.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> from engine.economics.assumptions import Assumptions
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["2599"], "price_year": [1404]}))
    >>> known = facts(units, pd.Series([20.0], index=units.index))
    >>> (terms(known, [20.0], Assumptions.from_reference().points()).sales / 1e9).round(1).tolist()  # 20 x 2.303 / .191
    [241.2]
    """
    persons = np.asarray(jobs, dtype=np.float64)
    exchange = np.asarray(values["real_exchange_rate"])
    wages = persons * (np.asarray(values["labour_cost_per_job_1404"]) * BILLION * known.labour_factor)
    output = wages * values["sales_to_norm"] / known.shares["wages"]
    costs = _costs(known, values, output, wages, exchange)
    spent = sum((full for full, _, _ in costs.values()), np.zeros(1))
    by_days = spent * (np.asarray(values["working_capital_days"]) / 365)
    least = spent * (np.asarray(values["working_capital_days_least"]) / 365)
    tied = np.where(np.isnan(known.working_capital), by_days, np.maximum(known.working_capital, least))
    fixed = _fixed_capital(known, values, persons, tied * output_ramp(values["ramp_months"], 2)[..., 1])
    # What stood there before wears out with output; what the revival buys lasts, and comes off.
    worn = output * known.shares["wear"] * values["replaced_wear"] - fixed / np.asarray(values["asset_life_years"])
    costs["replacement"] = (np.maximum(worn, 0), 0.0, values["hard_currency_share_of_materials"])
    land = np.nan_to_num(known.land_m2) * values["estate_land_per_m2_1396"]
    sheds = np.nan_to_num(known.building_m2) * values["estate_workshop_per_m2_1396"]
    price = MILLION * np.nan_to_num(known.land_factor) * (1 - np.asarray(values["sale_discount"]))
    debts = np.broadcast_to(known.debts, fixed.shape)
    return RevivalTerms(
        sales=output * values["price_to_norm"] * (1 + known.export_share * (exchange - 1)),
        costs=costs,
        tied=tied,
        fixed_capital=fixed,
        debts=debts,
        residual=fixed * values["residual_share"],
        capital_loan=fixed * values["loan_share"],
        rescheduled=debts * (1 - np.asarray(values["reschedule_down_payment"])),
        sale=(land + sheds) * price,
        holding=np.asarray(values["holding_cost_rate"]),
        holiday_years=_of_place(known.holiday, values),
    )


def output_ramp(months: ArrayLike, years: int) -> Array:
    """Output of each year against full output: it rises in a line from nil today. Shape (..., years).

    Examples
    --------
    >>> output_ramp(18, 4).round(3).tolist()
    [0.0, 0.333, 0.917, 1.0]
    """
    height = np.maximum(np.asarray(months, dtype=np.float64) / 12, 1e-9)
    ramp, before = empty((*height.shape, years)), np.zeros(height.shape)
    reached = float(height.max(initial=0))
    for year in range(1, years):
        if year - 1 >= reached:
            ramp[..., year] = 1
            continue
        until = np.where(year < height, year**2 / (2 * height), year - height / 2)
        ramp[..., year] = until - before
        before = until
    return ramp


_Costs = dict[str, tuple[Array, Any, Any]]


def _costs(known: Facts, values: Values, output: Array, wages: Array, exchange: Array) -> _Costs:
    """Class of cost -> sum of a full year in today's money, share that is fixed, share in hard currency."""
    abroad = np.asarray(values["hard_currency_share_of_materials"])
    dearer = output * values["costs_to_norm"]
    return {
        "materials": (dearer * known.shares["materials"] * (1 + abroad * (exchange - 1)), 0.0, abroad),
        "energy": (dearer * known.shares["energy"], values["fixed_share_energy"], 0.0),
        "services": (dearer * known.shares["services"], values["fixed_share_services"], 0.0),
        "wages": (wages, values["fixed_share_wages"], 0.0),
    }


def _each(costs: Mapping[str, tuple[Array, Any, Any]], moving: Array, prices: Array) -> dict[str, Cost]:
    found = {}
    for name, (full, fixed, abroad) in costs.items():
        still, run = np.asarray(full * fixed), np.asarray(full * (1 - np.asarray(fixed)))
        standing = still[..., None] * _running(prices)
        total = standing + run[..., None] * moving
        share = np.divide(standing, total, out=np.zeros(total.shape), where=total > 0)
        found[name] = Cost(total, share, abroad, bought=name != "wages")
    return found


def _running(prices: Array) -> Array:
    """Prices of the years in which the unit runs; today it does not."""
    running = prices.copy(order="K")
    running[..., 0] = 0
    return running


def _fixed_capital(known: Facts, values: Values, persons: Array, first_tied: Array) -> Array:
    """Capital beside the working capital: the stated sum holds both, up to a cap."""
    norm = persons * np.asarray(values[_PER_JOB]) * BILLION * known.capital_factor
    stated = known.capital - np.minimum(first_tied, known.capital * values["working_capital_cap"])
    by_record = stated * np.asarray(values["capital_overrun"])
    return np.asarray(np.where(np.isnan(known.capital), norm, by_record))


def _today(amount: Array, years: int) -> Array:
    spent = empty((*amount.shape, years))
    spent[..., 0] = amount
    return spent


def _without(once: RevivalTerms, prices: Array, years: int) -> Array:
    """Sale of land and sheds today, less a year of holding them; at the end the owners would not have them."""
    flows = empty((*np.broadcast_shapes(once.sale.shape, prices.shape[:-1]), years))
    flows[..., 0] = once.sale * (1 - once.holding)
    flows[..., -1] = -once.sale * prices[..., -1]
    return flows


def _of_place(names: NDArray[np.object_], values: Values) -> Array:
    counted = np.zeros(len(names))
    for name in set(names):
        counted[names == name] = float(np.asarray(values[name]))
    return counted


def _holiday(units: pd.DataFrame) -> NDArray[np.object_]:
    """Which years without tax hold: in an estate, in a less-developed county, in both, in neither."""
    poor = pd.MultiIndex.from_frame(units[["province", "county"]]).isin(_less_developed())
    estate = units[Field.ESTATE.value].notna().to_numpy()
    kinds = np.array(["base", "estate", "less_developed", "less_developed_estate"], dtype=object)
    return np.asarray("tax_holiday_" + kinds[estate.astype(int) + 2 * poor.astype(int)])


@cache
def _less_developed() -> pd.MultiIndex:
    less = table("county_indicators")
    return pd.MultiIndex.from_frame(less.loc[less["indicator"] == "least_developed", ["province", "county"]])


def _floats(values: pd.Series) -> Array:
    return np.asarray(values.astype("float64").to_numpy(dtype=np.float64, na_value=np.nan))
