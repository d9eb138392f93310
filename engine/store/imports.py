"""Imports: read what the register knows of the rows, compare, write, in one transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Protocol

import pandas as pd
from sqlalchemy import Connection, select

from engine.domain.extras import EXTRAS
from engine.parsing.rejection import RejectionCode
from engine.store import schema
from engine.store.bulk import insert_frame, insert_line, read, read_where, update_frame
from engine.store.changes import Change, Changes, changes
from engine.store.clock import utc
from engine.store.columns import COLUMNS, SIGHTING
from engine.store.corrections import BY_COMPANY, BY_NAME, Corrections, corrections
from engine.store.duplicates import TELLING, propose
from engine.store.groups import renamed
from engine.store.history import units_known_by, units_without
from engine.store.identity import ordinals, unit_ids
from engine.store.intake_rows import content_columns, register_rows
from engine.store.matches import candidates, certain_matches, weaker_identities
from engine.store.merges import folded, gone_units, record_merge, roots, sightings_of
from engine.store.overrides import overrides_of
from engine.store.session import Session
from engine.store.sources import held_back
from engine.store.story import ImportStory, import_story
from engine.store.typed import typed_lines, typed_units
from engine.store.undoing import (
    Undone,
    left_to_edits,
    refuse_undone_import,
    refuse_unknown_import,
    undo,
    undo_plan,
    undone_of,
)


class IntakeLike(Protocol):
    """What the register needs of `engine.intake.Intake`."""

    @property
    def units(self) -> pd.DataFrame:
        """Unit table with the columns ``sheet``, ``row`` and ``identity``; the index names sheet and row.

        With a column ``ordinal`` each row says which of the units of its identity it speaks of. With a column
        ``same_as`` a row that names a unit there has a further identity of that unit, and says nothing else.
        """

    @property
    def source(self) -> str:
        """Name of the file, or what the caller calls it."""

    @property
    def as_of(self) -> pd.Timestamp | None:
        """Day the file describes."""

    @property
    def rejected_rows(self) -> pd.DataFrame:
        """Columns ``sheet``, ``row``, ``code``."""

    @property
    def rejected_cells(self) -> pd.DataFrame:
        """Columns ``sheet``, ``row``, ``column``, ``field``, ``code``, ``given``."""


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or would do.

    Parameters
    ----------
    import_id
        Number of the import; ``None`` after a rehearsal (``dry_run``). An import that changes nothing and was made
        before keeps its first number and leaves no trace.
    rows
        One line per accepted row in the file's order, shape (accepted, 4), index of the intake's units: ``sheet``,
        ``row``, ``unit_id``, ``change`` (a `Change`). This is what `engine.intake.Intake.report` asks for.
    cells
        What changed in units that were known: ``sheet``, ``row``, ``unit_id``, ``field``, ``before``, ``after``; text.
        ``held`` says why a cell does not show although it is fresher (an `engine.store.sources.Precedence`).
    """

    import_id: int | None
    rows: pd.DataFrame
    cells: pd.DataFrame

    def count(self, change: Change) -> int:
        """How many rows met this fate.

        Examples
        --------
        >>> rows = pd.DataFrame({"row": [5], "unit_id": ["U1"], "change": ["new"]})
        >>> ImportResult(1, rows, pd.DataFrame()).count(Change.NEW)
        1
        """
        return int((self.rows["change"] == change.value).sum())


