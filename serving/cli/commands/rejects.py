"""Rejects of an import: written out, corrected by a person, and read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.domain.unit import Origin as UnitOrigin
from engine.errors import EhyaError, ErrorCode
from engine.intake import Intake, read_register
from engine.intake.corrections import CORRECTION_COLUMNS
from engine.parsing.rejection import NoteCode
from serving.cli.terminal import Terminal
from serving.i18n import Speech

if TYPE_CHECKING:
    from engine.store import ImportResult, Register

Options = Mapping[str, Any]
"""How a register is read, as JSON has it: ``as_of, source, sheet, province, county, estate, mapping, values,
synthetic, rates, today``; days are ISO texts."""


@dataclass(frozen=True, slots=True)
class RegisterReading:
    """A register to be read, with the corrections of earlier rejects workbooks and of the one just filled in.

    Parameters
    ----------
    path
        The register.
    options
        How it is read.
    applied, fresh
        Corrections that an earlier import had, and the new ones; columns ``sheet, row, field, value``.
    """

    path: Path
    options: Options
    applied: pd.DataFrame
    fresh: pd.DataFrame

    @property
    def corrections(self) -> pd.DataFrame:
        """All corrections; of two for one cell the newer stands last."""
        both = pd.concat([self.applied, self.fresh], ignore_index=True)
        return both.drop_duplicates(["sheet", "row", "field"], keep="last", ignore_index=True)

    def intake(self) -> Intake:
        """Read the register with all its corrections."""
        return _read(self.path, self.options, self.corrections)

    def intake_before(self) -> Intake:
        """Read it as it was before the new corrections."""
        return _read(self.path, self.options, self.applied)


def reading_of(file: Path | None, workbook: Path | None, asked: Options) -> RegisterReading:
    """What to read: a register, or the register that a filled-in rejects workbook is of.

    Parameters
    ----------
    file
        The register; beside a workbook, where the register stands now.
    workbook
        Filled-in rejects workbook; the register is then read as it was read for it, but for what ``asked`` states.
    asked
        How to read it.

    Raises
    ------
    EhyaError
        ``option_missing`` when neither is given; ``not_a_rejects_file``, ``no_corrections``,
        ``register_file_changed``, ``file_not_found``.
    """
    nothing = pd.DataFrame(columns=CORRECTION_COLUMNS)
    if workbook is None:
        if file is None:
            raise EhyaError(ErrorCode.OPTION_MISSING, command="ehya intake", allowed=["FILE", "--corrections OUT.xlsx"])
        return RegisterReading(file, asked, nothing, nothing)
    from serving.reports.corrections import original, read_corrections

    origin, fresh = read_corrections(workbook)
    stated = {name: value for name, value in asked.items() if name != "today" and value}
    return RegisterReading(original(origin, workbook, file), {**origin.options, **stated}, origin.applied, fresh)


def write_refused(
    path: Path, speech: Speech, reading: RegisterReading, intake: Intake, say: Callable[[str, Mapping[str, Any]], str]
) -> None:
    """Write the rejects workbook, unless nothing was refused and no figure taken is odd.

    Raises
    ------
    EhyaError
        ``unknown_option`` when the file's ending is not .xlsx.
    """
    from serving.reports.corrections import digest_of, way_to
    from serving.reports.rejects import RejectSource, write_rejects

    if path.suffix != ".xlsx":
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--rejects", given=path.name, allowed=[".xlsx"])
    odd = (intake.notes["code"] == NoteCode.IMPLAUSIBLE).any()
    if intake.rejected_rows.empty and intake.rejected_cells.empty and not odd:
        return
    origin = RejectSource(way_to(reading.path, path), digest_of(reading.path), reading.options, reading.corrections)
    write_rejects(path, intake, origin, speech, say)


def units_before(register: Register, reading: RegisterReading, intake: Intake, now: Any) -> pd.Series:
    """Units that the corrected rows were stored as, where the correction makes another unit of the row.

    Returns
    -------
    pandas.Series
        Id of the earlier unit; index of ``intake.units``. Empty where nothing was corrected or stored.
    """
    if reading.fresh.empty:
        return pd.Series(dtype="str")
    before = reading.intake_before()
    both = before.units.index.intersection(intake.units.index)
    moved = both[(before.units.loc[both, "identity"] != intake.units.loc[both, "identity"]).to_numpy(dtype=bool)]
    if moved.empty:
        return pd.Series(dtype="str")
    rehearsed = register.imports.commit(before, imported_at=now, dry_run=True).rows.loc[moved]
    found: pd.Series = rehearsed.loc[rehearsed["change"] != "new", "unit_id"]
    return found


def moved_units(earlier: pd.Series, result: ImportResult) -> list[dict[str, Any]]:
    """Rows that now speak of another unit than before: ``sheet, row, before, now``."""
    rows = result.rows.loc[earlier.index].assign(before=earlier)
    rows = rows[rows["before"] != rows["unit_id"]].rename(columns={"unit_id": "now"})
    return rows[["sheet", "row", "before", "now"]].to_dict("records")  # type: ignore[return-value]


def print_moved(terminal: Terminal, moved: list[dict[str, Any]]) -> None:
    """Say which rows speak of another unit than before, and how to mend it."""
    if not moved:
        return
    words = terminal.speech
    terminal.line(words.text("rejects.moved"), "yellow")
    names = ("row", "before_unit", "now_unit")
    rows = [[words.fact(int(one["row"])), str(one["before"]), str(one["now"])] for one in moved]
    terminal.table([words.text(f"rejects.{name}") for name in names], rows)
    terminal.say("rejects.merge", before=moved[0]["before"], now=moved[0]["now"])


def _read(path: Path, options: Options, corrections: pd.DataFrame) -> Intake:
    def day(name: str) -> date | None:
        return date.fromisoformat(options[name]) if options.get(name) else None

    return read_register(
        path,
        as_of=day("as_of"),
        source=options.get("source"),
        sheet=options.get("sheet"),
        province=options.get("province"),
        county=options.get("county"),
        estate=options.get("estate"),
        mapping=options.get("mapping"),
        values=options.get("values"),
        origin=UnitOrigin.SYNTHETIC if options.get("synthetic") else None,
        today=day("today"),
        corrections=corrections,
        rates=options.get("rates"),
    )
