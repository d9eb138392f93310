"""What persons decide about sources: recorded beside the history and never in it, so that taking back is exact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from functools import cache

import pandas as pd
from sqlalchemy import Connection, insert, select

from engine.domain.unit import Confidence
from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.bulk import read
from engine.store.groups import members, renamed
from engine.store.sources import Overrides, source_family

_CONFIRMED = ["unit_id", "field", "value", "precision", "confidence", "source", "as_of"]


def overrides_of(connection: Connection, root_of: Mapping[str, str], known_by: date | None = None) -> Overrides:
    """What stands, as at the end of a day (UTC), by default now; units are named as they show."""
    until = datetime.max if known_by is None else datetime.combine(known_by + timedelta(days=1), time.min)
    confirmations = _standing(connection, "confirmations", _CONFIRMED, until)
    pins = _standing(connection, "pins", ["unit_id", "field", "source"], until)
    ranks = {source_family(source): rank for source, rank in source_ranks(connection, until).items()}
    if confirmations.empty and pins.empty:  # as in most registers, which are asked on every read
        return replace(_no_overrides(), ranks=ranks)
    return replace(_laid(renamed(confirmations, root_of), renamed(pins, root_of)), ranks=ranks)


def _laid(confirmations: pd.DataFrame, pins: pd.DataFrame) -> Overrides:
    types = dict.fromkeys(_CONFIRMED, "str") | {"as_of": "datetime64[s]"}
    pins = pins.astype("str").drop_duplicates(["unit_id", "field"], keep="last")
    families = pins["source"].map(source_family) if len(pins) else pins["source"]
    return Overrides(
        confirmations.drop_duplicates(["unit_id", "field"], keep="last").astype(types),
        pins.drop(columns="source").assign(family=families.astype("str")),
        {},
    )


@cache
def _no_overrides() -> Overrides:
    return _laid(pd.DataFrame(columns=_CONFIRMED), pd.DataFrame(columns=["unit_id", "field", "source"]))


def source_ranks(connection: Connection, until: datetime = datetime.max) -> dict[str, int]:
    """Source -> rank, as last set; sources without one are not in it."""
    table = schema.source_ranks.c
    query = select(table.source, table.rank).where(table.made_at < until).order_by(table.id)
    ranks = {row.source: row.rank for row in connection.execute(query)}
    return {source: int(rank) for source, rank in ranks.items() if rank is not None}


def withdraw(
    connection: Connection, table: str, unit_id: str, field: str, root_of: Mapping[str, str], *, made_at: datetime
) -> None:
    """Take back what stands in ``confirmations`` or ``pins`` for a field.

    Raises
    ------
    EhyaError
        ``nothing_decided``.
    """
    columns, undone = schema.metadata.tables[table].c, schema.withdrawals.c
    pointer = undone[f"{table.removesuffix('s')}_id"]
    query = (
        select(columns.id)
        .join_from(schema.metadata.tables[table], schema.withdrawals, columns.id == pointer, isouter=True)
        .where(columns.unit_id.in_(members(root_of, unit_id)), columns.field == field, undone.id.is_(None))
    )
    standing = list(connection.execute(query).scalars())
    if not standing:
        raise EhyaError(ErrorCode.NOTHING_DECIDED, given=unit_id, field=field)
    for number in standing:
        connection.execute(insert(schema.withdrawals).values({pointer.name: number, "made_at": made_at}))


def checked_level(given: str) -> Confidence:
    """A confidence that a person can give.

    Examples
    --------
    >>> checked_level("verified").value
    'verified'

    Raises
    ------
    EhyaError
        ``unknown_option``.
    """
    allowed = [Confidence.REVIEWED, Confidence.VERIFIED]
    if given not in allowed:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="confidence", given=given, allowed=allowed)
    return Confidence(given)


def _standing(connection: Connection, table: str, names: list[str], until: datetime) -> pd.DataFrame:
    columns, undone = schema.metadata.tables[table].c, schema.withdrawals.c
    pointer = undone[f"{table.removesuffix('s')}_id"]
    query = (
        select(*(columns[name] for name in names), undone.made_at.label("undone_at"))
        .join_from(schema.metadata.tables[table], schema.withdrawals, columns.id == pointer, isouter=True)
        .where(columns.made_at < until)
        .where(undone.made_at.is_(None) | (undone.made_at >= until))
        .order_by(columns.id)
    )
    return read(connection, query)[names]
