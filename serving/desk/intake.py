"""A register is taken in: read as stated, corrected as persons filled in, stored whole or not at all."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.domain.unit import Origin
from engine.errors import EhyaError, ErrorCode
from engine.intake import Intake, read_register
from engine.intake.corrections import CORRECTION_COLUMNS
from engine.parsing.money import read_money_unit
from engine.parsing.text import fold
from engine.settings import Settings
from engine.store.sources import EDITS
from serving.desk.workspace import open_register

if TYPE_CHECKING:
    from engine.store import ImportResult, Register

Options = Mapping[str, Any]
"""How a register is read, as JSON has it: ``as_of, source, sheet, province, county, estate, mapping, values,
synthetic, rates, today, money`` (a unit of money in words); days are ISO texts."""


def refuse_edits_name(source: str) -> None:
    """Let no file be called as what persons write in the browser is: it would count as their decision.

    Examples
    --------
    >>> refuse_edits_name("office.xlsx")
    >>> refuse_edits_name("Desk: sara")
    Traceback (most recent call last):
    engine.errors.EhyaError: source_reserved: given='Desk: sara' prefix='desk:'

    Raises
    ------
    EhyaError
        ``source_reserved``.
    """
    if re.sub(r"\s", "", fold(source)).startswith(EDITS):
        raise EhyaError(ErrorCode.SOURCE_RESERVED, given=source, prefix=EDITS)


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

    @classmethod
    def plain(cls, path: Path, options: Options) -> RegisterReading:
        """A register that nobody has corrected yet."""
        nothing = pd.DataFrame(columns=CORRECTION_COLUMNS)
        return cls(path, options, nothing, nothing)

    @property
    def corrections(self) -> pd.DataFrame:
        """All corrections; of two for one cell the newer stands last."""
        both = pd.concat([self.applied, self.fresh], ignore_index=True)
        return both.drop_duplicates(["sheet", "row", "field"], keep="last", ignore_index=True)

    def intake(self) -> Intake:
        """Read the register with all its corrections.

        Raises
        ------
        EhyaError
            ``file_not_found``, ``file_unreadable``, ``no_header``, ``header_not_understood``, ``unknown_option``,
            ``correction_misplaced``, ``source_reserved``; ``no_rows`` where below the header stands nothing that could
            be a unit: an import of nothing would stand in the list and say nothing.
        """
        refuse_edits_name(self.options.get("source") or self.path.name)
        found = _read(self.path, self.options, self.corrections)
        if found.units.empty and found.rejected_rows.empty:
            sheets = found.columns["sheet"].drop_duplicates().tolist()
            raise EhyaError(ErrorCode.NO_ROWS, given=self.path.name, sheets=sheets)
        return found

    def intake_before(self) -> Intake:
        """Read it as it was before the new corrections."""
        return _read(self.path, self.options, self.applied)


@dataclass(frozen=True, slots=True)
class StoredIntake:
    """What became of a register that was taken in.

    Parameters
    ----------
    result
        What the import did, or would do.
    moved
        Rows that speak of another unit than before their correction: ``sheet, row, before, now``.
    units_before
        The unit table before a rehearsal; ``None`` after a real import.
    model_promoted
        Whether a model is at work, so that units can be ranked.
    """

    result: ImportResult
    moved: list[dict[str, Any]]
    units_before: pd.DataFrame | None
    model_promoted: bool


def store_intake(
    settings: Settings, reading: RegisterReading, intake: Intake, *, imported_at: datetime, dry_run: bool = False
) -> StoredIntake:
    """Store what was read, or say what storing it would change.

    Parameters
    ----------
    settings
        Where the register of Ehya is.
    reading, intake
        What was to be read, and what `RegisterReading.intake` made of it.
    imported_at
        The moment of the import.
    dry_run
        Only say what would change.

    Raises
    ------
    EhyaError
        ``database_failed``, ``database_newer``, ``database_foreign``.
    """
    with open_register(settings) as register:
        return store_in(register, reading, intake, imported_at=imported_at, dry_run=dry_run)


def store_in(
    register: Register, reading: RegisterReading, intake: Intake, *, imported_at: datetime, dry_run: bool = False
) -> StoredIntake:
    """As `store_intake`, in a register that is open already."""
    earlier = _units_before(register, reading, intake, imported_at)
    before = register.units() if dry_run else None
    result = register.imports.commit(intake, imported_at=imported_at, dry_run=dry_run)
    promoted = register.promotions.champion() is not None
    return StoredIntake(result, _moved(earlier, result), before, promoted)


def _units_before(register: Register, reading: RegisterReading, intake: Intake, at: datetime) -> pd.Series:
    """Units that the corrected rows were stored as, where the correction makes another unit of the row."""
    if reading.fresh.empty:
        return pd.Series(dtype="str")
    before = reading.intake_before()
    both = before.units.index.intersection(intake.units.index)
    moved = both[(before.units.loc[both, "identity"] != intake.units.loc[both, "identity"]).to_numpy(dtype=bool)]
    if moved.empty:
        return pd.Series(dtype="str")
    rehearsed = register.imports.commit(before, imported_at=at, dry_run=True).rows.loc[moved]
    found: pd.Series = rehearsed.loc[rehearsed["change"] != "new", "unit_id"]
    return found


def _moved(earlier: pd.Series, result: ImportResult) -> list[dict[str, Any]]:
    rows = result.rows.loc[earlier.index].assign(before=earlier)
    rows = rows[rows["before"] != rows["unit_id"]].rename(columns={"unit_id": "now"})
    return rows[["sheet", "row", "before", "now"]].to_dict("records")  # type: ignore[return-value]


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
        origin=Origin.SYNTHETIC if options.get("synthetic") else None,
        today=day("today"),
        corrections=corrections,
        rates=options.get("rates"),
        money=read_money_unit(options["money"]) if options.get("money") else None,
    )