class Imports:
    """Files that were taken in; called, it gives them as a table."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self) -> pd.DataFrame:
        """Imports, oldest first, with their counts; ``undone_at`` is missing where one stands."""
        table, undone = schema.imports, schema.undone_imports
        query = select(table, undone.c.made_at.label("undone_at")).join_from(table, undone, isouter=True)
        with self._session.read() as connection:
            return typed_lines(read(connection, query.order_by(table.c.id)))

    def commit(
        self, intake: IntakeLike, *, imported_at: datetime, source: str | None = None, dry_run: bool = False
    ) -> ImportResult:
        """Take an intake into the register, whole or not at all.

        An equal identity updates the unit. So does a row that differs from it only by an id or a county that was not
        known, or by a corrected name or ISIC code, if it fits no other unit;
        `engine.store.decisions.Decisions.unmerge` takes that back. Within one file equal identities keep both rows. A
        value shows unless a newer record gave another; an empty cell says nothing. Units of different origin never
        touch one another. The same file twice changes nothing.

        Parameters
        ----------
        intake
            What `engine.intake.read_register` returned.
        imported_at
            The moment from which its contents are known; without a zone taken as UTC.
        source
            Stands in for the intake's own source.
        dry_run
            Only say what would change.

        Raises
        ------
        EhyaError
            ``database_failed`` when the database refuses; then nothing has changed.
        """
        if dry_run:
            with self._session.read() as connection:
                found = plan(connection, intake, source=source)
                result = ImportResult(None, found.rows, found.cells)
                return _told(connection, result, intake, source, {**roots(connection), **found.matched})
        with self._session.write() as connection:
            found = plan(connection, intake, source=source)
            result = write(connection, intake, found, imported_at=imported_at, source=source)
            return _told(connection, result, intake, source, roots(connection))

    def show(self, import_id: int, *, part: slice | None = None) -> ImportStory:
        """What an import did to units, from what to what, and which units it no longer speaks of.

        Parameters
        ----------
        import_id
            The import.
        part
            Only cells of these of the units that it changed; by default of all.

        Raises
        ------
        EhyaError
            ``unknown_import``.
        """
        with self._session.read() as connection:
            refuse_unknown_import(connection, import_id)
            return import_story(connection, import_id, roots(connection), part=part)

    def undo(self, import_id: int, *, made_at: datetime) -> Undone:
        """Take an import back, as if it had never been, also for what was known on earlier days.

        Units that no other import speaks of show no more; of the others the values show that would have shown. What
        persons decided and recorded is kept, and named. The same file can be imported again: its units come back, with
        all that is kept of them.

        Parameters
        ----------
        import_id
            Number of the import.
        made_at
            The moment; without a zone taken as UTC.

        Raises
        ------
        EhyaError
            ``unknown_import``, ``import_undone`` when it was taken back before.
        """
        with self._session.write() as connection:
            refuse_unknown_import(connection, import_id)
            refuse_undone_import(connection, import_id)
            units = undo(connection, import_id, made_at=utc(made_at))
            before = _as_stored(connection, units)
            after = units_known_by(connection, None, units)[COLUMNS]
            update_frame(connection, schema.units, after.reset_index(), key="unit_id")
            return undone_of(connection, import_id, before, after)

    def undoing(self, import_id: int) -> Undone:
        """What :meth:`undo` would do; nothing is written, and no writer is waited for.

        Raises
        ------
        EhyaError
            ``unknown_import``, ``import_undone``.
        """
        with self._session.read() as connection:
            refuse_unknown_import(connection, import_id)
            refuse_undone_import(connection, import_id)
            plan = undo_plan(connection, import_id)
            rest = {"lines": plan.lines, "sightings": plan.sightings}
            after = units_without(connection, import_id, plan.units, **rest)[COLUMNS]
            return undone_of(connection, import_id, _as_stored(connection, plan.units), after)

    def left_to_edits(self, import_id: int) -> pd.Series:
        """Units of an import of which nothing but edits of persons speaks beside it, with their last name.

        Once it is taken back they still show, since somebody wrote of them; they go when those edits are taken back.

        Raises
        ------
        EhyaError
            ``unknown_import``.
        """
        with self._session.read() as connection:
            refuse_unknown_import(connection, import_id)
            return left_to_edits(connection, import_id)

    def rejections(self, import_id: int) -> pd.DataFrame:
        """Rows and cells that an import refused: ``sheet, row, column, field, code, given``."""
        table = schema.rejections
        columns = [table.c[name] for name in ("sheet", "row", "column", "field", "code", "given")]
        query = select(*columns).where(table.c.import_id == import_id).order_by(table.c.id)
        with self._session.read() as connection:
            return typed_lines(read(connection, query))


def _as_stored(connection: Connection, units: Collection[str]) -> pd.DataFrame:
    raw = read_where(connection, select(schema.units), schema.units.c.unit_id, units)
    return typed_units(raw).set_index("unit_id")[COLUMNS]


def plan(connection: Connection, intake: IntakeLike, *, source: str | None) -> Changes:
    """Compare the accepted rows of an intake with the register; nothing is written."""
    rows = register_rows(intake.units, source=source or intake.source, as_of=intake.as_of)
    stored = _stored(connection, rows)
    living = stored[~stored["unit_id"].isin(gone_units(connection))]
    told = intake.units.get("ordinal")  # a person edited units that stand before them: which these are is no guess
    rows["ordinal"] = ordinals(rows, living, content_columns()) if told is None else told.to_numpy(dtype="int64")
    rows["unit_id"] = unit_ids(rows, stored)
    known = living[living["unit_id"].isin(rows["unit_id"])]
    seen = _sightings(connection, known["unit_id"])
    found = changes(rows, known, seen, partial(_given_before, connection))
    same = _told_same(intake.units, found.rows["unit_id"])
    rest = found.new[~found.new["unit_id"].isin(same)]
    matched, doubtful = _matched(connection, rest, known["unit_id"])
    change = found.rows["change"].mask(found.rows["unit_id"].isin(matched), Change.UPDATED.value)
    change = change.mask(found.rows["unit_id"].isin(same), Change.UNCHANGED.value)
    rows = found.rows.assign(change=change).set_axis(intake.units.index)
    return replace(found, rows=rows, matched=same | matched, doubtful=doubtful)


def _told_same(units: pd.DataFrame, unit_id: pd.Series) -> dict[str, str]:
    """Further identities of units, as whoever made the intake says: the unit of the identity, and that which it is."""
    if "same_as" not in units.columns:
        return {}
    told = units["same_as"].notna().to_numpy()
    return dict(zip(unit_id.to_numpy()[told], units["same_as"].to_numpy()[told], strict=True))


def write(
    connection: Connection, intake: IntakeLike, found: Changes, *, imported_at: datetime, source: str | None
) -> ImportResult:
    """Write what `plan` found."""
    result, digest = ImportResult(None, found.rows, found.cells), _digest(intake)
    earlier = _earlier(connection, digest)
    if found.empty and earlier is not None:
        return replace(result, import_id=earlier)
    number = _record_import(connection, intake, result, digest=digest, imported_at=imported_at, source=source)
    again = found.new["unit_id"].isin(gone_units(connection))  # its row stands there from an import that was undone
    insert_frame(connection, schema.units, found.new[~again])
    update_frame(connection, schema.units, found.new[again], key="unit_id")
    update_frame(connection, schema.units, found.updated, key="unit_id")
    insert_frame(connection, schema.sightings, found.sightings.assign(import_id=number))
    insert_frame(connection, schema.repeats, found.repeats.assign(import_id=number))
    insert_frame(connection, schema.unit_values, found.values.assign(import_id=number))
    insert_frame(connection, schema.rejections, _rejections(intake).assign(import_id=number))
    for unit_id, known in found.matched.items():
        record_merge(connection, known, unit_id, made_at=utc(imported_at), import_id=number)
    renamed_units = found.cells.loc[found.cells["field"].isin(TELLING), "unit_id"]
    touched = pd.Index(found.new["unit_id"]).union(pd.Index(renamed_units))
    propose(connection, touched, beside=found.doubtful, import_id=number)
    return replace(result, import_id=number)


def _told(
    connection: Connection, result: ImportResult, intake: IntakeLike, source: str | None, root_of: Mapping[str, str]
) -> ImportResult:
    cells = renamed(result.cells, root_of)
    why = held_back(cells, overrides_of(connection, root_of), source or intake.source, intake.as_of)
    return replace(result, rows=renamed(result.rows, root_of), cells=cells.assign(held=why))


def _matched(connection: Connection, new: pd.DataFrame, seen: pd.Series) -> Corrections:
    """New units that are known ones under another identity, with those; and those of which that is in doubt."""
    if new.empty or connection.execute(select(schema.units.c.unit_id).limit(1)).first() is None:
        return Corrections({}, pd.DataFrame({"new": [], "known": []}, dtype="str"))
    root_of = roots(connection)
    taken = {root_of.get(name, name) for name in seen}
    matched = _stronger(connection, new, root_of, taken)
    rest = new[~new["unit_id"].isin(matched)]
    corrected = corrections(rest, _alike(connection, rest), root_of, {*taken, *matched.values()})
    return corrected._replace(same=matched | corrected.same)


def _alike(connection: Connection, new: pd.DataFrame) -> pd.DataFrame:
    """Units of the register that a corrected name or code of new ones may hide."""
    units = schema.units.c
    parts = [
        read_where(connection, query.where(units.identity.startswith(beginning)), column, keys)
        for beginning, column, keys in (
            (BY_COMPANY, units.national_id, new["national_id"].dropna()),
            (BY_NAME, units.county, new.loc[new["identity"].str.startswith(BY_NAME), "county"].dropna()),
        )
        if len(keys)
        for query in [select(schema.units)]
    ]
    if not parts:
        return new.iloc[:0]
    stored = typed_units(pd.concat(parts, ignore_index=True))
    return stored[~stored["unit_id"].isin(gone_units(connection))]


def _stronger(
    connection: Connection, new: pd.DataFrame, root_of: Mapping[str, str], taken: Collection[str]
) -> dict[str, str]:
    """New units that gained an id or a county."""
    weaker = weaker_identities(new)
    stored = typed_units(read_where(connection, select(schema.units), schema.units.c.identity, weaker["identity"]))
    stored = stored[~stored["unit_id"].isin(gone_units(connection))]
    pairs = candidates(weaker, stored, root_of)
    wanted = set(pairs["known"])
    concerned = {lost: root for lost, root in root_of.items() if root in wanted}
    raw = read_where(connection, select(schema.units), schema.units.c.unit_id, [*wanted, *concerned])
    table = typed_units(raw).set_index("unit_id").drop(columns=["identity", "ordinal", EXTRAS])
    known = folded(table, concerned, sightings_of(connection, concerned)) if concerned else table
    return certain_matches(pairs, new, known, taken)


def _stored(connection: Connection, rows: pd.DataFrame) -> pd.DataFrame:
    raw = read_where(connection, select(schema.units), schema.units.c.identity, rows["identity"])
    return typed_units(raw)


def _sightings(connection: Connection, unit_id: pd.Series) -> pd.DataFrame:
    table = schema.sightings
    query = select(*(table.c[name] for name in SIGHTING)).where(schema.living(table.c.import_id))
    query = query.order_by(table.c.import_id)
    raw = read_where(connection, query, table.c.unit_id, unit_id)
    return raw.astype({"as_of": "datetime64[s]", "price_year": "Int64"} | dict.fromkeys(_texts(SIGHTING), "str"))


def _given_before(connection: Connection, unit_id: pd.Series, field: pd.Series) -> pd.DataFrame:
    values, seen = schema.unit_values.c, schema.sightings.c
    query = select(values.unit_id, values.field, values.value, seen.source, seen.as_of)
    query = query.join_from(schema.unit_values, schema.sightings).order_by(values.import_id, values.id)
    query = query.where(schema.living(values.import_id))
    asked = query.where(values.field.in_(field.unique().tolist()))
    return read_where(connection, asked, values.unit_id, unit_id).astype("str").astype({"as_of": "datetime64[s]"})


def _texts(names: list[str]) -> list[str]:
    return [name for name in names if name not in ("as_of", "price_year")]


def _earlier(connection: Connection, digest: str) -> int | None:
    imports = schema.imports
    query = select(imports.c.id).where(imports.c.digest == digest, schema.living(imports.c.id))
    query = query.order_by(imports.c.id.desc()).limit(1)
    found: int | None = connection.execute(query).scalar_one_or_none()
    return found


def _record_import(
    connection: Connection,
    intake: IntakeLike,
    result: ImportResult,
    *,
    digest: str,
    imported_at: datetime,
    source: str | None,
) -> int:
    row = {
        "source": source or intake.source,
        "digest": digest,
        "as_of": None if intake.as_of is None else intake.as_of.date(),
        "imported_at": utc(imported_at),
        "new_count": result.count(Change.NEW),
        "updated_count": result.count(Change.UPDATED),
        "unchanged_count": result.count(Change.UNCHANGED),
        "rejected_row_count": len(intake.rejected_rows),
        "rejected_cell_count": len(intake.rejected_cells),
    }
    return insert_line(connection, schema.imports, row)


def _rejections(intake: IntakeLike) -> pd.DataFrame:
    columns = ["sheet", "row", "column", "field", "code", "given"]
    parts = [part.reindex(columns=columns).astype(object) for part in (intake.rejected_rows, intake.rejected_cells)]
    lines = pd.concat(parts, ignore_index=True)
    return lines.assign(given=lines["given"].mask(lines["code"] == RejectionCode.PERSON_ID.value))


def _digest(intake: IntakeLike) -> str:
    digest = hashlib.sha256(f"{intake.source}|{intake.as_of}".encode())
    for frame in (intake.units, _rejections(intake)):
        digest.update(pd.util.hash_pandas_object(frame.astype("str"), index=False).to_numpy().tobytes())
    return digest.hexdigest()
