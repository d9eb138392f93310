"""Bring the money of all units to one year, or say that it cannot be compared."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.domain.unit import Field
from engine.economics.prices import deflate
from engine.ranking.criteria import Array


def own_year(units: pd.DataFrame) -> int | None:
    """The register's own price year: that of most units with a stated capital, the latest of several.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).

    Returns
    -------
    int or None
        Jalali year; ``None`` when no unit says one.

    Examples
    --------
    >>> own_year(pd.DataFrame({"price_year": [1403, 1404, 1404], "capital_needed_rial": [1, 1, 1]}))
    1404
    """
    years = units["price_year"][units[Field.CAPITAL_NEEDED_RIAL.value].notna()].dropna()
    return None if years.empty else int(years.mode().max())


def money_factor(
    units: pd.DataFrame, price_year: int | None, *, inflation: float | None = None, allow_proxy: bool = False
) -> tuple[Array, pd.Series]:
    """Rial of the common year for one rial of each record.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    price_year
        Jalali year to compare in; by default ``own_year``. When no record says its year, they count as of one year.
    inflation, allow_proxy
        Passed to ``engine.economics.prices.deflate``.

    Returns
    -------
    tuple of numpy.ndarray and pandas.Series
        Factors, shape (n,), NaN where money cannot be compared; and whether it can, boolean, missing without capital.

    Examples
    --------
    >>> units = pd.DataFrame({"price_year": [1404, 1402], "capital_needed_rial": [5, 5]})
    >>> money_factor(units, None)[0].tolist()
    [1.0, nan]
    """
    year = own_year(units) if price_year is None else price_year
    has_money = units[Field.CAPITAL_NEEDED_RIAL.value].notna()
    if year is None:
        factor = np.ones(len(units))
    else:
        from_year = units["price_year"].to_numpy(dtype=np.float64, na_value=np.nan)
        deflated = deflate(1.0, from_year, year, rate=inflation, allow_proxy=allow_proxy).rial
        # a capital that the user assumes is meant in the common year
        factor = np.where(has_money, deflated, 1.0)
    comparable = pd.Series(~np.isnan(factor), index=units.index, dtype="boolean").where(has_money)
    return factor, comparable
