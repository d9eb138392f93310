"""Pairs of units that may be one: proposed across all imports, merged only by a person."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from engine.parsing.rejection import DuplicateReason
from engine.store import schema
from engine.store.bulk import insert_frame, read

TELLING = ["business_id", "national_id", "name", "county"]
"""Fields by which two units may turn out to be one."""

_PAIR = ["unit_id", "other_id"]


def propose(connection: Connection, touched: pd.Index, *, beside: pd.DataFrame, import_id: int) -> None:
    """Keep the pairs that an import made.

    Parameters
    ----------
    connection
        Where to write.
    touched
        Names of its new units, and of those of which a ``TELLING`` field changed; without any nothing is compared.
    beside
        ``new, known``: more pairs, of which all but a name or code is equal.
    import_id
        The import.
    """
    if touched.empty:
        return
    pairs = _pairs(connection)  # of all units: what an earlier version did not see, or a unit that left its group hid
    more = pd.DataFrame(np.sort(beside.to_numpy(dtype=object), axis=1), columns=_PAIR)
    more = more.assign(reason=DuplicateReason.ALL_BUT_NAME.value)
    pairs = pd.concat([pairs, more], ignore_index=True).drop_duplicates(_PAIR)
    known = read(connection, select(schema.duplicates.c.unit_id, schema.duplicates.c.other_id))
    told = pd.MultiIndex.from_frame(pairs[_PAIR]).isin(pd.MultiIndex.from_frame(known[_PAIR]))
    insert_frame(connection, schema.duplicates, pairs[~told].assign(import_id=import_id))


def still_open(connection: Connection, pairs: pd.DataFrame, gone: Collection[str]) -> pd.DataFrame:
    """Proposed pairs that hold whatever was undone: both units show, and what an undone import saw is still so.

    Parameters
    ----------
    connection
        Where to read.
    pairs
        ``unit_id, other_id, import_id``.
    gone
        Units of which nothing shows.
    """
    open_pairs = pairs[~pairs["unit_id"].isin(gone) & ~pairs["other_id"].isin(gone)]
    undone = list(connection.execute(select(schema.undone_imports.c.import_id)).scalars())
    doubtful = open_pairs["import_id"].isin(undone)
    if not doubtful.any():
        return open_pairs
    now = pd.MultiIndex.from_frame(_pairs(connection)[_PAIR])
    return open_pairs[~doubtful | pd.MultiIndex.from_frame(open_pairs[_PAIR]).isin(now)]


def _pairs(connection: Connection) -> pd.DataFrame:
    units = schema.units.c
    raw = read(connection, select(units.unit_id, units.origin, *(units[name] for name in TELLING)))
    typed = raw.astype("str").set_index("unit_id").sort_index()
    parts = [_pairs_of(part) for _, part in typed.groupby("origin")]
    return pd.concat([*parts, pd.DataFrame(columns=[*_PAIR, "reason"])], ignore_index=True).drop_duplicates(_PAIR)


def _pairs_of(units: pd.DataFrame) -> pd.DataFrame:
    # The readers of files that come with it are a third of a second that opening a register does not need.
    from engine.intake.duplicates import duplicate_pairs

    pairs = duplicate_pairs(units.assign(sheet="", row=np.arange(len(units))))
    names = units.index.to_numpy()
    return pd.DataFrame(
        {
            "unit_id": names[pairs["row"].to_numpy(dtype=int)],
            "other_id": names[pairs["other_row"].to_numpy(dtype=int)],
            "reason": [code.value for code in pairs["code"]],
        }
    ).astype("str")
