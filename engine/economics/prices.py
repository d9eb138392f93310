"""Money of one Jalali year in the prices of another, and in dollars: explicit, flagged, or not comparable."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.reference.tables import table

RIAL_PER_BILLION_RIAL = 10**9

CARRIED_YEARS = 5
"""Years after its last row for which a price index is carried on by a yearly rise: assumed."""


class PriceBasis(Code):
    """What a price comparison rests on, surest first."""

    SAME_YEAR = "same_year"
    SOURCED = "sourced"
    PROXY = "proxy"
    RATE = "rate"
    ASSUMED = "assumed"
    NOT_COMPARABLE = "not_comparable"


STAND_INS = frozenset({PriceBasis.PROXY, PriceBasis.RATE, PriceBasis.ASSUMED})
"""Bases that must be said beside every figure they touched."""


class IndexFlag(Code):
    """What one year of the price index is: a published full-year figure, a near figure, an assumed one, or a gap."""

    SOURCED = "sourced"
    PROXY = "proxy"
    ASSUMED = "assumed"
    MISSING = "missing"


class UsdMarket(Code):
    """Which dollar is meant."""

    FREE = "free"
    OFFICIAL = "official"


@dataclass(frozen=True, eq=False, slots=True)
class PriceIndex:
    """A yearly price index with its gaps.

    Parameters
    ----------
    first_year
        Jalali year of the first element.
    levels
        Index, any base, shape (years,); NaN where nothing is known.
    flags
        ``IndexFlag`` of each year, shape (years,).
    rise
        Yearly price rise as a share (0.4 is 40 %) after the last element; NaN where nobody states one.
    """

    first_year: int
    levels: NDArray[np.float64]
    flags: NDArray[np.object_]
    rise: float = np.nan

    @classmethod
    def from_reference(cls) -> Self:
        """Consumer prices of the reference table ``price_index`` (Central Bank of Iran, 1395 = 100).

        Examples
        --------
        >>> index = PriceIndex.from_reference()
        >>> float(index.levels[1395 - index.first_year])
        100.0
        """
        return cls.of(table("price_index"))

    @classmethod
    def of(cls, rows: pd.DataFrame) -> Self:
        """The index of rows in the shape of the reference table ``price_index``.

        Parameters
        ----------
        rows
            ``jalali_year, index_1395_100, flag, price_rise``, one row a year in any order; a year that no row names is
            a gap.

        Raises
        ------
        EhyaError
            ``no_price_index`` when there is no row.

        Examples
        --------
        >>> rows = pd.DataFrame({"jalali_year": [1400, 1402], "index_1395_100": [100.0, 200.0],
        ...                      "flag": ["sourced", "assumed"], "price_rise": [None, 0.5]})
        >>> index = PriceIndex.of(rows)
        >>> index.levels.tolist(), index.flags.tolist(), index.rise
        ([100.0, nan, 200.0], ['sourced', 'missing', 'assumed'], 0.5)
        """
        if rows.empty:
            raise EhyaError(ErrorCode.NO_PRICE_INDEX, given="price_index", allowed=[])
        yearly = rows.set_index("jalali_year").sort_index()
        first, last = int(yearly.index[0]), int(yearly.index[-1])
        whole = yearly.reindex(range(first, last + 1))
        return cls(
            first,
            whole["index_1395_100"].to_numpy(dtype=np.float64, na_value=np.nan),
            whole["flag"].fillna(IndexFlag.MISSING.value).to_numpy(dtype=object),
            float(pd.to_numeric(whole["price_rise"]).iloc[-1]),
        )

    def arrays(self) -> dict[str, NDArray[Any]]:
        """All that makes two indices differ, by name."""
        years = np.arange(self.first_year, self.first_year + len(self.levels))
        return {"price_years": years, "price_levels": np.append(self.levels, self.rise), "price_flags": self.flags}

    def by_year(self) -> pd.Series:
        """Level of each Jalali year, missing where nothing is known.

        Examples
        --------
        >>> float(PriceIndex.from_reference().by_year()[1395])
        100.0
        """
        return pd.Series(self.levels, index=range(self.first_year, self.first_year + len(self.levels)))

    def years(self) -> list[int]:
        """Jalali years with a sourced level.

        Examples
        --------
        >>> PriceIndex.from_reference().years()[-1]
        1401
        """
        return [self.first_year + int(i) for i in np.flatnonzero(self.flags == IndexFlag.SOURCED.value)]


def levels_of(prices: PriceIndex | None) -> pd.Series | None:
    """Level of each Jalali year of an index, for what takes ``None`` where there is none.

    Examples
    --------
    >>> levels_of(None) is None, float(levels_of(PriceIndex.from_reference())[1395])
    (True, 100.0)
    """
    return None if prices is None else prices.by_year()


@dataclass(frozen=True, slots=True)
class Deflated:
    """Money in the prices of another year.

    Parameters
    ----------
    rial
        float64, NaN where not comparable.
    basis
        ``PriceBasis`` of every element.
    """

    rial: NDArray[np.float64]
    basis: NDArray[np.object_]


def deflate(
    rial: ArrayLike,
    from_year: ArrayLike,
    to_year: ArrayLike,
    *,
    index: PriceIndex | None = None,
    allow_proxy: bool = False,
    rate: float | None = None,
) -> Deflated:
    """Bring money to the prices of another year: ``rial * level(to_year) / level(from_year)``.

    Parameters
    ----------
    rial
        Amounts, broadcast with the years; missing stays missing.
    from_year, to_year
        Jalali years; missing years are not comparable, unless nothing has to be compared.
    index
        By default :meth:`PriceIndex.from_reference`.
    allow_proxy
        Use levels flagged ``proxy`` and ``assumed``, and carry the last level on by the price rise that the index
        states for later years; the result says so.
    rate
        Yearly inflation as a share (0.4 is 40 %) given by the user: it carries the last known level over later gaps,
        one year at a time, and stands instead of all that is assumed. The result says so.

    Returns
    -------
    Deflated
        Same shape as the broadcast inputs. Where a level is missing and neither a proxy nor a rate stands in, the
        amount is NaN and its basis ``not_comparable``: nothing is guessed. An index is carried on for no more than
        ``CARRIED_YEARS``.

    Raises
    ------
    EhyaError
        ``unknown_option`` for a rate of -1 or below; ``no_price_index`` when the index holds no level at all.

    Examples
    --------
    >>> deflate([100.0, 100.0, 100.0], [1395, 1396, 1403], 1395).rial.round(2).tolist()
    [100.0, 91.24, nan]
    >>> result = deflate(1000.0, 1401, 1402, rate=0.4)
    >>> float(result.rial), str(result.basis)
    (1400.0, 'rate')
    """
    index = index or reference_index()
    levels, basis = _levels(index, allow_proxy, rate)
    amount, start, end = np.broadcast_arrays(_floats(rial), _floats(from_year), _floats(to_year))
    here, there = _slots(start, index.first_year, len(levels)), _slots(end, index.first_year, len(levels))
    same = start == end
    factor = np.where(same, 1.0, levels[there] / levels[here])
    weakest = np.where(same, 0, np.maximum(basis[here], basis[there]))
    return Deflated(amount * factor, _BASES[weakest])


def jobs_per_billion_rial(jobs: ArrayLike, rial: ArrayLike) -> NDArray[np.float64]:
    """Jobs for each billion rial.

    Parameters
    ----------
    jobs
        Persons.
    rial
        Capital, rial; zero or missing gives NaN, since a ratio to nothing says nothing.

    Returns
    -------
    numpy.ndarray
        Persons per billion rial, broadcast shape.

    Examples
    --------
    The interview's project: 30 direct jobs for 4,000 billion rial.

    >>> float(jobs_per_billion_rial(30, 4_000 * RIAL_PER_BILLION_RIAL))
    0.0075
    """
    persons, capital = np.broadcast_arrays(_floats(jobs), _floats(rial))
    billions = np.where(capital > 0, capital, np.nan) / RIAL_PER_BILLION_RIAL
    ratio: NDArray[np.float64] = persons / billions
    return ratio


def usd(rial: ArrayLike, jalali_year: ArrayLike, *, market: UsdMarket = UsdMarket.FREE) -> NDArray[np.float64]:
    """Rial in dollars at the year's mean rate.

    Parameters
    ----------
    rial
        Amounts in the money of ``jalali_year``.
    jalali_year
        Years whose mean rate is taken. Years observed in part, or not at all, give NaN.
    market
        Free market (daily quotes, full years 1392 to 1404) or official (World Bank, calendar years, 1381 to 1400).

    Examples
    --------
    >>> usd([317_230, 1.0], [1395, 1405]).round(3).tolist()
    [8.721, nan]
    """
    first, rates = _exchange(market)
    amount, year = np.broadcast_arrays(_floats(rial), _floats(jalali_year))
    dollars: NDArray[np.float64] = amount / rates[_slots(year, first, len(rates))]
    return dollars


_BASES = np.array(list(PriceBasis), dtype=object)
_SOURCED, _PROXY, _RATE, _ASSUMED, _NONE = 1, 2, 3, 4, 5
_OF_FLAG = {IndexFlag.SOURCED: _SOURCED, IndexFlag.PROXY: _PROXY, IndexFlag.ASSUMED: _ASSUMED}


@cache
def reference_index() -> PriceIndex:
    """The index that ships with the project, read once."""
    return PriceIndex.from_reference()


@lru_cache(maxsize=64)
def _levels(index: PriceIndex, allow_proxy: bool, rate: float | None) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Usable levels and what each rests on, carried on; the last slot stands for every other year."""
    if rate is not None and rate <= -1:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="rate", given=rate, allowed="> -1")
    allowed = [IndexFlag.SOURCED, *([IndexFlag.PROXY] if allow_proxy else [])]
    allowed += [IndexFlag.ASSUMED] if allow_proxy and rate is None else []
    usable = np.isin(index.flags, [flag.value for flag in allowed])
    if not usable.any():
        raise EhyaError(ErrorCode.NO_PRICE_INDEX, given="index", allowed=index.years())
    known = len(usable)
    levels = np.full(known + CARRIED_YEARS + 1, np.nan)
    basis = np.full(len(levels), _NONE)
    levels[:known][usable] = index.levels[usable]
    basis[:known][usable] = [_OF_FLAG[IndexFlag(flag)] for flag in index.flags[usable]]
    if rate is not None:
        _carry(levels, basis, 1, rate, _RATE)
    elif allow_proxy:
        _carry(levels, basis, known, index.rise, _ASSUMED)
    for shared in (levels, basis):  # with whoever asks next
        shared.setflags(write=False)
    return levels, basis


