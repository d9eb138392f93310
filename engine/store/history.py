"""The history of fields: read it, and fold it back into the units that it tells of."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, time, timedelta

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.extensions import ExtensionArray
from sqlalchemy import Connection, Select, select

from engine.domain.extras import EXTRAS, extra_texts
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

Places = npt.NDArray[np.intp]
Instants = npt.NDArray[np.datetime64]
_AFTER_ALL = np.datetime64(datetime.max, "us")


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
    until = None if known_by is None else _end(known_by)
    lines, seen = _until(_shown(), until), _until(_seen(), until)
    if unit_ids is None:
        told, sighted = read(connection, lines), read(connection, seen)
    else:
        told = read_where(connection, lines, schema.unit_values.c.unit_id, unit_ids)
        sighted = read_where(connection, seen, schema.sightings.c.unit_id, unit_ids)
    return History(told.drop_duplicates(["unit_id", "field"], keep="last"), sighted).units()


def units_without(
    connection: Connection, number: int, unit_ids: Collection[str], *, lines: pd.DataFrame, sightings: pd.DataFrame
) -> pd.DataFrame:
    """Unit table as the register would show it without an import, folded from the history of some units.

    Parameters
    ----------
    connection
        Where to read.
    number
        The import that is left out.
    unit_ids
        The units.
    lines, sightings
        What others would leave in its stead, as `engine.store.undoing.UndoPlan` has it.
    """
    query = _shown().add_columns(schema.unit_values.c.import_id)
    told = read_where(connection, query, schema.unit_values.c.unit_id, unit_ids)
    seen = read_where(connection, _seen(), schema.sightings.c.unit_id, unit_ids)
    origins = seen.drop_duplicates("unit_id").set_index("unit_id")["origin"]
    at = read(connection, select(schema.imports.c.id, schema.imports.c.imported_at)).set_index("id")["imported_at"]
    lines, sightings = (rows.assign(imported_at=rows["import_id"].map(at)) for rows in (lines, sightings))
    sightings = sightings.assign(origin=sightings["unit_id"].map(origins))
    told = _instead(told, lines[lines["shown"].to_numpy(dtype=bool)], number)
    told = told.sort_values("import_id", kind="stable").drop_duplicates(["unit_id", "field"], keep="last")
    return History(told, _instead(seen, sightings, number)).units()


def _instead(rows: pd.DataFrame, others: pd.DataFrame, number: int) -> pd.DataFrame:
    """Rows without those of an import, and behind them what stands in their stead."""
    kept = rows[(rows["import_id"] != number).to_numpy(dtype=bool)]
    return kept if others.empty else pd.concat([kept, others[rows.columns]], ignore_index=True)


def whole_history(connection: Connection) -> History:
    """All that showed ever, for who asks for many days."""
    return History(read(connection, _shown()), read(connection, _seen()))


def earlier_figures(connection: Connection, known_by: date | None = None) -> pd.DataFrame:
    """Of each number that has shown two values by a day, the last but one: ``unit_id, field, value`` (float)."""
    numbers = [field.value for field, spec in FIELDS.items() if spec.kind in (Kind.MONEY, Kind.COUNT, Kind.NUMBER)]
    until = None if known_by is None else _end(known_by)
    lines = read(connection, _until(_shown().where(schema.unit_values.c.field.in_(numbers)), until))
    lines = lines[lines["value"].notna()]
    before = lines[lines.duplicated(["unit_id", "field"], keep="last").to_numpy(dtype=bool)]
    last = before.drop_duplicates(["unit_id", "field"], keep="last")[["unit_id", "field", "value"]]
    return last.astype({"unit_id": "str", "field": "str", "value": "float64"}).reset_index(drop=True)


def first_records(connection: Connection) -> pd.DataFrame:
    """Unit table as the first import that spoke of each unit gave it.

    ``extras`` is a column beside those of the unit table, and so is ``known_on``: the day of that import.
    """
    seen = read(connection, _seen())
    seen["imported_at"] = _instants(seen["imported_at"])
    first = seen.sort_values(["imported_at", "import_id"], kind="stable").drop_duplicates("unit_id")
    lines = read(connection, _shown().add_columns(schema.unit_values.c.import_id))
    of_first = first.set_index("unit_id")["import_id"]
    lines = lines[(lines["import_id"] == lines["unit_id"].map(of_first)).to_numpy(dtype=bool)]
    known_on = first.set_index("unit_id")["imported_at"].dt.normalize().astype("datetime64[s]")
    table = History(lines, first).units()
    return table.assign(known_on=known_on.reindex(table.index))


class History:
    """What imports gave; units as they were known on any day are folded from it, and each text is read once.

    Parameters
    ----------
    lines
        Values in the order in which they were given: ``unit_id, field, value, precision, imported_at``.
    seen
        Sightings: ``unit_id, import_id, origin, imported_at`` and the columns ``FOLLOWING``.
    """

    def __init__(self, lines: pd.DataFrame, seen: pd.DataFrame) -> None:
        typed = seen.astype({"as_of": "datetime64[s]", "price_year": "Int64", "import_id": "int64"})
        ordered = typed.sort_values(["as_of", "import_id"], na_position="first", kind="stable")
        self._unit, names = pd.factorize(ordered["unit_id"], sort=True)
        self._names = pd.Index(names, name="unit_id")
        self._seen_at = _instants(ordered["imported_at"]).to_numpy()
        self._columns = [*self._fields(lines), *self._record(ordered)]

    def units(self, known_by: date | None = None) -> pd.DataFrame:
        """Unit table at the end of a day, with the column ``extras``; by default after all imports."""
        until = _AFTER_ALL if known_by is None else np.datetime64(_end(known_by), "us")
        there = np.unique(self._unit[self._seen_at < until])
        shown = {given.name: given.last(until, there) for given in self._columns if given.begins < until}
        columns = {name: pd.Series(values, index=self._names[there]) for name, values in shown.items()}
        headings = [name for name in columns if is_extra(name)]
        told = pd.DataFrame({name.removeprefix(EXTRA): columns.pop(name) for name in headings}, self._names[there])
        return unit_table(pd.DataFrame(columns, self._names[there])).assign(**{EXTRAS: extra_texts(told)})

    def _fields(self, lines: pd.DataFrame) -> Iterator[_Given]:
        at, unit = _instants(lines["imported_at"]).to_numpy(), self._names.get_indexer(pd.Index(lines["unit_id"]))
        for name, where in lines.reset_index(drop=True).groupby("field").indices.items():
            field, place = str(name), where[unit[where] >= 0]
            told = lines.iloc[place]
            yield _Given(field, from_text(told["value"].astype("str"), field), unit[place], at[place])
            if field in DATES:
                yield _Given(f"{field}_precision", told["precision"].astype("str"), unit[place], at[place])

    def _record(self, ordered: pd.DataFrame) -> Iterator[_Given]:
        for name in ("origin", *FOLLOWING):
            place = np.flatnonzero(ordered[name].notna())
            yield _Given(name, ordered[name].iloc[place], self._unit[place], self._seen_at[place])


class _Given:
    """All that units were given in one column, in the order in which it counts."""

    def __init__(self, name: str, values: pd.Series, unit: Places, at: Instants) -> None:
        self.name, self._values, self._unit, self._at = name, values.array, unit, at
        self.begins = _AFTER_ALL if len(at) == 0 else at.min()

    def last(self, until: np.datetime64, units: Places) -> ExtensionArray:
        """What counts of each of some units; missing where nothing was given yet."""
        rows = np.flatnonzero(self._at < until)
        newest = np.full(1 + max(self._unit.max(), units.max(initial=0)), -1)
        newest[self._unit[rows]] = rows  # of several rows of one unit the last stays
        shown: ExtensionArray = self._values.take(newest[units], allow_fill=True)
        return shown


def _instants(column: pd.Series) -> pd.Series:
    return column.astype("datetime64[us]")


def _end(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min)


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
        select(values.unit_id, values.field, values.value, values.precision, imports.imported_at)
        .join(schema.imports, values.import_id == imports.id)
        .where(values.shown, schema.living(values.import_id))
        .order_by(values.import_id, values.id)
    )


def _seen() -> Select[tuple[object, ...]]:
    seen, imports = schema.sightings.c, schema.imports.c
    return (
        select(
            seen.unit_id,
            seen.import_id,
            *(seen[name] for name in FOLLOWING),
            schema.units.c.origin,
            schema.imports.c.imported_at,
        )
        .join(schema.imports, seen.import_id == imports.id)
        .join(schema.units, seen.unit_id == schema.units.c.unit_id)
        .where(schema.living(seen.import_id))
    )


def _until(query: Select[tuple[object, ...]], until: datetime | None) -> Select[tuple[object, ...]]:
    return query if until is None else query.where(schema.imports.c.imported_at < until)
