"""What units are worth, over many draws at once: money and jobs together with the chance that the revival comes off."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from engine.domain.prediction import Output, columns
from engine.economics.assumptions import WHOLE, Assumption, Assumptions
from engine.economics.draws import chances, in_interval, in_range, uniforms
from engine.economics.jobs import LabourMarket, labour_market, new_jobs, social_weight
from engine.economics.prices import PriceIndex
from engine.economics.quick import Service, service, worth_and_cover
from engine.economics.revival import Facts, facts, output_ramp, terms
from engine.economics.years import Array

UNIT_BY_UNIT = frozenset({
    "ramp_months", "sales_to_norm", "price_to_norm", "costs_to_norm", "capital_overrun", "working_capital_days",
    "revival_capital_per_job_1398", "sale_discount",
})  # fmt: skip
"""Assumptions that vary unit by unit. The others are one in a draw: units share the economy, and errors of norms."""

CELLS = 1 << 16
"""Draws times units that are worked at once: so much stays near the processor."""


@dataclass(frozen=True, eq=False, slots=True)
class Worth:
    """Worth of units in every draw, or at the point where there is one row. Shapes (draws, n); NaN cannot be judged.

    Money is rial of the price year, and it and the jobs are those *if the revival comes off*; ``revived`` says where it
    does. What a planner may expect of a unit is the mean of ``revived * figure``.

    Parameters
    ----------
    index
        Ids of the units.
    revived
        Whether the revival comes off; at the point its probability.
    npv_rial
        Net present value of the project, with less without.
    capital_rial
        Capital needed, working capital of the first year among it; debts are not.
    public_rial
        Loans drawn for the capital: facilities that a public office would arrange.
    gross_jobs, net_jobs, weighted_jobs
        Direct jobs; those new to the province; the same times the social weight of the county.
    least_dscr
        Lowest cover of debt service; infinite without debt.
    gaps
        Column for each ``engine.economics.revival.Gap``, bool, index of the units.
    """

    index: pd.Index
    revived: Array
    npv_rial: Array
    capital_rial: Array
    public_rial: Array
    gross_jobs: Array
    net_jobs: Array
    weighted_jobs: Array
    least_dscr: Array
    gaps: pd.DataFrame

    def realised(self, figure: str) -> Array:
        """A figure where the revival comes off, 0 where it does not: shape (draws, n)."""
        values: Array = getattr(self, figure)
        return self.revived * values


FIGURES = (
    "revived", "npv_rial", "capital_rial", "public_rial", "gross_jobs", "net_jobs", "weighted_jobs", "least_dscr",
)  # fmt: skip
"""Figures of a :class:`Worth`."""


def worth(
    units: pd.DataFrame,
    predictions: pd.DataFrame,
    assumptions: Assumptions | None = None,
    *,
    draws: int | None = None,
    seed: int = 0,
    price_year: int | None = None,
    prices: PriceIndex | None = None,
    around: LabourMarket | None = None,
    known: Facts | None = None,
    threads: int = 1,
) -> Worth:
    """What units are worth, in draws of feasibility, jobs and all assumptions together; or at their points.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    predictions
        Prediction table of the same units.
    assumptions
        Points and ranges; those of the table ``priors`` where ``None``.
    draws
        How many; ``None`` works the points alone.
    seed
        Which draws. A unit draws the same in whatever company and order.
    price_year
        Jalali year in whose money sums are given; each record's own where ``None``.
    prices
        Price index; that of the reference table where ``None``.
    around
        Labour market of each unit (`engine.economics.jobs`); where ``None``, these units alone are rivals.
    known
        What `engine.economics.revival.facts` gives of these units, jobs and price year, where that was asked already.
    threads
        Processors to work on.

    Returns
    -------
    Worth
        Shapes (draws, n), or (1, n) at the points. Units with a gap that forbids an appraisal are NaN throughout.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "isic": ["10", None], "price_year": 1404,
    ...     "province": "West Azerbaijan", "county": "Bukan", "capital_needed_rial": 300 * 10**9}))
    >>> predictions = pd.DataFrame({"feasibility_low": 0.2, "feasibility_point": 0.3, "feasibility_high": 0.5,
    ...     "jobs_if_revived_low": 10.0, "jobs_if_revived_point": 20.0, "jobs_if_revived_high": 40.0},
    ...     index=units.index)
    >>> point = worth(units, predictions)
    >>> point.capital_rial.round().tolist(), point.net_jobs.round(1).tolist()
    ([[300000000000.0, nan]], [[10.9, nan]])
    >>> drawn = worth(units, predictions, draws=200)
    >>> drawn.revived.shape, bool(abs(drawn.revived[:, 0].mean() - 0.3) < 0.1)
    ((200, 2), True)
    """
    assumed = assumptions or Assumptions.from_reference()
    expected = predictions.reindex(units.index)
    jobs = expected[columns(Output.JOBS_IF_REVIVED)[1]]
    known = known or facts(units, jobs, price_year=price_year, index=prices)
    around = around or labour_market(units)
    rows = 1 if draws is None else draws
    filled = {name: np.full((rows, len(units)), np.nan) for name in FIGURES}
    step = max(1, CELLS // rows)
    parts = [slice(first, first + step) for first in range(0, len(units), step)]
    economy = _economy(assumed, draws=draws, seed=seed)
    work = partial(_work, known, around, expected, assumed, economy, draws, seed, filled)
    if threads == 1:
        for part in parts:
            work(part)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, parts))
    for figure in filled.values():
        figure[:, ~known.judged] = np.nan
    return Worth(units.index, gaps=known.with_doubts(jobs.to_numpy(dtype=np.float64), assumed).gaps, **filled)


_Economy = tuple[dict[str, ArrayLike], Service]


def _economy(assumed: Assumptions, *, draws: int | None, seed: int) -> _Economy:
    """What all units share in a draw, and the loans on its terms."""
    values: dict[str, ArrayLike] = {name: np.asarray(point) for name, point in assumed.points().items()}
    if draws is not None:
        for name, row in _varied(assumed).items():
            if name not in UNIT_BY_UNIT:
                values[name] = in_range(row, uniforms(name, None, draws=draws, seed=seed))
    return values, service(values)


def _work(
    known: Facts,
    around: LabourMarket,
    expected: pd.DataFrame,
    assumed: Assumptions,
    economy: _Economy,
    draws: int | None,
    seed: int,
    filled: Mapping[str, Array],
    part: slice,
) -> None:
    """Fill in the figures of some of the units."""
    here, near = known.only(part), around.only(part)
    chance, persons = (_interval(expected, output, part) for output in (Output.FEASIBILITY, Output.JOBS_IF_REVIVED))
    values, lent = dict(economy[0]), economy[1]
    if draws is None:
        revived, jobs = chance[1][None, :], persons[1][None, :]
    else:
        drawn = partial(uniforms, ids=here.index, draws=draws, seed=seed)
        likely = chances(*chance, ndtri(drawn("feasibility")))
        revived = np.where(np.isnan(likely), np.nan, drawn("revival") < likely)
        jobs = np.maximum(in_interval(*persons, drawn("jobs")), 0)
        values |= {name: in_range(row, drawn(name)) for name, row in _varied(assumed).items() if name in UNIT_BY_UNIT}
    once = terms(here, jobs, values)
    value, cover = worth_and_cover(once, values, lent)
    net = new_jobs(jobs, near, values)
    found = {
        "revived": revived,
        "npv_rial": value,
        "capital_rial": once.fixed_capital + once.tied * output_ramp(values["ramp_months"], 2)[..., 1],
        "public_rial": once.capital_loan,
        "gross_jobs": jobs,
        "net_jobs": net,
        "weighted_jobs": net * social_weight(near, values),
        "least_dscr": cover,
    }
    for name, figure in found.items():
        filled[name][:, part] = figure


def _interval(expected: pd.DataFrame, output: Output, part: slice) -> tuple[Array, Array, Array]:
    low, point, high = (expected[name].to_numpy(dtype=np.float64)[part] for name in columns(output))
    return low, point, high


def _varied(assumed: Assumptions) -> dict[str, Assumption]:
    return {name: row for name, row in assumed.ranged().items() if name not in WHOLE}


def summary(found: Worth, *, dscr_floor: float, level: float = 0.8) -> pd.DataFrame:
    """What the draws say of each unit.

    Parameters
    ----------
    found
        Draws, shape (draws, n).
    dscr_floor
        Least cover of debt service.
    level
        Share of the draws inside an interval.

    Returns
    -------
    pandas.DataFrame
        Shape (n, columns), index of the units: ``NAME_low, NAME_median, NAME_high`` of the figures if revived;
        ``npv_positive`` and ``dscr_enough``, shares of the draws; ``expected_net_jobs``, ``expected_weighted_jobs`` and
        ``expected_npv_rial``, means over draws in which the revival comes off or not. NaN where it cannot be judged.

    Examples
    --------
    >>> one = np.array([[1.0], [3.0]])
    >>> found = Worth(pd.Index(["a"]), one > 2, one - 2, one, one, one, one, one, one, pd.DataFrame(index=["a"]))
    >>> summary(found, dscr_floor=1.25)[["npv_positive", "dscr_enough", "expected_net_jobs"]].values.tolist()
    [[0.5, 0.5, 1.5]]
    """
    tail = (1 - level) / 2
    said: dict[str, NDArray[np.float64]] = {}
    for name in FIGURES[1:]:
        # one of the draws, not a mean of two: cover without debt is infinite
        ends = np.quantile(getattr(found, name), [tail, 0.5, 1 - tail], axis=0, method="inverted_cdf")
        said |= {f"{name}_{end}": values for end, values in zip(("low", "median", "high"), ends, strict=True)}
    unknown = np.isnan(found.npv_rial).any(axis=0)
    shares = {"npv_positive": found.npv_rial > 0, "dscr_enough": found.least_dscr >= dscr_floor}
    said |= {name: np.where(unknown, np.nan, where.mean(axis=0)) for name, where in shares.items()}
    for name in ("net_jobs", "weighted_jobs", "npv_rial"):
        said[f"expected_{name}"] = found.realised(name).mean(axis=0)
    return pd.DataFrame(said, index=found.index)
