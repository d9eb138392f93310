"""Pairs of units that look like one and that a person found to be two; the last line of a pair holds."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.bulk import insert_line, read

_PAIR = ["unit_id", "other_id"]


def distinct_pairs(connection: Connection, root_of: Mapping[str, str]) -> pd.DataFrame:
    """Pairs that were found to be two units, under the names that they show as.

    Parameters
    ----------
    connection
        Where to read.
    root_of
        Merged unit -> the unit that it shows as.

    Returns
    -------
    pandas.DataFrame
        ``unit_id, other_id``, the smaller name first, each pair once.
    """
    table = schema.distinctions.c
    query = select(table.unit_id, table.other_id, table.holds).order_by(table.id)
    lines = read(connection, query).drop_duplicates(_PAIR, keep="last")
    standing = lines[lines["holds"].astype(bool)]
    return ordered_pairs(standing[_PAIR].replace(dict(root_of)) if root_of else standing[_PAIR])


def ordered_pairs(pairs: pd.DataFrame) -> pd.DataFrame:
    """Pairs with the smaller name first, each once.

    Examples
    --------
    >>> ordered_pairs(pd.DataFrame({"unit_id": ["b", "a"], "other_id": ["a", "b"]})).values.tolist()
    [['a', 'b']]
    """
    names = np.sort(pairs[_PAIR].to_numpy(dtype=object), axis=1)
    return pd.DataFrame(names, columns=_PAIR, dtype="str").drop_duplicates(ignore_index=True)


def decide(
    connection: Connection, unit: str, other: str, root_of: Mapping[str, str], *, holds: bool, made_at: datetime
) -> None:
    """Record that two units are two, or take that back.

    Raises
    ------
    EhyaError
        ``already_merged`` when they show as one, ``not_distinct`` when there is nothing to take back.
    """
    one, two = sorted((root_of.get(unit, unit), root_of.get(other, other)))
    if one == two:
        raise EhyaError(ErrorCode.ALREADY_MERGED, given=other, kept=one)
    lines = _lines_of(connection, one, two, root_of)
    if holds:
        lines = [(one, two)]
    elif not lines:
        raise EhyaError(ErrorCode.NOT_DISTINCT, given=unit, other=other)
    for first, second in lines:
        line = {"unit_id": first, "other_id": second, "holds": holds, "made_at": made_at}
        insert_line(connection, schema.distinctions, line)


def _lines_of(connection: Connection, one: str, two: str, root_of: Mapping[str, str]) -> list[tuple[str, str]]:
    """The decided pairs, as they were named, that show as these two units."""
    decided = distinct_pairs(connection, {}).to_numpy().tolist()
    return [
        (first, second)
        for first, second in decided
        if {root_of.get(first, first), root_of.get(second, second)} == {one, two}
    ]
