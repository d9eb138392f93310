"""Rows of a user's own file of effects that came from elsewhere than a person: put there, and taken out again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from engine.files import replacing
from engine.reference.effects import effects

_KEY = ["output", "feature"]


def put_rows(path: Path, rows: pd.DataFrame, mark: str) -> list[str]:
    """Put rows into a file of effects, in place of those that bear the same mark; a person's own rows stay.

    Parameters
    ----------
    path
        The file; it need not be there.
    rows
        ``output, feature, effect, low, high, source`` and any further column of the table ``effects``.
    mark
        Begins the ``source`` of all of them.

    Returns
    -------
    list of str
        ``output.feature`` of rows that a person has written and that were therefore not put.

    Raises
    ------
    EhyaError
        What `engine.reference.effects.effects` raises of the file as it is or would be; nothing is written then.
    """
    before = _without(_rows(path), mark)
    taken = pd.MultiIndex.from_frame(rows[_KEY]).isin(pd.MultiIndex.from_frame(before[_KEY]))
    _write(path, pd.concat([before, rows[~taken]], ignore_index=True))
    return [f"{output}.{feature}" for output, feature in rows.loc[taken, _KEY].itertuples(index=False)]


def drop_rows(path: Path, mark: str) -> int:
    """Take out all rows that bear a mark, and say how many they were; a file that is left empty goes.

    Parameters
    ----------
    path, mark
        Those of :func:`put_rows`.
    """
    before = _rows(path)
    left = _without(before, mark)
    if len(left) == len(before):
        return 0
    if left.empty:
        path.unlink()
    else:
        _write(path, left)
    return len(before) - len(left)


def _rows(path: Path) -> pd.DataFrame:
    effects(path)  # what cannot be read is refused here, in words
    if not path.is_file():
        return pd.DataFrame({name: pd.Series(dtype="str") for name in [*_KEY, "source"]})
    return pd.read_csv(path, dtype="str", encoding="utf-8-sig")


def _without(rows: pd.DataFrame, mark: str) -> pd.DataFrame:
    if "source" not in rows:
        return rows
    return rows[~rows["source"].fillna("").str.startswith(mark)]


def _write(path: Path, rows: pd.DataFrame) -> None:
    with replacing(path) as beside:
        rows.to_csv(beside, index=False)
        effects(beside)
