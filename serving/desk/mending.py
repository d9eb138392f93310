"""What persons mended in the files of a source, kept so that it is proposed when the next file holds the same again.

See docs/decisions/0041-sessions-and-pages.md.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.parsing.rejection import RejectionCode
from engine.settings import Settings
from engine.store.sources import source_family
from serving.desk.workspace import alone

if TYPE_CHECKING:
    from engine.intake import Intake

Cell = tuple[str, int, str]
"""A cell of a register: sheet, the sheet's own number of the row, field."""

MOST_KEPT = 20_000
"""Mended values that are kept of a source; the oldest make way."""

_Key = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Mended:
    """A value that somebody put in the place of a refused one.

    Parameters
    ----------
    identity
        Of the row, as the file told it.
    column, field
        Heading and field of its column.
    given, value
        What stood in the cell, and what was written instead.
    by, at
        Who mended it, and when (UTC, ISO).
    """

    identity: str
    column: str
    field: str
    given: str
    value: str
    by: str
    at: str

    @property
    def key(self) -> _Key:
        """By what it is known again."""
        return (self.identity, self.column, self.field, self.given)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A value for a refused cell that was written for the same before; nothing is read of it until somebody says so."""

    cell: Cell
    name: str
    mended: Mended


def proposals_state(proposed: Sequence[Proposed]) -> str:
    """A short text that changes with what is proposed."""
    told = json.dumps([astuple(one) for one in proposed], ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def kept_mends(settings: Settings, source: str) -> Path:
    """Where the mended values of a source are kept; files that continue one another are one source.

    Examples
    --------
    >>> settings = Settings.from_environment({"EHYA_HOME": "work"})
    >>> kept_mends(settings, "List 1403.xlsx") == kept_mends(settings, "list 1404.xlsx")
    True
    """
    family = source_family(source)
    readable = re.sub(r"[^\w-]+", "_", family).strip("_")[:40]
    return settings.home / "mappings" / f"{readable}-{hashlib.sha256(family.encode()).hexdigest()[:8]}.mended.json"


def read_mends(settings: Settings, source: str) -> dict[_Key, Mended]:
    """What was mended in the files of a source, the newest last.

    Raises
    ------
    EhyaError
        ``mapping_unreadable`` where somebody else wrote the file.
    """
    path = kept_mends(settings, source)
    if not path.is_file():
        return {}
    try:
        found = [Mended(**line) for line in json.loads(path.read_text("utf-8"))]
        return {one.key: one for one in found if all(isinstance(part, str) for part in astuple(one))}
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise EhyaError(ErrorCode.MAPPING_UNREADABLE, given=path.name, reason=str(error)[:100]) from None


def keep_mends(settings: Settings, source: str, mends: Sequence[Mended]) -> None:
    """Keep what was mended for the next file of its source; who wrote the same value first stays named.

    Raises
    ------
    EhyaError
        ``register_busy``, ``file_not_written``, and as `read_mends`.
    """
    if not mends:
        return
    path = kept_mends(settings, source)
    with alone(settings):  # what another file of the source adds meanwhile is added to, not written over
        before = read_mends(settings, source)
        fresh = {one.key: one for one in mends if before.get(one.key, one).value != one.value or one.key not in before}
        if not fresh:
            return
        kept = [one for key, one in before.items() if key not in fresh] + list(fresh.values())
        lines = json.dumps([asdict(one) for one in kept[-MOST_KEPT:]], ensure_ascii=False)
        with replacing(path) as beside:
            beside.write_text(lines, encoding="utf-8")


def mended_cells(
    told: Intake, settled: Intake, corrections: Mapping[Cell, str], menders: Mapping[Cell, tuple[str, str]]
) -> list[Mended]:
    """What the corrections of a file mended.

    Parameters
    ----------
    told, settled
        The file as it was brought, and with its corrections.
    corrections
        Cell -> what was written.
    menders
        Cell -> who wrote it, and when.

    Returns
    -------
    list of Mended
        Of refused cells that are read now. Where two rows of one identity held the same and were mended differently,
        neither: what the next file means by it is not known.
    """
    still = {_cell(line) for line in settled.rejected_cells.to_dict("records")}
    found: dict[_Key, Mended] = {}
    doubtful: set[_Key] = set()
    for cell, (identity, column, given) in _refused(told).items():
        if cell not in corrections or cell in still:
            continue
        one = Mended(identity, column, cell[2], given, corrections[cell], *menders.get(cell, ("", "")))
        if found.setdefault(one.key, one).value != one.value:
            doubtful.add(one.key)
    return [one for key, one in found.items() if key not in doubtful]


def proposed_cells(kept: Mapping[_Key, Mended], told: Intake, settled: Intake) -> tuple[Proposed, ...]:
    """What is proposed for cells that are refused still.

    Parameters
    ----------
    kept
        What was mended before, as `read_mends`.
    told, settled
        The file as it was brought, and with its corrections.
    """
    if not kept:
        return ()
    still = {_cell(line) for line in settled.rejected_cells.to_dict("records")}
    names = dict(zip(zip(told.units["sheet"], told.units["row"], strict=True), told.units["name"], strict=True))
    found = []
    for cell, (identity, column, given) in _refused(told).items():
        one = kept.get((identity, column, cell[2], given))
        if one is not None and cell in still:
            name = names.get(cell[:2])
            found.append(Proposed(cell, "" if pd.isna(name) else str(name), one))
    return tuple(found)


def _refused(told: Intake) -> dict[Cell, tuple[str, str, str]]:
    """Cells of known rows that were refused, with the row's identity, the heading, and what stood there.

    What looks like a person's code is kept nowhere, so that it cannot be known again.
    """
    cells = told.rejected_cells
    cells = cells[(cells["code"] != RejectionCode.PERSON_ID).to_numpy(dtype=bool) & cells["given"].notna().to_numpy()]
    rows = told.units[["sheet", "row", "identity"]].astype({"row": "int64"}).dropna(subset="identity")
    lines = cells.astype({"row": "int64"}).merge(rows, on=["sheet", "row"]).to_dict("records")
    return {_cell(one): (str(one["identity"]), str(one["column"]), str(one["given"])) for one in lines}


def _cell(line: Mapping[object, object]) -> Cell:
    return str(line["sheet"]), int(str(line["row"])), str(line["field"])
