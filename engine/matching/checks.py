"""Single hard limits over arrays: each says with bits what it has against a unit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp] | slice
Bits = NDArray[np.uint64]
_Limit = float | NDArray[np.float64]


class Check(Protocol):
    """A limit that can be put to any rows of a book."""

    def bits(self, rows: Rows) -> Bits:
        """Reasons against each of the rows, 0 where there is none; shape (rows,)."""

    def passes(self, rows: Rows) -> NDArray[np.bool_]:
        """Whether there is no reason against each of the rows; shape (rows,)."""


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

    def passes(self, rows: Rows) -> NDArray[np.bool_]:
        """Whether there is no reason against each of the rows."""
        return np.asarray((self.bits_of == 0).take(self.codes[rows]))


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
    low: _Limit
    high: _Limit
    below: int
    above: int
    unknown: int
    group: NDArray[np.integer] | None = None
    incomparable: int = 0

    def bits(self, rows: Rows) -> Bits:
        """Reasons against each of the rows."""
        values, low, high = self._drawn(rows)
        reasons = [(values >= low) & (values <= high), np.isnan(values), np.isnan(low + values), values < low]
        found = np.select(reasons, [0, self.unknown, self.incomparable, self.below], default=self.above)
        return found.astype(np.uint64)

    def passes(self, rows: Rows) -> NDArray[np.bool_]:
        """Whether there is no reason against each of the rows."""
        values, low, high = self._drawn(rows)
        inside = (values >= low) & (values <= high)
        return inside if self.unknown else inside | np.isnan(values)

    def _drawn(self, rows: Rows) -> tuple[NDArray[np.float64], _Limit, _Limit]:
        if self.group is None:
            return self.values[rows], self.low, self.high
        group = self.group[rows]
        return self.values[rows], np.take(self.low, group), np.take(self.high, group)
