"""What official counts say of the population: how often idle units come back, and how big they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import logit
from scipy.stats import beta, norm

from engine.errors import EhyaError, ErrorCode
from engine.reference.tables import table
from engine.scoring.sections import OfficialRate

HORIZON_YEARS = 2.0
"""Feasibility looks 24 months ahead."""

COMPETING_PER_YEAR = 0.05
"""Yearly share of idle units that end for good (liquidated, licence cancelled). Assumed: pages give stocks only."""

CAPACITY_A, CAPACITY_B = 6.8, 3.2
"""Beta prior of P(half of nominal capacity or more at month 12 | restart), mean .68.

The mean is the share of active estate units at half their capacity or more (31 % above 70 %, 38 % between 50 and 70 %,
32 % below; https://www.ilna.ir/ 1684650). The weight of ten units is assumed, since nobody publishes it for restarts.
"""

LEAST_REVIVED = 20
"""Fewest revived units whose average job count is used: smaller reports describe single flagships."""

NATION = "Iran"
_ASSUMED_SPREAD = 0.5
_GRID = (np.arange(2000) + 0.5) / 2000


@dataclass(frozen=True, slots=True)
class BetaRate:
    """A probability with its uncertainty as a Beta distribution.

    Parameters
    ----------
    a, b
        Parameters of the Beta distribution.
    rows_used
        How many rows of facts, or observed units, stand behind it.
    """

    a: float
    b: float
    rows_used: int

    @property
    def rate(self) -> float:
        """Mean."""
        return self.a / (self.a + self.b)

    @property
    def low(self) -> float:
        """10 % quantile."""
        return float(beta.ppf(0.1, self.a, self.b))

    @property
    def high(self) -> float:
        """90 % quantile."""
        return float(beta.ppf(0.9, self.a, self.b))

    def updated(self, successes: int, failures: int) -> BetaRate:
        """Posterior after so many observed units.

        Examples
        --------
        >>> BetaRate(2.0, 6.0, 3).updated(1, 1)
        BetaRate(a=3.0, b=7.0, rows_used=5)
        """
        return BetaRate(self.a + successes, self.b + failures, self.rows_used + successes + failures)


@dataclass(frozen=True, slots=True)
class OfficialSize:
    """Jobs per revived unit in official counts.

    Parameters
    ----------
    log_mean
        Logarithm of the average number of direct jobs.
    spread
        Standard deviation of that logarithm from region to region, with the uncertainty of the level.
    rows_used
        Rows of facts behind it.
    """

    log_mean: float
    spread: float
    rows_used: int


@dataclass(frozen=True, slots=True)
class Priors:
    """What is known from official counts alone: rates of restart and capacity, and jobs per revived unit."""

    restart: BetaRate
    capacity: BetaRate
    size: OfficialSize

    @property
    def feasibility(self) -> float:
        """P(restart within 24 months) x P(half of capacity or more at month 12 | restart) by official counts alone."""
        return self.restart.rate * self.capacity.rate


def official_rate(rate: BetaRate) -> OfficialRate:
    """A rate as the document of a model holds it."""
    return OfficialRate(a=rate.a, b=rate.b, rate=rate.rate, low=rate.low, high=rate.high, rows_used=rate.rows_used)


def restart_rate(rates: pd.DataFrame | None = None) -> BetaRate:
    """P(restart within 24 months) of a unit of the idle stock, from official counts.

    Each row gives a yearly rate, revived / (idle stock x years): the stock is taken as the mean stock at risk, since
    pages rarely say whether it is that of the start or the end. The level is the geometric mean of the national rows:
    provinces that publish a count are those that have something to show. The spread is that of the provinces.
    A rate r per year beside competing ends c gives r / (r + c) (1 - exp(-2 (r + c))) in 24 months.

    Parameters
    ----------
    rates
        Rows as in the table ``revival_rates``; that table when ``None``. Rows with ``not_used`` are left out.

    Returns
    -------
    Rate
        The Beta distribution with the mean and variance of the 24-month probability.

    Raises
    ------
    EhyaError
        ``too_few_rows`` when no row is left.

    Examples
    --------
    >>> rate = restart_rate()
    >>> 0.1 < rate.low < rate.rate < rate.high < 0.5
    True
    """
    rates = table("revival_rates") if rates is None else rates
    used = rates[rates["not_used"].isna()]
    if used.empty:
        raise EhyaError(ErrorCode.TOO_FEW_ROWS, given=0, allowed=1)
    yearly = used["revived"].astype("float64") / (used["idle"].astype("float64") * used["years"])
    level, spread = _level_and_spread(pd.Series(np.log(yearly)), used["region"])
    draws = np.exp(level + spread * norm.ppf(_GRID))
    ended = draws + COMPETING_PER_YEAR
    within = draws / ended * -np.expm1(-HORIZON_YEARS * ended)
    return _beta(float(within.mean()), float(within.var()), len(used))


def capacity_rate() -> BetaRate:
    """Prior of P(half of nominal capacity or more at month 12 | restart)."""
    return BetaRate(CAPACITY_A, CAPACITY_B, 0)


def jobs_size(averages: pd.DataFrame | None = None) -> OfficialSize:
    """Direct jobs of a revived unit in official counts: national level, spread from province to province.

    Parameters
    ----------
    averages
        Rows as in the table ``jobs_per_unit``; that table when ``None``. Rows with ``not_used`` are left out.

    Examples
    --------
    >>> size = jobs_size()
    >>> 15 < float(np.exp(size.log_mean)) < 21
    True
    """
    averages = table("jobs_per_unit") if averages is None else averages
    used = averages[averages["not_used"].isna() & (averages["revived"] >= LEAST_REVIVED)]
    per_unit = used["jobs"].astype("float64") / used["revived"].astype("float64")
    level, spread = _level_and_spread(pd.Series(np.log(per_unit)), used["region"])
    return OfficialSize(level, spread, len(used))


def offset(population_rate: float, sample_rate: float) -> float:
    """Case-control offset: what moves the intercept of a sample to the population.

    King and Zeng (2001), "Logistic regression in rare events data", equation 7: slopes of a logistic regression do not
    depend on how often each outcome was sampled, only the intercept does.

    Examples
    --------
    >>> round(offset(0.2, 0.5), 4)
    -1.3863
    """
    return float(logit(population_rate) - logit(sample_rate))


def _level_and_spread(logs: pd.Series, region: pd.Series) -> tuple[float, float]:
    nation = logs[region == NATION]
    provinces = logs[region != NATION]
    level = nation if len(nation) else logs
    apart = provinces if len(provinces) > 2 else logs
    spread = float(apart.std(ddof=1)) if len(apart) > 2 else _ASSUMED_SPREAD
    doubt = float(level.std(ddof=1)) / len(level) ** 0.5 if len(level) > 2 else spread
    return float(level.mean()), float(np.hypot(spread, doubt))


def _beta(mean: float, variance: float, rows_used: int) -> BetaRate:
    weight = mean * (1 - mean) / variance - 1
    return BetaRate(mean * weight, (1 - mean) * weight, rows_used)


def official_counts(rates: pd.DataFrame, averages: pd.DataFrame) -> dict[str, Any]:
    """Which official counts stand behind the priors, as plain values.

    Parameters
    ----------
    rates, averages
        Tables ``revival_rates`` and ``jobs_per_unit``.
    """
    return {
        "rates_used": _listed(rates, ["region", "scope", "period_start", "period_end", "revived", "idle", "source"]),
        "averages_used": _listed(
            averages[averages["revived"] >= LEAST_REVIVED],
            ["region", "scope", "period_start", "period_end", "revived", "jobs", "source"],
        ),
        "assumptions": {
            "competing_ends_per_year": COMPETING_PER_YEAR,
            "half_active_units": "take the population rate of idle units; their restart is the first observation at "
            "half capacity or more, and official counts of capacity raises have no denominator",
            "jobs_now_of_idle_units": "none where not stated: an idle unit stands still",
            "silence": "neither success nor failure: a register unit without an event after its horizon is left out",
        },
    }


def _listed(rows: pd.DataFrame, names: list[str]) -> list[dict[str, Any]]:
    used = rows.loc[rows["not_used"].isna(), names].astype(object)
    plain = used.where(used.notna(), None)
    return [dict(zip(names, row, strict=True)) for row in plain.itertuples(index=False)]
