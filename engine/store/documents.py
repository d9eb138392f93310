"""Files that lie with a unit."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, select, update

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line
from engine.store.clock import utc
from engine.store.groups import members
from engine.store.merges import roots
from engine.store.session import Session


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A file without its content: number, unit, title, kind (an ending), bytes, sha256, who added it and when."""

    number: int
    unit_id: str
    title: str
    kind: str
    size: int
    digest: str
    made_at: datetime
    actor: str


class Documents:
    """Files that lie with units; called, it gives those of a unit, the newest first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, unit_id: str) -> tuple[StoredDocument, ...]:
        """Files of a unit that were not removed."""
        table = schema.documents.c
        with self._session.read() as connection:
            query = select(*_columns()).where(_of_unit(connection, unit_id), table.removed_at.is_(None))
            return tuple(StoredDocument(*row) for row in connection.execute(query.order_by(table.id.desc())))

    def add(self, unit_id: str, title: str, kind: str, content: bytes, *, made_at: datetime, actor: str) -> int:
        """Keep a file with a unit; returns its number.

        Parameters
        ----------
        unit_id
            The unit, as the register names it.
        title, kind, content
            Name of the file, its ending, and its bytes.
        made_at, actor
            Now, and who adds it.
        """
        line = {
            "unit_id": unit_id,
            "title": title,
            "kind": kind,
            "size": len(content),
            "digest": hashlib.sha256(content).hexdigest(),
            "content": content,
            "made_at": utc(made_at),
            "actor": actor,
        }
        with self._session.write() as connection:
            number = insert_line(connection, schema.documents, line)
            facts = {"number": number, "bytes": len(content)}
            note(connection, made_at=made_at, actor=actor, act=Act.DOCUMENT_ADDED, subject=unit_id, **facts)
        return number

    def content(self, unit_id: str, number: int) -> tuple[StoredDocument, bytes]:
        """A file of a unit with its bytes.

        Raises
        ------
        EhyaError
            ``document_unknown``.
        """
        table = schema.documents.c
        with self._session.read() as connection:
            which = _of_unit(connection, unit_id) & (table.id == number) & table.removed_at.is_(None)
            found = connection.execute(select(*_columns(), table.content).where(which)).first()
        if found is None:
            raise EhyaError(ErrorCode.DOCUMENT_UNKNOWN, given=number)
        return StoredDocument(*found[:-1]), bytes(found[-1])

    def remove(self, unit_id: str, number: int, *, made_at: datetime, actor: str, undo: bool = False) -> None:
        """Remove a file from a unit, or with ``undo`` put it back.

        Raises
        ------
        EhyaError
            ``document_unknown``.
        """
        table = schema.documents
        gone = table.c.removed_at.is_not(None) if undo else table.c.removed_at.is_(None)
        with self._session.write() as connection:
            which = _of_unit(connection, unit_id) & (table.c.id == number) & gone
            done = connection.execute(update(table).where(which).values(removed_at=None if undo else utc(made_at)))
            if not done.rowcount:
                raise EhyaError(ErrorCode.DOCUMENT_UNKNOWN, given=number)
            act = Act.DOCUMENT_ADDED if undo else Act.DOCUMENT_REMOVED
            note(connection, made_at=made_at, actor=actor, act=act, subject=unit_id, number=number)


def _columns() -> list[Column[Any]]:
    table = schema.documents.c
    names = ("id", "unit_id", "title", "kind", "size", "digest", "made_at", "actor")
    return [table[name] for name in names]


def _of_unit(connection: Connection, unit_id: str) -> ColumnElement[bool]:
    """Files of all units that show as this one: a merge takes none away."""
    return schema.documents.c.unit_id.in_(members(roots(connection), unit_id))
