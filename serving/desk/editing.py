"""A person changes fields of units: read by the parsers of intake, kept as a source of its own, taken back exactly."""

from __future__ import annotations

import csv
import hashlib
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from engine.domain.extras import EXTRAS
from engine.domain.identity import renamed_identities
from engine.domain.standing import standing
from engine.domain.unit import FIELDS, RECORD_COLUMNS, Field, Kind, stored_dtypes
from engine.errors import EhyaError, ErrorCode
from engine.intake.persons import holds_contact
from engine.parsing.dates import to_jalali
from engine.parsing.rejection import NoteCode, RejectionCode
from engine.parsing.text import fold
from engine.settings import Settings
from engine.store import Act, Register
from engine.store.intake_rows import register_rows
from engine.store.sources import EDITS
from serving.desk.clock import day_of
from serving.desk.intake import RegisterReading
from serving.desk.listing import ListEdit, read_list
from serving.desk.showing import written_cells
from serving.desk.workspace import open_register

if TYPE_CHECKING:
    from engine.intake import Intake

_NOT_EDITED = (Field.IDLE_MONTHS, Field.PROVINCE)
EDITABLE = tuple(one for one in Field if FIELDS[one].kind is not Kind.LIST and one not in _NOT_EDITED)
"""Fields that have one box; lists have rows (`serving.desk.listing`), and the province comes with its county."""

_SHOWN = 40  # signs of what is too long to be shown whole
_STANDING = frozenset({Field.STATUS.value, Field.STOPPED_ON.value})
FOR_MANY = tuple(one for one in EDITABLE if one not in (Field.NAME, Field.BUSINESS_ID, Field.NATIONAL_ID))
"""Fields of which several units may have the same value: a name and an id are one unit's."""

LONGEST_TEXT = 5_000
"""Signs of a longest value: what is longer is refused, never cut."""


@dataclass(frozen=True, slots=True)
class RefusedEdit:
    """A value that could not be taken: its unit and field, what was written, and why (a code of intake with facts)."""

    unit_id: str
    field: str
    given: str
    code: Any
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Met:
    """A field that somebody else changed meanwhile.

    Parameters
    ----------
    field
        The field.
    was, now, wanted
        What stood there when it was opened, what stands there now, and what the person wrote.
    by
        The source of what stands now: an account after `engine.store.sources.EDITS`, or a register; empty where an
        event or nobody says it.
    """

    field: str
    was: str
    now: str
    wanted: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of an edit.

    Parameters
    ----------
    number
        Of the import that holds it; ``None`` where nothing was kept.
    changed
        Units in which something changed.
    refused
        Values that could not be taken; then nothing was kept.
    met
        Fields that somebody else changed meanwhile; then nothing was kept.
    held
        Fields that were kept and do not show, since a decision or a weightier record stands before them.
    cells
        What would change, after a rehearsal (`serving.desk.showing.written_cells`).
    since
        Whether something else would change than what was shown before; then nothing was kept.
    """

    number: int | None = None
    changed: int = 0
    refused: tuple[RefusedEdit, ...] = ()
    met: tuple[Met, ...] = ()
    held: tuple[str, ...] = ()
    cells: pd.DataFrame | None = None
    since: bool = False

    @property
    def digest(self) -> str:
        """A short text that differs wherever something else would change; empty without a rehearsal."""
        if self.cells is None:
            return ""
        lines = self.cells[["unit_id", "field", "before", "after"]].astype("str").sort_values(["unit_id", "field"])
        return hashlib.sha256(lines.to_csv(index=False).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Edit:
    """What a person wants of units.

    Parameters
    ----------
    units
        Ids.
    wanted
        Field -> what was written, as people write it; an empty text wants nothing.
    seen
        Field -> what stood there when the person began, of a single unit; not asked where there is none.
    lists
        Field that is a list -> its rows, of a single unit.
    previewed
        ``Edited.digest`` of the rehearsal that the person agreed to; not asked where it is empty.
    """

    units: Sequence[str]
    wanted: Mapping[str, str]
    seen: Mapping[str, str] = field(default_factory=dict)
    lists: Mapping[Field, ListEdit] = field(default_factory=dict)
    previewed: str = ""


def as_written(table: pd.DataFrame, unit_id: str, name: str) -> str:
    """A value as a person writes it, so that it is read back as it is; empty where it is not known.

    Examples
    --------
    >>> table = pd.DataFrame({"bank_debt_rial": [5e9], "title_deed": [True], "capacity_share": [0.4]}, index=["a"])
    >>> [as_written(table, "a", one) for one in table]
    ['5000000000 rial', 'yes', '40%']
    """
    value: Any = table.loc[unit_id, name]
    if pd.isna(value) or value == "":
        return ""
    kind = FIELDS[Field(name)].kind
    if kind is Kind.MONEY:
        return f"{int(value)} rial"
    if kind is Kind.FLAG:
        return "yes" if value else "no"
    if kind is Kind.SHARE:
        return f"{100 * float(value):g}%"
    if kind is Kind.DATE:
        length = {"year": 4, "month": 7}.get(str(table.loc[unit_id, f"{name}_precision"]), 10)
        return pd.Timestamp(value).date().isoformat()[:length]
    if kind in (Kind.COUNT, Kind.YEAR):
        return str(int(value))
    return f"{float(value):g}" if kind is Kind.NUMBER else str(value)


Write = Callable[[pd.DataFrame, str, str], str]
"""Writes a field of a unit as a person reads it: from the table, the unit's id, and the field."""


