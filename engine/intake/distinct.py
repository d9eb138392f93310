"""The cells of a column, each different one once: a thousand equal cells are folded and read one time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine.intake.grid import Codes, told_apart
from engine.parsing.text import arrow, fold_column

_Table = TypeVar("_Table", pd.Series, pd.DataFrame)
_EXACT = 1e15
"""Whole numbers below it are written with all their digits and ``.0``."""


@dataclass(frozen=True, slots=True, eq=False)
class Distinct:
    """The different cells of a column and where they stand.

    Parameters
    ----------
    cells
        Object, ``str`` for a column of texts alone; shape (m,), index 0 to m - 1; none is missing.
    folded
        Their folded texts, ``str``, same index.
    codes
        For each row that holds a cell its place in ``cells``, shape (n,).
    rows
        Index of those rows, shape (n,).
    """

    cells: pd.Series
    folded: pd.Series
    codes: Codes
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
        codes, once = told_apart(cells)
        held = codes >= 0
        folded = _folded(once)
        return (
            cls(once, folded, codes, cells.index) if held.all() else cls(once, folded, codes[held], cells.index[held])
        )

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
        return pd.Series(self.cells.to_numpy(dtype=object)[self.codes], index=self.rows, dtype=object)

    def marked(self, marks: np.ndarray[Any, np.dtype[np.bool_]], rows: pd.Index) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Marks of the distinct cells, shape (m,), at all rows of a table whose index is ``rows``; blanks have none."""
        found = np.zeros(len(rows), dtype=bool)
        found[rows.get_indexer(self.rows)] = marks[self.codes]
        return found

    def spread(self, read: _Table) -> _Table:
        """From what was read of each distinct cell, by its place, to the rows that hold it."""
        if read.empty:
            return read.set_axis(self.rows[:0])
        place = np.full(len(self.cells), -1)
        place[read.index] = np.arange(len(read))
        at = place[self.codes]
        return read.take(at[at >= 0]).set_axis(self.rows[at >= 0])


def _folded(cells: pd.Series) -> pd.Series:
    """Folded texts of distinct cells, ``str``; whole numbers are written all at once, as Python writes them."""
    if cells.dtype != object:
        return fold_column(cells, once=True)
    values = cells.to_numpy()
    is_number: defaultdict[type, bool] = defaultdict(bool, {float: True})
    number = np.fromiter(map(is_number.__getitem__, map(type, values)), dtype=bool, count=len(values))
    numbers = np.full(len(values), np.nan)
    numbers[number] = values[number]
    whole = np.abs(numbers) < _EXACT
    whole[whole] = numbers[whole] % 1 == 0
    others = fold_column(cells[~whole].astype("str"), once=True)
    digits = pd.Series(numbers[whole].astype(np.int64), index=cells.index[whole]).astype("str") + ".0"
    written: pd.Series = pd.concat([others, digits]).reindex(cells.index)
    return written


class Columns:
    """Columns of a table, each taken apart when it is first asked for.

    Parameters
    ----------
    table
        Object or texts from `grid`, shape (n, columns), columns named by position.
    apart
        Columns of it that were taken apart before, by position.
    """

    def __init__(self, table: pd.DataFrame, apart: Mapping[int, Distinct] | None = None) -> None:
        self.table = table
        self._apart = dict(apart or {})

    def __getitem__(self, position: int) -> Distinct:
        if position not in self._apart:
            self._apart[position] = Distinct.of(self.table[position])
        return self._apart[position]

    def replaced(self, position: int, cells: pd.Series) -> Columns:
        """The same columns with other cells in one of them, missing where blank; index: rows."""
        table = self.table.copy(deep=False)
        table[position] = cells
        return Columns(table, {at: apart for at, apart in self._apart.items() if at != position})


def among(texts: pd.Series, words: Iterable[str]) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Which texts are one of some words, shape (n,).

    Examples
    --------
    >>> among(pd.Series(["-", "12"], dtype="str"), {"-"}).tolist()
    [True, False]
    """
    found = pc.is_in(arrow(texts), pa.array(sorted(words), type=pa.large_string()))
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)


def contains_pattern(texts: pd.Series, pattern: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    r"""Which texts hold a pattern, shape (n,); missing texts do not. The pattern is one of RE2: ``\d`` is 0-9.

    Examples
    --------
    >>> contains_pattern(pd.Series(["12", "a"], dtype="str"), r"^\d+$").tolist()
    [True, False]
    """
    found = pc.match_substring_regex(arrow(texts), pattern).fill_null(False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=bool)
