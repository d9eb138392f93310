"""The whole register in one file, and back: checked before it is trusted, swapped in one step, undone if wanted."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import sqlite3
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.store.check import counts, problems
from engine.store.clock import utc
from engine.store.closings import ClosedAgain, close_again, closings
from engine.store.dialect import database_address, file_of
from engine.store.migrations import REVISIONS
from engine.store.opening import open_session
from engine.store.swap import swap_in

_MANIFEST, _DATABASE, _FORM = "manifest.json", "ehya.db", 1
_MANIFEST_BYTES = 1_000_000
_BROKEN = (zipfile.BadZipFile, zlib.error, struct.error)
_PIECE = 1 << 20
_BUSY_SECONDS = 5.0
_FURTHER = re.compile(r"panel/(?![.~])[^/\\\0]+|effects\.csv|price_index\.csv")
"""Files beside the register that a backup carries: no hidden one, and none that a program locks another with."""
_FURTHER_BYTES = 100_000_000
_SQLITE_MARK = b"SQLite format 3\0"


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself.

    Parameters
    ----------
    made_at
        Moment of the copy, UTC, ISO.
    revision
        Revision of the tables.
    sha256, size_bytes
        Digest and size of the database file inside.
    counts
        Rows in each table.
    problems
        Codes of what was wrong already when it was made; empty when sound.
    files
        Digest of each further file inside, by its place in the workspace.
    """

    made_at: str
    revision: str
    sha256: str
    size_bytes: int
    counts: Mapping[str, int]
    problems: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Restoration:
    """What a restore did.

    Parameters
    ----------
    counts
        Rows in each table now.
    replaced
        Where the register that stood there before is kept; ``None`` if there was none. It can be restored itself.
    manifest
        What the backup said of itself; ``None`` for a bare register file, such as ``replaced``.
    files
        Further files that were put back, by their place in the workspace.
    closed
        Keys, accounts and agreements that the backup had open still, and the register of before no more: they stay
        closed. ``None`` where that one could not be read, so that they may be open again.
    """

    counts: Mapping[str, int]
    replaced: Path | None
    manifest: Manifest | None
    files: tuple[str, ...] = ()
    closed: ClosedAgain | None = field(default_factory=ClosedAgain)


def back_up(url: str, out: Path, *, made_at: datetime, beside: Mapping[str, Path] | None = None) -> Manifest:
    """Copy a register, as of one moment and while others work with it, into one zip file with its manifest.

    Parameters
    ----------
    url
        Address of the register: SQLite in a file.
    out
        The file to write; it appears when it is whole, takes the place of one of its name, and only its owner can
        read it.
    made_at
        The moment, for the manifest.
    beside
        Further files of the workspace, by their place in it (`engine.settings.Settings.made_by_hand`); those that are
        not there, and those that programs put there for themselves (hidden, or a lock of an open workbook), are left
        out.

    Raises
    ------
    EhyaError
        ``backup_elsewhere`` for another database, ``file_not_found`` when there is no register,
        ``database_foreign`` when another program's file stands there, ``register_unsound`` when the file is damaged: a
        damaged copy would be mistaken for a safe one; ``backup_too_large`` when the files beside the register are;
        ``file_not_written`` when the disk is full and the like.
    """
    path = _path(url)
    if not path.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(path))
    with (
        replacing(out, private=True) as packed,
        tempfile.TemporaryDirectory(dir=packed.parent, prefix=".backup-") as folder,
    ):
        copy = Path(folder) / _DATABASE
        _copy(path, copy)
        try:
            revision, rows, wrong = _examined(copy)
        except EhyaError as error:  # it speaks of the copy, which nobody knows
            if error.code is ErrorCode.DATABASE_FOREIGN:
                raise EhyaError(ErrorCode.DATABASE_FOREIGN, given=str(path)) from error
            raise
        if "file_damaged" in wrong:
            raise EhyaError(ErrorCode.REGISTER_UNSOUND, given=str(path))
        digest, size = _digest(copy), copy.stat().st_size
        # read once, so that what is packed is what the manifest speaks of
        files = {
            name: place.read_bytes()
            for name, place in (beside or {}).items()
            if place.is_file() and _FURTHER.fullmatch(name)
        }
        if (large := sum(map(len, files.values()))) > _FURTHER_BYTES:
            most = _FURTHER_BYTES // 10**6
            raise EhyaError(ErrorCode.BACKUP_TOO_LARGE, given=f"{large / 10**6:.0f} MB", allowed=f"{most} MB")
        digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
        manifest = Manifest(utc(made_at).isoformat(), revision, digest, size, rows, wrong, digests)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr(_MANIFEST, json.dumps({"form": _FORM} | asdict(manifest), indent=1))
            archive.write(copy, _DATABASE)
            for name, content in files.items():
                archive.writestr(name, content)
    return manifest


