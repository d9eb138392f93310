"""Cells as columns: texts as places in a table of the different ones, anything else as it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

BLANK = ("", " ", "  ", "\u200c", "\u00a0")
"""Texts that say nothing."""

_BLANKS = frozenset((*BLANK, None))
_BLOCK_ROWS = 500
_NOTHING, _TEXT, _NUMBER, _OTHER = range(4)

Cells: TypeAlias = Sequence[object] | np.ndarray[Any, np.dtype[np.object_]]
Codes: TypeAlias = np.ndarray[Any, np.dtype[np.intp]]


def grid(blocks: Iterable[Sequence[Cells]], left: int = 0) -> pd.DataFrame:
    """Cells of a sheet, without the blank ones at its end.

    Parameters
    ----------
    blocks
        One block of rows below the other, each as its columns: text, number, date, flag or missing.
    left
        Blank columns before the first one.

    Returns
    -------
    DataFrame
        Shape (rows, columns), columns named by position; blank is missing. So that what comes after looks at each
        different cell once, a column of texts is an arrow dictionary, one of numbers, or of numbers and texts,
        categorical; a column that holds anything else is of dtype object.

    Examples
    --------
    >>> cells = grid([[["A", "B", ""], [1.5, "many", ""], ["", "", ""]]])
    >>> cells.shape, [type(kind).__name__ for kind in cells.dtypes]
    ((2, 2), ['ArrowDtype', 'CategoricalDtype'])
    """
    columns: list[list[_Part]] = []
    for block in blocks:
        columns = columns or [[] for _ in block]
        for parts, cells in zip(columns, block, strict=True):
            parts.append(_part(cells, parts[-1] if parts else None))
    length = sum(map(len, columns[0])) if columns else 0
    blank = pd.Series(None, index=range(length), dtype=object)
    before = dict.fromkeys(range(left), blank)
    table = {left + position: _column(parts) for position, parts in enumerate(columns)}
    return cut(pd.DataFrame(before | table))


def by_rows(rows: Iterable[Sequence[object]]) -> Iterator[list[tuple[object, ...]]]:
    """Blocks of columns from rows of equal length; small ones, so that their cells are still in the cache."""
    rest = iter(rows)
    while block := list(islice(rest, _BLOCK_ROWS)):
        yield list(zip(*block, strict=True))


def blanked(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells of dtype object with blank ones missing."""
    return cells.mask(cells.isin(BLANK) | cells.isna(), None)


def cut(cells: pd.DataFrame) -> pd.DataFrame:
    """Blank rows at the end and blank columns at the right go."""
    filled = cells.notna().to_numpy()
    if not filled.any():
        return cells.iloc[:0]
    last_row = np.flatnonzero(filled.any(axis=1))[-1]
    last_column = np.flatnonzero(filled.any(axis=0))[-1]
    return cells.iloc[: last_row + 1, : last_column + 1]


def longest_text(cells: pd.DataFrame) -> int:
    """Characters of the longest text of a grid.

    Examples
    --------
    >>> longest_text(grid([[["A", "", 2.5], ["abc", None, "ab"]]]))
    3
    """
    return max((_longest(cells[column]) for column in cells), default=0)


def _longest(cells: pd.Series) -> int:
    if isinstance(cells.dtype, pd.ArrowDtype):
        lengths = pc.utf8_length(_encoded(cells).dictionary)
        return int(pc.max(lengths).as_py() or 0)
    once = cells.cat.categories if isinstance(cells.dtype, pd.CategoricalDtype) else cells
    return max((len(cell) for cell in once.to_numpy(dtype=object) if type(cell) is str), default=0)


