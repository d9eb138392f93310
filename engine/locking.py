"""A file that one process at a time holds locked; the system frees it when the process ends, however it ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

_LOCKED_BYTE = 1 << 20
"""Windows locks bytes for reading too: one far behind the words leaves those to be read."""


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Hold a file locked while a block runs.

    Parameters
    ----------
    path
        The file; it is made where there is none, and stays.

    Yields
    ------
    bool
        Whether it was free: where it was not, somebody else holds it.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "work.lock"
    >>> with locked(file) as first, locked(file) as second:
    ...     first, second
    (True, False)
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        free = _took(file)
        if free:
            file.truncate(0)
            file.write(str(os.getpid()))
            file.flush()
        yield free


def holder(path: Path) -> tuple[str, str]:
    """Process that holds a file locked, ``?`` where it has not said so yet, and since when (hours and minutes)."""
    since = datetime.fromtimestamp(path.stat().st_mtime)
    return path.read_text("utf-8") or "?", f"{since:%H:%M}"


def _took(file: IO[str]) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(_LOCKED_BYTE)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
