"""Sets of codes in one cell: ``a;b`` to a table of flags, and back, without a loop over rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from engine.domain.joined import SEPARATOR, joined_names


def flags(cells: pd.Series, codes: Iterable[str]) -> pd.DataFrame:
    """One column of flags a code.

    Parameters
    ----------
    cells
        Codes joined by ``;``, shape (n,); a missing cell holds no code.
    codes
        The codes to look for, m of them; others in a cell are passed over.

    Returns
    -------
    pandas.DataFrame
        Shape (n, m), bool, same index.

    Examples
    --------
    >>> flags(pd.Series(["a;b", None]), ["b", "c"]).values.tolist()
    [[True, False], [False, False]]
    """
    names = [str(code) for code in codes]
    numbers, distinct = pd.factorize(cells, use_na_sentinel=True)
    # a register repeats a few hundred combinations: each is split once; the last row stands for "missing"
    known = [set(str(cell).split(SEPARATOR)) for cell in distinct] + [set()]
    lookup = np.array([[name in cell for name in names] for cell in known], dtype=bool).reshape(len(known), len(names))
    return pd.DataFrame(lookup[numbers], index=cells.index, columns=names)


def joined(table: pd.DataFrame) -> pd.Series:
    """Names of the columns that hold, joined by ``;`` in the order of the columns.

    Parameters
    ----------
    table
        Flags, shape (n, m), bool.

    Returns
    -------
    pandas.Series
        Strings, shape (n,), empty where nothing holds.

    Examples
    --------
    >>> joined(pd.DataFrame({"a": [True, False], "b": [True, False]})).tolist()
    ['a;b', '']
    """
    return joined_names(table.to_numpy(dtype=bool), [str(name) for name in table.columns], table.index)


def words_of(marks: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """The same over arrays: ``marks`` of shape (n, m) to an object array of shape (n,).

    Examples
    --------
    >>> words_of(np.array([[True, True], [False, True]]), ["a", "b"]).tolist()
    ['a;b', 'b']
    """
    return joined_names(marks, names, pd.RangeIndex(len(marks))).to_numpy(dtype=object)
