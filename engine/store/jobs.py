"""Work that is done after its request was answered: taken by one worker at a time, done once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.bulk import insert_line, one_row
from engine.store.canonical import canonical
from engine.store.clock import utc
from engine.store.session import Session

LEASE = timedelta(minutes=2)
"""A worker that neither moved nor renewed anything for so long is taken for gone, and another begins anew."""


class JobState(Code):
    """How far a job is."""

    WAITING = "waiting"
    READING = "reading"
    STORING = "storing"
    DONE = "done"
    REFUSED = "refused"


class JobKind(StrEnum):
    """What a job does."""

    IMPORT = "import"
    MEETINGS = "meetings"


_UNDER_WAY = (JobState.READING.value, JobState.STORING.value)


@dataclass(frozen=True, slots=True)
class StoredJob:
    """A job.

    Parameters
    ----------
    job_id
        Its id, which nobody guesses.
    actor
        Who asked for it.
    request
        What was asked: plain JSON.
    state
        How far it is.
    result
        What is known of it so far, at last what came of it: plain JSON.
    made_at, moved_at
        UTC: when it was asked for, and when it last moved on.
    attempts
        How often a worker began it.
    kind
        What it does.
    """

    job_id: str
    actor: str
    request: Mapping[str, Any]
    state: JobState
    result: Mapping[str, Any]
    made_at: datetime
    moved_at: datetime
    attempts: int
    kind: JobKind = JobKind.IMPORT


class Jobs:
    """Jobs; called, it gives them, the newest first. Each kind is a queue of its own."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(
        self, *, after: int = 0, limit: int | None = None, kind: JobKind = JobKind.IMPORT
    ) -> tuple[StoredJob, ...]:
        """Jobs of a kind, the newest first.

        Parameters
        ----------
        after, limit
            Jobs to leave out at the beginning, and how many to give at most.
        kind
            What they do.
        """
        table = schema.jobs
        query = _selected().where(table.c.kind == kind.value)
        query = query.order_by(table.c.id.desc()).offset(after).limit(limit)
        with self._session.read() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(_stored(row) for row in rows)

    def get(self, job_id: str, *, kind: JobKind = JobKind.IMPORT) -> StoredJob:
        """One job of a kind.

        Raises
        ------
        EhyaError
            ``job_unknown``, also for one of another kind.
        """
        with self._session.read() as connection:
            found = _one(connection, job_id)
        if found.kind is not kind:
            raise EhyaError(ErrorCode.JOB_UNKNOWN, given=job_id)
        return found

    def add(
        self,
        job_id: str,
        request: Mapping[str, Any],
        content: bytes,
        *,
        made_at: datetime,
        actor: str,
        kind: JobKind = JobKind.IMPORT,
    ) -> StoredJob:
        """Let a job wait for a worker.

        Parameters
        ----------
        job_id, request, made_at, actor, kind
            See `StoredJob`.
        content
            The file that comes with it; it is dropped once the job is done.
        """
        moments = {"made_at": utc(made_at), "moved_at": utc(made_at)}
        line = {"job_id": job_id, "actor": actor, "request": canonical(request), "content": content, **moments}
        line |= {"kind": kind.value}
        with self._session.write() as connection:
            insert_line(connection, schema.jobs, {**line, "state": JobState.WAITING.value, "result": "{}"})
            return _one(connection, job_id)

    def wait(self, *, now: datetime, kind: JobKind = JobKind.IMPORT) -> bool:
        """Whether there is a job to take."""
        with self._session.read() as connection:
            return _next(connection, now, kind) is not None

    def take(self, worker: str, *, now: datetime, kind: JobKind = JobKind.IMPORT) -> tuple[StoredJob, bytes] | None:
        """Take the next job that waits, or that its worker left; ``None`` where there is none.

        Parameters
        ----------
        worker
            Who takes it, unlike any other.
        now
            The moment.
        kind
            What it does.
        """
        table = schema.jobs
        with self._session.write() as connection:
            job_id = _next(connection, now, kind)
            if job_id is None:
                return None
            taken = {"state": JobState.READING.value, "worker": worker, "moved_at": utc(now), "result": "{}"}
            begun = taken | {"attempts": table.c.attempts + 1}
            connection.execute(update(table).where(table.c.job_id == job_id).values(begun))
            content = connection.execute(select(table.c.content).where(table.c.job_id == job_id)).scalar_one()
            return _one(connection, job_id), bytes(content)

    def renew(self, job_id: str, worker: str, *, now: datetime) -> bool:
        """Let a job that is under way count as moved: its worker lives.

        Parameters
        ----------
        job_id, worker, now
            Which job, whose, and the moment.

        Returns
        -------
        bool
            Whether it is the worker's still.
        """
        with self._session.write() as connection:
            renewed = update(schema.jobs).where(*_held(job_id, worker)).values(moved_at=utc(now))
            return bool(connection.execute(renewed).rowcount)

    def excuse(self, job_id: str, worker: str) -> None:
        """Let an attempt count for nothing: not the job was out of order; when the lease ends another begins anew."""
        line = {"attempts": schema.jobs.c.attempts - 1}
        with self._session.write() as connection:
            connection.execute(update(schema.jobs).where(*_held(job_id, worker)).values(line))

    def move(self, job_id: str, worker: str, state: JobState, result: Mapping[str, Any], *, now: datetime) -> None:
        """Say how far a job is; a job that is done or refused loses its file.

        Inside `engine.store.Register.together` the job is done together with what it wrote, or not at all.

        Raises
        ------
        EhyaError
            ``job_taken`` where another worker has it by now.
        """
        table = schema.jobs
        line: dict[str, Any] = {"state": state.value, "result": canonical(result), "moved_at": utc(now)}
        if state.value not in _UNDER_WAY:
            line["content"] = None
        with self._session.write() as connection:
            if not connection.execute(update(table).where(*_held(job_id, worker)).values(line)).rowcount:
                raise EhyaError(ErrorCode.JOB_TAKEN, given=job_id)


def _held(job_id: str, worker: str) -> tuple[ColumnElement[bool], ...]:
    """Conditions that a job is under way with a worker."""
    table = schema.jobs
    return (table.c.job_id == job_id, table.c.worker == worker, table.c.state.in_(_UNDER_WAY))


def _next(connection: Connection, now: datetime, kind: JobKind) -> str | None:
    table = schema.jobs
    left = table.c.state.in_(_UNDER_WAY) & (table.c.moved_at < utc(now) - LEASE)
    query = select(table.c.job_id).where(or_(table.c.state == JobState.WAITING.value, left))
    query = query.where(table.c.kind == kind.value)
    return connection.execute(query.order_by(table.c.id).limit(1)).scalar_one_or_none()


def _selected() -> Any:
    table = schema.jobs
    return select(*(column for column in table.c if column.name != "content"))


def _one(connection: Connection, job_id: str) -> StoredJob:
    query = _selected().where(schema.jobs.c.job_id == job_id)
    return _stored(one_row(connection, query, ErrorCode.JOB_UNKNOWN, given=job_id))


def _stored(row: Mapping[Any, Any]) -> StoredJob:
    line = {name: row[name] for name in ("job_id", "actor", "made_at", "moved_at", "attempts")}
    documents = {name: json.loads(row[name]) for name in ("request", "result")}
    return StoredJob(**line, **documents, state=JobState(row["state"]), kind=JobKind(row["kind"]))
