"""One import: read what the register knows of the rows, compare, write, all in the caller's transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

import pandas as pd
from sqlalchemy import Connection, insert, select

from engine.domain.unit import unit_table
from engine.store import schema
from engine.store.bulk import insert_frame, read_where, update_frame
from engine.store.changes import SIGHTING, Change, Changes, changes
from engine.store.clock import utc
from engine.store.identity import ordinals, unit_ids
from engine.store.intake_rows import content_columns, register_rows


class Intake(Protocol):
    """What the register needs of `engine.intake.Intake`."""

    @property
    def units(self) -> pd.DataFrame:
        """Unit table with the columns ``row`` and ``identity``."""

    @property
    def file_name(self) -> str:
        """Name of the file, without its folder."""

    @property
    def sha256(self) -> str:
        """Digest of the file's bytes, hexadecimal."""

    @property
    def source(self) -> str | None:
        """Where the file comes from."""

    @property
    def as_of(self) -> date | None:
        """Day the file describes."""

    @property
    def rejected_rows(self) -> pd.DataFrame:
        """Columns ``row``, ``code``."""

    @property
    def rejected_cells(self) -> pd.DataFrame:
        """Columns ``row``, ``column``, ``field``, ``code``, ``given``."""


@dataclass(frozen=True)
class ImportResult:
    """What an import did, or would do.

    Parameters
    ----------
    import_id
        Number of the import; ``None`` after a rehearsal (``dry_run``). An import that changes nothing and was made
        before keeps its first number and leaves no trace.
    rows
        One line per accepted row in the file's order, shape (accepted, 3): ``row``, ``unit_id``, ``change``
        (a `Change`).
    cells
        What changed in units that were known: ``row``, ``unit_id``, ``field``, ``before``, ``after`` as text.
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


def plan(connection: Connection, intake: Intake, *, source: str | None) -> Changes:
    """Compare the accepted rows of an intake with the register; nothing is written."""
    rows = register_rows(intake.units, source=source or intake.source, as_of=intake.as_of)
    stored = _stored(connection, rows)
    rows["ordinal"] = ordinals(rows, stored, content_columns())
    rows["unit_id"] = unit_ids(rows)
    known = stored[stored["unit_id"].isin(rows["unit_id"])]
    seen = _sightings(connection, known["unit_id"])
    return changes(rows, known, seen, _late_history(connection, rows, known))


def write(
    connection: Connection, intake: Intake, found: Changes, *, imported_at: datetime, source: str | None
) -> ImportResult:
    """Write what `plan` found."""
    result = ImportResult(None, found.rows, found.cells)
    earlier = _earlier(connection, intake)
    if found.empty and earlier is not None:
        return ImportResult(earlier, found.rows, found.cells)
    number = _record_import(connection, intake, result, imported_at=imported_at, source=source)
    insert_frame(connection, schema.units, found.new)
    update_frame(connection, schema.units, found.updated, key="unit_id")
    insert_frame(connection, schema.sightings, found.sightings.assign(import_id=number))
    insert_frame(connection, schema.unit_values, found.values.assign(import_id=number))
    insert_frame(connection, schema.rejections, _rejections(intake).assign(import_id=number))
    return ImportResult(number, found.rows, found.cells)


def typed_units(raw: pd.DataFrame) -> pd.DataFrame:
    """Give the columns of ``units``, as read, their types; the index stays plain."""
    table = unit_table(raw.set_index("unit_id"))
    texts = raw[["identity", "ordinal", "extras"]].set_axis(table.index)
    typed = table.assign(
        identity=texts["identity"].astype("str"),
        ordinal=texts["ordinal"].astype("int64"),
        extras=texts["extras"].astype("str"),
    )
    return typed.reset_index()


def _stored(connection: Connection, rows: pd.DataFrame) -> pd.DataFrame:
    raw = read_where(connection, select(schema.units), schema.units.c.identity, rows["identity"])
    return typed_units(raw)


def _sightings(connection: Connection, unit_id: pd.Series) -> pd.DataFrame:
    table = schema.sightings
    query = select(*(table.c[name] for name in SIGHTING)).order_by(table.c.import_id)
    raw = read_where(connection, query, table.c.unit_id, unit_id)
    return raw.astype({"as_of": "datetime64[s]", "price_year": "Int64"} | dict.fromkeys(_texts(SIGHTING), "str"))


def _late_history(connection: Connection, rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """History of the units that this file describes as of an earlier day than the register does."""
    shown = known.set_index("unit_id")["as_of"].reindex(rows["unit_id"]).to_numpy()
    late = rows.loc[pd.notna(shown) & ~(rows["as_of"].to_numpy() >= shown), "unit_id"]
    values, seen = schema.unit_values, schema.sightings
    query = select(values.c.unit_id, values.c.field, values.c.value, seen.c.as_of).join_from(values, seen)
    raw = read_where(connection, query, values.c.unit_id, late)
    return raw.astype({"unit_id": "str", "field": "str", "value": "str", "as_of": "datetime64[s]"})


def _texts(names: list[str]) -> list[str]:
    return [name for name in names if name not in ("as_of", "price_year")]


def _earlier(connection: Connection, intake: Intake) -> int | None:
    imports = schema.imports
    query = select(imports.c.id).where(imports.c.sha256 == intake.sha256).order_by(imports.c.id.desc()).limit(1)
    found: int | None = connection.execute(query).scalar_one_or_none()
    return found


def _record_import(
    connection: Connection, intake: Intake, result: ImportResult, *, imported_at: datetime, source: str | None
) -> int:
    row = {
        "file_name": intake.file_name,
        "sha256": intake.sha256,
        "source": source or intake.source,
        "as_of": intake.as_of,
        "imported_at": utc(imported_at),
        "new_count": result.count(Change.NEW),
        "updated_count": result.count(Change.UPDATED),
        "unchanged_count": result.count(Change.UNCHANGED),
        "rejected_row_count": len(intake.rejected_rows),
        "rejected_cell_count": len(intake.rejected_cells),
    }
    key = connection.execute(insert(schema.imports).values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _rejections(intake: Intake) -> pd.DataFrame:
    columns = ["row", "column", "field", "code", "given"]
    parts = [part.reindex(columns=columns).astype(object) for part in (intake.rejected_rows, intake.rejected_cells)]
    return pd.concat(parts, ignore_index=True)
