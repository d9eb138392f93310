"""The cells of a column, each different one once: a thousand equal cells are folded and read one time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine.text import fold_column

_Table = TypeVar("_Table", pd.Series, pd.DataFrame)


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """The different cells of a column and where they stand.

    Parameters
    ----------
    cells
        Object, shape (m,), index 0 to m - 1; none is missing.
    folded
        Their folded texts, ``str``, same index.
    codes
        For each row that holds a cell its place in ``cells``, shape (n,).
    rows
        Index of those rows, shape (n,).
    """

    cells: pd.Series
    folded: pd.Series
    codes: np.ndarray[Any, np.dtype[np.intp]]
    rows: pd.Index

    @classmethod
    def of(cls, cells: pd.Series) -> Distinct:
        """Take a column apart; missing cells are dropped.

        Examples
        --------
        >>> column = Distinct.of(pd.Series(["۱۲", None, "۱۲", 3.0], index=[4, 5, 6, 7], dtype=object))
        >>> column.folded.tolist(), column.codes.tolist(), column.rows.tolist()
        (['12', '3.0'], [0, 0, 1], [4, 6, 7])
        """
        codes, distinct = pd.factorize(cells)
        held = codes >= 0
        once = pd.Series(np.asarray(distinct, dtype=object), dtype=object)
        return cls(once, fold_column(once.astype("str")).fillna(""), codes[held], cells.index[held])

    def at(self, rows: pd.Series) -> Distinct:
        """The same column in some of its rows.

        Parameters
        ----------
        rows
            Whether a row is wanted; boolean, shape (any,), index: rows, these among them.
        """
        if rows.all():
            return self
        here = rows.reindex(self.rows).to_numpy(dtype=bool)
        left = Distinct(self.cells, self.folded, self.codes[here], self.rows[here])
        used = np.zeros(len(self.cells), dtype=bool)
        used[left.codes] = True
        return left.only(used)

    def only(self, wanted: np.ndarray[Any, np.dtype[np.bool_]]) -> Distinct:
        """The same column without the rows whose cell is not wanted, shape of ``wanted``: (m,)."""
        if wanted.all():
            return self
        place = np.cumsum(wanted) - 1
        here = wanted[self.codes]
        return Distinct(
            self.cells[wanted].reset_index(drop=True),
            self.folded[wanted].reset_index(drop=True),
            place[self.codes[here]],
            self.rows[here],
        )

    @property
    def series(self) -> pd.Series:
        """The cells row by row."""
        return pd.Series(self.cells.to_numpy()[self.codes], index=self.rows, dtype=object)

    def marked(self, marks: np.ndarray[Any, np.dtype[np.bool_]], rows: pd.Index) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Marks of the distinct cells, shape (m,), at all rows of a table whose index is ``rows``; blanks have none."""
        found = np.zeros(len(rows), dtype=bool)
        found[rows.get_indexer(self.rows)] = marks[self.codes]
        return found

    def spread(self, read: _Table) -> _Table:
        """From what was read of each distinct cell, by its place, to the rows that hold it."""
        place = np.full(len(self.cells), -1)
        place[read.index] = np.arange(len(read))
        at = place[self.codes]
        return read.take(at[at >= 0]).set_axis(self.rows[at >= 0])


class Columns:
    """Columns of a table, each taken apart when it is first asked for.

    Parameters
    ----------
    table
        Object, shape (n, columns), columns named by position.
    """

    def __init__(self, table: pd.DataFrame) -> None:
        self.table = table
        self._apart: dict[int, Distinct] = {}

    def __getitem__(self, position: int) -> Distinct:
        if position not in self._apart:
            self._apart[position] = Distinct.of(self.table[position])
        return self._apart[position]


def arrow(texts: pd.Series) -> pa.Array:
    """Texts as an arrow array, for the kernels that pandas walks one by one.

    Examples
    --------
    >>> arrow(pd.Series(["a"], dtype="str")).to_pylist()
    ['a']
    """
    return pa.array(texts, type=pa.large_string(), from_pandas=True)


def among(texts: pd.Series, words: Iterable[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which texts are one of some words, shape (n,).

    Examples
    --------
    >>> among(pd.Series(["-", "12"], dtype="str"), {"-"}).tolist()
    [True, False]
    """
    found = pc.is_in(arrow(texts), pa.array(sorted(words), type=pa.large_string()))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def like(texts: pd.Series, pattern: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    r"""Which texts hold a pattern, shape (n,); missing texts do not. The pattern is one of RE2: ``\d`` is 0-9.

    Examples
    --------
    >>> like(pd.Series(["12", "a"], dtype="str"), r"^\d+$").tolist()
    [True, False]
    """
    found = pc.match_substring_regex(arrow(texts), pattern).fill_null(False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
