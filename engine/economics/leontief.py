"""Multipliers out of an input-output table: what goes with one more unit of final demand, sector by sector."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from engine.economics.years import Array
from engine.errors import EhyaError, ErrorCode


def coefficients(flows: ArrayLike, output: ArrayLike) -> Array:
    """Technical coefficients: what one unit of a sector's output takes from each sector.

    Parameters
    ----------
    flows
        Money from the sector of the row to that of the column, shape (n, n).
    output
        Gross output of each sector, shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n, n).

    Raises
    ------
    EhyaError
        ``value_unreadable`` where an output is not above nil.

    Examples
    --------
    >>> coefficients([[150.0, 500.0], [200.0, 100.0]], [1000.0, 2000.0]).tolist()
    [[0.15, 0.25], [0.2, 0.05]]
    """
    whole = np.asarray(output, dtype=np.float64)
    if not (whole > 0).all():
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="output", given=str(whole.min()), allowed=["> 0"])
    return np.asarray(np.asarray(flows, dtype=np.float64) / whole)


def inverse(technical: ArrayLike) -> Array:
    """Leontief inverse ``(I - A)^-1``: output of each sector for one unit of final demand of another.

    Parameters
    ----------
    technical
        Technical coefficients, shape (n, n).

    Returns
    -------
    numpy.ndarray
        Shape (n, n).

    Raises
    ------
    EhyaError
        ``value_unreadable`` where some sector takes in as much as it gives out: no finite output would do.

    Examples
    --------
    >>> inverse([[0.15, 0.25], [0.2, 0.05]]).round(4).tolist()
    [[1.2541, 0.33], [0.264, 1.1221]]
    """
    matrix = np.asarray(technical, dtype=np.float64)
    radius = float(np.abs(np.linalg.eigvals(matrix)).max())
    if radius >= 1:
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="technical", given=f"{radius:.3f}", allowed=["< 1"])
    return np.asarray(np.linalg.inv(np.eye(len(matrix)) - matrix))


def effects(per_output: ArrayLike, technical: ArrayLike) -> Array:
    """Jobs (value added, ...) that go with one unit of final demand of each sector, suppliers' among them.

    Parameters
    ----------
    per_output
        Jobs for each unit of a sector's output, shape (n,); ones give the output multipliers.
    technical
        Technical coefficients, shape (n, n).

    Returns
    -------
    numpy.ndarray
        Shape (n,).

    Examples
    --------
    >>> effects([1.0, 1.0], [[0.15, 0.25], [0.2, 0.05]]).round(4).tolist()
    [1.5182, 1.4521]
    """
    return np.asarray(np.asarray(per_output, dtype=np.float64) @ inverse(technical))


def multiplier_i(per_output: ArrayLike, technical: ArrayLike) -> Array:
    """Type I: jobs of the sector and its suppliers for each job of the sector.

    Parameters
    ----------
    per_output, technical
        As of :func:`effects`.

    Returns
    -------
    numpy.ndarray
        Shape (n,).

    Examples
    --------
    >>> multiplier_i([0.1, 0.2], [[0.0, 0.0], [0.5, 0.0]]).tolist()
    [2.0, 1.0]
    """
    direct = np.asarray(per_output, dtype=np.float64)
    return np.asarray(effects(direct, technical) / direct)


def multiplier_ii(per_output: ArrayLike, technical: ArrayLike, *, wages: ArrayLike, consumption: ArrayLike) -> Array:
    """Type II: the same with what the wages of all of them buy. Households close the table as one more sector.

    Parameters
    ----------
    per_output, technical
        As of :func:`effects`.
    wages
        Wages for each unit of a sector's output, shape (n,).
    consumption
        What households buy of each sector for each unit of their income, shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n,), at least those of type I.

    Examples
    --------
    >>> multiplier_ii([0.1, 0.2], [[0.0, 0.0], [0.5, 0.0]], wages=[0.2, 0.2], consumption=[0.0, 0.5]).round(3).tolist()
    [2.333, 1.111]
    """
    matrix, direct = np.asarray(technical, dtype=np.float64), np.asarray(per_output, dtype=np.float64)
    closed = np.zeros((len(matrix) + 1, len(matrix) + 1))
    closed[:-1, :-1] = matrix
    closed[-1, :-1], closed[:-1, -1] = wages, consumption
    return np.asarray(effects(np.append(direct, 0.0), closed)[:-1] / direct)