def overlaid(cells: pd.DataFrame, others: Mapping[tuple[int, int], str | None]) -> pd.DataFrame:
    """Other values in some cells, in rows that hold something besides: a formula drawn below the last row is no unit.

    Parameters
    ----------
    cells
        From :func:`grid`.
    others
        (row, column) -> what stands there, missing where nothing does.

    Examples
    --------
    >>> overlaid(grid([[["A", 0.0], ["B", 2.0]]]), {(0, 1): None, (1, 1): "#REF!", (2, 1): "#REF!"})[1].tolist()
    [None, '#REF!']
    """
    held = cells.notna().any(axis=1)
    by_column: defaultdict[int, dict[int, str | None]] = defaultdict(dict)
    for (row, column), other in others.items():
        if held.get(row, False):
            by_column[column][row] = other
    if not by_column:
        return cut(cells)
    width = cells.shape[1]
    table = cells.reindex(columns=range(max(width, *(column + 1 for column in by_column))))
    for column, found in by_column.items():
        before = table[column] if column < width else table[column].astype(object)
        values = cell_objects(before).copy()
        values.loc[list(found)] = list(found.values())
        table[column] = values.where(values.notna(), None)
    return cut(table)


def cell_objects(cells: pd.Series) -> pd.Series:
    """The same cells one by one, dtype object, missing where blank.

    Examples
    --------
    >>> cell_objects(grid([[["A", "", 2.5]]])[0]).tolist()
    ['A', None, 2.5]
    """
    if cells.dtype == object:
        return cells
    codes, once = told_apart(cells)
    values = np.append(once.to_numpy(dtype=object), [None])
    return pd.Series(values[codes], index=cells.index, dtype=object)


def told_apart(cells: pd.Series) -> tuple[Codes, pd.Series]:
    """The different cells of a column, or of some rows of it.

    Returns
    -------
    codes
        Place of each row's cell among them, -1 where it is blank; shape (n,).
    once : pandas.Series
        The cells, ``str`` or object, shape (m,).

    Examples
    --------
    >>> codes, once = told_apart(pd.Series(["b", None, "a", "b"], dtype=object))
    >>> codes.tolist(), once.tolist()
    ([0, -1, 1, 0], ['b', 'a'])
    """
    if isinstance(cells.dtype, pd.ArrowDtype):
        texts = _encoded(cells)
        codes, used = _used(texts.indices.fill_null(-1).to_numpy(), len(texts.dictionary))
        once = texts.dictionary if used.all() else texts.dictionary.filter(pa.array(used))
        return codes, pd.Series(pd.array(once, dtype="str"))
    if isinstance(cells.dtype, pd.CategoricalDtype):
        codes, used = _used(cells.cat.codes.to_numpy(), len(cells.cat.categories))
        return codes, pd.Series(cells.cat.categories.to_numpy()[used], dtype=object)
    return _ones_told_apart(cells.to_numpy(dtype=object))


def _encoded(cells: pd.Series) -> pa.DictionaryArray:
    """A column of texts in one piece."""
    texts = pa.array(cells)
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def _ones_told_apart(cells: np.ndarray[Any, np.dtype[np.object_]]) -> tuple[Codes, pd.Series]:
    """Different cells of any kind; yes and no are told from 1 and 0, which Python holds for equal."""
    flag = np.fromiter((cell is True or cell is False for cell in cells), dtype=bool, count=len(cells))
    if not flag.any():
        codes, distinct = pd.factorize(cells)
        return codes, pd.Series(np.asarray(distinct, dtype=object), dtype=object)
    others = cells.copy()
    others[flag] = None
    codes, distinct = pd.factorize(others)
    once = pd.Series(np.asarray(distinct, dtype=object), dtype=object)
    places, flags = pd.factorize(cells[flag].astype(bool))
    codes[flag] = places + len(once)
    return codes, pd.concat([once, pd.Series(flags, dtype=object)], ignore_index=True)