def edit_units(
    settings: Settings, edit: Edit, *, now: datetime, actor: str, write: Write = as_written, dry_run: bool = False
) -> Edited:
    """Change fields of units: all that was written, or nothing.

    Parameters
    ----------
    settings
        The workspace.
    edit
        What is wanted.
    now, actor
        UTC, and who does it; the edit is a source of that name.
    write
        How the person was shown what stands, so that what they saw can be compared with what stands now.
    dry_run
        Only say what would change; nothing is kept.

    Raises
    ------
    EhyaError
        ``unknown_unit``; ``unknown_option`` for a field that is not edited, or a condition or creditor of none.
    """
    wanted = {name: text.strip() for name, text in edit.wanted.items() if text.strip()}
    fields = EDITABLE if len(edit.units) == 1 else FOR_MANY
    for name in wanted:
        if name not in fields:
            allowed = [one.value for one in fields]
            raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="field", given=name, allowed=allowed)
    try:
        with open_register(settings) as register, register.together():
            # All in one transaction: of two who save at once the second sees what the first left.
            return _edited(register, replace(edit, wanted=wanted), write, now=now, actor=actor, dry_run=dry_run)
    except _TakenBackError as taken:
        return taken.edited


class _TakenBackError(Exception):
    """Leaves the transaction, so that nothing of it is kept; with what would have come of it."""

    def __init__(self, edited: Edited) -> None:
        super().__init__()
        self.edited = edited


