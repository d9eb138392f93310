"""A register that a person reads step by step: the file waits in the workspace, and survives a closed page."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import secrets
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from engine.domain.unit import FIELDS, Field, Kind
from engine.errors import EhyaError, ErrorCode
from engine.files import replacing
from engine.health.plausibility import implausible
from engine.intake.asked import asked_place, asked_province
from engine.intake.claimed import second_columns
from engine.intake.corrections import CORRECTION_COLUMNS
from engine.intake.glance import Glance, glance
from engine.intake.kinds import kind_of, refuse
from engine.settings import Settings
from engine.store import Act, Change
from serving.desk.incoming import ENDINGS
from serving.desk.intake import RegisterReading, StoredIntake, refuse_edits_name, store_in, store_intake
from serving.desk.mapping import Agreement, keep_mapping, kept_mapping, read_mapping
from serving.desk.mending import Cell, Proposed, keep_mends, mended_cells, proposed_cells, read_mends
from serving.desk.once import once

if TYPE_CHECKING:
    from engine.intake import Intake
    from engine.store import Register

_log = logging.getLogger(__name__)

MONEY_UNITS = ("rial", "million rial", "billion rial", "toman", "million toman", "billion toman")
"""Units in which the amounts of a register may be meant that names none."""
KEPT = timedelta(days=7)
"""How long a file waits for somebody to go on with it."""

_ID_BYTES = 12
_ID = re.compile(r"[\w-]{16}", re.ASCII)
_LONGEST_NAME = 60
_ZIP, _COMPOUND = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_OTHER_TEXTS = (b"<", b"{", b"[")
_STORING = "upload"
_NUMBERS = [one.value for one, spec in FIELDS.items() if spec.kind in (Kind.MONEY, Kind.COUNT, Kind.NUMBER)]

_IDENTIFYING = frozenset(("name", "business_id", "national_id", "province", "county", "estate", "isic"))
"""Fields of which a correction may make another unit of a row (`engine.domain.identity`)."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits to be stored, with all that a person has stated of it so far.

    Parameters
    ----------
    upload_id
        Its id, which nobody guesses.
    name
        Name of the file, as its owner calls it.
    actor
        Who brought it.
    made_at
        UTC, ISO.
    options
        How it is read, as `serving.desk.intake.Options` without mapping and values.
    columns, values
        What headings and words mean, as `serving.desk.mapping.Agreement`.
    corrections
        Cells with what should stand there: sheet, row, field, value.
    menders
        Cells with who wrote that and when (UTC, ISO): sheet, row, field, actor, moment.
    stored
        The import that it became; ``None`` while it waits.
    """

    upload_id: str
    name: str
    actor: str
    made_at: str
    options: Mapping[str, Any]
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    corrections: tuple[tuple[str, int, str, str], ...] = ()
    menders: tuple[tuple[str, int, str, str, str], ...] = ()
    stored: int | None = None

    @property
    def state(self) -> str:
        """A short text that changes with all that was stated of it."""
        document = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(document.encode()).hexdigest()[:16]

    @property
    def source(self) -> str:
        """What the register is called."""
        return str(self.options.get("source") or self.name)

    def corrected(self, cells: Mapping[Cell, str], by: str = "", at: str = "") -> Upload:
        """With the values that should stand in cells, and who wrote them; an empty one takes a correction back.

        Examples
        --------
        >>> upload = Upload("x", "a.csv", "user:sara", "2026-01-01", {}).corrected({("a", 2, "jobs_now"): "12"})
        >>> upload.corrections, upload.corrected({("a", 2, "jobs_now"): ""}).corrections
        ((('a', 2, 'jobs_now', '12'),), ())
        """
        before = {(sheet, row, name): value for sheet, row, name, value in self.corrections}
        now = before | dict(cells)
        fresh = dict.fromkeys([cell for cell, value in cells.items() if before.get(cell) != value], (by, at))
        who = {(sheet, row, name): (actor, moment) for sheet, row, name, actor, moment in self.menders} | fresh
        return replace(
            self,
            corrections=tuple((*cell, value) for cell, value in now.items() if value),
            menders=tuple((*cell, *told) for cell, told in who.items() if now.get(cell) and told[0]),
        )


@dataclass(frozen=True, slots=True, eq=False)
class UploadReading:
    """What was read of a file that waits, and what storing it would do.

    Parameters
    ----------
    upload
        What was stated when it was read.
    intake
        Units, and all that was refused.
    sheets
        Names of the sheets that can be read.
    glances
        Tables as they stand, with the rows of which something was refused.
    rehearsed
        What storing it would change.
    odd
        Figures that can hardly be, as `engine.health.plausibility.implausible`, units by the index of the intake.
    lost
        Corrections whose column is not read any more.
    proposed
        Values that were written for the same cells of an earlier file.
    """

    upload: Upload
    intake: Intake
    sheets: list[str]
    glances: list[Glance]
    rehearsed: StoredIntake
    odd: pd.DataFrame
    lost: tuple[Cell, ...]
    proposed: tuple[Proposed, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredUpload:
    """What became of a file: the import and its counts.

    Parameters
    ----------
    number
        The import.
    new, updated
        Units.
    trace
        Whether there is an import of its own: a file that was read before leaves none.
    again
        Whether it had been stored already.
    """

    number: int
    new: int = 0
    updated: int = 0
    trace: bool = True
    again: bool = False


def begin_upload(
    settings: Settings, name: str, content: bytes, options: Mapping[str, Any], *, made_at: datetime, actor: str
) -> Upload:
    """Let a file wait in the workspace, with the mapping that is kept for its source.

    Parameters
    ----------
    settings
        The workspace.
    name
        The file's name, whatever it holds.
    content
        The file.
    options
        How it is read.
    made_at, actor
        UTC, and who brings it.

    Raises
    ------
    EhyaError
        ``unknown_option`` for another ending (``name``), a province or a county; ``source_reserved``; ``file_empty``,
        ``not_a_table``, ``file_not_as_named`` where the content is not what the ending says; ``mapping_unreadable``.
    """
    name = re.split(r"[/\\]", name)[-1].strip()
    refuse_edits_name(str(options.get("source") or name))
    check_content(name, content)
    check_place(options)
    clear_uploads(settings, now=made_at)
    made = made_at.astimezone(UTC).isoformat()
    upload = Upload(secrets.token_urlsafe(_ID_BYTES), name, actor, made, dict(options))
    kept = kept_mapping(settings, upload.source)
    if kept.is_file():
        columns, values = read_mapping(kept)
        upload = replace(upload, columns=columns, values=values)
    path = _file(settings, upload)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return keep_upload(settings, upload)


def check_content(name: str, content: bytes) -> None:
    r"""Refuse a file that is not what its ending says.

    Raises
    ------
    EhyaError
        ``unknown_option``, ``file_empty``, ``not_a_table``, ``file_not_as_named``.

    Examples
    --------
    >>> check_content("list.csv", b"name,county\n")
    >>> check_content("list.csv", b"PK\x03\x04...")
    Traceback (most recent call last):
    ...
    engine.errors.EhyaError: file_not_as_named: given='list.csv' allowed=['.xlsx', '.csv']
    """
    ending = Path(name).suffix.casefold()
    if ending not in ENDINGS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="name", given=name, allowed=list(ENDINGS))
    if not content.strip():
        raise EhyaError(ErrorCode.FILE_EMPTY, given=name)
    refuse(kind_of(content), name)
    workbook = content.startswith((_ZIP, _COMPOUND))  # an encrypted workbook is the second: reading says so
    text = not workbook and (b"\0" not in content or content.startswith(_UTF_16))
    table = text and not content.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(_OTHER_TEXTS)
    if not (workbook if ending == ".xlsx" else table):
        raise EhyaError(ErrorCode.FILE_NOT_AS_NAMED, given=name, allowed=list(ENDINGS))


def check_place(options: Mapping[str, Any]) -> None:
    """Refuse a province or a county that there is not.

    Raises
    ------
    EhyaError
        ``unknown_option``: ``option`` is ``province`` or ``county``.
    """
    province = asked_province(options.get("province"))
    asked_place(options.get("county"), options.get("estate"), province)


def find_upload(settings: Settings, upload_id: str) -> Upload:
    """A file that waits, or that was stored in the last days.

    Raises
    ------
    EhyaError
        ``upload_unknown``.
    """
    place = _folder(settings) / upload_id / "upload.json"
    if not _ID.fullmatch(upload_id) or not place.is_file():
        raise EhyaError(ErrorCode.UPLOAD_UNKNOWN, given=upload_id[:40])
    document = json.loads(place.read_text("utf-8"))
    corrections = tuple((str(sheet), int(row), str(name), str(value)) for sheet, row, name, value in
                        document.pop("corrections"))  # fmt: skip
    menders = tuple((str(sheet), int(row), str(name), str(actor), str(at)) for sheet, row, name, actor, at in
                    document.pop("menders", []))  # fmt: skip
    return Upload(**document, corrections=corrections, menders=menders)


def uploads(settings: Settings) -> list[Upload]:
    """Files that wait, the newest first."""
    places = _folder(settings).glob("*/upload.json")
    found = [find_upload(settings, place.parent.name) for place in places]
    return sorted((one for one in found if one.stored is None), key=lambda one: one.made_at, reverse=True)


def keep_upload(settings: Settings, upload: Upload) -> Upload:
    """Keep what was stated of a file; returns it."""
    with replacing(_folder(settings) / upload.upload_id / "upload.json") as beside:
        beside.write_text(json.dumps(asdict(upload), ensure_ascii=False), encoding="utf-8")
    return upload


def drop_upload(settings: Settings, upload: Upload) -> None:
    """Take a file that waits away."""
    shutil.rmtree(_folder(settings) / upload.upload_id, ignore_errors=True)


def clear_uploads(settings: Settings, *, now: datetime) -> None:
    """Take the files away with which nobody went on."""
    oldest = (now - KEPT).timestamp()
    for folder in _folder(settings).glob("*/"):
        if folder.stat().st_mtime < oldest and _ID.fullmatch(folder.name):
            shutil.rmtree(folder, ignore_errors=True)


def read_upload(settings: Settings, upload: Upload, *, now: datetime) -> UploadReading:
    """Read a file that waits, and rehearse storing it.

    Raises
    ------
    EhyaError
        As `serving.desk.intake.RegisterReading.intake`; ``database_failed``.
    """
    reading, intake, lost = _read(settings, upload)
    rows = pd.concat([intake.rejected_rows, intake.rejected_cells])
    wanted = {str(sheet): set(part["row"]) for sheet, part in rows.groupby("sheet")}
    sheets, glances = glance(
        reading.path,
        sheet=upload.options.get("sheet"),
        mapping=upload.columns,
        rows=wanted,
        without=[name for name in intake.personal_not_stored if name not in intake.personal_in_cells],
    )
    if upload.options.get("sheet"):
        sheets, _ = glance(reading.path)
    rehearsed = store_intake(settings, reading, intake, imported_at=now, dry_run=True)
    kept = read_mends(settings, upload.source)
    moved = bool(kept) and any(name in _IDENTIFYING for _, _, name, _ in upload.corrections)
    told = _as_brought(settings, upload) if moved else None
    proposed = proposed_cells(kept, intake if told is None else told, intake)
    return UploadReading(upload, intake, sheets, glances, rehearsed, _odd(intake, rehearsed), lost, proposed)


def check_columns(read: UploadReading) -> None:
    """Refuse two columns that a person named as one field, where nothing says which of them counts.

    Raises
    ------
    EhyaError
        ``columns_not_told_apart``.
    """
    seconds = (one for table in read.glances for one in second_columns(table.columns))
    for one in seconds:
        if not one.decided:
            facts = {"first": one.first.label, "second": one.column.label, "field": Field(one.field)}
            raise EhyaError(ErrorCode.COLUMNS_NOT_TOLD_APART, **facts)


def store_upload(
    settings: Settings, upload: Upload, *, made_at: datetime, actor: str, read: UploadReading | None = None
) -> StoredUpload:
    """Store a file that waits, once, however often that is asked; its mapping is kept for the next of its source.

    Parameters
    ----------
    settings, upload
        The workspace, and the file.
    made_at, actor
        UTC, and who stores it.
    read
        What was read of it, where that was kept.

    Raises
    ------
    EhyaError
        ``register_busy``, and as `read_upload` and `check_columns`.
    """
    if upload.stored is not None:
        return StoredUpload(upload.stored, again=True)
    if read is not None:
        check_columns(read)

    def prepare(register: Register) -> tuple[RegisterReading, Intake]:
        if read is not None and read.upload == upload:
            return _reading(settings, upload, read.lost), read.intake
        reading, intake, _ = _read(settings, upload)
        return reading, intake

    def act(register: Register, prepared: tuple[RegisterReading, Intake]) -> dict[str, Any]:
        reading, intake = prepared
        newest = max(register.imports()["id"], default=0)
        result = store_in(register, reading, intake, imported_at=made_at).result
        number = int(result.import_id or 0)
        by = {"made_at": made_at, "actor": actor, "act": Act.REGISTER_READ, "subject": intake.source}
        register.audit.note(**by, number=number)  # type: ignore[arg-type]
        counts = {change.value: result.count(change) for change in (Change.NEW, Change.UPDATED)}
        return {"number": number, "trace": number > newest, **counts}

    mark = {"given": upload.upload_id, "digest": upload.upload_id}
    done, again = once(settings, act, actor=_STORING, now=made_at, prepare=prepare, **mark)
    keep_upload(settings, replace(upload, stored=int(done["number"])))
    if _file(settings, upload).is_file():  # a second try does what the first one left undone
        _remember(settings, upload, read)
    _file(settings, upload).unlink(missing_ok=True)
    return StoredUpload(**done, again=again)


def _remember(settings: Settings, upload: Upload, read: UploadReading | None) -> None:
    """Keep for the next file of the source what was stated of this one; it is stored, whether or not that succeeds."""
    try:
        _remember_mapping(settings, upload)
        _remember_mends(settings, upload, read)
    except (EhyaError, OSError):
        _log.exception("what was stated of the upload %s is not remembered", upload.upload_id)


def _remember_mapping(settings: Settings, upload: Upload) -> None:
    kept = kept_mapping(settings, upload.source)
    stated = Agreement(dict(upload.columns), {name: dict(words) for name, words in upload.values.items() if words})
    before = read_mapping(kept) if kept.is_file() else Agreement({}, {})
    if stated != before:
        keep_mapping(settings, stated, upload.source)


def _remember_mends(settings: Settings, upload: Upload, read: UploadReading | None) -> None:
    if not upload.corrections:
        return
    settled = read.intake if read is not None and read.upload == upload else _read(settings, upload)[1]
    corrections = {(sheet, row, name): value for sheet, row, name, value in upload.corrections}
    menders = {(sheet, row, name): (actor, at) for sheet, row, name, actor, at in upload.menders}
    told = _as_brought(settings, upload)
    if told is not None:
        keep_mends(settings, upload.source, mended_cells(told, settled, corrections, menders))


def _as_brought(settings: Settings, upload: Upload) -> Intake | None:
    """The file as it was read before anything in it was mended; ``None`` where nothing in it was a unit by then."""
    try:
        return _reading(settings, replace(upload, corrections=(), menders=())).intake()
    except EhyaError:
        return None


def _read(settings: Settings, upload: Upload) -> tuple[RegisterReading, Intake, tuple[Cell, ...]]:
    """Read it; corrections of columns that are not read any more are left out, and named."""
    lost: tuple[Cell, ...] = ()
    while True:
        reading = _reading(settings, upload, lost)
        try:
            return reading, reading.intake(), lost
        except EhyaError as error:
            gone = _misplaced(error, reading.corrections)
            if not gone:
                raise
            lost = (*lost, *gone)


def _misplaced(error: EhyaError, corrections: pd.DataFrame) -> tuple[Cell, ...]:
    if error.code is not ErrorCode.CORRECTION_MISPLACED:
        return ()
    place = (error.facts["sheet"], int(str(error.facts["row"])), error.facts["field"])
    cells = corrections[["sheet", "row", "field"]].itertuples(index=False, name=None)
    return tuple((str(sheet), int(row), str(name)) for sheet, row, name in cells if (sheet, row, name) == place)


def _reading(settings: Settings, upload: Upload, lost: tuple[Cell, ...] = ()) -> RegisterReading:
    agreed = {"mapping": dict(upload.columns) or None, "values": dict(upload.values) or None}
    options = {**upload.options, **agreed, "source": upload.source}
    lines = [line for line in upload.corrections if line[:3] not in lost]
    fresh = pd.DataFrame(lines, columns=CORRECTION_COLUMNS)
    return replace(RegisterReading.plain(_file(settings, upload), options), fresh=fresh.astype({"row": "int64"}))


def _odd(intake: Intake, rehearsed: StoredIntake) -> pd.DataFrame:
    """Figures of the file that can hardly be, those of known units also beside what the register says."""
    rows, before = rehearsed.result.rows, rehearsed.units_before
    if before is None or intake.units.empty:
        return implausible(intake.units)
    ids = rows["unit_id"].set_axis(intake.units.index)
    known = ids[ids.isin(before.index)]
    figures = before.loc[known, _NUMBERS].astype("float64").set_axis(known.index)
    earlier = figures.rename_axis("unit_id").reset_index().melt("unit_id", var_name="field", value_name="value")
    return implausible(intake.units, earlier=earlier.dropna())


def _folder(settings: Settings) -> Path:
    return settings.home / "uploads"


def _file(settings: Settings, upload: Upload) -> Path:
    safe = re.sub(r"[^\w.-]", "_", upload.name)[-_LONGEST_NAME:]
    return _folder(settings) / upload.upload_id / "file" / safe
