"""Small columns that several families share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.domain.unit import Field
from features.batch import Batch, Floats

_LN10 = float(np.log(10))


def stated(name: Field) -> Callable[[Batch], Floats]:
    """Make the feature that is a field as it stands."""
    return lambda batch: batch.number(name.value)


def log_of(name: Field) -> Callable[[Batch], Floats]:
    """Make the feature ``log10(1 + field)``."""
    return lambda batch: log10_1p(batch.number(name.value))


def log10_1p(values: Floats) -> Floats:
    """``log10(1 + value)``; a negative value is no value.

    Examples
    --------
    >>> log10_1p(np.array([0.0, 99.0, -1.0])).tolist()
    [0.0, 2.0, nan]
    """
    logs: Floats = np.log1p(np.where(values >= 0, values, np.nan))
    logs /= _LN10
    return logs


def ratio(part: Floats, whole: Floats) -> Floats:
    """``part / whole``, NaN where the whole is not above zero.

    Examples
    --------
    >>> ratio(np.array([1.0, 1.0]), np.array([4.0, 0.0])).tolist()
    [0.25, nan]
    """
    quotient: Floats = part / np.where(whole > 0, whole, np.nan)
    return quotient


def sum_of_stated(first: Floats, second: Floats) -> Floats:
    """Add what is stated; NaN only where neither is.

    Examples
    --------
    >>> sum_of_stated(np.array([1.0, np.nan, np.nan]), np.array([2.0, 3.0, np.nan])).tolist()
    [3.0, 3.0, nan]
    """
    total = np.nan_to_num(first) + np.nan_to_num(second)
    return np.where(np.isnan(first) & np.isnan(second), np.nan, total)