def _edited(register: Register, edit: Edit, write: Write, *, now: datetime, actor: str, dry_run: bool) -> Edited:
    units = register.units.some(edit.units)
    missing = [one for one in edit.units if one not in units.index]
    if missing:
        raise EhyaError(ErrorCode.UNKNOWN_UNIT, given=missing[0])
    lists, unread = _lists(edit, latest=day_of(now))
    shown = _as_shown(register, units, day_of(now))
    met = (*_met(shown, edit, edit.wanted, write), *_met_lists(shown, edit, lists))
    wanted = {name: text for name, text in edit.wanted.items() if edit.seen.get(name) != text}
    lists = {one: text for one, text in lists.items() if edit.lists[one].seen != text}
    if met:
        sources = register.units.facts(edit.units[0])["source"].dropna()
        return Edited(met=tuple(replace(one, by=str(sources.get(one.field, ""))) for one in met))
    if not (wanted or lists or unread):
        return Edited()
    long = tuple(
        RefusedEdit(edit.units[0], name, f"{text[:_SHOWN]}…", "edit_text.too_long", {"allowed": LONGEST_TEXT})
        for name, text in wanted.items()
        if len(text) > LONGEST_TEXT
    )
    if long:
        return Edited(refused=(*long, *unread))
    plain = {name: text for name, text in wanted.items() if name != Field.NAME}
    provinces = set(units.loc[list(edit.units), Field.PROVINCE].dropna()) if Field.COUNTY in plain else set()
    source = f"{EDITS}{actor.removeprefix('user:')}"
    province = str(provinces.pop()) if len(provinces) == 1 else None
    intake = _read(len(edit.units), plain, now=now, source=source, province=province)
    called = _name(register, edit, intake, wanted.get(Field.NAME))
    refused = (*_refused(intake, edit.units), *unread)
    if isinstance(called, RefusedEdit) or refused:
        return Edited(refused=(*refused, called) if isinstance(called, RefusedEdit) else refused)
    told = wanted | lists | ({} if called is None else {Field.NAME: called.name})
    identities = [] if called is None else called.identities
    kept = _kept(register, intake, edit, told, identities, units.loc[list(edit.units)], now=now)
    found = register.imports.commit(kept, imported_at=now)
    rows = register_rows(kept.units, source=kept.source, as_of=kept.as_of).iloc[: len(edit.units)]
    cells = written_cells(register, rows.set_index(pd.Index(edit.units, name="unit_id")), units, list(told))
    changed = {*cells["unit_id"], *found.cells["unit_id"]}
    held = tuple(sorted(set(cells.loc[~cells["shown"], "field"])))
    would = Edited(changed=len(changed), held=held, cells=cells)
    # A record may say what an event undid: then the same word of a later day is no repetition.
    again = bool(_STANDING.intersection(wanted)) and not _same_standing(shown, units)
    if edit.previewed not in ("", would.digest):
        raise _TakenBackError(replace(would, since=True))
    if dry_run or not (changed or again):
        raise _TakenBackError(would if dry_run else Edited())
    for unit in edit.units:
        facts = {"fields": ";".join(told), "number": found.import_id}
        register.audit.note(made_at=now, actor=actor, act=Act.UNIT_EDITED, subject=unit, **facts)
    return Edited(found.import_id, len(changed), held=held)


def box_of(one: str, key: str, part: str) -> str:
    """Name of a box of a list on a page and in what was refused; of the list as a whole without key and part.

    Examples
    --------
    >>> box_of("debts", "new1", "rial"), box_of("debts", "", "")
    ('debts_new1_rial', 'debts')
    """
    return "_".join(name for name in (one, key, part) if name)


def _lists(edit: Edit, *, latest: date) -> tuple[dict[Field, str], tuple[RefusedEdit, ...]]:
    """Lists that somebody touched, as compact text, and their boxes that could not be taken."""
    texts: dict[Field, str] = {}
    refused: list[RefusedEdit] = []
    for one, rows in edit.lists.items():
        read = read_list(one, rows, latest=latest) if rows.touched else rows.seen
        if isinstance(read, str):
            texts[one] = read
            continue
        refused += [
            RefusedEdit(edit.units[0], box_of(one.value, wrong.key, wrong.part), wrong.given, wrong.code, wrong.facts)
            for wrong in read
        ]
    return texts, tuple(refused)


def _as_shown(register: Register, units: pd.DataFrame, today: date) -> pd.DataFrame:
    """Units as a page shows them: with what is known to have happened to them since their records."""
    if len(units) != 1:
        return units
    as_of = pd.Timestamp(today)
    return standing(units, register.events(as_of, str(units.index[0])), as_of=as_of)


