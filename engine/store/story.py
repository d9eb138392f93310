"""What one import did to units, from what to what, and which units it no longer speaks of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd
from sqlalchemy import Connection, select

from engine.store import schema
from engine.store.bulk import read, read_where
from engine.store.groups import members, renamed
from engine.store.sources import source_family

_PAIR = ["unit_id", "field"]


@dataclass(frozen=True)
class ImportStory:
    """What an import did.

    Parameters
    ----------
    import_id
        Its number.
    cells
        One line a unit and field that it gave another value, in the order of the file: ``sheet, row, unit_id, change``
        (``new`` or ``updated``), ``field, before`` (missing where nothing was known), ``after`` (text), ``shown``
        (false: it stood beside a fresher value).
    earlier_id
        The import before it of the same source, undone ones left out; ``None`` for the first.
    missing
        Units of that earlier one that this one does not name: ``unit_id``, sorted.
    complete
        Whether the rows of both are known in whole. Imports made by an Ehya before 0005 kept no trace of rows that said
        the same again: then a unit in ``missing`` may have been such a row.
    changed
        Units that it gave another value, in the order of the file, whichever of them ``cells`` tells of.
    """

    import_id: int
    cells: pd.DataFrame
    earlier_id: int | None
    missing: pd.DataFrame
    complete: bool
    changed: tuple[str, ...] = ()


def import_story(
    connection: Connection, number: int, root_of: Mapping[str, str], *, part: slice | None = None
) -> ImportStory:
    """Tell what an import did; of one that was undone too, as if it still stood.

    Parameters
    ----------
    connection, number
        Where to read, and the import.
    root_of
        What `engine.store.merges.roots` returned.
    part
        Only cells of these of the units that it changed, counted by sheet and row; by default of all.
    """
    source = connection.execute(select(schema.imports.c.source).where(schema.imports.c.id == number)).scalar_one()
    earlier = _earlier(connection, number, str(source))
    changed = _changed(connection, number, root_of)
    asked = None if part is None else [one for unit in changed[part] for one in members(root_of, unit)]
    cells = renamed(_cells(connection, number, asked), root_of)
    numbers = [number] if earlier is None else [number, earlier]
    spoken = {one: renamed(_spoken(connection, one), root_of)["unit_id"] for one in numbers}
    gone = set() if earlier is None else set(spoken[earlier]) - set(spoken[number])
    missing = pd.DataFrame({"unit_id": sorted(gone)}, dtype="str")
    whole = all(_rows(connection, one) <= len(_spoken(connection, one)) for one in numbers)
    return ImportStory(number, cells, earlier, missing, whole, changed)


def _changed(connection: Connection, number: int, root_of: Mapping[str, str]) -> tuple[str, ...]:
    """Units that an import gave another value, by the name of their sheet and their row."""
    values, seen = schema.unit_values.c, schema.sightings.c
    told = select(values.unit_id).where(values.import_id == number).distinct()
    query = select(seen.unit_id).where(seen.import_id == number).order_by(seen.sheet, seen.row)
    given = set(connection.execute(told).scalars())
    units = (root_of.get(unit, unit) for unit in connection.execute(query).scalars() if unit in given)
    return tuple(dict.fromkeys(units))


def _earlier(connection: Connection, number: int, source: str) -> int | None:
    imports = schema.imports.c
    query = select(imports.id, imports.source).where(imports.id < number, schema.living(imports.id))
    family = source_family(source)
    same = [row.id for row in connection.execute(query.order_by(imports.id)) if source_family(row.source) == family]
    return same[-1] if same else None


def _spoken(connection: Connection, number: int) -> pd.DataFrame:
    parts = [
        read(connection, select(table.c.unit_id).where(table.c.import_id == number))
        for table in (schema.sightings, schema.repeats)
    ]
    return pd.concat(parts, ignore_index=True).astype("str").drop_duplicates()


def _rows(connection: Connection, number: int) -> int:
    imports = schema.imports.c
    accepted = imports.new_count + imports.updated_count + imports.unchanged_count
    return int(connection.execute(select(accepted).where(imports.id == number)).scalar_one())


def _cells(connection: Connection, number: int, asked: Collection[str] | None) -> pd.DataFrame:
    values, seen = schema.unit_values.c, schema.sightings.c
    query = select(seen.sheet, seen.row, values.unit_id, values.field, values.value.label("after"), values.shown)
    query = query.join_from(schema.unit_values, schema.sightings).where(values.import_id == number)
    query = query.order_by(values.id)
    raw = read(connection, query) if asked is None else read_where(connection, query, values.unit_id, asked)
    now = raw.astype({"row": "int64", "shown": "bool"})
    now = now.astype(dict.fromkeys(("sheet", "unit_id", "field", "after"), "str"))
    earlier = select(values.unit_id, values.field, values.value.label("before"))
    earlier = earlier.where(values.import_id < number, values.shown, schema.living(values.import_id))
    past = read_where(connection, earlier.order_by(values.import_id, values.id), values.unit_id, now["unit_id"])
    past = past.astype("str").drop_duplicates(_PAIR, keep="last")
    cells = now.merge(past, on=_PAIR, how="left").sort_values(["sheet", "row"], kind="stable", ignore_index=True)
    known = cells["unit_id"].isin(past["unit_id"])
    change = known.map({True: "updated", False: "new"}).astype("str")
    return cells.assign(change=change)[["sheet", "row", "unit_id", "change", "field", "before", "after", "shown"]]
