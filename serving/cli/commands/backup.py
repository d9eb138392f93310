"""``ehya backup``, ``backups``, ``restore`` and ``move``: the register in one file or in another database, and back."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from engine.settings import Settings
from engine.store.backup import restore
from engine.store.relocation import relocate
from serving.cli.question import now
from serving.cli.terminal import Terminal
from serving.desk import backups
from serving.desk.clock import day_of

_MEGABYTE = 1_000_000
_COUNTS = ("units", "events")


def make_backup(terminal: Terminal, settings: Settings, out: Path | None) -> None:
    """Write the register into one file; without a name, into the folder ``backups`` of the workspace.

    Raises
    ------
    EhyaError
        ``backup_elsewhere``, ``file_not_found``, ``register_unsound``.
    """
    with terminal.busy("cli.storing"):
        path, manifest = backups.make_backup(settings, now=now().to_pydatetime(), out=out)
    if terminal.answer({"path": str(path), **asdict(manifest)}):
        return
    words = terminal.speech
    size = words.number(manifest.size_bytes / _MEGABYTE, 1)
    counts = {name: words.number(manifest.counts[name]) for name in ("units", "events")}
    terminal.say("backup.made", path=str(path), size=size, **counts)
    if manifest.files:
        terminal.say("backup.files", files=list(manifest.files))
    if manifest.problems:
        terminal.warn(words.text("backup.unsound"))


def list_backups(terminal: Terminal, settings: Settings) -> None:
    """Print the backups in the folder of the workspace."""
    found = backups.backups(settings)
    if terminal.answer([_kept(one) for one in found]):
        return
    if not found:
        terminal.say("admin.no_backups")
        return
    words = terminal.speech
    rows = [
        [
            one.name,
            words.date(None if one.manifest is None else day_of(pd.Timestamp(one.manifest.made_at))),
            words.number(one.size_bytes / _MEGABYTE, 1),
            *(words.number(None if one.manifest is None else one.manifest.counts.get(name)) for name in _COUNTS),
        ]
        for one in found
    ]
    names = ("name", "made", "size", *_COUNTS)
    terminal.table([words.text(f"backup.column_{each}") for each in names], rows, title=words.text("backup.title"))


def check_backup(terminal: Terminal, settings: Settings, name: str) -> None:
    """Look a backup over, and say that it is whole.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``not_a_backup``, ``backup_damaged``, ``register_unsound``, ``database_newer``.
    """
    with terminal.busy("cli.storing"):
        manifest = backups.checked_backup(settings, name)
    if not terminal.answer({"name": name, **asdict(manifest)}):
        terminal.say("admin.backup_whole", name=name)


def _kept(one: backups.KeptBackup) -> dict[str, Any]:
    manifest = None if one.manifest is None else asdict(one.manifest)
    return {"name": one.name, "size_bytes": one.size_bytes, "manifest": manifest}


def restore_backup(terminal: Terminal, settings: Settings, file: Path) -> None:
    """Put a backup in the place of the register.

    Raises
    ------
    EhyaError
        ``backup_elsewhere``, ``file_not_found``, ``not_a_backup``, ``backup_damaged``, ``register_unsound``,
        ``register_in_use``, ``database_newer``.
    """
    with terminal.busy("cli.storing"):
        done = restore(file, settings.database_url, made_at=now().to_pydatetime(), home=settings.home)
    replaced = None if done.replaced is None else str(done.replaced)
    closed = None if done.closed is None else {name: list(names) for name, names in asdict(done.closed).items()}
    if terminal.answer({"replaced": replaced, "counts": done.counts, "files": list(done.files), "closed": closed}):
        return
    words = terminal.speech
    terminal.say("backup.restored", **{name: words.number(done.counts[name]) for name in ("units", "events")})
    if done.files:
        terminal.say("backup.files_restored", files=list(done.files))
    if done.manifest:
        terminal.say("backup.made_at", date=words.date(day_of(pd.Timestamp(done.manifest.made_at))))
    if closed is None:
        terminal.warn(words.text("backup.closed_unread"))
    else:
        passwords = closed.pop("passwords")
        if any(closed.values()):
            terminal.say("backup.closed_again", names=[name for names in closed.values() for name in names])
        if passwords:
            terminal.say("backup.passwords_again", names=passwords)
    if done.replaced:
        terminal.say("backup.undo", path=str(done.replaced))


def move_register(terminal: Terminal, settings: Settings, address: str) -> None:
    """Copy the register into an empty database, and say how it is used from there.

    Raises
    ------
    EhyaError
        ``register_elsewhere_not_empty``, ``register_unsound``, ``register_busy``, ``database_failed``.
    """
    words = terminal.speech
    with terminal.bar() as drawn:
        name = words.text("backup.relocating")
        done = relocate(settings.database_url, address, told=lambda _, share: drawn(name, share))
    if terminal.answer({"address": done.address, "counts": dict(done.counts), "audit_head": done.head}):
        return
    counts = {name: words.number(done.counts[name]) for name in _COUNTS}
    terminal.say("backup.relocated", path=done.address, rows=words.number(sum(done.counts.values())), **counts)
