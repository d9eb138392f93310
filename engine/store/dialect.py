"""The one place that knows which database stands behind the register."""

from __future__ import annotations

import os
import sqlite3
import stat
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from engine.errors import EhyaError, ErrorCode

APPEND_ONLY_MESSAGE = "append-only"

OWN_TABLE = "units"
"""A database that holds tables, but not this one, belongs to another program."""

_WRITERS_LOCK = "SELECT pg_advisory_xact_lock(1162369345, hashtext(coalesce(current_schema(), '')))"
"""One lock for each register of a server: the number is "EHYA" in ASCII, the schema is where its tables stand."""

LOGS = ("-wal", "-shm", "-journal")
"""Endings of the files that SQLite keeps beside one of its own."""

_CACHE_KIB = 64 * 1024
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    f"PRAGMA cache_size=-{_CACHE_KIB}",
)


def connect(url: str | URL, *, busy_seconds: float) -> Engine:
    """Make an engine; for a SQLite file make its folder too.

    Transactions of `reading_engine` see one moment. Those of `writer` begin by waiting for the one lock that all
    writers of the register take: a reader that turned into a writer half-way could only be refused, not made to wait.

    Examples
    --------
    >>> engine = connect("sqlite://", busy_seconds=1)
    >>> with engine.connect() as connection:
    ...     connection.execute(text("PRAGMA foreign_keys")).scalar_one()
    1
    >>> engine.dispose()
    """
    url = database_address(url)
    if url.get_backend_name() != "sqlite":
        return _server(url, busy_seconds)
    if url.database and url.database != ":memory:":
        # a register holds debts: other accounts of the machine have no business in a folder we make
        path = Path(url.database)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _make_private(path)
    engine = create_engine(url, hide_parameters=True)

    @event.listens_for(engine, "do_connect")
    def _connect(_dialect: object, _record: object, given: list[Any], named: dict[str, Any]) -> SqliteConnection:
        while True:
            before = _inode(url)
            connection = _opened(given, named, busy_seconds)
            if _inode(url) == before:
                return connection
            # Restored while we waited at its door: what we hold is the register of before.
            connection.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def reading_engine(engine: Engine) -> Engine:
    """The same engine for transactions that read: each sees the register of one moment.

    Examples
    --------
    >>> engine = connect("sqlite://", busy_seconds=1)
    >>> with reading_engine(engine).connect() as connection:
    ...     connection.execute(text("SELECT 1")).scalar_one()
    1
    >>> engine.dispose()
    """
    if engine.dialect.name == "sqlite":
        return engine
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def writer(engine: Engine) -> Engine:
    """The same engine for transactions that write: they follow one another, whoever begins them.

    Examples
    --------
    >>> engine = connect("sqlite://", busy_seconds=1)
    >>> with writer(engine).begin() as connection:
    ...     _ = connection.execute(text("CREATE TABLE seen (x)"))
    >>> engine.dispose()
    """
    if engine.dialect.name == "sqlite":
        return engine.execution_options(writes=True)
    # Having waited, a writer must see what the one before it left, which only this level promises.
    return engine.execution_options(writes=True, isolation_level="READ COMMITTED")


def file_of(url: str) -> Path | None:
    """The file of a register; ``None`` where it is in no file, or where the address cannot be read.

    Examples
    --------
    >>> str(file_of("sqlite:///workspace/ehya.db")), file_of("postgresql://db/ehya"), file_of("sqlite://")
    ('workspace/ehya.db', None, None)
    """
    try:
        place = database_address(url)
    except EhyaError:
        return None
    inside = place.get_backend_name() == "sqlite" and place.database not in (None, "", ":memory:")
    return Path(str(place.database)) if inside else None


def database_address(url: str | URL) -> URL:
    """Read a database address; what cannot be read is never echoed, since a password may stand in it.

    Raises
    ------
    EhyaError
        ``database_address_unreadable``, also where the host holds an ``@``: then the password holds one unescaped,
        and its rest would be looked up, and printed, as a host.

    Examples
    --------
    >>> database_address("postgresql://planner:p%40ss@db/ehya").host
    'db'
    """
    try:
        found = make_url(url)
    except (ArgumentError, ValueError):
        raise EhyaError(ErrorCode.DATABASE_ADDRESS_UNREADABLE) from None
    if "@" in (found.host or ""):
        raise EhyaError(ErrorCode.DATABASE_ADDRESS_UNREADABLE)
    return found


