"""What shows of units: merged ones folded into one, and of each field the value that persons' decisions let show."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

import pandas as pd
from sqlalchemy import Connection, select

from engine.domain.derived import with_derived
from engine.domain.extras import EXTRAS
from engine.domain.unit import Confidence, unit_table
from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.bulk import read, read_where
from engine.store.changes import DATES, with_extra_columns, without_extra_columns
from engine.store.decisions import decisions_of
from engine.store.history import units_known_by
from engine.store.merges import folded, members, roots, sightings_of
from engine.store.schema import stored_dtypes
from engine.store.statements import Decisions, disputed, statements
from engine.store.text import from_text, is_extra

_COLUMNS = ["unit_id", *stored_dtypes(), EXTRAS]


def shown_units(
    connection: Connection, unit_ids: Collection[str] | None = None, *, known_by: date | None = None
) -> pd.DataFrame:
    """Units as they show: the columns of the unit table that are stored, and ``extras``; index ``unit_id``.

    Parameters
    ----------
    connection
        Where to read.
    unit_ids
        Only these units, named as they show; by default all.
    known_by
        As at the end of that day (UTC); by default as now.
    """
    root_of = roots(connection, known_by)
    if known_by is not None:
        table = units_known_by(connection, known_by).drop(columns=schema.DERIVED)
        if unit_ids is not None:
            table = table[table.index.isin([one for unit_id in unit_ids for one in members(root_of, unit_id)])]
    else:
        query = select(*(schema.units.c[name] for name in _COLUMNS)).order_by(schema.units.c.unit_id)
        if unit_ids is None:
            raw = read(connection, query)
        else:
            together = [one for unit_id in unit_ids for one in members(root_of, unit_id)]
            raw = read_where(connection, query, schema.units.c.unit_id, together)
        table = typed(raw)
    if root_of:
        table = folded(table, root_of, sightings_of(connection, root_of, known_by))
    return _decided(connection, table, root_of, known_by)


def one_unit(connection: Connection, root_of: Mapping[str, str], unit_id: str) -> pd.DataFrame:
    """Unit table with the row of one unit, under the name that it shows as.

    Raises
    ------
    EhyaError
        ``unknown_unit``.
    """
    found = shown_units(connection, [root_of.get(unit_id, unit_id)])
    if found.empty:
        raise EhyaError(ErrorCode.UNKNOWN_UNIT, given=unit_id)
    return with_derived(unit_table(found))


def typed(raw: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``units`` as the database gives them, in the types of the unit table, with ``extras``."""
    frame = raw.set_index("unit_id").astype({**stored_dtypes(), EXTRAS: "str"})
    frame.index = frame.index.astype("str")
    return frame


def anything_decided(connection: Connection) -> bool:
    """Whether what shows may differ from the rows of ``units`` themselves, merges aside."""
    return not decisions_of(connection, {}).empty or bool(_trusted(connection))


def _decided(
    connection: Connection, table: pd.DataFrame, root_of: dict[str, str], known_by: date | None
) -> pd.DataFrame:
    """Lay over the table what shows by the rule of conflicts where plain freshness would show something else."""
    decisions = decisions_of(connection, root_of, known_by)
    pairs = _concerned(connection, decisions, root_of, set(_trusted(connection)))
    pairs = pairs[pairs["unit_id"].isin(table.index)]
    if pairs.empty:
        return table
    told = statements(connection, pairs, root_of, decisions, known_by)
    chosen = told[told["shows"]]
    extras = chosen["field"].map(is_extra).any()
    result = with_extra_columns(table) if extras else table.copy()
    for field, own in chosen.groupby("field"):
        name, at = str(field), own["unit_id"].to_numpy()
        result.loc[at, name] = from_text(own["value"], name).to_numpy()
        if name in DATES:
            result.loc[at, f"{name}_precision"] = own["precision"].to_numpy()
    result = without_extra_columns(result) if extras else result
    return result.astype(table.dtypes.to_dict())[list(table.columns)]


def _concerned(
    connection: Connection, decisions: Decisions, root_of: dict[str, str], trusted: set[str]
) -> pd.DataFrame:
    parts = [decisions.confirmations[["unit_id", "field"]], decisions.pins[["unit_id", "field"]]]
    if decisions.ranks or trusted:
        open_pairs = disputed(connection, root_of)
        shown = {root_of.get(unit_id, unit_id) for unit_id in trusted}
        parts.append(open_pairs if decisions.ranks else open_pairs[open_pairs["unit_id"].isin(shown)])
    return pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)


def _trusted(connection: Connection) -> list[str]:
    """Units of which some record was reviewed or verified before it came in."""
    seen = schema.sightings.c
    levels = [Confidence.REVIEWED.value, Confidence.VERIFIED.value]
    return list(connection.execute(select(seen.unit_id).where(seen.confidence.in_(levels)).distinct()).scalars())
