"""Draws that belong to a unit and not to its place in a table: the same unit draws the same in every company.

A draw is a hash of seed, name of the variable, unit and number of the draw (the finaliser of splitmix64, Steele, Lea,
Flood 2014), so that batches, single units and other orders of rows agree to the last bit.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtri

from engine.economics.assumptions import Assumption
from engine.economics.years import Array

_80_PERCENT = float(ndtri(0.9))
_LEAST = 1e-6  # chances nearer to 0 or 1 are drawn from here
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))
_LAST, _SCALE = np.uint64(31), 2.0**-53


def uniforms(variable: str, ids: pd.Index | None, *, draws: int, seed: int) -> Array:
    """Uniform draws of a variable between 0 and 1, ends left out.

    Parameters
    ----------
    variable
        Its name.
    ids
        Units, of which each draws its own; ``None`` where all share one draw.
    draws, seed
        How many, and which.

    Returns
    -------
    numpy.ndarray
        Shape (draws, n), or (draws, 1) where all share.

    Examples
    --------
    >>> both = uniforms("x", pd.Index(["a", "b"]), draws=3, seed=0)
    >>> bool((both[:, 1:] == uniforms("x", pd.Index(["b"]), draws=3, seed=0)).all())
    True
    """
    salt = int.from_bytes(hashlib.blake2b(f"{seed}/{variable}".encode(), digest_size=8).digest(), "little")
    units = np.zeros(1, dtype=np.uint64) if ids is None else pd.util.hash_array(ids.to_numpy(dtype=object))
    start = mixed(units ^ np.uint64(salt))
    numbers = np.arange(1, draws + 1, dtype=np.uint64)[:, None]
    bits = mixed(start[None, :] + numbers * _GOLDEN)
    bits >>= np.uint64(11)
    found = bits.astype(np.float64)
    found += 0.5
    found *= _SCALE
    return found


def in_range(row: Assumption, uniform: ArrayLike) -> Array:
    """Values of an assumption: half of them below its point, half above, thinning out in a line towards both ends.

    Parameters
    ----------
    row
        Point and range. A wider range moves every draw outwards or not at all.
    uniform
        Shape (...).

    Returns
    -------
    numpy.ndarray
        Shape (...), in the measure of the assumption.

    Examples
    --------
    >>> row = Assumption("tax_rate", 0.25, 0.15, 0.3, "share", "assumed", "")
    >>> in_range(row, [0.0, 0.125, 0.5, 1.0]).round(3).tolist()
    [0.15, 0.2, 0.25, 0.3]
    """
    draw = np.asarray(uniform, dtype=np.float64)
    low = draw < 0.5
    away = np.asarray(1 - np.sqrt(np.where(low, 2 * draw, 2 - 2 * draw)))
    away *= np.where(low, row.low - row.value, row.high - row.value)
    away += row.value
    return away


def in_interval(low: ArrayLike, point: ArrayLike, high: ArrayLike, uniform: ArrayLike) -> Array:
    """Values of a prediction: half a normal curve on each side, whose 10 % and 90 % quantiles are the interval's ends.

    Parameters
    ----------
    low, point, high
        80 % interval of each unit, shape (n,).
    uniform
        Shape (draws, n).

    Returns
    -------
    numpy.ndarray
        Shape (draws, n); the caller cuts off what cannot be.

    Examples
    --------
    >>> in_interval([10.0], [20.0], [50.0], np.array([[0.1], [0.5], [0.9]])).round(6).ravel().tolist()
    [10.0, 20.0, 50.0]
    """
    return about(low, point, high, ndtri(np.asarray(uniform, dtype=np.float64)))


def about(low: ArrayLike, point: ArrayLike, high: ArrayLike, deviation: ArrayLike) -> Array:
    """The same from deviations that are normal already, such as those that units share in part.

    Parameters
    ----------
    low, point, high
        80 % interval of each unit, shape (n,).
    deviation
        Standard normal, shape (draws, n).

    Returns
    -------
    numpy.ndarray
        Shape (draws, n).

    Examples
    --------
    >>> about([10.0], [20.0], [50.0], np.array([[-1.2815515655], [0.0]])).round(6).ravel().tolist()
    [10.0, 20.0]
    """
    least, middle, most = (np.asarray(end, dtype=np.float64) for end in (low, point, high))
    away = np.asarray(deviation, dtype=np.float64) / _80_PERCENT
    away *= np.where(away < 0, middle - least, most - middle)
    away += middle
    return np.asarray(away)


def chances(low: ArrayLike, point: ArrayLike, high: ArrayLike, deviation: ArrayLike) -> Array:
    """Chances about a prediction, drawn in log-odds: between 0 and 1 without a cut, whose tails keep their shape.

    Packages and the appraisal of a unit both draw from here, so that one interval means one distribution.

    Parameters
    ----------
    low, point, high
        80 % interval of each unit, 0..1, shape (n,).
    deviation
        Standard normal, shape (draws, n).

    Returns
    -------
    numpy.ndarray
        Shape (draws, n); missing where the prediction is.

    Examples
    --------
    >>> chances([0.1], [0.2], [0.5], np.array([[-1.2815515655], [0.0], [1.2815515655]])).round(6).ravel().tolist()
    [0.1, 0.2, 0.5]
    """
    ends = (np.asarray(end, dtype=np.float64) for end in (low, point, high))
    least, middle, most = (logit(np.clip(end, _LEAST, 1 - _LEAST)) for end in ends)
    found = about(least, middle, most, deviation)
    return np.asarray(expit(found, out=found))


def mixed(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Bits of which every one depends on all that were given: the last step of splitmix64, shape as given.

    Examples
    --------
    >>> mixed(np.array([0, 1], dtype=np.uint64)).tolist()[0]
    0
    """
    state = bits.copy()
    for shift, factor in _MIX:
        state ^= state >> shift
        state *= factor
    state ^= state >> _LAST
    return state
