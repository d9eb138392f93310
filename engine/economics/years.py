"""Arrays of years: the last axis counts the years of a plan, and lies outermost in memory.

A plan is worked year by year over many units and draws; a year of all of them then is one block.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

Values = Mapping[str, Any]
"""Assumption -> value: a number, or float64 of a shape that broadcasts with units and draws."""


def empty(shape: tuple[int, ...]) -> Array:
    """Zeros of a shape (..., years).

    Examples
    --------
    >>> empty((2, 3)).shape
    (2, 3)
    """
    return np.moveaxis(np.zeros((shape[-1], *shape[:-1])), 0, -1)


def by_year(values: ArrayLike, shape: tuple[int, ...] = ()) -> Array:
    """Money by year, shape (..., years), broadcast with plans of another shape (...).

    Examples
    --------
    >>> by_year([1.0, 2.0], (3,)).shape
    (3, 2)
    """
    money = np.asarray(values, dtype=np.float64)
    whole = np.broadcast_shapes(money.shape[:-1], shape)
    return np.broadcast_to(money, (*whole, money.shape[-1]))


def grown(rate: ArrayLike, years: int) -> Array:
    """Growth factors ``(1 + rate)^t``, t = 0, 1, ..., shape (..., years).

    Examples
    --------
    >>> grown(0.5, 3).tolist()
    [1.0, 1.5, 2.25]
    """
    base = 1 + np.asarray(rate, dtype=np.float64)
    factors = empty((*base.shape, years))
    factors[..., 0] = 1
    for year in range(1, years):
        factors[..., year] = factors[..., year - 1] * base
    return factors
