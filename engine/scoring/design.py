"""From the model matrix to a design in which a missing value says nothing: levels and numbers about their own mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.scoring.sections import Block

Floats = npt.NDArray[np.float64]


def design(matrix: pd.DataFrame, blocks: Sequence[Block]) -> Floats:
    """Spread a model matrix into the columns a linear head reads.

    Parameters
    ----------
    matrix
        Shape (n, features), float64; missing values are NaN.
    blocks
        One for each feature used.

    Returns
    -------
    numpy.ndarray
        Shape (n, columns). A level becomes ``1 - share of the level`` or ``- share``, a number its distance from the
        mean in units of ``scale``. A missing value and a level never seen become zeros, hence contribute nothing.

    Examples
    --------
    >>> blocks = [Block(column="idle", levels=None, centre=[2.0], scale=2.0)]
    >>> design(pd.DataFrame({"idle": [4.0, None]}), blocks).tolist()
    [[1.0], [0.0]]
    """
    if not blocks:
        return np.empty((len(matrix), 0))
    return np.hstack([_block(matrix[block.column].to_numpy(np.float64), block) for block in blocks])


def clipped(matrix: pd.DataFrame, ranges: Mapping[str, Sequence[float]]) -> tuple[pd.DataFrame, npt.NDArray[np.bool_]]:
    """Hold every number within the range that the model was fitted in.

    A debt that is suddenly a thousand times larger is more likely a wrong unit of measure than a fact, and in any case
    nothing was learnt about it: it counts as the largest that was learnt from, and is flagged.

    Parameters
    ----------
    matrix
        Shape (n, features).
    ranges
        Feature -> lowest and highest value.

    Returns
    -------
    matrix, outside
        The matrix itself where nothing is outside, else a copy; and which cells were outside, shape (n, ranges), in the
        order of ``ranges``. A missing value is inside.

    Examples
    --------
    >>> held, outside = clipped(pd.DataFrame({"debt": [2.0, 5.0, None]}), {"debt": [0.0, 3.0]})
    >>> held["debt"].tolist(), outside.ravel().tolist()
    ([2.0, 3.0, nan], [False, True, False])
    """
    names = list(ranges)
    if not names:
        return matrix, np.zeros((len(matrix), 0), dtype=bool)
    values = matrix[names].to_numpy(np.float64)
    low, high = np.asarray([ranges[name] for name in names], dtype=np.float64).T
    outside = (values < low) | (values > high)
    if not outside.any():
        return matrix, outside
    held = matrix.copy()
    held[names] = np.clip(values, low, high)
    return held, outside


def levels_replaced(matrix: pd.DataFrame, effects: Mapping[str, Mapping[str, float]]) -> Floats:
    """Matrix as an array in which the number of a level is replaced by the level's effect, NaN for one never seen.

    Parameters
    ----------
    matrix
        Shape (n, features).
    effects
        Category -> number of the level (as a string, since JSON has no other keys) -> effect.

    Examples
    --------
    >>> levels_replaced(pd.DataFrame({"a": [1.0, 7.0], "b": [2.0, 3.0]}), {"a": {"1": 0.5}}).tolist()
    [[0.5, 2.0], [nan, 3.0]]
    """
    values = matrix.to_numpy(np.float64, copy=True)
    for name, by_level in effects.items():
        levels = np.array([float(level) for level in by_level] or [np.nan])
        order = np.argsort(levels)
        column = values[:, matrix.columns.get_loc(name)]
        at = np.minimum(np.searchsorted(levels[order], column), len(levels) - 1)
        found = levels[order][at] == column
        known = np.array([*by_level.values()] or [np.nan], dtype=np.float64)[order]
        values[:, matrix.columns.get_loc(name)] = np.where(found, known[at], np.nan)
    return np.asarray(values)


def _block(values: Floats, block: Block) -> Floats:
    if block.levels is None:
        number = np.log1p(values) if block.log else values
        distance = (number[:, None] - block.centre) / block.scale
        return np.where(np.isnan(values)[:, None], 0.0, distance)
    hit = values[:, None] == block.levels
    return np.where(hit.any(axis=1)[:, None], (hit - block.centre) / block.scale, 0.0)
