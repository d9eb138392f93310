"""Files that were taken in: list them, look at one, take one back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pandas as pd

from engine.settings import Settings
from engine.store import Act, Register
from engine.store.sources import EDITS
from engine.store.story import ImportStory
from engine.store.undoing import Undone
from serving.desk.units import first_shown
from serving.desk.workspace import open_register


def imports(settings: Settings) -> pd.DataFrame:
    """Imports, oldest first, with their counts; ``undone_at`` is missing where one stands."""
    with open_register(settings) as register:
        return register.imports()


MISSING = 60
"""Units missing since that are named."""


@dataclass(frozen=True, eq=False, slots=True)
class ImportsSeen:
    """Imports, oldest first, and who read and who took back each, where the audit says so: number -> actor."""

    table: pd.DataFrame
    readers: Mapping[int, str]
    undoers: Mapping[int, str]


@dataclass(frozen=True, eq=False, slots=True)
class ImportSeen:
    """One import: its line and those who read it and took it back, what it did, what it refused, and its units.

    Parameters
    ----------
    line
        Its line of `imports`.
    reader, undoer
        As the audit names them; empty where it does not.
    story
        What it did to units.
    refused
        ``sheet, row, column, field, code, given``.
    names
        Names of the units that still show, index ``unit_id``.
    start
        The first of the units whose cells are told.
    left
        Of a register that was taken back: units that show still, since persons wrote of them, with their last name.
    """

    line: Mapping[str, object]
    reader: str
    undoer: str
    story: ImportStory
    refused: pd.DataFrame
    names: pd.Series
    start: int = 0
    left: pd.Series = field(default_factory=lambda: pd.Series(dtype="str"))


def imports_seen(settings: Settings) -> ImportsSeen:
    """Imports, and who read and took back each."""
    with open_register(settings) as register:
        return ImportsSeen(register.imports(), *_doers(register))


def import_seen(settings: Settings, number: int, *, start: int = 0, length: int | None = None) -> ImportSeen:
    """One import, and what it did.

    Parameters
    ----------
    settings
        The workspace.
    number
        The import.
    start, length
        Of which of the units that it changed the cells are told, and of how many; by default of all. Beyond the last
        of them it is the last page.

    Raises
    ------
    EhyaError
        ``unknown_import``.
    """
    with open_register(settings) as register:
        story = register.imports.show(number, part=None if length is None else slice(start, start + length))
        if length is not None and start != (first := first_shown(start, length, len(story.changed))):
            start, story = first, register.imports.show(number, part=slice(first, first + length))
        table = register.imports().set_index("id", drop=False)
        line = {str(name): value for name, value in table.loc[number].items()}
        readers, undoers = _doers(register)
        units = {*story.cells["unit_id"], *story.missing["unit_id"].head(MISSING)}
        names = register.units.some(units)["name"] if units else pd.Series(dtype="str")
        refused = register.imports.rejections(number)
        undone = not pd.isna(line["undone_at"])
        left = _left(register, number, line) if undone else pd.Series(dtype="str")
    return ImportSeen(line, readers.get(number, ""), undoers.get(number, ""), story, refused, names, start, left)


def _left(register: Register, number: int, line: Mapping[str, object]) -> pd.Series:
    """Units that stay by edits alone where a register goes; an edit is no register."""
    if str(line["source"]).startswith(EDITS):
        return pd.Series(dtype="str")
    return register.imports.left_to_edits(number)


def _doers(register: Register) -> tuple[dict[int, str], dict[int, str]]:
    """Number of an import -> who read the register, or edited the units, that it is; and who took it back."""
    readers: dict[int, str] = {}
    undoers: dict[int, str] = {}
    lines = register.audit(acts=[Act.REGISTER_READ, Act.UNIT_EDITED, Act.IMPORT_UNDONE])
    for act, facts, actor in zip(lines["act"], lines["facts"], lines["actor"], strict=True):
        number = json.loads(facts).get("number")
        if number is not None:  # the oldest line stands last, and who was first stays named
            (undoers if act == Act.IMPORT_UNDONE else readers)[int(number)] = str(actor)
    return readers, undoers


def import_story(settings: Settings, number: int) -> ImportStory:
    """What an import did to units, from what to what, and which units of the file before it are missing.

    Raises
    ------
    EhyaError
        ``unknown_import``.
    """
    with open_register(settings) as register:
        return register.imports.show(number)


@dataclass(frozen=True, eq=False, slots=True)
class UndoSeen:
    """What taking an import back would do.

    Parameters
    ----------
    line
        The import, as `ImportsSeen.table` has it.
    undone
        What would become of its units, and what would be kept of them.
    names
        Name of each unit, index ``unit_id``.
    later
        Imports that stand and came after it, as `ImportsSeen.table` has them.
    left
        Units that would show still, since persons wrote of them, with their name.
    """

    line: Mapping[str, Any]
    undone: Undone
    names: pd.Series
    later: pd.DataFrame
    left: pd.Series


@dataclass(frozen=True, slots=True)
class Undoing:
    """What is taken back where an import is: whether a person's edit, and whether others that stand came after it."""

    edit: bool
    later: bool

    @property
    def asks(self) -> bool:
        """Whether what goes along is shown first: an edit is one step of somebody, who sees what it did."""
        return self.later and not self.edit


def undoing(settings: Settings, number: int) -> Undoing:
    """What taking an import back is; nothing of one that does not stand."""
    with open_register(settings) as register:
        table = register.imports().set_index("id")
    standing = table.index[table["undone_at"].isna()]
    edit = number in table.index and str(table.loc[number, "source"]).startswith(EDITS)
    return Undoing(edit, number in standing and bool((standing > number).any()))


def undo_seen(settings: Settings, number: int) -> UndoSeen:
    """What taking an import back would do; nothing is done.

    Raises
    ------
    EhyaError
        ``unknown_import``, ``import_undone``.
    """
    with open_register(settings) as register:
        found = register.imports.undoing(number)
        table = register.imports().set_index("id", drop=False)
        names = register.units.some(set(found.units["unit_id"]))["name"]
        line = {str(name): value for name, value in table.loc[number].items()}
        left = _left(register, number, line)
    later = table[(table["id"] > number) & table["undone_at"].isna()]
    return UndoSeen(line, found, names, later, left)


def undo_import(settings: Settings, number: int, *, made_at: datetime, actor: str) -> Undone:
    """Take an import back, as if it had never been; decisions and events of later days are kept and named.

    The audit says who did.

    Raises
    ------
    EhyaError
        ``unknown_import``, ``import_undone``.
    """
    with open_register(settings) as register, register.together():
        found = register.imports.undo(number, made_at=made_at)
        by = {"made_at": made_at, "actor": actor, "act": Act.IMPORT_UNDONE, "subject": f"import {number}"}
        register.audit.note(**by, number=number)  # type: ignore[arg-type]
        return found
