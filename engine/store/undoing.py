"""Taking an import back, as if it had never been: its lines stay in the tables, and nothing reads them any more.

Later imports may rest on it: they left no line where they repeated what it had said, and stood beside where it was
fresher. What they would have left without it is written out, in their name, before it goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sqlalchemy import Connection, Select, Table, func, insert, null, select

from engine.codes import Code
from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.bulk import insert_frame, read, read_where
from engine.store.columns import SIGHTING
from engine.store.sources import EDITS
from engine.store.valuing import valued

_Mask = npt.NDArray[np.bool_]
_PAIR = ["unit_id", "field"]
_RECORD = [*SIGHTING, "import_id"]
_KEPT_COLUMNS = ["kind", "number", "unit_id", "field", "day"]
_ENDED: dict[str, Select[Any]] = {
    "event": select(schema.event_revisions.c.event_id),
    "confirmation": select(schema.withdrawals.c.confirmation_id).where(
        schema.withdrawals.c.confirmation_id.is_not(None)
    ),
    "pin": select(schema.withdrawals.c.pin_id).where(schema.withdrawals.c.pin_id.is_not(None)),
    "merge": select(schema.unmerges.c.merge_id),
}
"""Numbers of what was taken back since, a kind each."""
_KEPT = (
    ("event", schema.events, "unit_id", "known_on"),
    ("confirmation", schema.confirmations, "unit_id", "made_at"),
    ("pin", schema.pins, "unit_id", "made_at"),
    ("merge", schema.merges, "lost_id", "made_at"),
    ("distinction", schema.distinctions, "unit_id", "made_at"),
)


@dataclass(frozen=True)
class Undone:
    """What taking an import back did.

    Parameters
    ----------
    import_id
        Its number.
    units
        The units that it spoke of, sorted: ``unit_id, fate`` (a `Fate`).
    kept
        What persons decided and recorded of these units after it, and of those that are gone at any time, as far as it
        was not taken back: ``kind``
        (``event``, ``confirmation``, ``pin``, ``merge``, ``distinction``), ``number, unit_id, field`` (missing where it
        is of no field), ``day``. It is kept, and shows again when the unit does.
    """

    import_id: int
    units: pd.DataFrame
    kept: pd.DataFrame

    @property
    def changed(self) -> int:
        """Units that show something else by it, or nothing any more."""
        return int((self.units["fate"] != Fate.UNCHANGED.value).sum())


class Fate(Code):
    """What became of a unit of an import that was undone."""

    GONE = "gone"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


def refuse_unknown_import(connection: Connection, number: int) -> None:
    """Let only the number of an import pass.

    Raises
    ------
    EhyaError
        ``unknown_import`` (``allowed``: the newest ten).
    """
    imports = schema.imports.c
    if connection.execute(select(imports.id).where(imports.id == number)).first() is None:
        newest = connection.execute(select(imports.id).order_by(imports.id.desc()).limit(10)).scalars()
        raise EhyaError(ErrorCode.UNKNOWN_IMPORT, given=number, allowed=list(newest))


def refuse_undone_import(connection: Connection, number: int) -> None:
    """Let only an import pass that stands.

    Raises
    ------
    EhyaError
        ``import_undone``.
    """
    undone = schema.undone_imports.c
    if connection.execute(select(undone.import_id).where(undone.import_id == number)).first() is not None:
        raise EhyaError(ErrorCode.IMPORT_UNDONE, given=number)


def undone_of(connection: Connection, number: int, before: pd.DataFrame, after: pd.DataFrame) -> Undone:
    """Say what taking an import back did.

    Parameters
    ----------
    connection
        Where to read.
    number
        The import.
    before, after
        Rows of its units, index ``unit_id``, the same columns; those that are gone are missing in ``after``.
    """
    units = pd.DataFrame({"unit_id": before.index.sort_values()}, dtype="str")
    now = after.reindex(before.index)[list(before.columns)]
    same = (_as_text(before) == _as_text(now)).all(axis=1)
    stays = pd.Series(before.index.isin(after.index), index=before.index)
    fate = same.map({True: Fate.UNCHANGED.value, False: Fate.CHANGED.value}).where(stays, Fate.GONE.value)
    units["fate"] = fate.reindex(units["unit_id"]).to_numpy()
    gone = set(units.loc[units["fate"] == Fate.GONE.value, "unit_id"])
    imports = schema.imports.c
    since = connection.execute(select(imports.imported_at).where(imports.id == number)).scalar_one().date()
    kept = pd.concat([_kept(connection, *place, units["unit_id"]) for place in _KEPT], ignore_index=True)
    later = (pd.to_datetime(kept["day"]) >= pd.Timestamp(since)) | kept["unit_id"].isin(gone)
    return Undone(number, units, kept[later.to_numpy(dtype=bool)].reset_index(drop=True))


def _kept(connection: Connection, kind: str, table: Table, unit: str, day: str, units: pd.Series) -> pd.DataFrame:
    field = table.c.get("field", null())
    query = select(table.c.id.label("number"), table.c[unit].label("unit_id"), field.label("field"), table.c[day])
    if kind in _ENDED:
        query = query.where(table.c.id.not_in(_ENDED[kind]))
    elif kind == "distinction":  # the last line of a pair says whether it holds
        last = select(func.max(table.c.id)).group_by(table.c.unit_id, table.c.other_id)
        query = query.where(table.c.holds, table.c.id.in_(last))
    raw = read_where(connection, query.order_by(table.c.id), table.c[unit], units)
    raw.columns = ["number", "unit_id", "field", "day"]
    lines = raw.astype({"number": "int64", "unit_id": "str", "field": "str", "day": "datetime64[us]"})
    return lines.assign(kind=kind, day=lines["day"].dt.normalize().astype("datetime64[s]"))[_KEPT_COLUMNS]


def left_to_edits(connection: Connection, number: int) -> pd.Series:
    """Units of an import of which, without it, nothing but edits of persons would speak: index ``unit_id``, and the
    name that some import gave them, by which they would show no more.
    """
    own, tables = schema.sightings.c, (schema.sightings, schema.repeats)
    units = read(connection, select(own.unit_id).where(own.import_id == number))["unit_id"].drop_duplicates()
    told = []
    for table in tables:
        source = func.coalesce(table.c.source, schema.imports.c.source).label("source")
        query = select(table.c.unit_id, source).join_from(
            table, schema.imports, table.c.import_id == schema.imports.c.id
        )
        query = query.where(table.c.import_id != number, schema.living(table.c.import_id))
        told.append(read_where(connection, query, table.c.unit_id, units))
    rest = pd.concat(told, ignore_index=True).astype("str")
    by_hand = rest["source"].str.startswith(EDITS).groupby(rest["unit_id"]).all()
    left = pd.Series(by_hand.index[by_hand.to_numpy(dtype=bool)], dtype="str")
    values = schema.unit_values.c
    query = select(values.unit_id, values.value).where(values.field == "name", values.value.is_not(None))
    names = read_where(connection, query.order_by(values.id), values.unit_id, left)
    named = names.drop_duplicates("unit_id", keep="last").set_index("unit_id")["value"]
    return named.reindex(left.sort_values().to_numpy()).astype("str").rename_axis("unit_id").rename("name")


def _as_text(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.astype("str").fillna("")


@dataclass(frozen=True, eq=False)
class UndoPlan:
    """What taking an import back writes.

    Parameters
    ----------
    units
        Units that it spoke of, sorted.
    sightings
        Sightings that later imports get, since without it they say themselves what they had only said again.
    lines
        Lines that they get: ``unit_id, import_id, field, value, precision, shown``.
    """

    units: list[str]
    sightings: pd.DataFrame
    lines: pd.DataFrame


def undo_plan(connection: Connection, number: int) -> UndoPlan:
    """What taking an import that stands back would write; nothing is written."""
    seen, lines = schema.sightings.c, schema.unit_values.c
    own = _records(connection, select(*(seen[name] for name in _RECORD)).where(seen.import_id == number))
    units = sorted(own["unit_id"])
    query = select(*(seen[name] for name in _RECORD)).where(schema.living(seen.import_id))
    told = _records(connection, query, units)
    query = select(lines.id, *(lines[name] for name in (*_PAIR, "import_id", "value", "precision", "shown")))
    history = read_where(connection, query.where(schema.living(lines.import_id)), lines.unit_id, units)
    again = _repeated(connection, told, number, units)
    fields = own[["unit_id", "given"]].assign(field=own["given"].str.split(";")).explode("field")
    missing = _missing_lines(pd.concat([told, again[_RECORD]], ignore_index=True), history, fields[_PAIR], number)
    return UndoPlan(units, again, missing)


def undo(connection: Connection, number: int, *, made_at: datetime) -> list[str]:
    """Take an import back.

    Parameters
    ----------
    connection
        Where to write.
    number
        An import that stands.
    made_at
        The moment, UTC.

    Returns
    -------
    list of str
        Units that it spoke of; what shows of them is to be folded anew.
    """
    plan = undo_plan(connection, number)
    connection.execute(insert(schema.undone_imports).values(import_id=number, made_at=made_at))
    insert_frame(connection, schema.sightings, plan.sightings)
    insert_frame(connection, schema.unit_values, plan.lines)
    return plan.units


def _records(connection: Connection, query: Select[Any], units: list[str] | None = None) -> pd.DataFrame:
    raw = read(connection, query) if units is None else read_where(connection, query, schema.sightings.c.unit_id, units)
    types = {"as_of": "datetime64[s]", "price_year": "Int64", "import_id": "int64"}
    return raw.astype(types | {name: "str" for name in _RECORD if name not in types})


def _repeated(connection: Connection, told: pd.DataFrame, number: int, units: list[str]) -> pd.DataFrame:
    """Sightings of later imports that had only said again what this one said: without it they say it themselves."""
    table = schema.repeats
    query = select(table).where(table.c.import_id > number, schema.living(table.c.import_id))
    raw = read_where(connection, query.order_by(table.c.import_id), table.c.unit_id, units)
    types = {"as_of": "datetime64[s]", "price_year": "Int64", "import_id": "int64", "row": "int64"}
    later = raw.astype(types | {name: "str" for name in raw.columns if name not in types})
    there = _keys(told[told["import_id"] != number])
    key = _keys(later)
    return later[~key.isin(there) & ~key.duplicated()].reset_index(drop=True)


def _keys(records: pd.DataFrame) -> pd.Series:
    parts = [records[name].astype("str").fillna("") for name in SIGHTING]
    return pd.Series(pd.MultiIndex.from_arrays(parts).to_flat_index(), index=records.index, dtype=object)


def _missing_lines(told: pd.DataFrame, history: pd.DataFrame, pairs: pd.DataFrame, number: int) -> pd.DataFrame:
    """Lines that later imports would have left, had this one never been.

    Parameters
    ----------
    told
        All records of the units: ``unit_id, import_id, source, as_of, given``.
    history
        Their lines: ``id, unit_id, field, import_id, value, precision, shown``.
    pairs
        ``unit_id, field`` that the import gave.
    number
        The import.

    Examples
    --------
    >>> record = {"unit_id": "U1", "source": "a", "given": "jobs_now", "as_of": pd.Timestamp("2025-01-01")}
    >>> told = pd.DataFrame([record | {"import_id": 1}, record | {"import_id": 2, "source": "b"}])
    >>> line = {"id": 1, "unit_id": "U1", "field": "jobs_now", "import_id": 1, "value": "30", "shown": True}
    >>> pairs = pd.DataFrame({"unit_id": ["U1"], "field": ["jobs_now"]})
    >>> missing = _missing_lines(told, pd.DataFrame([line | {"precision": None}]), pairs, 1)
    >>> missing[["import_id", "value", "shown"]].values.tolist()
    [[2, '30', True]]
    """
    names = ["unit_id", "import_id", "field", "value", "precision", "shown"]
    spoken = told.assign(field=told["given"].str.split(";")).explode("field")
    spoken = spoken[pd.MultiIndex.from_frame(spoken[_PAIR]).isin(pd.MultiIndex.from_frame(pairs))]
    if spoken.empty or history.empty:
        return pd.DataFrame(columns=names)
    lines = history.astype({"id": "int64", "import_id": "int64", "shown": "bool"})
    lines = lines.astype(dict.fromkeys(("unit_id", "field", "value", "precision"), "str"))
    lines = lines.merge(told[["unit_id", "import_id", "source", "as_of"]], on=["unit_id", "import_id"])
    said = valued(spoken.reset_index(drop=True), lines)
    said = said[said["import_id"] != number].sort_values([*_PAIR, "import_id"], ignore_index=True)
    said["precision"] = said["precision"].fillna("")
    shows, before = _would_show(said)
    kept = lines.sort_values("shown").drop_duplicates([*_PAIR, "import_id"], keep="last")
    kept = said[[*_PAIR, "import_id"]].merge(kept[[*_PAIR, "import_id", "shown"]], how="left")
    stands = kept["shown"].notna().to_numpy() & (kept["shown"].eq(True).to_numpy() | ~shows)
    wanted = ~stands & (said["import_id"] > number).to_numpy() & (kept["shown"].notna().to_numpy() | ~before)
    return said.assign(shown=shows, precision=said["precision"].replace("", None))[wanted][names]


def _would_show(said: pd.DataFrame) -> tuple[_Mask, _Mask]:
    """Whether each value would have shown when it came, and whether it is the one that showed already."""
    days = said["as_of"].to_numpy(dtype="datetime64[D]").astype("int64")  # NaT becomes the lowest
    unit = [said["unit_id"], said["field"]]
    freshest = pd.Series(days).groupby(unit).cummax().to_numpy()
    shows = days >= freshest
    showed = said[["value", "precision"]].where(pd.Series(shows), axis=0).groupby(unit).ffill().groupby(unit).shift()
    same = (showed == said[["value", "precision"]]).all(axis=1).to_numpy(dtype=bool)
    return shows, same
