"""Units that a person found to be one: pointers beside the history, so that merging moves nothing and undoing is exact.

Each unit keeps its own identity, history and row. What shows of a merged unit is folded from its members by the rule
that imports follow: of each field the value of the freshest record.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
import pandas as pd
from sqlalchemy import Connection, Row, insert, select

from engine.domain.extras import EXTRAS
from engine.domain.unit import column_dtypes
from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.bulk import read_where
from engine.store.columns import (
    CORE,
    DATES,
    FOLLOWING,
    SIGHTING,
    is_extra,
    with_extra_columns,
    without_extra_columns,
)
from engine.store.groups import members, renamed

_AGE = ["as_of", "import_id", "kept"]
_SEEN = [*SIGHTING, "import_id"]


def roots(connection: Connection, known_by: date | None = None) -> dict[str, str]:
    """Which unit each merged unit shows as; units that were never merged, and the kept ones, are not in it.

    Parameters
    ----------
    connection
        Where to read.
    known_by
        As at the end of that day (UTC); by default as now.
    """
    until = datetime.max if known_by is None else datetime.combine(known_by + timedelta(days=1), time.min)
    pointers = {
        row.lost_id: row.kept_id
        for row in _merges(connection)
        if row.made_at < until and (row.undone_at is None or row.undone_at >= until)
    }
    return {lost: _root(lost, pointers) for lost in pointers}


def _merges(connection: Connection) -> list[Row[Any, Any, Any, Any, Any]]:
    """Merges that persons or standing imports made, the oldest first, with the moment each was undone (or ``None``)."""
    merges, undone = schema.merges.c, schema.unmerges.c
    query = select(merges.id, merges.lost_id, merges.kept_id, merges.made_at, merges.import_id)
    query = query.add_columns(undone.made_at.label("undone_at")).where(schema.living(merges.import_id))
    query = query.join_from(schema.merges, schema.unmerges, isouter=True).order_by(merges.id)
    gone = gone_units(connection)
    # What an import found to be one with a unit that is gone would never have been found.
    return [
        row
        for row in connection.execute(query)
        if row.import_id is None or not gone.intersection((row.kept_id, row.lost_id))
    ]


def gone_units(connection: Connection) -> frozenset[str]:
    """Units that only undone imports spoke of: their rows stay in the tables, and nothing shows of them."""
    if connection.execute(select(schema.undone_imports.c.import_id).limit(1)).first() is None:
        return frozenset()
    units, seen = schema.units.c, schema.sightings.c
    spoken = select(seen.unit_id).where(schema.living(seen.import_id))
    return frozenset(connection.execute(select(units.unit_id).where(units.unit_id.not_in(spoken))).scalars())


def shown_rows(frame: pd.DataFrame, root_of: Mapping[str, str], gone: Collection[str]) -> pd.DataFrame:
    """The rows of units that show, each under the unit that its unit shows as.

    Parameters
    ----------
    frame
        ``unit_id``, shape (n, any).
    root_of, gone
        What `roots` and `gone_units` returned.

    Examples
    --------
    >>> frame = pd.DataFrame({"unit_id": ["U1", "U2", "U3"]})
    >>> shown_rows(frame, {"U2": "U1"}, {"U1", "U3"})["unit_id"].tolist()
    ['U1', 'U1']
    """
    named = renamed(frame, root_of)
    if not gone:
        return named
    silent = {unit for unit in gone if all(one in gone for one in members(root_of, unit))}
    return named[~frame["unit_id"].isin(silent)]


def units_there(connection: Connection, unit_ids: Collection[str]) -> frozenset[str]:
    """Those of the names that are names of units, merged ones included; a unit that is gone is none."""
    names = schema.units.c.unit_id
    found = frozenset(read_where(connection, select(names), names, unit_ids)["unit_id"])
    gone = gone_units(connection)
    if not gone.intersection(found):
        return found
    listed = pd.DataFrame({"unit_id": sorted(found)}, dtype="str")
    return frozenset(listed.loc[shown_rows(listed, roots(connection), gone).index, "unit_id"])


def refuse_unknown(connection: Connection, unit_ids: Collection[str]) -> None:
    """Let only names of units pass, merged ones included.

    Raises
    ------
    EhyaError
        ``unknown_unit`` with the first that is none.
    """
    there = units_there(connection, unit_ids)
    missing = next((unit_id for unit_id in unit_ids if unit_id not in there), None)
    if missing is not None:
        raise EhyaError(ErrorCode.UNKNOWN_UNIT, given=missing)


def record_merge(
    connection: Connection, kept: str, lost: str, *, made_at: datetime, import_id: int | None = None
) -> str:
    """Let one unit show as another; returns the unit that both show as now. ``import_id``: who found it, if no person.

    Raises
    ------
    EhyaError
        ``already_merged``, ``origins_differ``.
    """
    root_of = roots(connection)
    kept_root, lost_root = root_of.get(kept, kept), root_of.get(lost, lost)
    if kept_root == lost_root:
        raise EhyaError(ErrorCode.ALREADY_MERGED, given=lost, kept=kept_root)
    units = schema.units.c
    origins = select(units.origin).where(units.unit_id.in_([kept_root, lost_root])).distinct()
    if len(connection.execute(origins).all()) > 1:
        raise EhyaError(ErrorCode.ORIGINS_DIFFER, given=lost, kept=kept)
    connection.execute(
        insert(schema.merges).values(kept_id=kept_root, lost_id=lost_root, made_at=made_at, import_id=import_id)
    )
    return kept_root


def undo_merge(connection: Connection, unit_id: str, *, made_at: datetime) -> str:
    """Let a merged unit stand by itself again; returns the unit it was merged into: of several, the last that stands.

    Raises
    ------
    EhyaError
        ``not_merged``; ``allowed`` names the units that were merged into this one. ``name_alone`` for what is but a
        further name of the other unit: a person wrote it, and no file spoke of it yet.
    """
    standing = [row for row in _merges(connection) if row.lost_id == unit_id and row.undone_at is None]
    found = standing[-1] if standing else None
    if found is None:
        raise EhyaError(ErrorCode.NOT_MERGED, given=unit_id, allowed=members(roots(connection), unit_id)[1:])
    if found.import_id is not None and not _speaks(connection, unit_id):
        raise EhyaError(ErrorCode.NAME_ALONE, given=unit_id, kept=found.kept_id, number=found.import_id)
    connection.execute(insert(schema.unmerges).values(merge_id=found.id, made_at=made_at))
    return str(found.kept_id)


def _speaks(connection: Connection, unit_id: str) -> bool:
    """Whether any record of a unit states a field; those of a name that was mended state none (decision 0007)."""
    seen = schema.sightings.c
    stated = select(seen.unit_id).where(seen.unit_id == unit_id, seen.given != "", schema.living(seen.import_id))
    return connection.execute(stated.limit(1)).first() is not None


def sightings_of(connection: Connection, root_of: Mapping[str, str], known_by: date | None = None) -> pd.DataFrame:
    """What was seen of all merged units and of those that they show as, until the end of a day."""
    table, imports = schema.sightings.c, schema.imports.c
    query = select(*(table[name] for name in _SEEN)).join_from(schema.sightings, schema.imports)
    query = query.where(schema.living(table.import_id))
    if known_by is not None:
        query = query.where(imports.imported_at < datetime.combine(known_by + timedelta(days=1), time.min))
    raw = read_where(connection, query, table.unit_id, [*root_of, *root_of.values()])
    types = {"as_of": "datetime64[s]", "price_year": "Int64", "import_id": "int64"}
    return raw.astype(types | {name: "str" for name in _SEEN if name not in types})


def folded(units: pd.DataFrame, root_of: Mapping[str, str], seen: pd.DataFrame) -> pd.DataFrame:
    """Unit table in which merged units are one row, under the name of the unit that was kept.

    Parameters
    ----------
    units
        Unit table, or some rows of it, maybe with ``extras``; all members of a group or none.
    root_of
        What `roots` returned.
    seen
        What `sightings_of` returned.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["U1", "U2"], "name": ["الف", None], "jobs_now": [30, 25]}))
    >>> seen = pd.DataFrame({"unit_id": ["U1", "U2"], "as_of": pd.to_datetime(["2024-01-01", "2025-01-01"])})
    >>> seen = seen.assign(source="x", confidence=None, price_year=pd.NA, import_id=[1, 2])
    >>> seen["given"] = ["name;jobs_now", "jobs_now"]
    >>> folded(units, {"U2": "U1"}, seen)[["name", "jobs_now"]].to_dict("records")
    [{'name': 'الف', 'jobs_now': 25}]
    """
    concerned = units.index.isin([*root_of, *root_of.values()])
    if not concerned.any():
        return units
    part = units[concerned]
    root = pd.Series([root_of.get(str(unit_id), str(unit_id)) for unit_id in part.index], index=part.index)
    seen = seen[seen["unit_id"].isin(part.index)].assign(root=seen["unit_id"].map(root))
    seen["kept"] = seen["unit_id"] == seen["root"]
    seen = seen.sort_values(_AGE, na_position="first", kind="stable")
    part = with_extra_columns(part) if EXTRAS in part.columns else part
    fields = [str(name) for name in part.columns if name in CORE or is_extra(str(name))]
    names = pd.Index(root.unique(), name="unit_id", dtype=units.index.dtype)
    columns = {column: values.reindex(names) for name in fields for column, values in _freshest(part, name, seen)}
    record = seen.groupby("root")[FOLLOWING].last().reindex(names)
    origin = part["origin"].groupby(root).first().reindex(names)
    one = pd.DataFrame(columns, index=names).join(record).assign(origin=origin)
    dtypes = {name: dtype for name, dtype in column_dtypes().items() if name in units.columns}
    one = without_extra_columns(one) if EXTRAS in units.columns else one
    one = one.reindex(columns=units.columns)
    result = pd.concat([units[~concerned], one.astype(dtypes)])
    return result.sort_index()


def _freshest(part: pd.DataFrame, field: str, seen: pd.DataFrame) -> list[tuple[str, pd.Series]]:
    """Of each group the value that was given last, with its precision."""
    patterns = {pattern: field in str(pattern).split(";") for pattern in seen["given"].unique()}
    spoken = seen[seen["given"].map(patterns).to_numpy(dtype=bool)]
    spoken = spoken[spoken["unit_id"].isin(_known(part[field]))]
    last = spoken.drop_duplicates("root", keep="last")
    columns = [field, f"{field}_precision"] if field in DATES else [field]
    return [(name, part[name].reindex(last["unit_id"]).set_axis(last["root"].to_numpy())) for name in columns]


def _known(column: pd.Series) -> Collection[str]:
    return list(column.index[np.asarray(column.notna())])


def _root(unit_id: str, pointers: Mapping[str, str]) -> str:
    while unit_id in pointers:
        unit_id = pointers[unit_id]
    return unit_id
