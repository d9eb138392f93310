"""Plans of the meetings of events: every version as it was made, and which one it takes the place of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, func, select

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line
from engine.store.clock import utc
from engine.store.session import Session


@dataclass(frozen=True, eq=False, slots=True)
class StoredMeetings:
    """One version of the plan of an event's meetings.

    Parameters
    ----------
    event, version
        The event, and which version; versions of an event count from 1.
    document
        The plan: plain JSON, as its file has it.
    digest
        sha256 of the document, hexadecimal.
    made_at, actor
        When it was made, UTC, and who made it.
    """

    event: str
    version: int
    document: Mapping[str, Any]
    digest: str
    made_at: datetime
    actor: str

    @property
    def replaces(self) -> int | None:
        """The version that it takes the place of; ``None`` for the first."""
        return None if self.version == 1 else self.version - 1

    @property
    def key(self) -> str:
        """Event and version in one word."""
        return f"{self.event}@{self.version}"


class Meetings:
    """Plans of meetings; called, it gives their versions as a table, the newest first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self) -> pd.DataFrame:
        """All versions: ``event, version, digest, made_at, actor``."""
        table = schema.meeting_plans
        columns = [column for column in table.c if column.name not in ("id", "document")]
        with self._session.read() as connection:
            rows = connection.execute(select(*columns).order_by(table.c.id.desc())).mappings().all()
        return pd.DataFrame([dict(row) for row in rows], columns=[column.name for column in columns])

    def newest(self) -> tuple[StoredMeetings, ...]:
        """The newest version of each event, the event planned last first."""
        table = schema.meeting_plans
        of_each = select(func.max(table.c.id)).group_by(table.c.event)
        with self._session.read() as connection:
            rows = connection.execute(_selected().where(table.c.id.in_(of_each)).order_by(table.c.id.desc()))
            return tuple(_stored(row) for row in rows.mappings())

    def versions(self, event: str) -> tuple[StoredMeetings, ...]:
        """All versions of an event, the first first; none where nobody planned it."""
        table = schema.meeting_plans
        with self._session.read() as connection:
            rows = connection.execute(_selected().where(table.c.event == event).order_by(table.c.version))
            return tuple(_stored(row) for row in rows.mappings())

    def get(self, event: str, version: int | None = None) -> StoredMeetings:
        """One version of an event's plan, the newest by default.

        Raises
        ------
        EhyaError
            ``meetings_unknown`` with the events there are.
        """
        with self._session.read() as connection:
            return _one(connection, event, version)

    def add(
        self, document: Mapping[str, Any], *, event: str, over: int | None, made_at: datetime, actor: str
    ) -> StoredMeetings:
        """Keep a plan as the next version of its event.

        Parameters
        ----------
        document
            The plan.
        event
            The event.
        over
            The version that it takes the place of; ``None`` for the first plan of an event.
        made_at, actor
            Now, and who makes it.

        Raises
        ------
        EhyaError
            ``meetings_exist`` where a first plan is of an event that has one; ``meetings_unknown`` where there is none
            to take the place of; ``meetings_changed`` where somebody was faster.
        """
        table = schema.meeting_plans
        text = json.dumps(document, ensure_ascii=False, allow_nan=False)  # in its own order, as its file has it
        with self._session.write() as connection:
            if over is None:
                newest = connection.execute(select(func.max(table.c.version)).where(table.c.event == event)).scalar()
                if newest is not None:
                    raise EhyaError(ErrorCode.MEETINGS_EXIST, given=event, version=newest)
            elif (found := _one(connection, event, None).version) != over:
                raise EhyaError(ErrorCode.MEETINGS_CHANGED, given=over, allowed=found)
            version = 1 if over is None else over + 1
            digest = hashlib.sha256(text.encode()).hexdigest()
            line = {"event": event, "version": version, "document": text, "digest": digest}
            insert_line(connection, table, {**line, "made_at": utc(made_at), "actor": actor})
            act = Act.MEETINGS_PLANNED if over is None else Act.MEETINGS_PLANNED_AGAIN
            note(connection, made_at=made_at, actor=actor, act=act, subject=event, version=version)
            return _one(connection, event, version)


def _selected() -> Select[Any]:
    table = schema.meeting_plans
    return select(*(column for column in table.c if column.name != "id"))


def _one(connection: Connection, event: str, version: int | None) -> StoredMeetings:
    table = schema.meeting_plans
    query = _selected().where(table.c.event == event)
    if version is not None:
        query = query.where(table.c.version == version)
    row = connection.execute(query.order_by(table.c.version.desc()).limit(1)).mappings().first()
    if row is None:
        known = connection.execute(select(table.c.event).distinct().order_by(table.c.event)).scalars().all()
        given = event if version is None else f"{event}@{version}"
        raise EhyaError(ErrorCode.MEETINGS_UNKNOWN, given=given, allowed=list(known))
    return _stored(row)


def _stored(row: Mapping[Any, Any]) -> StoredMeetings:
    line = {name: row[name] for name in ("event", "version", "digest", "made_at", "actor")}
    return StoredMeetings(document=json.loads(row["document"]), **line)
