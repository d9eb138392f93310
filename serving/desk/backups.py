"""Backups of the workspace: make one, list them, look one over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Act
from engine.store.backup import Manifest, back_up, check_backup, manifest_of
from serving.desk.workspace import open_register


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """A backup in the folder of the workspace.

    Parameters
    ----------
    name
        Of the file.
    size_bytes
        Of the file.
    manifest
        What it says of itself; ``None`` where it says nothing that can be read.
    """

    name: str
    size_bytes: int
    manifest: Manifest | None


def folder_of(settings: Settings) -> Path:
    """Where backups go when no other place is named."""
    return settings.home / "backups"


def make_backup(
    settings: Settings, *, now: datetime, out: Path | None = None, actor: str | None = None
) -> tuple[Path, Manifest]:
    """Write the register and what persons made beside it into one file.

    Parameters
    ----------
    settings
        The workspace.
    now
        UTC.
    out
        Where to; into the folder of backups where ``None``.
    actor
        Who asks, for the audit; whoever may run commands in the workspace needs no line there.

    Raises
    ------
    EhyaError
        ``backup_elsewhere``, ``file_not_found``, ``register_unsound``, ``file_not_written``.
    """
    path = out or folder_of(settings) / f"ehya-{now:%Y%m%d-%H%M%S}.zip"
    manifest = back_up(settings.database_url, path, made_at=now, beside=settings.made_by_hand)
    if actor is not None:
        with open_register(settings) as register:
            register.audit.note(made_at=now, actor=actor, act=Act.BACKUP_MADE, subject=path.name)
    return path, manifest


def backups(settings: Settings) -> tuple[KeptBackup, ...]:
    """Backups in the folder of the workspace, the newest first."""
    files = sorted(folder_of(settings).glob("*.zip"), key=lambda file: (file.stat().st_mtime_ns, file.name))
    return tuple(KeptBackup(file.name, file.stat().st_size, _said(file)) for file in reversed(files))


def checked_backup(settings: Settings, name: str) -> Manifest:
    """Look one over, as restoring it would; nothing is put anywhere.

    Raises
    ------
    EhyaError
        ``file_not_found`` for a name that is no file of the folder; ``not_a_backup``, ``backup_damaged``,
        ``register_unsound``, ``database_newer``.
    """
    if name not in {one.name for one in backups(settings)}:
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=name[:200])
    return check_backup(folder_of(settings) / name)


def _said(file: Path) -> Manifest | None:
    try:
        return manifest_of(file)
    except EhyaError:
        return None
