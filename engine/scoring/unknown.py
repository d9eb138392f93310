"""What a line does not know: the variance that a missing value adds to a score, for models that learnt their slopes.

A design takes a missing value for the average (``engine.scoring.design``). The point stays there; what the value may be
varies as such units do, and each block of a design says how: a number has the spread that it is divided by, a flag that
of its share, the levels of a category those of their shares. A level that was never seen is not known either.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.scoring.design import Floats
from engine.scoring.sections import Block


def unknown(matrix: pd.DataFrame, blocks: Sequence[Block]) -> npt.NDArray[np.float64]:
    """Which features of which units a line does not know, shape (n, blocks), 1 or 0.

    Parameters
    ----------
    matrix
        Shape (n, features).
    blocks
        Of the design.

    Examples
    --------
    >>> place = Block(column="place", levels=[0.0, 1.0], centre=[0.5, 0.5], scale=1.0)
    >>> unknown(pd.DataFrame({"place": [1.0, 7.0, None]}), [place]).ravel().tolist()
    [0.0, 1.0, 1.0]
    """
    found = np.empty((len(matrix), len(blocks)))
    for place, block in enumerate(blocks):
        values = matrix[block.column].to_numpy(np.float64)
        found[:, place] = np.isnan(values) if block.levels is None else ~np.isin(values, block.levels)
    return found


def spread_of(block: Block) -> Floats:
    """Covariance of the columns of a block over units that are known, shape (width, width).

    Examples
    --------
    >>> spread_of(Block(column="place", levels=[0.0, 1.0], centre=[0.5, 0.5], scale=1.0)).tolist()
    [[0.25, -0.25], [-0.25, 0.25]]
    >>> spread_of(Block(column="deed", levels=None, centre=[0.5], scale=1.0)).tolist()
    [[0.25]]
    """
    share = np.asarray(block.centre, dtype=np.float64)
    if block.levels is not None:
        return np.asarray((np.diag(share) - np.outer(share, share)) / block.scale**2)
    # A flag keeps its scale of one; a number is divided by its own spread, whatever that is.
    flag = block.scale == 1.0 and not block.log and 0.0 < share[0] < 1.0
    return np.array([[share[0] * (1 - share[0]) if flag else 1.0]])


def added(slopes: Sequence[Floats], doubts: Sequence[Floats], blocks: Sequence[Block]) -> Floats:
    """What each block that is not known adds to the variances of some scores, and to their covariances.

    Parameters
    ----------
    slopes
        Of each score over the columns of the design, shape (columns,).
    doubts
        Of each score: its slopes in other worlds, about the slopes, shape (worlds, columns).
    blocks
        Of the design.

    Returns
    -------
    numpy.ndarray
        Shape (blocks, scores, scores): one value moves all scores together, what is doubted of its effects each alone.

    Examples
    --------
    A slope of two on a number, doubted by half, whose spread is one:

    >>> number = Block(column="age", levels=None, centre=[3.0], scale=2.0)
    >>> added([np.array([2.0])], [np.array([[-0.5], [0.5]])], [number]).tolist()
    [[[4.25]]]
    """
    found, at = np.zeros((len(blocks), len(slopes), len(slopes))), 0
    for place, block in enumerate(blocks):
        own = slice(at, at + block.width)
        spread = spread_of(block)
        each = np.array([slope[own] for slope in slopes])
        found[place] = each @ spread @ each.T
        for score, doubt in enumerate(doubts):
            worlds = doubt[:, own]
            found[place, score, score] += np.einsum("wi,ij,wj->", worlds, spread, worlds) / max(len(worlds), 1)
        at += block.width
    return found


def widened(away: Floats, variance: Floats) -> Floats:
    """Draws about a point, spread out by a variance that comes on top of theirs.

    Parameters
    ----------
    away
        Shape (n, draws), about the point.
    variance
        Shape (n,), not negative.

    Returns
    -------
    numpy.ndarray
        Shape (n, draws): each on its side of the point and never nearer to it.

    Examples
    --------
    >>> widened(np.array([[-1.0, 1.0]]), np.array([3.0])).tolist()
    [[-2.0, 2.0]]
    """
    own = np.maximum((away**2).mean(axis=1), np.finfo(np.float64).tiny)
    return np.asarray(away * np.sqrt(1 + variance / own)[:, None])
