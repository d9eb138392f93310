"""Return and payback of many revivals at once, for investors who ask for a rate or a time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.domain.prediction import Output, columns
from engine.economics.assumptions import Assumptions
from engine.economics.figures import payback, present_value, real_flows
from engine.economics.prices import PriceIndex
from engine.economics.revival import facts, revival
from engine.economics.statements import statements
from engine.economics.years import Array

UNITS_AT_ONCE = 4_096
LEAST_RATE, MOST_RATE = -0.9, 10.0
"""Real yearly rates between which a return is looked for."""
_HALVINGS = 40


def returns(
    units: pd.DataFrame,
    predictions: pd.DataFrame,
    assumptions: Assumptions | None = None,
    *,
    prices: PriceIndex | None = None,
) -> pd.DataFrame:
    """What a revival would return at the points of all assumptions.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    predictions
        Prediction table of the same units.
    assumptions
        Points; those of the table ``priors`` where ``None``.
    prices
        Price index; that of the reference table where ``None``.

    Returns
    -------
    pandas.DataFrame
        Shape (n, 2), index of the units: ``irr_real`` (a year, above inflation; of several rates one) and
        ``payback_years`` (in prices of today). Missing where a unit cannot be appraised, where no rate between -90 %
        and 1000 % gives back what was put in, and where the money does not come back within the horizon.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], "isic": ["10", None], "price_year": 1404,
    ...     "capital_needed_rial": 200 * 10**9}))
    >>> predictions = pd.DataFrame({"jobs_if_revived_point": 20.0}, index=units.index)
    >>> found = returns(units, predictions)
    >>> bool(found.loc["a", "irr_real"] > 0), bool(found.loc["b"].isna().all())
    (True, True)
    """
    assumed = assumptions or Assumptions.from_reference()
    values = {name: np.asarray(point) for name, point in assumed.points().items()}
    persons = predictions.reindex(units.index)[columns(Output.JOBS_IF_REVIVED)[1]]
    known = facts(units, persons, index=prices)
    found = np.full((len(units), 2), np.nan)
    for first in range(0, len(units), UNITS_AT_ONCE):
        part = slice(first, first + UNITS_AT_ONCE)
        jobs = persons.to_numpy(dtype=np.float64)[part]
        worked = statements(revival(known.only(part), jobs, values))
        flows = real_flows(worked.project_flow, values["expected_inflation"])
        found[part] = np.column_stack([internal_rate(flows), payback(flows)])
    found[~known.judged] = np.nan
    return pd.DataFrame(found, index=units.index, columns=["irr_real", "payback_years"])


def internal_rate(flows: Array) -> Array:
    """Rate at which each plan is worth nothing, by halving: the sign changes between a low and a high rate.

    Parameters
    ----------
    flows
        Money by year, shape (n, years).

    Returns
    -------
    numpy.ndarray
        Shape (n,); missing where there is no change of sign.

    Examples
    --------
    >>> internal_rate(np.array([[-100.0, 110.0], [-100.0, 0.0], [100.0, 10.0]])).round(6).tolist()
    [0.1, nan, nan]
    """
    low, high = np.full(len(flows), LEAST_RATE), np.full(len(flows), MOST_RATE)
    there = (present_value(flows, low) > 0) & (present_value(flows, high) < 0)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        above = present_value(flows, middle) > 0
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.where(there, (low + high) / 2, np.nan)
