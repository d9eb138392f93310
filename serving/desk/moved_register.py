"""A register moves from a file to PostgreSQL, or back, while nobody writes to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from engine.settings import Settings
from engine.store.move import MovedRegister, move
from serving.desk.audit import TERMINAL


def move_register(
    settings: Settings, target: str, *, now: datetime, told: Callable[[str, int, int], None] | None = None
) -> MovedRegister:
    """Copy the register of a workspace into an empty database; the workspace goes on with its own until it is told.

    Parameters
    ----------
    settings
        The workspace.
    target
        Address of the database.
    now
        UTC.
    told
        Called with a table's name, how many rows were copied, and of how many.

    Raises
    ------
    EhyaError
        What `engine.store.move.move` raises; the target is then as it was.
    """
    return move(settings.database_url, target, made_at=now, actor=TERMINAL, told=told)
