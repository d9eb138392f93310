"""A whole register from one database to another: all tables in one transaction, checked before it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, inspect, select, text

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.audit import Act, Audit, note
from engine.store.check import counts
from engine.store.dialect import OWN_TABLE, connect, file_of
from engine.store.migrations import HEAD, current, make_tables
from engine.store.opening import open_session
from engine.store.session import Session, mendable

ROWS_AT_ONCE = 2_000
"""Rows that are Python objects at a time; some tables hold whole documents."""

Told = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class MovedRegister:
    """What was moved.

    Parameters
    ----------
    counts
        Rows by table, the same in both databases before the move was noted.
    audit_lines, audit_head
        Length of the audit and hash of its last line, followed from the beginning in both.
    """

    counts: dict[str, int]
    audit_lines: int
    audit_head: str


def move(
    source: str, target: str, *, made_at: datetime, actor: str, told: Told | None = None, busy_seconds: float = 30.0
) -> MovedRegister:
    """Copy a register as it stands at one moment into an empty database; the source stays as it is.

    Parameters
    ----------
    source, target
        Addresses: a SQLite file or a PostgreSQL each.
    made_at, actor
        When and who, for the audit of the target.
    told
        Called with a table's name, how many rows were copied, and of how many.
    busy_seconds
        How long to wait for another writer.

    Raises
    ------
    EhyaError
        ``file_not_found`` without a source; ``move_target_not_empty``, ``database_foreign``, ``move_differs`` when the
        copy is not what the source is; ``database_failed``, ``disk_full``. The target is then as it was.
    """
    if (file := file_of(source)) is not None and not file.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(file))
    leaving = open_session(source, busy_seconds=busy_seconds)
    try:
        return _into(target, leaving, made_at, actor, told or (lambda name, done, rows: None), busy_seconds)
    finally:
        leaving.close()


def _into(
    target: str, leaving: Session, made_at: datetime, actor: str, told: Told, busy_seconds: float
) -> MovedRegister:
    file = file_of(target)
    fresh = file is not None and not file.exists()
    arriving = Session(connect(target, busy_seconds=busy_seconds))
    done = False
    try:
        with mendable(), leaving.read() as old, arriving.write() as new:
            _refuse_what_is_there(new)
            make_tables(new)
            found = counts(old)
            rows, copied = sum(found.values()), 0
            for table in schema.metadata.sorted_tables:
                for part in _parts(old, table):
                    new.execute(insert(table), part)
                    copied += len(part)
                    told(table.name, copied, rows)
                _number_on(new, table)
            before, after = Audit(leaving).verify(), Audit(arriving).verify()
            unlike = [name for name, count in counts(new).items() if count != found[name]]
            if unlike or before != after:
                raise EhyaError(ErrorCode.MOVE_DIFFERS, given=unlike or ["audit"])
            note(new, made_at=made_at, actor=actor, act=Act.REGISTER_MOVED, subject=new.dialect.name, rows=rows)
        done = True
        return MovedRegister(found, before.lines, before.head)
    finally:
        arriving.close()
        if fresh and not done and file is not None:
            file.unlink(missing_ok=True)


def _refuse_what_is_there(new: Connection) -> None:
    names = set(inspect(new).get_table_names())
    if names and OWN_TABLE not in names:
        raise EhyaError(ErrorCode.DATABASE_FOREIGN, given=new.engine.url.database)
    if names and (current(new) != HEAD or any(counts(new).values())):
        raise EhyaError(ErrorCode.MOVE_TARGET_NOT_EMPTY)


def _parts(old: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    query = select(table).order_by(*table.primary_key.columns)
    found = old.execution_options(yield_per=ROWS_AT_ONCE).execute(query)
    for part in found.mappings().partitions(ROWS_AT_ONCE):
        yield [dict(row) for row in part]


def _number_on(new: Connection, table: Table) -> None:
    """PostgreSQL counts by itself, and does not see numbers that came along."""
    key = table.autoincrement_column
    if new.dialect.name != "postgresql" or key is None:
        return
    last = new.execute(select(func.max(key))).scalar()
    if last is not None:
        asked = text("SELECT setval(pg_get_serial_sequence(:table, :key), :last)")
        new.execute(asked, {"table": table.name, "key": key.name, "last": last})
