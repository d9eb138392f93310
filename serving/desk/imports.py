"""Files that were taken in: list them, look at one, take one back."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from engine.settings import Settings
from engine.store.story import ImportStory
from engine.store.undoing import Undone
from serving.desk.workspace import open_register


def imports(settings: Settings) -> pd.DataFrame:
    """Imports, oldest first, with their counts; ``undone_at`` is missing where one stands."""
    with open_register(settings) as register:
        return register.imports()


def import_story(settings: Settings, number: int) -> ImportStory:
    """What an import did to units, from what to what, and which units of the file before it are missing.

    Raises
    ------
    EhyaError
        ``unknown_import``.
    """
    with open_register(settings) as register:
        return register.imports.show(number)


def undo_import(settings: Settings, number: int, *, made_at: datetime) -> Undone:
    """Take an import back, as if it had never been; decisions and events of later days are kept and named.

    Raises
    ------
    EhyaError
        ``unknown_import``, ``import_undone``.
    """
    with open_register(settings) as register:
        return register.imports.undo(number, made_at=made_at)
