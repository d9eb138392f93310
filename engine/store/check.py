"""Looking a register over: is the file sound, and do the units still follow from their history?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, func, select

from engine.codes import Code
from engine.store import schema
from engine.store.bulk import read
from engine.store.columns import COLUMNS
from engine.store.dialect import damage
from engine.store.history import units_known_by
from engine.store.merges import gone_units
from engine.store.migrations import HEAD, current
from engine.store.plan_check import unsound_plans
from engine.store.typed import typed_units


class StoreProblem(Code):
    """What can be wrong with a register."""

    FILE_DAMAGED = "file_damaged"
    OTHER_REVISION = "other_revision"
    UNITS_DIFFER_FROM_HISTORY = "units_differ_from_history"
    MEETINGS_UNSOUND = "meetings_unsound"


@dataclass(frozen=True)
class Inconsistency:
    """One thing that is wrong.

    Parameters
    ----------
    code
        What.
    facts
        What its text names.
    """

    code: StoreProblem
    facts: Mapping[str, Any] = field(default_factory=dict)


def counts(connection: Connection) -> dict[str, int]:
    """Rows in each table."""
    return {
        table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
        for table in schema.metadata.sorted_tables
    }


def problems(connection: Connection) -> tuple[Inconsistency, ...]:
    """Ask the database about its own file, then fold the history and compare it with what shows."""
    found = [Inconsistency(StoreProblem.FILE_DAMAGED, {"given": line}) for line in damage(connection)]
    if found:
        return tuple(found)  # what a damaged file says of its units means nothing
    revision = current(connection)
    if revision != HEAD:
        found.append(Inconsistency(StoreProblem.OTHER_REVISION, {"given": revision, "allowed": HEAD}))
    strayed = _strayed(connection)
    if strayed:
        found.append(
            Inconsistency(StoreProblem.UNITS_DIFFER_FROM_HISTORY, {"given": strayed[:10], "count": len(strayed)})
        )
    if plans := unsound_plans(connection):
        found.append(Inconsistency(StoreProblem.MEETINGS_UNSOUND, {"given": plans[:10], "count": len(plans)}))
    return tuple(found)


def _strayed(connection: Connection) -> list[str]:
    shown = typed_units(read(connection, select(schema.units))).set_index("unit_id")[COLUMNS]
    shown = shown[~shown.index.isin(gone_units(connection))]
    told = units_known_by(connection, None).reindex(shown.index)[COLUMNS]
    differs = np.zeros(len(shown), dtype=bool)
    for column in COLUMNS:
        left, right = shown[column], told[column]
        equal = (left == right).astype("boolean").fillna(False) | (left.isna() & right.isna())
        differs |= ~equal.to_numpy(dtype=bool)
    return [str(unit_id) for unit_id in pd.Index(shown.index[differs])]