def _carry(levels: NDArray[np.float64], basis: NDArray[np.int64], first: int, rise: float, on: int) -> None:
    """Fill gaps from the place ``first`` on, each from the year before it; the last slot stays empty."""
    for i in range(first, len(levels) - 1):
        if np.isnan(levels[i]) and not np.isnan(levels[i - 1] * (1 + rise)):
            levels[i], basis[i] = levels[i - 1] * (1 + rise), on


@cache
def _exchange(market: UsdMarket) -> tuple[int, NDArray[np.float64]]:
    rows = table("exchange_rates").sort_values("jalali_year")
    full = (rows[f"{market.value}_flag"] == "sourced").to_numpy()
    rates = np.where(full, rows[f"{market.value}_rial_per_usd"].to_numpy(dtype=np.float64), np.nan)
    return int(rows["jalali_year"].iloc[0]), np.append(rates, np.nan)


def _slots(years: NDArray[np.float64], first: int, size: int) -> NDArray[np.intp]:
    place = years - first
    inside = (place >= 0) & (place < size - 1)
    return np.where(inside, place, size - 1).astype(np.intp)


def _floats(values: ArrayLike) -> NDArray[np.float64]:
    array = np.asarray(values)
    if array.dtype != object:
        return array.astype(np.float64)
    flat = pd.Series(array.ravel(), dtype="Float64")
    return flat.to_numpy(dtype=np.float64, na_value=np.nan).reshape(array.shape)
