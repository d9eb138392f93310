"""Opening a register: find it or make it, and bring its tables to the newest revision."""

from __future__ import annotations

from sqlalchemy.exc import ArgumentError

from engine.errors import EhyaError, ErrorCode
from engine.store.dialect import connect
from engine.store.migrations import upgrade
from engine.store.session import Session, mendable


def open_session(url: str, *, busy_seconds: float) -> Session:
    """Open the database of a register.

    Parameters
    ----------
    url
        SQLAlchemy address; the folder of a SQLite file is made.
    busy_seconds
        How long to wait for another writer.

    Raises
    ------
    EhyaError
        ``database_failed`` when it cannot be opened, ``database_newer`` when a later Ehya wrote it,
        ``database_foreign`` when another program did (nothing is written to it), ``folder_unusable`` when its folder
        cannot be made.
    """
    try:
        engine = connect(url, busy_seconds=busy_seconds)
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise EhyaError(ErrorCode.FOLDER_UNUSABLE, given=str(error.filename or url), why=why) from error
    except (ArgumentError, ImportError) as error:
        raise EhyaError(ErrorCode.DATABASE_FAILED, given=str(error)) from error
    try:
        with mendable():
            upgrade(engine)
    except BaseException:
        engine.dispose()
        raise
    return Session(engine)
