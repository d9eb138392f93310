"""Cells as columns: texts as places in a table of the different ones, anything else as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

BLANK = ("", " ", "  ", "\u200c", "\u00a0")
"""Texts that say nothing."""

_BLANKS = frozenset((*BLANK, None))
_BLOCK_ROWS = 500

Cells: TypeAlias = Sequence[object] | np.ndarray[Any, np.dtype[np.object_]]


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
        Shape (rows, columns), columns named by position. A column of texts is an arrow dictionary, so that what comes
        after looks at each different text once; a column that holds anything else is of dtype object. Blank is missing.

    Examples
    --------
    >>> cells = grid([[["A", "B", ""], [1.5, "many", ""], ["", "", ""]]])
    >>> cells.shape, [isinstance(kind, pd.ArrowDtype) for kind in cells.dtypes]
    ((2, 2), [True, False])
    """
    columns: list[list[pa.Array | Cells]] = []
    for block in blocks:
        columns = columns or [[] for _ in block]
        for parts, cells in zip(columns, block, strict=True):
            parts.append(_texts(cells))
    length = sum(map(len, columns[0])) if columns else 0
    table = {position: pd.Series(None, index=range(length), dtype=object) for position in range(left)}
    return cut(pd.DataFrame(table | {left + position: _column(parts) for position, parts in enumerate(columns)}))


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
    rows, columns = np.flatnonzero(filled.any(axis=1)), np.flatnonzero(filled.any(axis=0))
    return cells.iloc[: rows[-1] + 1, : columns[-1] + 1]


def plain(cells: pd.Series) -> pd.Series:
    """The same cells one by one, dtype object, missing where blank.

    Examples
    --------
    >>> plain(grid([[["A", "", "B"]]])[0]).tolist()
    ['A', None, 'B']
    """
    if not isinstance(cells.dtype, pd.ArrowDtype):
        return cells.astype(object)
    return pd.Series(np.array(told(cells).to_pylist(), dtype=object), index=cells.index, dtype=object)


def told(cells: pd.Series) -> pa.DictionaryArray:
    """A column of texts alone as places in a table of the different ones; the table may hold texts of other rows."""
    found = pa.array(cells)
    return found.combine_chunks() if isinstance(found, pa.ChunkedArray) else found


def _texts(cells: Cells) -> pa.Array | Cells:
    try:
        return pa.array(cells, type=pa.large_string(), from_pandas=True)
    except (pa.ArrowException, UnicodeEncodeError):  # not texts alone
        return cells


def _column(parts: list[pa.Array | Cells]) -> pd.Series:
    if not all(isinstance(part, pa.Array) for part in parts):
        cells = (cell for part in parts for cell in (part.to_pylist() if isinstance(part, pa.Array) else part))
        return pd.Series([None if cell in _BLANKS else cell for cell in cells], dtype=object)
    texts = pa.chunked_array(parts).dictionary_encode().combine_chunks()
    blank = pc.is_in(texts.dictionary, pa.array(BLANK, type=pa.large_string())).to_numpy(zero_copy_only=False)
    if blank.any():
        place = pa.array(np.cumsum(~blank) - 1, mask=blank, type=pa.int32())
        distinct = texts.dictionary.filter(pa.array(~blank))
        texts = pa.DictionaryArray.from_arrays(place.take(texts.indices), distinct)
    return pd.Series(pd.arrays.ArrowExtensionArray(texts))
