"""The demonstration's own folder, apart from the user's workspace."""

from __future__ import annotations

import shutil
from dataclasses import replace
from importlib import resources
from pathlib import Path

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings

_MARK = ".ehya-demo"


def fresh(settings: Settings) -> Settings:
    """Empty the folder ``demo`` of the workspace and point the settings at it.

    Only a folder that an earlier demonstration made is emptied: it carries a mark.

    Raises
    ------
    EhyaError
        ``folder_not_ours`` when a folder of that name holds something else.

    Examples
    --------
    >>> import tempfile
    >>> home = Path(tempfile.mkdtemp())
    >>> fresh(Settings(home=home, database_url="sqlite://")).home == home / "demo"
    True
    """
    home = settings.home / "demo"
    if home.exists():
        if not (home / _MARK).is_file():
            raise EhyaError(ErrorCode.FOLDER_NOT_OURS, given=str(home))
        shutil.rmtree(home)
    home.mkdir(parents=True)
    (home / _MARK).write_text("made by ehya demo; emptied by the next one\n", "utf-8")
    return replace(settings, home=home, database_url=f"sqlite:///{home / 'ehya.db'}")


def mandates(home: Path) -> list[Path]:
    """Put the two example mandates where the user can read and change them."""
    return _shipped(home, "mandates")


def packages(home: Path) -> list[Path]:
    """Put the terms of the two example packages there likewise."""
    return _shipped(home, "packages")


def _shipped(home: Path, name: str) -> list[Path]:
    folder = home / name
    folder.mkdir()
    shipped = resources.files(__package__) / name
    written = []
    for entry in sorted(shipped.iterdir(), key=lambda entry: entry.name):
        written.append(folder / entry.name)
        written[-1].write_bytes(entry.read_bytes())
    return written
