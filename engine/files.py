"""Files that come whole or not at all: written beside their place, then renamed into it."""

from __future__ import annotations

import itertools
import os
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import EhyaError, ErrorCode

_numbers = itertools.count()


@contextmanager
def replacing(path: Path | str, *, through_links: bool = True, private: bool = False) -> Iterator[Path]:
    """Give a place beside a file to write to, and rename it into the file's place once all is written.

    A reader sees the old file or the new one, never a part. What stands in the place of a file and is none (a pipe, a
    terminal) is written to directly.

    Parameters
    ----------
    path
        The file to write; its folder is made. It keeps the permissions of the file that it replaces.
    through_links
        Whether a link is followed and the file that it names replaced, or the link itself.
    private
        Whether only the owner may read the new file.

    Yields
    ------
    pathlib.Path
        Where to write; it does not exist yet.

    Raises
    ------
    EhyaError
        ``file_not_written`` when the disk is full, the folder cannot be written to and the like: ``given`` the file,
        ``why``. Then what stood in its place before is untouched.

    Examples
    --------
    >>> import tempfile
    >>> file = Path(tempfile.mkdtemp()) / "list.txt"
    >>> with replacing(file) as beside:
    ...     _ = beside.write_text("whole")
    >>> file.read_text(), [entry.name for entry in file.parent.iterdir()]
    ('whole', ['list.txt'])
    """
    place = Path(os.path.realpath(path)) if through_links else Path(path)
    if place.exists() and not place.is_file():
        with _refusing(path):
            yield place
        return
    # Its own name may be as long as the system allows; one of a number never is.
    beside = place.with_name(f".ehya-{os.getpid()}-{threading.get_ident()}-{next(_numbers)}.part")
    with _refusing(path):
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            yield beside
            _settle(beside, place, private=private)
            beside.replace(place)
        finally:
            beside.unlink(missing_ok=True)


def _settle(beside: Path, place: Path, *, private: bool) -> None:
    """Bring the bytes to the disk, where a full one says so, and give the file its permissions."""
    if private:
        beside.chmod(0o600)
    elif place.is_file():
        beside.chmod(stat.S_IMODE(place.stat().st_mode))
    with beside.open("rb+") as file:
        os.fsync(file.fileno())


@contextmanager
def _refusing(path: Path | str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise EhyaError(ErrorCode.FILE_NOT_WRITTEN, given=str(path), why=why) from error
