"""Registers in many files are taken in at once: read side by side, stored one after the other, told in one report.

Each file is an import of its own, so that one can be taken back and its source stands beside the others. What cannot be
read is told and the rest goes on. A unit that stands in several files is one unit of the register by its keys; it is
named with its rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.unit import Origin
from engine.errors import EhyaError, ErrorCode
from engine.intake import Intake
from engine.settings import Settings
from engine.shards import each
from engine.store import Change
from serving.desk.intake import RegisterReading, StoredIntake, store_in
from serving.desk.mapping import kept_mapping, read_mapping
from serving.desk.workspace import open_register

ENDINGS = (
    ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".csv", ".tsv", ".txt", ".parquet", ".json", ".jsonl",
)  # fmt: skip
"""Files of a folder that may be registers; what of them cannot be read is told."""

_BEGINS = ("~$", ".")  # what a spreadsheet program or a system leaves beside a file


@dataclass(frozen=True, eq=False, slots=True)
class FileTaken:
    """What became of one file.

    Parameters
    ----------
    path
        The file.
    intake, stored
        What was read and what storing it did, or would do; ``None`` where it was refused.
    error
        Why it was refused; ``None`` where it was not.
    """

    path: Path
    intake: Intake | None = None
    stored: StoredIntake | None = None
    error: EhyaError | None = None

    @property
    def counts(self) -> dict[str, int]:
        """``rows_read, accepted``, one for each `engine.store.Change`, ``rejected_rows, rejected_cells``."""
        if self.intake is None or self.stored is None:
            return {}
        changes = {change.value: self.stored.result.count(change) for change in Change}
        refused = {"rejected_rows": len(self.intake.rejected_rows), "rejected_cells": len(self.intake.rejected_cells)}
        return {"rows_read": self.intake.rows_read, "accepted": len(self.intake.units), **changes, **refused}


@dataclass(frozen=True, eq=False, slots=True)
class ManyTaken:
    """What became of many files.

    Parameters
    ----------
    files
        In the order of their names.
    across
        Units that stand in several files, a row each time: ``unit_id, file, sheet, row``; of a rehearsal, which stores
        nothing, ``unit_id`` is the key that the rows share.
    apart
        Rows of one key that are synthetic in one file and real in another, so that they are two units: ``name, origin,
        file, sheet, row``.
    """

    files: tuple[FileTaken, ...]
    across: pd.DataFrame
    apart: pd.DataFrame

    @property
    def counts(self) -> dict[str, int]:
        """The counts of all files together, and ``files, refused, in_several``."""
        sums = pd.DataFrame([one.counts for one in self.files if one.counts]).sum().to_dict()
        refused = sum(one.error is not None for one in self.files)
        own = {"files": len(self.files), "refused": refused, "in_several": int(self.across["unit_id"].nunique())}
        return own | {str(name): int(count) for name, count in sums.items()}


def registers_of(named: Sequence[Path]) -> list[Path]:
    """The files that are meant: folders stand for the registers in them and in their folders, by name.

    Parameters
    ----------
    named
        Files and folders.

    Raises
    ------
    EhyaError
        ``file_not_found``; ``no_registers`` for a folder that holds none.
    """
    found: list[Path] = []
    for path in named:
        if not path.is_dir():
            found.append(path)
            continue
        inside = [file for file in sorted(path.rglob("*")) if file.suffix.lower() in ENDINGS and file.is_file()]
        inside = [file for file in inside if not _beside(file.relative_to(path))]
        if not inside:
            raise EhyaError(ErrorCode.NO_REGISTERS, given=str(path), allowed=list(ENDINGS))
        found += inside
    if missing := [file for file in found if not file.exists()]:
        raise EhyaError(ErrorCode.FILE_NOT_FOUND, given=str(missing[0]))
    return found


def take_in_all(
    settings: Settings,
    files: Sequence[Path],
    options: Mapping[str, Any],
    *,
    imported_at: datetime,
    dry_run: bool = False,
    processes: int | None = None,
    told: Callable[[int, int], None] | None = None,
) -> ManyTaken:
    """Read files side by side and store what could be read, one after the other.

    Parameters
    ----------
    settings
        The workspace; a mapping that is kept for the name of a file counts for it.
    files
        Registers.
    options
        How all of them are read (`serving.desk.intake.Options`).
    imported_at
        The moment of the imports.
    dry_run
        Only say what would change; each file is held to the register as it is, not to the files before it.
    processes
        Reading side by side; by default one a processor.
    told
        Called with how many files are read, and of how many.

    Raises
    ------
    EhyaError
        ``database_failed`` and the like, which concern all files; imports of the files before stay.
    """
    again = _repeated(files)
    rest = [file for file in files if file not in again]
    count = None if told is None else lambda done: told(done, len(rest))
    readings = [_reading(settings, file, options) for file in rest]
    read = dict(zip(rest, each(_read, readings, processes=processes, told=count), strict=True))
    taken: dict[Path, FileTaken] = {file: FileTaken(file, error=error) for file, error in again.items()}
    with open_register(settings) as register:
        for file, reading in zip(rest, readings, strict=True):
            found = read[file]
            if isinstance(found, EhyaError) or isinstance(reading, EhyaError):
                taken[file] = FileTaken(file, error=found if isinstance(found, EhyaError) else None)
                continue
            stored = store_in(register, reading, found, imported_at=imported_at, dry_run=dry_run)
            taken[file] = FileTaken(file, found, stored)
    whole = tuple(taken[file] for file in files)
    rows = _rows(whole, stored=not dry_run)
    return ManyTaken(whole, _across(rows), _apart(rows))


def _beside(file: Path) -> bool:
    return any(part.startswith(_BEGINS) for part in file.parts)


def _reading(settings: Settings, file: Path, options: Mapping[str, Any]) -> RegisterReading | EhyaError:
    try:
        kept = kept_mapping(settings, file.name)
        stated = {} if options.get("mapping") or kept is None or not kept.is_file() else _columns(kept)
        return RegisterReading.plain(file, {**options, **stated})
    except EhyaError as error:
        return error


def _columns(kept: Path) -> dict[str, Any]:
    agreed = read_mapping(kept)
    return {"mapping": agreed.columns, "values": agreed.values}


def _read(reading: RegisterReading | EhyaError) -> Intake | EhyaError:
    if isinstance(reading, EhyaError):
        return reading
    try:
        return reading.intake()
    except EhyaError as error:
        return error


def _repeated(files: Sequence[Path]) -> dict[Path, EhyaError]:
    """Files that are the same as one before them, or bear its name: a name is a source, and the later would stand."""
    names: dict[str, Path] = {}
    contents: dict[bytes, Path] = {}
    found: dict[Path, EhyaError] = {}
    for file in files:
        same = contents.setdefault(_digest(file), file)
        other = names.setdefault(file.name, file) if same is file else same
        if other is not file:
            found[file] = EhyaError(ErrorCode.REGISTER_TWICE, given=str(file), other=str(other))
    return found


def _digest(file: Path) -> bytes:
    """Of the content; files without any are not the same register twice, each is told to be empty."""
    try:
        if not file.stat().st_size:
            return str(file).encode()
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").digest()
    except OSError:  # whoever reads it says why not
        return str(file).encode()


_PLACE = ["file", "sheet", "row"]


def _rows(files: Sequence[FileTaken], *, stored: bool) -> pd.DataFrame:
    """Accepted rows of all files: what names them, where they stand, and the unit of each."""
    named = ["identity", "origin", "name"]
    tables = [
        one.intake.units[["sheet", "row", *named]]
        .reset_index(drop=True)
        .assign(file=one.path.name, unit_id=_keys(one.intake, one.stored, stored=stored))
        for one in files
        if one.intake is not None and one.stored is not None
    ]
    rows = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=["unit_id", *named, *_PLACE])
    return rows.assign(origin=rows["origin"].fillna(Origin.REGISTER.value))


def _across(rows: pd.DataFrame) -> pd.DataFrame:
    several = rows.groupby(["unit_id", "origin"])["file"].transform("nunique") > 1
    columns = ["unit_id", *_PLACE]
    return rows.loc[several, columns].sort_values(columns, ignore_index=True)


def _apart(rows: pd.DataFrame) -> pd.DataFrame:
    """A mark that one file forgot splits a unit: units of different origin never touch one another."""
    split = rows.groupby("identity")["origin"].transform("nunique") > 1
    found = rows[split].sort_values(["identity", *_PLACE], ignore_index=True)
    return found[["name", "origin", *_PLACE]]


def _keys(intake: Intake, took: StoredIntake, *, stored: bool) -> Any:
    return took.result.rows["unit_id"].to_numpy() if stored else intake.units["identity"].to_numpy()
