"""One database file in the place of another, in one step, while nobody has it open."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from engine.errors import EhyaError, ErrorCode
from engine.store.dialect import LOGS

BEFORE_RESTORE = ".before-restore"


def swap_in(staged: Path, path: Path, *, busy_seconds: float) -> Path | None:
    """Put a closed database file in the place of another; returns where the other is kept, if there was one.

    The old file is locked until the new one stands there. A connection that opens the old one meanwhile waits for that
    lock and then finds that its file has been replaced (`engine.store.dialect.connect` looks), so that nothing is
    written where nobody will read it.

    Raises
    ------
    EhyaError
        ``register_in_use`` when another connection holds the old file; then nothing has changed.

    Examples
    --------
    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name in ("old", "new"):
    ...     with sqlite3.connect(folder / name) as connection:
    ...         _ = connection.execute(f"CREATE TABLE {name}_table (x)")
    ...     connection.close()
    >>> kept = swap_in(folder / "new", folder / "old", busy_seconds=1)
    >>> kept.name, (folder / "new").exists()
    ('old.before-restore', False)
    """
    staged.chmod(0o600)
    if not path.exists():
        _forget_logs(path)
        staged.replace(path)
        _settle(path.parent)
        return None
    lock = _locked(path, busy_seconds)
    try:
        kept = _kept_beside(path)
        if lock is None:
            _forget_logs(path)
        staged.replace(path)
        _settle(path.parent)
    finally:
        if lock is not None:
            lock.close()
    return kept


def _locked(path: Path, busy_seconds: float) -> sqlite3.Connection | None:
    """Hold a file alone, its log folded into it; ``None`` when it is too damaged to be held."""
    connection = sqlite3.connect(path, timeout=busy_seconds, isolation_level=None)
    try:
        # Leaving WAL is refused while any other connection has the file open, also an idle one.
        connection.execute("PRAGMA journal_mode=DELETE")
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise EhyaError(ErrorCode.REGISTER_IN_USE, given=str(path)) from error
        return None
    except sqlite3.DatabaseError:
        connection.close()
        return None
    return connection


def _kept_beside(path: Path) -> Path:
    for ending in ("", *LOGS):
        old, beside = Path(f"{path}{ending}"), Path(f"{path}{BEFORE_RESTORE}{ending}")
        if old.exists():
            link = Path(f"{beside}.new")
            link.unlink(missing_ok=True)
            os.link(old, link)
            link.replace(beside)
        else:
            beside.unlink(missing_ok=True)
    return Path(f"{path}{BEFORE_RESTORE}")


def _forget_logs(path: Path) -> None:
    # The log of another database would be played into the new one.
    for ending in LOGS:
        Path(f"{path}{ending}").unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    """Make the new name survive a loss of power; some systems (Windows) cannot be asked."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
