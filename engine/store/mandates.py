"""Mandates that investors saved: every version as it was, and which are withdrawn."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line, one_row
from engine.store.canonical import canonical
from engine.store.clock import utc
from engine.store.session import Session


@dataclass(frozen=True, slots=True)
class StoredMandate:
    """One version of a mandate.

    Parameters
    ----------
    number
        Its number in the register.
    owner, name, version
        Whose it is, what the owner calls it, and which version; versions count from 1.
    document
        The mandate as it was stated: plain JSON.
    made_at, withdrawn_at
        UTC; ``None`` while it is in force.
    """

    number: int
    owner: str
    name: str
    version: int
    document: Mapping[str, Any]
    made_at: datetime
    withdrawn_at: datetime | None


class Mandates:
    """Saved mandates; called, it gives the newest version of each."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, owner: str | None = None) -> tuple[StoredMandate, ...]:
        """Mandates in force, of one owner or of all, by owner and name."""
        table = schema.mandates
        query = _newest_of_each()
        if owner is not None:
            query = query.where(table.c.owner == owner)
        with self._session.read() as connection:
            rows = connection.execute(query.order_by(table.c.owner, table.c.name)).mappings().all()
        return tuple(_stored(row) for row in rows)

    def among(self, owners: Collection[str]) -> dict[tuple[str, str], StoredMandate]:
        """Mandates in force of some owners, by owner and name, in one query."""
        query = _newest_of_each().where(schema.mandates.c.owner.in_(owners))
        with self._session.read() as connection:
            rows = connection.execute(query).mappings().all()
        return {(row["owner"], row["name"]): _stored(row) for row in rows}

    def count(self, owner: str, *, since: datetime) -> int:
        """How many versions an owner saved after a moment."""
        table = schema.mandates
        query = select(func.count()).select_from(table).where(table.c.owner == owner, table.c.made_at > utc(since))
        with self._session.read() as connection:
            return int(connection.execute(query).scalar_one())

    def get(self, owner: str, name: str) -> StoredMandate:
        """The newest version of a mandate.

        Raises
        ------
        EhyaError
            ``mandate_unknown``, also for another owner's, and for one that was withdrawn.
        """
        with self._session.read() as connection:
            return _standing(connection, owner, name)

    def version(self, owner: str, name: str, version: int) -> StoredMandate:
        """A version of a mandate, whether it is in force or not.

        Raises
        ------
        EhyaError
            ``mandate_unknown``.
        """
        table = schema.mandates
        which = (table.c.owner == owner, table.c.name == name, table.c.version == version)
        with self._session.read() as connection:
            return _stored(one_row(connection, _selected().where(*which), ErrorCode.MANDATE_UNKNOWN, given=name))

    def save(
        self, owner: str, name: str, document: Mapping[str, Any], *, over: int | None, made_at: datetime, actor: str
    ) -> StoredMandate:
        """Save a mandate as its next version.

        Parameters
        ----------
        owner, name, document
            See `StoredMandate`.
        over
            The version that it replaces; ``None`` for a new mandate.
        made_at, actor
            Now, and who saves it.

        Raises
        ------
        EhyaError
            ``mandate_exists`` where a new one has a name that is in force; ``mandate_unknown`` where there is none to
            replace; ``mandate_changed`` where somebody was faster.
        """
        table = schema.mandates
        with self._session.write() as connection:
            row = _newest(connection, owner, name)
            standing = row is not None and row.withdrawn_at is None
            if over is None and standing:
                raise EhyaError(ErrorCode.MANDATE_EXISTS, given=name)
            if over is not None:
                _refuse_other(_standing(connection, owner, name), over)
            version = 1 if row is None else row.version + 1
            line = {"owner": owner, "name": name, "version": version, "document": canonical(document)}
            number = insert_line(connection, table, {**line, "made_at": utc(made_at)})
            note(connection, made_at=made_at, actor=actor, act=Act.MANDATE_SAVED, subject=owner, version=version)
        return StoredMandate(number, owner, name, version, document, utc(made_at), None)

    def withdraw(self, owner: str, name: str, *, over: int, made_at: datetime, actor: str) -> StoredMandate:
        """Withdraw a mandate: no list is made for it any more.

        Raises
        ------
        EhyaError
            ``mandate_unknown``, ``mandate_changed``.
        """
        with self._session.write() as connection:
            found = _standing(connection, owner, name)
            _refuse_other(found, over)
            line = {"mandate_id": found.number, "made_at": utc(made_at)}
            insert_line(connection, schema.mandate_withdrawals, line)
            note(connection, made_at=made_at, actor=actor, act=Act.MANDATE_WITHDRAWN, subject=owner, version=over)
        return found


def _selected() -> Select[Any]:
    table, ends = schema.mandates, schema.mandate_withdrawals
    joined = table.outerjoin(ends, ends.c.mandate_id == table.c.id)
    return select(table, ends.c.made_at.label("withdrawn_at")).select_from(joined)


def _newest_of_each() -> Select[Any]:
    table = schema.mandates
    newest = select(func.max(table.c.id)).group_by(table.c.owner, table.c.name)
    return _selected().where(table.c.id.in_(newest), schema.mandate_withdrawals.c.made_at.is_(None))


def _newest(connection: Connection, owner: str, name: str) -> StoredMandate | None:
    table = schema.mandates
    query = _selected().where(table.c.owner == owner, table.c.name == name)
    row = connection.execute(query.order_by(table.c.version.desc()).limit(1)).mappings().first()
    return None if row is None else _stored(row)


def _standing(connection: Connection, owner: str, name: str) -> StoredMandate:
    found = _newest(connection, owner, name)
    if found is None or found.withdrawn_at is not None:
        raise EhyaError(ErrorCode.MANDATE_UNKNOWN, given=name)
    return found


def _refuse_other(found: StoredMandate, over: int) -> None:
    if found.version != over:
        raise EhyaError(ErrorCode.MANDATE_CHANGED, given=over, allowed=found.version)


def _stored(row: Mapping[Any, Any]) -> StoredMandate:
    line = {name: row[name] for name in ("owner", "name", "version", "made_at", "withdrawn_at")}
    return StoredMandate(row["id"], document=json.loads(row["document"]), **line)
