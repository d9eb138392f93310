"""``ehya intake`` of several files or a folder: one report, and what could not be read beside what was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.cli.commands.intake import intake_report
from serving.cli.errors import sentence
from serving.cli.question import now, today, written_day
from serving.cli.terminal import Terminal
from serving.desk.many_registers import FileTaken, ManyTaken, registers_of, take_in_all
from serving.reports.workbook import write_json

_SHOWN = 12  # units in several files at a terminal; the report lists all
_COUNTS = ("rows_read", "accepted", "new", "updated", "unchanged", "rejected_rows", "rejected_cells")


def take_in_files(
    terminal: Terminal,
    settings: Settings,
    named: list[Path],
    *,
    report: Path | None,
    as_of: str | None,
    dry_run: bool,
    of_one: dict[str, Any],
    **asked: Any,
) -> bool:
    """Read registers and folders of them, store what could be read, and say what became of each file.

    Parameters
    ----------
    terminal, settings
        Where to print, and where the register of Ehya is.
    named
        Files and folders.
    report
        Where to write the JSON of every row of every file.
    as_of
        The day that all of them describe.
    dry_run
        Only say what would change.
    of_one
        Options that concern a single file, and what was given for each.
    **asked
        ``province``, ``county``, ``estate``, ``synthetic``, ``rates``.

    Returns
    -------
    bool
        Whether every file could be read.

    Raises
    ------
    EhyaError
        ``options_do_not_mix`` for an option of a single file; what ``serving.desk.many_registers`` raises.
    """
    if given := [name for name, value in of_one.items() if value is not None]:
        raise EhyaError(ErrorCode.OPTION_OF_ONE_FILE, given=given[0])
    at = None if as_of is None else written_day(as_of, "--as-of").at.date().isoformat()
    options = {**asked, "as_of": at, "today": today().date().isoformat()}
    files = registers_of(named)
    moment = now().to_pydatetime()
    with terminal.busy("shards.begun") as doing:
        taken = take_in_all(
            settings,
            files,
            options,
            imported_at=moment,
            dry_run=dry_run,
            told=lambda done, count: doing("shards.reading", done=done, count=count),
        )
    if report:
        write_json(report, _document(taken, terminal, whole=True))
    if not terminal.answer(_document(taken, terminal, whole=False)):
        _say(terminal, taken, dry_run=dry_run)
        if report:
            terminal.say("cli.written", path=str(report))
    return all(one.error is None for one in taken.files)


def _document(taken: ManyTaken, terminal: Terminal, *, whole: bool) -> dict[str, Any]:
    across = taken.across.astype(object).to_dict("records")
    files = [_file(one, terminal, whole=whole) for one in taken.files]
    apart = taken.apart.astype(object).where(taken.apart.notna(), None).to_dict("records")
    return {"counts": taken.counts, "files": files, "in_several": across, "of_two_origins": apart}


def _file(one: FileTaken, terminal: Terminal, *, whole: bool) -> dict[str, Any]:
    if one.intake is None or one.stored is None:
        error = one.error
        code = error.code.value if error is not None else ""
        return {"file": str(one.path), "error": code, "message": "" if error is None else sentence(error, terminal)}
    more = {"report": intake_report(one.intake, one.stored.result, terminal)} if whole else {}
    return {"file": str(one.path), "import": one.stored.result.import_id, **one.counts, **more}


def _say(terminal: Terminal, taken: ManyTaken, *, dry_run: bool) -> None:
    words = terminal.speech
    read = [one for one in taken.files if one.error is None]
    rows = [[one.path.name, *(words.number(one.counts[name]) for name in _COUNTS)] for one in read]
    terminal.table([words.text("shards.file"), *(words.text(f"cli.{name}") for name in _COUNTS)], rows)
    for one in taken.files:
        if one.error is not None:
            terminal.warn(words.text("shards.file_refused", file=one.path.name, why=sentence(one.error, terminal)))
    counts = taken.counts
    sums = {name: counts.get(name, 0) for name in ("accepted", "new", "updated")}
    terminal.say("shards.taken", count=len(read), refused=counts["refused"], **sums)
    several = taken.across.groupby("unit_id", sort=False)
    for unit, places in list(several)[:_SHOWN]:
        said = [f"{file} {row}" for file, row in zip(places["file"], places["row"], strict=True)]
        terminal.line(f"  {unit}: {words.join(said)}")
    if counts["in_several"]:
        terminal.say("shards.in_several", count=counts["in_several"])
    if len(taken.apart):
        _say_apart(terminal, taken)
    terminal.say("cli.dry_run" if dry_run else _next(read))


def _say_apart(terminal: Terminal, taken: ManyTaken) -> None:
    """Name rows that a mark of origin keeps from being one unit."""
    words = terminal.speech
    terminal.warn(words.text("shards.of_two_origins", count=len(taken.apart)))
    for one in taken.apart.head(_SHOWN).fillna("").to_dict("records"):
        terminal.line(f"  {one['name']}: {one['file']} {one['row']} ({words.text('origin.' + one['origin'])})")


def _next(read: list[FileTaken]) -> str:
    promoted = any(one.stored is not None and one.stored.model_promoted for one in read)
    return "cli.next_rank" if promoted else "cli.next_train"
