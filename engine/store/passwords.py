"""The hash that opens an account now: its first, or the newest that took its place."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, func, select

from engine.store import schema


def opening_hash() -> ColumnElement[str]:
    """Of each row of ``people`` the hash that opens it now; a column for queries of that table."""
    table, newer = schema.people, schema.passwords
    newest = select(newer.c.password).where(newer.c.name == table.c.name).order_by(newer.c.id.desc()).limit(1)
    return func.coalesce(newest.correlate(table).scalar_subquery(), table.c.password).label("password")


def opens(connection: Connection, name: str, password: str) -> bool:
    """Whether a hash is that which opens an account now; asked inside the transaction that rests on it."""
    query = select(opening_hash()).select_from(schema.people).where(schema.people.c.name == name)
    return bool(connection.execute(query).scalar_one() == password)
