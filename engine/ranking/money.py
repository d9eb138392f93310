"""Bring the money of all units to one year, or say that it cannot be compared."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.domain.unit import Field
from engine.economics.balance import DEBTS
from engine.economics.prices import PriceBasis, PriceIndex, deflate
from engine.errors import EhyaError, ErrorCode

Array = NDArray[np.float64]


class Money(NamedTuple):
    """Rial of the common year for one rial of each record, and what it rests on.

    Parameters
    ----------
    capital
        Factors for the capital, shape (n,), NaN where it cannot be compared, 1 where none is stated: a capital that the
        user assumes is meant in the common year.
    debts
        Factors for the debts, shape (n,), NaN where they cannot be compared.
    basis
        ``PriceBasis`` of the record's money, shape (n,), missing where it states neither capital nor debts.
    """

    capital: Array
    debts: Array
    basis: pd.Series


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


def year_within_prices(units: pd.DataFrame, price_year: int, *, prices: PriceIndex | None = None) -> None:
    """Refuse a year to which the money of no record can be brought.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    price_year
        Jalali year to compare in.
    prices
        Price index; by default that of the reference table.

    Raises
    ------
    EhyaError
        ``price_year_without_level``, with the years that prices lead to.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "price_year": [1404], "capital_needed_rial": [5]}))
    >>> year_within_prices(units, 1405)
    >>> year_within_prices(units, 1350)
    Traceback (most recent call last):
    ...
    engine.errors.EhyaError: price_year_without_level: given=1350 allowed=['1384 … 1411']
    """
    states_money = units[[Field.CAPITAL_NEEDED_RIAL.value, *DEBTS]].notna().any(axis=1)
    stated = units.loc[states_money, "price_year"].dropna().astype("int64").unique()
    if not len(stated) or np.isfinite(_moved(stated, price_year, prices)).any():
        return
    years = np.arange(1300, 1501)
    reached = years[[bool(np.isfinite(_moved(stated, int(year), prices)).any()) for year in years]]
    raise EhyaError(
        ErrorCode.PRICE_YEAR_WITHOUT_LEVEL, given=price_year, allowed=[f"{reached.min()} … {reached.max()}"]
    )


def _moved(from_year: NDArray[np.int64], to_year: int | NDArray[np.int64], prices: PriceIndex | None) -> Array:
    return deflate(1.0, from_year, to_year, index=prices, allow_proxy=True).rial


def money_factor(
    units: pd.DataFrame,
    price_year: int | None,
    *,
    inflation: float | None = None,
    allow_proxy: bool | None = None,
    prices: PriceIndex | None = None,
) -> Money:
    """Rial of the common year for one rial of each record.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    price_year
        Jalali year to compare in; by default ``own_year``. When no record says its year, they count as of one year.
    inflation
        Yearly price rise for years without a published level, as ``rate`` of ``engine.economics.prices.deflate``.
    allow_proxy
        Whether flagged levels of the index may stand in; by default unless ``inflation`` is given.
    prices
        Price index; by default that of the reference table.

    Returns
    -------
    Money

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> rows = {"unit_id": ["a", "b", "c"], "price_year": [1404, 1403, 1370], "capital_needed_rial": [5, 5, 5]}
    >>> money = money_factor(unit_table(pd.DataFrame(rows)), 1404)
    >>> money.capital.round(3).tolist(), money.basis.tolist()
    ([1.0, 1.506, nan], ['same_year', 'proxy', 'not_comparable'])
    """
    year = own_year(units) if price_year is None else price_year
    has_capital = units[Field.CAPITAL_NEEDED_RIAL.value].notna()
    has_money = has_capital | units[[field.value for field in DEBTS]].notna().any(axis=1)
    if year is None:
        factor, basis = np.ones(len(units)), np.full(len(units), PriceBasis.SAME_YEAR, dtype=object)
    else:
        from_year = units["price_year"].to_numpy(dtype=np.float64, na_value=np.nan)
        stands_in = inflation is None if allow_proxy is None else allow_proxy
        moved = deflate(1.0, from_year, year, index=prices, rate=inflation, allow_proxy=stands_in)
        factor, basis = moved.rial, moved.basis
    said = pd.Series(basis, index=units.index, dtype="str").where(has_money)
    return Money(capital=np.where(has_capital, factor, 1.0), debts=factor, basis=said)
