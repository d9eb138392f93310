"""``ehya intake``: a register comes in, and every row is accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.domain.unit import Origin
from engine.errors import EhyaError
from engine.settings import Settings
from serving.cli.commands.difference import difference_document, print_difference
from serving.cli.commands.mapping import mapping_of, remember_mapping, write_headings, write_mapping
from serving.cli.commands.rejects import print_moved, reading_of, write_refused
from serving.cli.question import now, today, written_day
from serving.cli.terminal import Terminal
from serving.desk.intake import RegisterReading, store_intake
from serving.desk.mapping import Agreement
from serving.i18n import Speech
from serving.reports.refusals import refusal_said
from serving.reports.workbook import write_json

if TYPE_CHECKING:
    from engine.intake import Intake
    from engine.store import ImportResult

_SHOWN = 12  # refused rows and cells at a terminal; the report lists all


def take_in(
    terminal: Terminal,
    settings: Settings,
    file: Path | None,
    *,
    report: Path | None = None,
    rejects: Path | None = None,
    corrections: Path | None = None,
    mapping: Path | None = None,
    mapping_out: Path | None = None,
    as_of: str | None = None,
    dry_run: bool = False,
    **asked: Any,
) -> None:
    """Read a register, store it, and say what became of each row.

    Parameters
    ----------
    terminal, settings
        Where to print, and where the register of Ehya is.
    file
        The register; not needed with ``corrections``.
    report, rejects
        Where to write the JSON of every row, and the workbook of refused cells.
    corrections
        A filled-in rejects workbook.
    mapping, mapping_out
        What headings mean, as TOML; and where to write the headings that were not recognised.
    as_of
        The day the register describes.
    dry_run
        Only say what would change.
    **asked
        ``source``, ``sheet``, ``province``, ``county``, ``estate``, ``synthetic``, ``rates``.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``, ``no_header``, ``header_not_understood`` (the mapping
        to write is written even then), ``unknown_option``, ``database_failed``,
        ``mapping_unreadable``, ``not_a_rejects_file``, ``no_corrections``, ``register_file_changed``,
        ``correction_misplaced``.
    """
    at = None if as_of is None else written_day(as_of, "--as-of").at.date().isoformat()
    named = asked.get("source") or (None if file is None else file.name)
    agreed = mapping_of(terminal, settings, mapping, named)
    headings, values = agreed or (None, None)
    options = {**asked, "mapping": headings, "values": values, "as_of": at, "today": today().date().isoformat()}
    reading = reading_of(file, corrections, options)
    with terminal.busy("cli.reading", given=reading.path.name):
        intake = _read(reading, mapping_out, agreed, terminal.speech)
    with terminal.busy("cli.storing"):
        stored = store_intake(settings, reading, intake, imported_at=now().to_pydatetime(), dry_run=dry_run)
    result = stored.result
    if mapping and agreed and not dry_run:
        remember_mapping(terminal, settings, agreed, intake.source)
    document = intake_report(intake, result, terminal)
    document |= {"changed_cells": difference_document(result.cells), "moved": stored.moved, "mapping": headings}
    if report:
        write_json(report, document)
    if rejects:
        write_refused(
            rejects, terminal.speech, reading, intake, lambda key, facts: refusal_said(terminal.speech, key, facts)
        )
    if mapping_out:
        write_mapping(mapping_out, intake, agreed, terminal.speech)
    if terminal.answer(document):
        return
    _summary(terminal, intake, result)
    _refused(terminal, document, listed=report is not None or rejects is not None)
    if len(reading.fresh):
        terminal.say("rejects.applied", count=len(reading.fresh), left=_refusals(intake))
    print_moved(terminal, stored.moved)
    if stored.units_before is not None:
        print_difference(terminal, result.cells, stored.units_before)
    for written in (report, mapping_out):
        if written:
            terminal.say("cli.written", path=str(written))
    if rejects:
        terminal.say(
            "rejects.written" if _refusals(intake) else "rejects.none", count=_refusals(intake), path=str(rejects)
        )
    elif _refusals(intake) and corrections is None:
        terminal.say("rejects.hint", file=reading.path.name)
    terminal.say("cli.dry_run" if dry_run else "cli.next_rank" if stored.model_promoted else "cli.next_train")


def _read(reading: RegisterReading, mapping_out: Path | None, agreed: Agreement | None, words: Speech) -> Intake:
    """Read the register; where no header is understood, the mapping to write is what leads on."""
    try:
        return reading.intake()
    except EhyaError as error:
        headings = error.facts.get("headings")
        if mapping_out is not None and isinstance(headings, dict):
            write_headings(mapping_out, headings, agreed, words)
        raise


def _refusals(intake: Intake) -> int:
    return len(intake.rejected_rows) + len(intake.rejected_cells)


def intake_report(intake: Intake, result: ImportResult, terminal: Terminal) -> dict[str, Any]:
    """The JSON of ``--report``: every accepted row with its fields, every refusal with its sentence."""
    changes = result.rows[["unit_id", "change"]].set_axis(intake.units.index)
    return intake.report(changes, say=lambda key, facts: refusal_said(terminal.speech, key, facts))


def _summary(terminal: Terminal, intake: Intake, result: ImportResult) -> None:
    from engine.store import Change

    words = terminal.speech
    counts = [("rows_read", intake.rows_read), ("accepted", len(intake.units))]
    counts += [(change.value, result.count(change)) for change in Change]
    counts += [
        ("rejected_rows", len(intake.rejected_rows)),
        ("rejected_cells", len(intake.rejected_cells)),
        ("remarks", len(intake.notes)),
        ("ignored_rows", len(intake.ignored_rows)),
        ("duplicates", len(intake.duplicates)),
    ]
    title = words.text("cli.intake_title", source=intake.source, as_of=words.date(intake.as_of))
    pairs = [(words.text(f"cli.{name}"), words.number(count)) for name, count in counts]
    for name, columns in (
        ("unknown_columns", list(intake.unknown_columns["column"])),
        ("personal", [one for one in intake.personal_not_stored if one not in intake.personal_in_cells]),
        ("personal_cells", list(intake.personal_in_cells)),
    ):
        if columns:
            pairs.append((words.text(f"cli.{name}"), words.join(columns)))
    for code, notes in intake.sheet_notes.groupby("code", sort=False):
        pairs.append((words.fact(code), words.join(list(notes["column"].fillna(notes["sheet"])))))
    terminal.pairs(pairs, title=title)
    if (intake.units["origin"] == Origin.SYNTHETIC.value).any():
        terminal.line(words.text("legend.synthetic"), "yellow")


def _place(words: Speech, refused: Mapping[str, Any], several: bool) -> str:
    """Number of a row, with its sheet where there are several."""
    row = str(words.fact(refused["row"]))
    return f"{refused.get('sheet')} · {row}" if several else row


def _refused(terminal: Terminal, document: dict[str, Any], *, listed: bool) -> None:
    words = terminal.speech
    refused = [*document["rejected_rows"], *document["rejected_cells"]]
    if not refused:
        return
    several = len({one.get("sheet") for one in refused}) > 1
    rows = [
        [_place(words, one, several), str(one.get("column") or ""), str(one.get("given") or ""), str(one["message"])]
        for one in refused[:_SHOWN]
    ]
    terminal.table([words.text(f"cli.{name}") for name in ("row", "column", "given", "why")], rows)
    if len(refused) > _SHOWN and not listed:
        terminal.say("cli.more_in_report", count=len(refused) - _SHOWN)
