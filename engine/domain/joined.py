"""Names joined by ``;``: those of one cell, and of each row of a table of marks, each combination written once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

SEPARATOR = ";"


def names_in(cell: object) -> list[str]:
    """Names of one cell, in its order; none of an empty or missing one.

    Examples
    --------
    >>> names_in("a;b"), names_in(""), names_in(None)
    (['a', 'b'], [], [])
    """
    return [] if cell is None or cell is pd.NA or cell != cell or cell == "" else str(cell).split(SEPARATOR)


def joined_names(marks: npt.NDArray[np.bool_], names: Sequence[str], index: pd.Index) -> pd.Series:
    """Names of the marks of each row.

    Parameters
    ----------
    marks
        Shape (n, names).
    names
        One for each column.
    index
        Of the result, shape (n,).

    Returns
    -------
    pandas.Series
        Shape (n,), joined by ``;`` in the order of ``names``, empty where a row has no mark.

    Examples
    --------
    >>> joined_names(np.array([[True, True], [False, True], [False, False]]), ["a", "b"], pd.RangeIndex(3)).tolist()
    ['a;b', 'b', '']
    """
    rows = np.flatnonzero(marks.any(axis=1))
    number, words = np.zeros(len(marks), dtype=np.intp), [""]
    if rows.size:
        packed = np.ascontiguousarray(np.packbits(marks[rows], axis=1))
        as_one = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
        _, first, place = np.unique(as_one, return_index=True, return_inverse=True)
        number[rows] = place.ravel() + 1
        words += [
            SEPARATOR.join(name for name, mark in zip(names, marks[row], strict=True) if mark) for row in rows[first]
        ]
    return pd.Series(pd.array(words, dtype="str").take(number), index=index)