def manifest_of(file: Path) -> Manifest:
    """What a backup says of itself, its contents unread.

    Raises
    ------
    EhyaError
        ``not_a_backup`` where it says nothing.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            return _manifest(archive)
    except (*_BROKEN, KeyError, ValueError, TypeError, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise EhyaError(ErrorCode.NOT_A_BACKUP, given=file.name) from error


def check_backup(file: Path) -> Manifest:
    """Look a backup over as `restore` does, and put nothing anywhere.

    Parameters
    ----------
    file
        What `back_up` wrote.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``not_a_backup``, ``backup_damaged``, ``register_unsound``, ``database_newer``.
    """
    if not file.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=file.name)
    with tempfile.TemporaryDirectory(dir=file.parent, prefix=".check-") as folder:
        staged = Path(folder) / _DATABASE
        manifest = _unpack(file, staged)
        if manifest is None:
            raise EhyaError(ErrorCode.NOT_A_BACKUP, given=file.name)
        _refuse_foreign(staged, file)
        _revision, _rows, wrong = _examined(staged)
        if set(wrong) - set(manifest.problems):
            raise EhyaError(ErrorCode.REGISTER_UNSOUND, given=file.name)
        _further(file, manifest)
    return manifest


def restore(
    file: Path, url: str, *, made_at: datetime, busy_seconds: float = 5.0, home: Path | None = None
) -> Restoration:
    """Put a backup in the place of the register, after it was unpacked beside it and checked in whole.

    At every moment the register is either the old one or the new one. The old one is kept beside it under its name with
    ``.before-restore`` at the end, which takes the place of an earlier one; restoring that file undoes the restore.
    Keys, accounts and agreements that were closed since the backup was made stay closed.

    Parameters
    ----------
    file
        What `back_up` wrote, or a bare register file.
    url
        Address of the register to replace: SQLite in a file, which need not be there.
    made_at
        Now, for the audit.
    busy_seconds
        How long to wait until nobody else has the register open.
    home
        The workspace, into which further files go; they stay where they are where ``None``. A file that stands there
        and differs is kept beside it in the same way.

    Raises
    ------
    EhyaError
        ``backup_elsewhere``, ``file_not_found``; ``not_a_backup`` for a foreign file, ``backup_damaged`` when its
        contents are not what its manifest says, ``register_unsound`` when `engine.store.Register.check` finds what
        the manifest does not admit, ``database_newer``, ``register_in_use``. Then the register is untouched.
    """
    path = _path(url)
    if not file.is_file():
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(file))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".restore-") as folder:
        staged = Path(folder) / _DATABASE
        manifest = _unpack(file, staged)
        _refuse_foreign(staged, file)
        _revision, rows, wrong = _examined(staged)
        if set(wrong) - set(manifest.problems if manifest else ()):
            raise EhyaError(ErrorCode.REGISTER_UNSOUND, given=str(file))
        closed = _closed_again(staged, path, made_at)
        _flush(staged)
        files = {} if manifest is None or home is None else _further(file, manifest)
        replaced = swap_in(staged, path, busy_seconds=busy_seconds)
        for name, content in files.items():
            _put(home / name, content)  # type: ignore[operator]
        return Restoration(rows, replaced, manifest, tuple(files), closed)


def _closed_again(staged: Path, path: Path, made_at: datetime) -> ClosedAgain | None:
    if not path.exists():
        return ClosedAgain()
    found = closings(path)
    if found is None:
        return None
    with closing(open_session(f"sqlite:///{staged}", busy_seconds=_BUSY_SECONDS)) as session:
        closed = close_again(session, found, made_at=made_at)
    _fold_log(staged)
    return closed


def _further(file: Path, manifest: Manifest) -> dict[str, bytes]:
    """Further files of a backup, each as its manifest says; none may lead out of the workspace or onto the register."""
    found: dict[str, bytes] = {}
    left = _FURTHER_BYTES
    with zipfile.ZipFile(file) as archive:
        for name, digest in manifest.files.items():
            content = b""
            with suppress(*_BROKEN, KeyError), archive.open(name) as stream:
                content = stream.read(left + 1)
            left -= len(content)
            if left < 0 or not _FURTHER.fullmatch(name) or hashlib.sha256(content).hexdigest() != digest:
                raise EhyaError(ErrorCode.BACKUP_DAMAGED, given=str(file))
            found[name] = content
    return found


def _put(place: Path, content: bytes) -> None:
    if place.is_file():
        if place.read_bytes() == content:
            return
        place.replace(place.with_name(f"{place.name}.before-restore"))
    with replacing(place, private=True) as beside:
        beside.write_bytes(content)


def _path(url: str) -> Path:
    place, found = database_address(url), file_of(url)
    if found is None:
        raise EhyaError(ErrorCode.BACKUP_ELSEWHERE, given=place.get_backend_name())
    return found


def _copy(source: Path, target: Path) -> None:
    try:
        with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
            live.backup(copy)
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_FULL:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target)) from error
        raise EhyaError(ErrorCode.REGISTER_UNSOUND, given=str(source)) from error


def _examined(path: Path) -> tuple[str, dict[str, int], tuple[str, ...]]:
    """Bring a copy to the newest revision and look it over; leaves it as one file without a log beside it."""
    with (
        closing(open_session(f"sqlite:///{path}", busy_seconds=_BUSY_SECONDS)) as session,
        session.read() as connection,
    ):
        found = counts(connection), tuple(sorted({problem.code.value for problem in problems(connection)}))
    _fold_log(path)
    return REVISIONS[-1], *found


def _fold_log(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _unpack(file: Path, target: Path) -> Manifest | None:
    with file.open("rb") as stream:
        if stream.read(len(_SQLITE_MARK)) == _SQLITE_MARK:
            _copy(file, target)
            return None
    try:
        with zipfile.ZipFile(file) as archive:
            manifest = _manifest(archive)
            with archive.open(_DATABASE) as packed, target.open("wb") as unpacked:
                whole = _pour(packed, unpacked, manifest.size_bytes)
    except (*_BROKEN, KeyError, ValueError, TypeError, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        if isinstance(error, OSError) and error.errno != errno.EINVAL:  # the disk, not a place that the file lacks
            raise
        code = ErrorCode.BACKUP_DAMAGED if _begins_as_one(file) else ErrorCode.NOT_A_BACKUP
        raise EhyaError(code, given=str(file)) from error
    if not whole or _digest(target) != manifest.sha256:
        raise EhyaError(ErrorCode.BACKUP_DAMAGED, given=str(file))
    return manifest


def _begins_as_one(file: Path) -> bool:
    """Whether a file that cannot be unpacked was a backup once: both of its parts are named where they begin."""
    with file.open("rb") as stream:
        head = stream.read(_MANIFEST_BYTES)
    return all(name.encode() in head for name in (_MANIFEST, _DATABASE))


def _manifest(archive: zipfile.ZipFile) -> Manifest:
    with archive.open(_MANIFEST) as stream:
        told: dict[str, Any] = json.loads(stream.read(_MANIFEST_BYTES))
    if told.pop("form") != _FORM or not isinstance(told["size_bytes"], int):
        raise ValueError("another form of manifest")
    return Manifest(**told | {"problems": tuple(told["problems"])})


def _pour(source: IO[bytes], target: IO[bytes], size: int) -> bool:
    """Unpack as much as was announced and no more; says whether that was all."""
    if size > shutil.disk_usage(Path(target.name).parent).free:
        return False
    left = size
    while left > 0 and (piece := source.read(min(_PIECE, left))):
        target.write(piece)
        left -= len(piece)
    return left == 0 and not source.read(1)


def _refuse_foreign(path: Path, file: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            revision = connection.execute("SELECT version_num FROM alembic_version").fetchone()
            connection.execute("SELECT unit_id, identity, ordinal FROM units LIMIT 1")
    except sqlite3.DatabaseError as error:
        raise EhyaError(ErrorCode.NOT_A_BACKUP, given=str(file)) from error
    if revision is None:
        raise EhyaError(ErrorCode.NOT_A_BACKUP, given=str(file))


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _flush(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
