"""``ehya intake``: a register comes in, and every row is accounted for."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.domain.unit import Origin
from engine.intake import read_register
from engine.settings import Settings
from serving.commands.question import day, now, today
from serving.i18n import Speech
from serving.reports.workbook import write_json
from serving.terminal import Terminal
from serving.workspace import open_register

if TYPE_CHECKING:
    from engine.intake import Intake
    from engine.store import ImportResult

_SHOWN = 12  # refused rows and cells at a terminal; the report lists all


def take_in(
    terminal: Terminal,
    settings: Settings,
    file: Path,
    *,
    report: Path | None,
    as_of: str | None,
    source: str | None,
    sheet: str | None,
    province: str | None,
    dry_run: bool,
    synthetic: bool,
) -> None:
    """Read a register, store it, and say what became of each row.

    Raises
    ------
    EhyaError
        ``file_not_found``, ``file_unreadable``, ``no_header``, ``unknown_option``, ``database_failed``.
    """
    with terminal.busy("cli.reading", given=file.name):
        intake = read_register(
            file,
            as_of=None if as_of is None else day(as_of, "--as-of").at.date(),
            source=source,
            sheet=sheet,
            province=province,
            origin=Origin.SYNTHETIC if synthetic else None,
            today=today().date(),
        )
    with terminal.busy("cli.storing"), open_register(settings) as register:
        result = register.commit_import(intake, imported_at=now().to_pydatetime(), dry_run=dry_run)
        known = register.champion() is not None
    document = intake_report(intake, result, terminal)
    if report:
        write_json(report, document)
    if terminal.answer(document):
        return
    _summary(terminal, intake, result)
    _refused(terminal, document, listed=report is not None)
    if report:
        terminal.say("cli.written", path=str(report))
    terminal.say("cli.dry_run" if dry_run else "cli.next_rank" if known else "cli.next_train")


def intake_report(intake: Intake, result: ImportResult, terminal: Terminal) -> dict[str, Any]:
    """The JSON of ``--report``: every accepted row with its fields, every refusal with its sentence."""
    changes = result.rows[["unit_id", "change"]].set_axis(intake.units.index)
    return intake.report(changes, say=lambda key, facts: _sentence(terminal.speech, key, facts))


def _sentence(words: Speech, key: str, facts: Mapping[str, Any]) -> str:
    if key.endswith(("_county", "_province")):
        facts = {name: _placed(words, fact) for name, fact in facts.items()}
    return words.text(key, **facts)


def _placed(words: Speech, fact: Any) -> Any:
    return [words.place(name) for name in fact] if isinstance(fact, (list, tuple)) else words.place(fact)


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
        ("personal", list(intake.personal_not_stored)),
    ):
        if columns:
            pairs.append((words.text(f"cli.{name}"), words.join(columns)))
    terminal.pairs(pairs, title=title)
    if (intake.units["origin"] == Origin.SYNTHETIC.value).any():
        terminal.line(words.text("legend.synthetic"), "yellow")


def _refused(terminal: Terminal, document: dict[str, Any], *, listed: bool) -> None:
    words = terminal.speech
    refused = [*document["rejected_rows"], *document["rejected_cells"]]
    if not refused:
        return
    rows = [
        [words.fact(one["row"]), str(one.get("column") or ""), str(one.get("given") or ""), str(one["message"])]
        for one in refused[:_SHOWN]
    ]
    terminal.table([words.text(f"cli.{name}") for name in ("row", "column", "given", "why")], rows)
    if len(refused) > _SHOWN and not listed:
        terminal.say("cli.more_in_report", count=len(refused) - _SHOWN)