def append_only_ddl(dialect_name: str, table: str) -> list[str]:
    """Statements that make the database refuse UPDATE and DELETE on a table.

    Examples
    --------
    >>> len(append_only_ddl("sqlite", "events")), len(append_only_ddl("postgresql", "events"))
    (2, 2)
    """
    if dialect_name == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{APPEND_ONLY_MESSAGE}'); END"
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        "CREATE OR REPLACE FUNCTION ehya_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{APPEND_ONLY_MESSAGE}'; END $$",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION ehya_append_only()",
    ]


def damage(connection: Connection) -> list[str]:
    """What the database itself finds wrong with its file; empty when sound, or when it cannot be asked (PostgreSQL).

    Examples
    --------
    >>> engine = connect("sqlite://", busy_seconds=1)
    >>> with engine.connect() as connection:
    ...     damage(connection)
    []
    >>> engine.dispose()
    """
    if connection.dialect.name != "sqlite":
        return []
    try:
        broken = [str(row[0]) for row in connection.execute(text("PRAGMA integrity_check"))]
    except DBAPIError as error:  # so much is broken that SQLite cannot even say what
        return [str(error.orig)]
    orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
    return [line for line in broken if line != "ok"] + [f"{row[0]} -> {row[2]}" for row in orphans]


def _server(url: URL, busy_seconds: float) -> Engine:
    engine = create_engine(url, hide_parameters=True, pool_pre_ping=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("writes", False):
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {int(busy_seconds * 1000)}")
            connection.exec_driver_sql(_WRITERS_LOCK)

    return engine


def _make_private(path: Path) -> None:
    """Let only its owner read a register, also one that was made or copied with other permissions."""
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    for file in (path, *(Path(f"{path}{ending}") for ending in LOGS)):
        # Another's file, or a folder that is read-only: whoever may change the permissions will.
        with suppress(OSError):
            if stat.S_IMODE(file.stat().st_mode) & 0o077:
                file.chmod(0o600)


def _opened(given: list[Any], named: dict[str, Any], busy_seconds: float) -> SqliteConnection:
    path = Path(str(given[0]))
    try:
        return _prepared(sqlite3.connect(*given, **named), busy_seconds, _PRAGMAS)
    except sqlite3.OperationalError as error:
        if (
            error.sqlite_errorcode & 0xFF not in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN)
            or not path.is_file()
        ):
            raise
    # A folder that nobody may write to. Its file can be read as it stands, unless a log holds what is not in it yet.
    logged = Path(f"{path}{LOGS[0]}")
    how = "mode=ro" if logged.exists() and logged.stat().st_size else "mode=ro&immutable=1"
    address = f"file:{quote(str(path.resolve()))}?{how}"
    return _prepared(sqlite3.connect(address, uri=True, **named), busy_seconds, _PRAGMAS[2:])


def _prepared(connection: SqliteConnection, busy_seconds: float, pragmas: Sequence[str]) -> SqliteConnection:
    # Without this the driver begins transactions by its own rules and leaves DDL and SELECT outside of them.
    connection.isolation_level = None
    try:
        connection.execute(f"PRAGMA busy_timeout={int(busy_seconds * 1000)}")
        _refuse_foreign(connection)
        for pragma in pragmas:
            _patiently(connection, pragma, busy_seconds)
    except BaseException:
        connection.close()
        raise
    return connection


def _patiently(connection: SqliteConnection, pragma: str, busy_seconds: float) -> None:
    """Ask again while another opens the file: a change of the journal's mode does not wait by itself."""
    until = time.monotonic() + busy_seconds
    while True:
        try:
            connection.execute(pragma)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(0.02)
        else:
            return


def _inode(url: URL) -> int | None:
    try:
        return Path(url.database or ":memory:").stat().st_ino
    except OSError:
        return None


def _refuse_foreign(connection: SqliteConnection) -> None:
    """Refuse a file of another program before anything is written to it; WAL would already change its header."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")}
    if tables and OWN_TABLE not in tables:
        file = next((name for _, schema, name in connection.execute("PRAGMA database_list") if schema == "main"), "")
        raise EhyaError(ErrorCode.DATABASE_FOREIGN, given=file)