def _used(codes: np.ndarray[Any, Any], count: int) -> tuple[Codes, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Codes among the cells that some row holds, and which cells those are."""
    used = np.zeros(count + 1, dtype=bool)
    used[codes] = True  # -1 marks the last
    used = used[:-1]
    if used.all():
        return codes.astype(np.intp), used
    place = np.append(np.cumsum(used) - 1, -1)
    return place[codes].astype(np.intp), used


@dataclass(frozen=True, slots=True)
class _Mixed:
    """Cells of a part of a column: of which kind each is, and those of each kind in their order."""

    kind: np.ndarray[Any, np.dtype[np.int8]]
    texts: pa.Array
    numbers: np.ndarray[Any, np.dtype[np.float64]]

    def __len__(self) -> int:
        return len(self.kind)

    @classmethod
    def of_texts(cls, texts: pa.Array) -> _Mixed:
        blank = texts.is_null().to_numpy(zero_copy_only=False)
        kind = np.where(blank, _NOTHING, _TEXT).astype(np.int8)
        return cls(kind, texts.drop_null(), np.empty(0))

    def cells(self) -> np.ndarray[Any, np.dtype[np.object_]]:
        values = np.full(len(self), None, dtype=object)
        values[self.kind == _TEXT] = self.texts.to_numpy(zero_copy_only=False)
        values[self.kind == _NUMBER] = self.numbers.astype(object)
        return values


_Part: TypeAlias = pa.Array | _Mixed | np.ndarray[Any, np.dtype[np.object_]]
"""Texts alone; texts and numbers; or cells of any kind."""


def _part(cells: Cells, before: _Part | None) -> _Part:
    """Cells of a block; of the kind of those above them, as nearly every column is."""
    if before is None or isinstance(before, pa.Array):
        try:
            return pa.array(cells, type=pa.large_string(), from_pandas=True)
        except (pa.ArrowException, UnicodeEncodeError):  # not texts alone
            pass
    values = np.empty(len(cells), dtype=object)
    values[:] = cells
    kinds: defaultdict[type, int] = defaultdict(lambda: _OTHER, {str: _TEXT, float: _NUMBER, type(None): _NOTHING})
    kind = np.fromiter(map(kinds.__getitem__, map(type, cells)), dtype=np.int8, count=len(cells))
    numbers = values[kind == _NUMBER].astype(np.float64)
    if (kind == _OTHER).any() or np.isnan(numbers).any():
        return values
    try:
        return _Mixed(kind, pa.array(values[kind == _TEXT], type=pa.large_string()), numbers)
    except UnicodeEncodeError:
        return values


def _column(parts: list[_Part]) -> pd.Series | pd.Categorical:
    if all(isinstance(part, pa.Array) for part in parts):
        texts = _without_blank(pa.chunked_array(parts))
        return pd.Series(pd.arrays.ArrowExtensionArray(texts))
    told = [_Mixed.of_texts(part) if isinstance(part, pa.Array) else part for part in parts]
    mixed = [part for part in told if isinstance(part, _Mixed)]
    if len(mixed) == len(told):
        return _numbers_and_texts(mixed)
    cells = chain(*(part.cells() if isinstance(part, _Mixed) else part for part in told))
    return pd.Series([None if cell in _BLANKS else cell for cell in cells], dtype=object)


def _numbers_and_texts(parts: list[_Mixed]) -> pd.Categorical:
    kind = np.concatenate([part.kind for part in parts])
    texts = _without_blank(pa.chunked_array([part.texts for part in parts]))
    places, numbers = pd.factorize(np.concatenate([part.numbers for part in parts]))
    codes = np.full(len(kind), -1)
    codes[kind == _TEXT] = texts.indices.fill_null(-1).to_numpy()
    codes[kind == _NUMBER] = places + len(texts.dictionary)
    once = np.concatenate([texts.dictionary.to_numpy(zero_copy_only=False), numbers.astype(object)])
    return pd.Categorical.from_codes(codes, pd.Index(once, dtype=object))


def _without_blank(column: pa.ChunkedArray) -> pa.DictionaryArray:
    """Texts as places in a table of the different ones, those that say nothing missing."""
    texts = column.dictionary_encode().combine_chunks()
    blanks = pa.array(BLANK, type=pa.large_string())
    blank = pc.is_in(texts.dictionary, blanks).to_numpy(zero_copy_only=False)
    if not blank.any():
        return texts
    place = pa.array(np.cumsum(~blank) - 1, mask=blank, type=pa.int32())
    kept = texts.dictionary.filter(pa.array(~blank))
    return pa.DictionaryArray.from_arrays(place.take(texts.indices), kept)