def _same_standing(shown: pd.DataFrame, records: pd.DataFrame) -> bool:
    names = sorted(_STANDING)
    return bool(shown[names].astype("str").equals(records[names].astype("str")))


def _met_lists(units: pd.DataFrame, edit: Edit, texts: Mapping[Field, str]) -> tuple[Met, ...]:
    """Lists that the person touched, read or not, and that changed since they were looked at."""
    found = []
    for one, rows in edit.lists.items():
        stands, text = as_written(units, edit.units[0], one.value), texts.get(one)
        if rows.touched and rows.seen != stands and text not in (stands, rows.seen):
            found.append(Met(one.value, rows.seen, stands, text or ""))
    return tuple(found)


def _met(units: pd.DataFrame, edit: Edit, wanted: Mapping[str, str], write: Write) -> tuple[Met, ...]:
    """Fields that the person wants to change and that changed since they were looked at."""
    if len(edit.units) != 1:
        return ()
    unit = edit.units[0]
    found = []
    for name, text in wanted.items():
        was, stands = edit.seen.get(name), write(units, unit, name)
        if was is not None and was not in (stands, text) and text != stands:
            found.append(Met(name, was, stands, text))
    return tuple(found)


def _read(count: int, wanted: Mapping[str, str], *, now: datetime, source: str, province: str | None = None) -> Intake:
    """What was written, read as a small register would be, a row for each of so many units, all in one province."""
    wanted = wanted or {Field.NOTES.value: ""}  # names alone are no register
    heads = {f"column {number}": name for number, name in enumerate(wanted)}
    today = day_of(now).isoformat()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "edit.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            lines = csv.writer(file)
            lines.writerow(["unit", *heads])
            # Rows stand for units that are known: what these are called might be no name to a reader of registers.
            lines.writerows([f"واحد {number}", *wanted.values()] for number in range(count))
        options = {"as_of": today, "today": today, "mapping": {"unit": "name"} | heads, "province": province}
        read = RegisterReading.plain(path, options).intake()
    return replace(read, source=source, units=read.units.assign(source=source))


class _Name(NamedTuple):
    """A name as it is kept, and the identities that files would tell its unit by, beside those that it has."""

    name: str
    identities: Sequence[str]


def _name(register: Register, edit: Edit, read: Intake, text: str | None) -> _Name | RefusedEdit | None:
    """A mended name, such that files with the old and with the new one find the unit; or why that cannot be."""
    if text is None:
        return None
    unit, found = edit.units[0], _read_name(text)
    if holds_contact(pd.Series([fold(text)], dtype="str"))[0]:
        return RefusedEdit(unit, Field.NAME, text, "edit_name.of_a_person", {})
    if found is None:
        return RefusedEdit(unit, Field.NAME, text, "edit_name.no_name", {})
    county, estate = ("" if pd.isna(one) else str(one) for one in read.units[[Field.COUNTY, Field.ESTATE]].iloc[0])
    identities = renamed_identities(register.units.identities(unit), found, (county, estate))
    borne = register.units.bearers(identities, str(register.units.keys([unit])["origin"].iloc[0]))
    other = next((one for one in borne.values() if one != unit), None)
    if other is not None:
        return RefusedEdit(unit, Field.NAME, text, "edit_name.borne", {"unit": other})
    return _Name(found, [one for one in identities if one not in borne])


