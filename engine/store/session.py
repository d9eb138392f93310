"""One database: reading sees one moment, writing is alone and comes whole or not at all."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from engine.errors import EhyaError, ErrorCode
from engine.store.dialect import reading_engine, writer

_LOCK_NOT_AVAILABLE, _NO_ROOM = "55P03", "53100"  # as PostgreSQL numbers them


class Session:
    """The transactions that all repositories of a register share.

    Parameters
    ----------
    engine
        What `engine.store.dialect.connect` made: it knows how a database reads and how it writes.
    writes
        Whether it may write; the database itself refuses what is written otherwise.
    """

    def __init__(self, engine: Engine, *, writes: bool = True) -> None:
        self._reading = reading_engine(engine)
        self._writing = writer(engine) if writes else self._reading
        self._open = threading.local()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read as of one moment, whatever others write meanwhile; inside :meth:`write` what it has written so far.

        Raises
        ------
        EhyaError
            ``database_failed`` when the database refuses.
        """
        writing = getattr(self._open, "connection", None)
        if writing is not None:
            yield writing
            return
        with mendable(), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Write while nobody else does; what is read inside is what the last writer left.

        Inside another ``write`` of the same thread it is part of that one: both come whole, or neither.

        Raises
        ------
        EhyaError
            ``register_busy`` when another writer took too long, ``disk_full``, ``database_failed`` when the database
            refuses; then nothing has changed.
        """
        writing = getattr(self._open, "connection", None)
        if writing is not None:
            yield writing
            return
        with mendable(), self._writing.begin() as connection:
            self._open.connection = connection
            try:
                yield connection
            finally:
                self._open.connection = None

    def close(self) -> None:
        """Let go of the database."""
        self._reading.dispose()


@contextmanager
def mendable() -> Iterator[None]:
    """Turn what the database says into an error that a person can mend; values of rows stay out of it.

    Examples
    --------
    >>> from sqlalchemy import create_engine, text
    >>> with mendable(), create_engine("sqlite://").connect() as connection:
    ...     connection.execute(text("SELECT 1 FROM nowhere"))
    Traceback (most recent call last):
    engine.errors.EhyaError: database_failed: given='no such table: nowhere'
    """
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        if _busy(cause):
            raise EhyaError(ErrorCode.REGISTER_BUSY) from error
        if _full(cause):
            raise EhyaError(ErrorCode.DISK_FULL) from error
        raise EhyaError(ErrorCode.DATABASE_FAILED, given=str(cause).splitlines()[0]) from error


def _busy(cause: BaseException) -> bool:
    """Whether a wait for another writer ended before the writer did."""
    if isinstance(cause, sqlite3.OperationalError):
        return cause.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return getattr(cause, "sqlstate", None) == _LOCK_NOT_AVAILABLE


def _full(cause: BaseException) -> bool:
    """Whether there is no room left for what was to be written."""
    if isinstance(cause, sqlite3.OperationalError):
        code = cause.sqlite_errorcode  # a reader needs room too, for the index of the log that all share
        return code & 0xFF == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_SHMSIZE
    return getattr(cause, "sqlstate", None) == _NO_ROOM
