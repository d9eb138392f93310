"""Rejects of an import: written out for a person to correct, and read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.errors import EhyaError, ErrorCode
from engine.intake import Intake
from engine.parsing.rejection import NoteCode
from serving.cli.terminal import Terminal
from serving.desk.intake import Options, RegisterReading
from serving.i18n import Speech


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
    if workbook is None:
        if file is None:
            raise EhyaError(ErrorCode.OPTION_MISSING, command="ehya intake", allowed=["FILE", "--corrections OUT.xlsx"])
        return RegisterReading.plain(file, asked)
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
    from serving.reports.corrections import digest_of_file, way_to
    from serving.reports.rejects import RejectSource, write_rejects

    if path.suffix != ".xlsx":
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--rejects", given=path.name, allowed=[".xlsx"])
    odd = (intake.notes["code"] == NoteCode.IMPLAUSIBLE).any()
    if intake.rejected_rows.empty and intake.rejected_cells.empty and not odd:
        return
    origin = RejectSource(
        way_to(reading.path, path), digest_of_file(reading.path), reading.options, reading.corrections
    )
    write_rejects(path, intake, origin, speech, say)


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
