"""Single hard limits over arrays: each says with bits what it has against a unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp] | slice
Bits = NDArray[np.uint32]


class Check(Protocol):
    """A limit that can be put to any rows of a book."""

    def bits(self, rows: Rows) -> Bits:
        """Reasons against each of the rows, 0 where there is none; shape (rows,)."""


@dataclass(frozen=True, eq=False, slots=True)
class LookupCheck:
    """A limit on a coded column.

    Parameters
    ----------
    codes
        Shape (n,).
    bits_of
        Reasons against each value, shape (values,).
    """

    codes: NDArray[np.integer]
    bits_of: Bits

    def bits(self, rows: Rows) -> Bits:
        """Reasons against each of the rows."""
        return self.bits_of.take(self.codes[rows])


@dataclass(frozen=True, eq=False, slots=True)
class RangeCheck:
    """A limit on a number, inclusive at both ends.

    Parameters
    ----------
    values
        Shape (n,), NaN where not known.
    low, high
        Scalars, or shape (groups,) with ``group`` naming each row's own.
    below, above, unknown
        Bits for a value under ``low``, over ``high``, not known; 0 accepts it.
    group
        Shape (n,), or ``None`` for scalar limits.
    incomparable
        Bit for a known value whose group has NaN limits.

    Examples
    --------
    >>> check = RangeCheck(np.array([1.0, 5.0, np.nan]), 2.0, np.inf, below=1, above=2, unknown=4)
    >>> check.bits(slice(None)).tolist()
    [1, 0, 4]
    """

    values: NDArray[np.float64]
    low: float | NDArray[np.float64]
    high: float | NDArray[np.float64]
    below: int
    above: int
    unknown: int
    group: NDArray[np.integer] | None = None
    incomparable: int = 0

    def bits(self, rows: Rows) -> Bits:
        """Reasons against each of the rows."""
        values = self.values[rows]
        low, high = self.low, self.high
        if self.group is not None:
            group = self.group[rows]
            low, high = np.take(low, group), np.take(high, group)
        inside = (values >= low) & (values <= high)
        bits = np.zeros(values.size, dtype=np.uint32)
        outside = np.flatnonzero(~inside)
        if outside.size:
            bits[outside] = self._against(
                values[outside],
                low[outside] if isinstance(low, np.ndarray) else low,
                high[outside] if isinstance(high, np.ndarray) else high,
            )
        return bits

    def _against(
        self, values: NDArray[np.float64], low: float | NDArray[np.float64], high: float | NDArray[np.float64]
    ) -> Bits:
        reasons = [np.isnan(values), np.isnan(low) | np.zeros(values.size, dtype=bool), values < low]
        return np.select(reasons, [self.unknown, self.incomparable, self.below], default=self.above).astype(np.uint32)
