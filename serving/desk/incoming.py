"""Registers that come in over a wire: asked for, then read and stored by a worker, once, with every refusal named."""

from __future__ import annotations

import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from engine.store import Act, Change, JobKind, JobState, Register, StoredJob
from serving.desk.intake import RegisterReading, refuse_edits_name
from serving.desk.mapping import kept_mapping, read_mapping
from serving.desk.working import Say, work_next

if TYPE_CHECKING:
    from engine.intake import Intake
    from engine.store import ImportResult

ENDINGS = (".xlsx", ".csv")
"""Files that are taken over a wire."""

_ID_BYTES = 12
_LONGEST_NAME = 60


def ask_import(
    register: Register, name: str, options: Mapping[str, Any], content: bytes, *, made_at: datetime, actor: str
) -> StoredJob:
    """Let a register wait to be read.

    Parameters
    ----------
    register
        Ehya's own.
    name
        The file's name; it names the source, and its ending says how it is read.
    options
        How it is read, as `serving.desk.intake.Options`; with ``dry_run`` it is only said what storing would change.
    content
        The file.
    made_at, actor
        Now, and who asks.

    Raises
    ------
    EhyaError
        ``unknown_option`` for another ending, ``source_reserved``, ``file_unreadable`` for an empty file.
    """
    if Path(name).suffix.casefold() not in ENDINGS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="name", given=name, allowed=list(ENDINGS))
    refuse_edits_name(str(options.get("source") or name))
    if not content:
        raise EhyaError(ErrorCode.FILE_UNREADABLE, given=name, reason="0 bytes")
    job_id = secrets.token_urlsafe(_ID_BYTES)
    asked = {"name": name, "bytes": len(content), "options": dict(options)}
    register.audit.note(made_at=made_at, actor=actor, act=Act.IMPORT_ASKED, subject=job_id, bytes=len(content))
    return register.jobs.add(job_id, asked, content, made_at=made_at, actor=actor)


def read_next(settings: Settings, say: Say, *, worker: str, clock: Callable[[], datetime]) -> bool:
    """Read and store the register that waits longest.

    Parameters
    ----------
    settings
        The workspace.
    say
        What is kept of a refusal for those who read the answer, from its key and facts: plain JSON.
    worker
        Who does it, unlike any other.
    clock
        Gives the moment, UTC.

    Returns
    -------
    bool
        Whether there was one. What goes wrong with it is said in its answer, not raised.

    Raises
    ------
    EhyaError
        ``database_failed``, ``register_busy``.
    """

    def work(register: Register, job: StoredJob, content: bytes, move: Callable[..., None], now: datetime) -> None:
        _store(register, settings, job, content, say, move, now)

    return work_next(settings, JobKind.IMPORT, work, say, worker=worker, clock=clock)


def _store(
    register: Register,
    settings: Settings,
    job: StoredJob,
    content: bytes,
    say: Say,
    move: Callable[..., None],
    now: datetime,
) -> None:
    options = dict(job.request["options"])
    dry_run = bool(options.pop("dry_run", False))
    intake = _read(settings, job.request["name"], content, options)
    move(JobState.STORING, rows_read=intake.rows_read)
    with register.together():  # stored and done are one: a worker that dies between them stores nothing
        result = register.imports.commit(intake, imported_at=now, dry_run=dry_run)
        move(JobState.DONE, **_said(intake, result, say), dry_run=dry_run)


def _read(settings: Settings, name: str, content: bytes, options: dict[str, Any]) -> Intake:
    source = options.get("source") or name
    mapped = kept_mapping(settings, source)
    agreed = read_mapping(mapped) if mapped.is_file() else None
    columns, values = agreed or (None, None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / re.sub(r"[^\w.-]", "_", name)[-_LONGEST_NAME:]
        path.write_bytes(content)
        options = {**options, "source": source, "mapping": columns, "values": values}
        return RegisterReading.plain(path, options).intake()


def _said(intake: Intake, result: ImportResult, say: Say) -> dict[str, Any]:
    report = intake.report(say=say)  # with the facts as they are: codes become words, days dates of the language
    told = ("rejected_rows", "rejected_cells", "notes", "sheet_notes")
    counts = {change.value: result.count(change) for change in Change}
    return {
        "rows_read": intake.rows_read,
        "accepted": len(intake.units),
        **counts,
        "ignored_rows": len(intake.ignored_rows),
        "duplicates": len(intake.duplicates),
        "unknown_columns": report["unknown_columns"],
        "personal_not_stored": report["personal_not_stored"],
        **{name: [_plain(one) for one in report[name]] for name in told},
    }


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON has them: what it has no word for, such as a day, as a text."""
    return {str(name): _value(value) for name, value in facts.items()}


def _value(value: Any) -> Any:
    if isinstance(value, Mapping):
        return _plain(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_value(one) for one in value]
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, (int, float)):
        return value if abs(value) < float("inf") else str(value)
    return str(value)
