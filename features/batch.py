"""The units that a matrix is computed for, read column by column, each string looked at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.economics.prices import RIAL_PER_BILLION_RIAL, deflate
from engine.reference.tables import table
from features.places import counties

Floats = NDArray[np.float64]
Numbers = NDArray[np.intp]

DAYS_PER_YEAR = 365.25
_SECONDS_PER_YEAR = DAYS_PER_YEAR * 86_400
DIVISIONS = 100
"""ISIC divisions are two digits."""
_FEW = 32  # pandas.factorize costs 0.3 ms however short the column


@dataclass(frozen=True)
class Batch:
    """Columns of a unit table as arrays.

    Parameters
    ----------
    units
        Unit table; a column that is absent reads as missing throughout. String columns may be categorical.
    fitted
        What :func:`features.fit` found.
    as_of
        The day the features describe; dates after it are not known.
    """

    units: pd.DataFrame
    fitted: Mapping[str, Any]
    as_of: pd.Timestamp
    _read: dict[str, Any] = field(default_factory=dict, compare=False)

    def number(self, name: str) -> Floats:
        """One column as float64, NaN where missing."""
        if name not in self.units:
            return self._missing
        column = self.units[name]
        if column.dtype == np.float64:
            return column.to_numpy()
        if column.dtype == object:
            column = pd.to_numeric(column, errors="coerce")
        return column.to_numpy(dtype=np.float64, na_value=np.nan)

    def years_before(self, name: str) -> Floats:
        """Years from a date to ``as_of``; NaN where the date is missing or lies after ``as_of``."""
        years = self._years_to(name)
        return np.where(years >= 0, years, np.nan)

    def idle_years(self) -> Floats:
        """Years without work at ``as_of``: from the stop date, else from a stated duration moved to ``as_of``."""
        since_stop = self._years_to("stopped_on")
        if not np.isnan(since_stop).any():
            return np.where(since_stop >= 0, since_stop, np.nan)
        moved = self.number("idle_months") / 12 + np.nan_to_num(self._years_to("as_of"))
        years = np.where(np.isnan(since_stop), moved, since_stop)
        return np.where(years >= 0, years, np.nan)

    def lookup(self, name: str, meaning: Callable[[str], float]) -> Floats:
        """Replace each string by a number: ``meaning`` is asked once for each different string."""
        codes, strings = self.codes(name)
        return np.array([*(meaning(string) for string in strings), np.nan])[codes]

    def codes(self, name: str) -> tuple[Numbers, list[str]]:
        """One string column as codes (-1 is missing) and the strings they stand for."""
        if name not in self._read:
            self._read[name] = self._factorised(name)
        codes: tuple[Numbers, list[str]] = self._read[name]
        return codes

    @cached_property
    def provinces(self) -> Numbers:
        """Number of each unit's province in the reference table, -1 where not known."""
        return self._numbers("province", counties().province_numbers)

    @cached_property
    def counties(self) -> Numbers:
        """Number of each unit's county in the reference table, -1 where not known."""
        atlas = counties()
        names = self._numbers("county", atlas.name_numbers)
        return atlas.numbers[self.provinces, names]

    @cached_property
    def divisions(self) -> Numbers:
        """ISIC division of each unit, -1 where not known."""
        codes, strings = self.codes("isic")
        return np.array([*map(_division, strings), -1], dtype=np.intp)[codes]

    def billion_rial(self, name: str) -> Floats:
        """Money in the prices of the year that the model was fitted in; NaN where prices cannot be compared."""
        amounts = self.number(name) / RIAL_PER_BILLION_RIAL
        return amounts if self._price_factors is None else amounts * self._price_factors

    @cached_property
    def _price_factors(self) -> Floats | None:
        """Factor to the prices of the fitted year for each unit, ``None`` where all are 1."""
        target = self.fitted.get("price_year")
        if target is None:
            return None
        codes, years = pd.factorize(self.number("price_year"))
        factors = np.append(deflate(1.0, years, target).rial, np.nan)[codes]
        return None if (factors == 1).all() else factors

    @cached_property
    def _missing(self) -> Floats:
        return np.full(len(self.units), np.nan)

    def _numbers(self, name: str, numbers: Mapping[str, int]) -> Numbers:
        codes, strings = self.codes(name)
        return np.array([*(numbers.get(string, -1) for string in strings), -1], dtype=np.intp)[codes]

    def _years_to(self, name: str) -> Floats:
        if name not in self.units:
            return self._missing
        column = self.units[name]
        if column.dtype.kind != "M":
            column = pd.to_datetime(column, errors="coerce")
        dates = column.to_numpy().astype("datetime64[s]", copy=False)
        seconds = np.datetime64(self.as_of, "s") - dates
        years = seconds.astype(np.int64) / _SECONDS_PER_YEAR
        years[np.isnat(dates)] = np.nan
        return years

    def _factorised(self, name: str) -> tuple[Numbers, list[str]]:
        if name not in self.units:
            return np.full(len(self.units), -1, dtype=np.intp), []
        column = self.units[name]
        if isinstance(column.dtype, pd.CategoricalDtype):
            return column.cat.codes.to_numpy().astype(np.intp), [str(level) for level in column.cat.categories]
        if len(column) <= _FEW:
            return _few_factorised(column.tolist())
        codes, strings = pd.factorize(column)
        return codes, [str(string) for string in strings]


def _few_factorised(cells: list[object]) -> tuple[Numbers, list[str]]:
    numbers = {cell: number for number, cell in enumerate(dict.fromkeys(c for c in cells if isinstance(c, str)))}
    return np.array([numbers.get(c, -1) if isinstance(c, str) else -1 for c in cells], dtype=np.intp), list(numbers)


def _division(isic: str) -> int:
    return int(isic[:2]) if isic[:2] in _divisions() else -1


@cache
def _divisions() -> frozenset[str]:
    rows = table("isic")
    return frozenset(rows.loc[rows["level"] == "division", "code"])
