"""The history of fields: read it, and fold it back into the units that it tells of."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

import pandas as pd
from sqlalchemy import Connection, Select, select

from engine.domain.extras import EXTRAS, gathered
from engine.domain.unit import FIELDS, Kind, unit_table
from engine.store import schema
from engine.store.bulk import read, read_where
from engine.store.columns import DATES, EXTRA, FOLLOWING, from_text, is_extra

_TYPES = {
    "as_of": "datetime64[s]",
    "known_on": "datetime64[us]",  # an instant as stored, a day as returned
    "price_year": "Int64",
    "shown": "boolean",
    "import_id": "int64",
    "row": "int64",
}


def history_of(connection: Connection, unit_ids: Sequence[str]) -> pd.DataFrame:
    """All values ever given for one unit, or for those that were merged into one, oldest import first."""
    values = schema.unit_values
    raw = read(connection, _history().where(values.c.unit_id.in_(unit_ids)).order_by(values.c.import_id, values.c.id))
    types = {name: _TYPES.get(name, "str") for name in raw.columns}
    frame = raw.astype(types)
    frame["known_on"] = frame["known_on"].dt.normalize().astype("datetime64[s]")
    return frame


def units_known_by(
    connection: Connection, known_by: date | None, unit_ids: Collection[str] | None = None
) -> pd.DataFrame:
    """Unit table as the register showed it at the end of a day, folded from the history; of some units or of all.

    ``extras`` is a column beside those of the unit table.
    """
    until = None if known_by is None else datetime.combine(known_by + timedelta(days=1), time.min)
    lines, seen = _until(_shown(), until), _until(_seen(), until)
    if unit_ids is None:
        return _folded(read(connection, lines), _record(read(connection, seen)))
    told = read_where(connection, lines, schema.unit_values.c.unit_id, unit_ids)
    return _folded(told, _record(read_where(connection, seen, schema.sightings.c.unit_id, unit_ids)))


def earlier_figures(connection: Connection) -> pd.DataFrame:
    """Of each number that has shown two values, the last but one: ``unit_id, field, value`` (float)."""
    numbers = [field.value for field, spec in FIELDS.items() if spec.kind in (Kind.MONEY, Kind.COUNT, Kind.NUMBER)]
    lines = read(connection, _shown().where(schema.unit_values.c.field.in_(numbers)))
    lines = lines[lines["value"].notna()]
    before = lines[lines.duplicated(["unit_id", "field"], keep="last").to_numpy(dtype=bool)]
    last = before.drop_duplicates(["unit_id", "field"], keep="last")[["unit_id", "field", "value"]]
    return last.astype({"unit_id": "str", "field": "str", "value": "float64"}).reset_index(drop=True)


def first_records(connection: Connection) -> pd.DataFrame:
    """Unit table as the first import that spoke of each unit gave it.

    ``extras`` is a column beside those of the unit table, and so is ``known_on``: the day of that import.
    """
    seen = read(connection, _seen().add_columns(schema.imports.c.imported_at))
    seen["imported_at"] = seen["imported_at"].astype("datetime64[us]")
    first = seen.sort_values(["imported_at", "import_id"], kind="stable").drop_duplicates("unit_id")
    lines = read(connection, _shown().add_columns(schema.unit_values.c.import_id))
    of_first = first.set_index("unit_id")["import_id"]
    lines = lines[(lines["import_id"] == lines["unit_id"].map(of_first)).to_numpy(dtype=bool)]
    known_on = first.set_index("unit_id")["imported_at"].dt.normalize().astype("datetime64[s]")
    table = _folded(lines, _record(first.drop(columns="imported_at")))
    return table.assign(known_on=known_on.reindex(table.index))


def _folded(lines: pd.DataFrame, record: pd.DataFrame) -> pd.DataFrame:
    latest = lines.drop_duplicates(["unit_id", "field"], keep="last").set_index("unit_id")
    columns: dict[str, pd.Series] = {}
    for name, where in latest.reset_index(drop=True).groupby("field").indices.items():
        field, told = str(name), latest.iloc[where]
        columns[field] = from_text(told["value"].astype("str"), field).reindex(record.index)
        if field in DATES:
            columns[f"{field}_precision"] = told["precision"].astype("str").reindex(record.index)
    headings = [name for name in columns if is_extra(name)]
    told_extras = pd.DataFrame({name.removeprefix(EXTRA): columns.pop(name) for name in headings}, index=record.index)
    extras = gathered(told_extras)
    return unit_table(pd.DataFrame(columns, index=record.index).join(record)).assign(**{EXTRAS: extras})


def _history() -> Select[tuple[object, ...]]:
    values, seen, imports = schema.unit_values.c, schema.sightings.c, schema.imports.c
    return (
        select(
            values.field, values.value, values.precision, seen.source, seen.as_of, seen.confidence, seen.price_year,
            values.shown, values.import_id, seen.sheet, seen.row, imports.imported_at.label("known_on"),
        )
        .join_from(schema.unit_values, schema.sightings)
        .join(schema.imports, seen.import_id == imports.id)
        .where(schema.living(values.import_id))
    )  # fmt: skip


def _shown() -> Select[tuple[object, ...]]:
    values, imports = schema.unit_values.c, schema.imports.c
    return (
        select(values.unit_id, values.field, values.value, values.precision)
        .join(schema.imports, values.import_id == imports.id)
        .where(values.shown, schema.living(values.import_id))
        .order_by(values.import_id, values.id)
    )


def _seen() -> Select[tuple[object, ...]]:
    seen, imports = schema.sightings.c, schema.imports.c
    return (
        select(seen.unit_id, seen.import_id, *(seen[name] for name in FOLLOWING), schema.units.c.origin)
        .join(schema.imports, seen.import_id == imports.id)
        .join(schema.units, seen.unit_id == schema.units.c.unit_id)
        .where(schema.living(seen.import_id))
    )


def _until(query: Select[tuple[object, ...]], until: datetime | None) -> Select[tuple[object, ...]]:
    return query if until is None else query.where(schema.imports.c.imported_at < until)


def _record(seen: pd.DataFrame) -> pd.DataFrame:
    typed = seen.astype({"as_of": "datetime64[s]", "price_year": "Int64", "import_id": "int64"})
    ordered = typed.sort_values(["as_of", "import_id"], na_position="first", kind="stable")
    return ordered.groupby("unit_id")[["origin", *FOLLOWING]].last()
