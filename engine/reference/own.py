"""A reference table of one's own: a CSV in the shape of one that ships, held against the same description."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.reference.checks import check
from engine.reference.tables import read, spec


def own_rows(name: str, path: Path) -> pd.DataFrame:
    """Rows that stand instead of those of a reference table.

    Parameters
    ----------
    name
        The reference table whose description the file must keep.
    path
        CSV, UTF-8, with the columns of that table; ``ehya reference NAME --out FILE.csv`` writes one to start from.

    Returns
    -------
    pandas.DataFrame
        The columns of the table, each of its dtype.

    Raises
    ------
    EhyaError
        ``unknown_table``, ``file_not_found``, ``file_unreadable``, ``unknown_column`` for another header,
        ``reference_refused`` with row, column, what was given and what is allowed.

    Examples
    --------
    >>> own_rows("price_index", Path("nowhere.csv"))
    Traceback (most recent call last):
    ...
    engine.errors.EhyaError: file_not_found: given='nowhere.csv'
    """
    described = spec(name)
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    try:
        rows = read(path.read_text("utf-8-sig"), described)
    except (OSError, ValueError) as error:  # no text, or no table of equally long lines
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=str(path), reason=type(error).__name__) from error
    check(name, rows)
    return rows