def _read_name(text: str) -> str | None:
    """A name as a register's reader takes it; ``None`` where it would take its row for no unit."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "name.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([["unit", "jobs"], [text, "1"]])
        try:
            units = RegisterReading.plain(path, {"mapping": {"unit": "name", "jobs": "jobs_now"}}).intake().units
        except EhyaError:  # no row of it is a unit
            return None
    names = units[Field.NAME].dropna()
    return str(names.iloc[0]) if len(names) == 1 else None


def _refused(intake: Intake, unit_ids: Sequence[str]) -> tuple[RefusedEdit, ...]:
    """What intake could not read; of a list of codes also a part, which a register may lose and a person may not."""
    guessed = intake.notes[intake.notes["code"] == NoteCode.GUESSED_COUNTY]
    guessed = guessed.assign(  # a guess would move units to another province
        code=pd.Series([RejectionCode.UNKNOWN_COUNTY] * len(guessed), index=guessed.index, dtype=object),
        facts=guessed["facts"].map(lambda facts: {"nearest": [facts["taken"]]}),
    )
    parts = intake.notes[intake.notes["code"] == NoteCode.PART_NOT_UNDERSTOOD]
    rows = pd.concat([intake.rejected_cells, intake.rejected_rows, guessed, parts]).astype(object)
    lines = rows.where(rows.notna(), None).to_dict("records")
    first = 2  # below the heading
    return tuple(
        RefusedEdit(
            unit_ids[min(max(int(one["row"]) - first, 0), len(unit_ids) - 1)],
            str(one.get("field") or ""),
            str(one.get("given") or ""),
            one["code"],
            dict(one.get("facts") or {}),
        )
        for one in lines
    )


def _kept(
    register: Register,
    intake: Intake,
    edit: Edit,
    wanted: Mapping[str, str],
    identities: Sequence[str],
    records: pd.DataFrame,
    *,
    now: datetime,
) -> _Edit:
    """The edit under the identities that the units have.

    A record has one day and one price year. An edit of one sum does not move the others to another year; and only one
    that says how the unit stands moves its day, by which events that came before it no longer count. A mended name
    gives the unit further identities, each with a record of its own that says nothing else (decision 0007).
    """
    keys = register.units.keys(edit.units).reindex(list(edit.units))
    read, by_county = intake.units, Field.COUNTY in wanted
    untouched = [Field.NAME] if by_county else [Field.NAME, Field.PROVINCE, Field.COUNTY]
    rows = read.assign(**{name.value: None for name in untouched}).assign(
        price_year=records["price_year"].set_axis(read.index).fillna(read["price_year"]),
        origin=keys["origin"].to_numpy(),
        identity=keys["identity"].to_numpy(),
        ordinal=keys["ordinal"].to_numpy(),
    )
    whole = {name: text for name, text in wanted.items() if name in (*edit.lists, Field.NAME)}
    rows = rows.assign(**whole)
    if Field.DEBTS in whole:
        rows["price_year"] = rows["price_year"].fillna(to_jalali(day_of(now))[0])
    if not _STANDING.intersection(wanted):
        rows = rows.assign(as_of=records["as_of"].set_axis(read.index).fillna(read["as_of"]))
    return _Edit(_told_too(rows, identities, edit.units), intake)


def _told_too(rows: pd.DataFrame, identities: Sequence[str], unit_ids: Sequence[str]) -> pd.DataFrame:
    """The row of a unit, and below it rows that give it further identities."""
    if not identities:
        return rows
    silent = dict.fromkeys(name for name in (*stored_dtypes(), EXTRAS) if name in rows and name not in RECORD_COLUMNS)
    further = pd.concat([rows.head(1)] * len(identities)).assign(**silent, identity=list(identities), ordinal=0)
    further.index = pd.Index([f"{rows.index[0]} {number}" for number in range(len(identities))], name=rows.index.name)
    return pd.concat([rows, further.assign(same_as=unit_ids[0])])


@dataclass(frozen=True, eq=False)
class _Edit:
    """An intake whose rows are units that stand already (`engine.store.imports.IntakeLike`)."""

    units: pd.DataFrame
    read: Intake

    @property
    def source(self) -> str:
        return self.read.source

    @property
    def as_of(self) -> pd.Timestamp | None:
        return self.read.as_of

    @property
    def rejected_rows(self) -> pd.DataFrame:
        return self.read.rejected_rows

    @property
    def rejected_cells(self) -> pd.DataFrame:
        return self.read.rejected_cells
