"""What shows of units: merged ones folded into one, and of each field the value that persons' decisions let show."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from engine.domain.derived import DERIVED_FIELDS, with_derived
from engine.domain.extras import EXTRAS, extra_table
from engine.domain.items import ITEM, PART
from engine.domain.unit import DERIVED, Confidence, column_dtypes, stored_dtypes, unit_table
from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.bulk import read, read_where
from engine.store.clock import Day, day
from engine.store.columns import DATES, EXTRA, from_text, is_extra, with_extra_columns, without_extra_columns
from engine.store.groups import members, renamed
from engine.store.history import History, earlier_figures, first_records, history_of, units_known_by, whole_history
from engine.store.merges import folded, gone_units, refuse_unknown, roots, shown_rows, sightings_of
from engine.store.overrides import overrides_of
from engine.store.session import Session
from engine.store.sources import Overrides
from engine.store.statements import contradicted, disputed, statements, unit_statements

_DRAWN = frozenset({*(field.value for field in DERIVED_FIELDS), DERIVED})
"""Columns that lists may fill, so that the database cannot filter by them."""

_COLUMNS = ["unit_id", *stored_dtypes(), EXTRAS]


@dataclass(frozen=True, eq=False, slots=True)
class Told:
    """What sources say of some units, a column ``unit_id`` in each table.

    Parameters
    ----------
    facts
        What shows (`StoredUnits.facts`), ``field`` a column.
    conflicts
        What contradicts it (`engine.store.decisions.Decisions.conflicts`).
    extras
        What stands in columns that no field knows (`StoredUnits.extras`).
    """

    facts: pd.DataFrame
    conflicts: pd.DataFrame
    extras: pd.DataFrame


class StoredUnits:
    """Units as they show; called, it gives them as a table."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, where: Mapping[str, Any] | None = None, *, known_by: Day | None = None) -> pd.DataFrame:
        """Unit table, ordered by ``unit_id``.

        Parameters
        ----------
        where
            Column to value, or to a list of values, all of which must hold: ``{"status": "idle"}``.
        known_by
            Only what was known at the end of that day (UTC), folded from the history; by default what shows now.

        Raises
        ------
        EhyaError
            ``unknown_column`` when ``where`` names a column that units have not.
        """
        conditions = dict(where or {})
        unknown = [name for name in conditions if name not in column_dtypes()]
        if unknown:
            raise EhyaError(ErrorCode.UNKNOWN_COLUMN, table="units", given=unknown, allowed=list(column_dtypes()))
        until = None if known_by is None else day(known_by)
        with self._session.read() as connection:
            if until is None and not _DRAWN.intersection(conditions) and _rows_show(connection):
                columns = [schema.units.c[name] for name in ("unit_id", *stored_dtypes())]
                named = [schema.units.c[name].in_(_listed(wanted)) for name, wanted in conditions.items()]
                query = select(*columns).where(*named).order_by(schema.units.c.unit_id)
                return with_derived(unit_table(read(connection, query)))
            table = shown_units(connection, known_by=until)
        return _filtered(with_derived(unit_table(table)), conditions)

    def on_days(self) -> Callable[[Day], pd.DataFrame]:
        """A reader of units as they were known at the end of a day, for who asks for many days.

        Returns
        -------
        Callable
            From a day to the same table that ``known_by`` gives. The history is read once, now; what is imported later
            is not seen.
        """
        with self._session.read() as connection:
            told = whole_history(connection)

        def known_by(given: Day) -> pd.DataFrame:
            with self._session.read() as connection:
                return with_derived(unit_table(shown_units(connection, known_by=day(given), told=told)))

        return known_by

    def one(self, unit_id: str) -> pd.DataFrame:
        """Unit table with the one row of a unit; a unit that was merged is the one it shows as.

        Raises
        ------
        EhyaError
            ``unknown_unit``.
        """
        with self._session.read() as connection:
            refuse_unknown(connection, [unit_id])
            found = shown_units(connection, [roots(connection).get(unit_id, unit_id)])
        return with_derived(unit_table(found))

    def keys(self, unit_ids: Collection[str]) -> pd.DataFrame:
        """By what the register knows units again: ``origin, identity, ordinal``, index ``unit_id``."""
        table = schema.units
        query = select(table.c.unit_id, table.c.origin, table.c.identity, table.c.ordinal)
        with self._session.read() as connection:
            return read_where(connection, query, table.c.unit_id, unit_ids).set_index("unit_id")

    def identities(self, unit_id: str) -> list[str]:
        """All identities by which the register knows a unit again: its own, and those of units merged into it."""
        table = schema.units
        with self._session.read() as connection:
            own = members(roots(connection), unit_id)
            query = select(table.c.unit_id, table.c.identity)
            found: list[str] = read_where(connection, query, table.c.unit_id, own)["identity"].tolist()
        return found

    def bearers(self, identities: Collection[str], origin: str) -> dict[str, str]:
        """Identity -> the unit, as it shows, that the register knows by it; what is known by none is left out."""
        table = schema.units
        query = select(table.c.identity, table.c.unit_id).where(table.c.origin == origin).order_by(table.c.unit_id)
        with self._session.read() as connection:
            found = read_where(connection, query, table.c.identity, identities)
            there = shown_rows(found, roots(connection), gone_units(connection))
        return dict(zip(there["identity"], there["unit_id"], strict=True))

    def some(self, unit_ids: Collection[str]) -> pd.DataFrame:
        """Unit table of these units alone, as they show, ordered by ``unit_id``; what there is not is left out."""
        with self._session.read() as connection:
            root_of = roots(connection)
            asked = sorted({root_of.get(unit_id, unit_id) for unit_id in unit_ids})
            found = shown_units(connection, asked)
        return with_derived(unit_table(found))

    def first_records(self) -> pd.DataFrame:
        """Units as the register first met them: what an approach has not yet brought to light.

        Returns
        -------
        pandas.DataFrame
            Unit table, ordered by ``unit_id``, with one more column ``known_on``: the day of the import. Of units that
            were merged the one that was known first.
        """
        with self._session.read() as connection:
            table, root_of = first_records(connection), roots(connection)
        order = table.reset_index().sort_values(["known_on", "unit_id"], kind="stable")
        first = renamed(order, root_of).drop_duplicates("unit_id").set_index("unit_id").sort_index()
        return with_derived(unit_table(first)).assign(known_on=first["known_on"])

    def earlier(self, *, known_by: Day | None = None) -> pd.DataFrame:
        """What numbers showed before they showed what they show now: ``unit_id, field, value`` (float).

        Parameters
        ----------
        known_by
            Before they showed what was known at the end of that day (UTC).
        """
        with self._session.read() as connection:
            return earlier_figures(connection, None if known_by is None else day(known_by))

    def history(self, unit_id: str) -> pd.DataFrame:
        """Every value ever given for a unit, oldest import first.

        Returns
        -------
        pandas.DataFrame
            Columns ``field, value`` (text), ``precision, source, as_of, confidence, price_year, shown`` (false: from
            an older record, kept beside), ``import_id, sheet, row, known_on``.
        """
        with self._session.read() as connection:
            root_of = roots(connection)
            refuse_unknown(connection, [unit_id])
            return history_of(connection, members(root_of, unit_id))

    def resolve(self, unit_id: str) -> str:
        """The unit that a unit shows as: itself, unless it was merged. Names of no unit come back as they are."""
        with self._session.read() as connection:
            return roots(connection).get(unit_id, unit_id)

    def resolved(self, unit_ids: Collection[str]) -> dict[str, str]:
        """Of each unit the one that it shows as, read in one go; names of no unit come back as they are."""
        with self._session.read() as connection:
            root_of = roots(connection)
        return {unit_id: root_of.get(unit_id, unit_id) for unit_id in unit_ids}

    def facts(self, unit_id: str) -> pd.DataFrame:
        """Of each known field of a unit the value that shows, where it is from, and how far it may be trusted.

        Returns
        -------
        pandas.DataFrame
            Index ``field``; columns as of `engine.store.decisions.Decisions.conflicts`.

        Raises
        ------
        EhyaError
            ``unknown_unit``.
        """
        with self._session.read() as connection:
            root_of = roots(connection)
            refuse_unknown(connection, [unit_id])
            told = unit_statements(connection, [unit_id], root_of, overrides_of(connection, root_of))
        return told[told["shows"]].set_index("field")

    def told(self, unit_ids: Collection[str]) -> Told:
        """What sources say of some units, read in one go; of fifty it takes hardly longer than of one.

        Parameters
        ----------
        unit_ids
            The units, named as they show.

        Raises
        ------
        EhyaError
            ``unknown_unit``.
        """
        with self._session.read() as connection:
            root_of = roots(connection)
            refuse_unknown(connection, unit_ids)
            overrides = overrides_of(connection, root_of)
            told = unit_statements(connection, unit_ids, root_of, overrides)
        shown = told[told["shows"]].reset_index(drop=True)
        extras = shown[shown["field"].map(is_extra).to_numpy(dtype=bool)]
        items = extras["field"].str.removeprefix(EXTRA) + PART + extras["value"]
        return Told(
            facts=shown,
            conflicts=contradicted(told, overrides),
            extras=extra_table(items.groupby(extras["unit_id"], sort=False).agg(ITEM.join).astype("str")),
        )

    def extras(self, unit_ids: Collection[str] | None = None) -> pd.DataFrame:
        """What stands in columns of registers that no field knows; the planner's alone.

        Parameters
        ----------
        unit_ids
            Only of these units; by default of all.

        Returns
        -------
        pandas.DataFrame
            One line a unit and heading, in their order: ``unit_id, header, kind, value`` (an
            `engine.domain.extras.ExtraKind` and text).
        """
        with self._session.read() as connection:
            root_of = roots(connection)
            asked = None if unit_ids is None else [root_of.get(unit_id, unit_id) for unit_id in unit_ids]
            return extra_table(shown_units(connection, asked)[EXTRAS])


def shown_units(
    connection: Connection,
    unit_ids: Collection[str] | None = None,
    *,
    known_by: date | None = None,
    told: History | None = None,
) -> pd.DataFrame:
    """Units as they show: the columns of the unit table that are stored, and ``extras``; index ``unit_id``.

    Parameters
    ----------
    connection
        Where to read.
    unit_ids
        Only these units, named as they show; by default all.
    known_by
        As at the end of that day (UTC); by default as now.
    told
        What imports gave, where it was read before; asked only of a day.
    """
    root_of = roots(connection, known_by)
    if known_by is not None:
        table = units_known_by(connection, known_by) if told is None else told.units(known_by)
        table = table.drop(columns=DERIVED)
        if unit_ids is not None:
            table = table[table.index.isin([one for unit_id in unit_ids for one in members(root_of, unit_id)])]
    else:
        query = select(*(schema.units.c[name] for name in _COLUMNS)).order_by(schema.units.c.unit_id)
        if unit_ids is None:
            raw = read(connection, query)
        else:
            together = [one for unit_id in unit_ids for one in members(root_of, unit_id)]
            raw = read_where(connection, query, schema.units.c.unit_id, together)
        table = _typed(raw[~raw["unit_id"].isin(gone_units(connection))])
    if root_of:
        table = folded(table, root_of, sightings_of(connection, root_of, known_by))
    return _decided(connection, table, root_of, known_by)


def _typed(raw: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``units`` as the database gives them, in the types of the unit table, with ``extras``."""
    frame = raw.set_index("unit_id").astype({**stored_dtypes(), EXTRAS: "str"})
    frame.index = frame.index.astype("str")
    return frame


def _decided(
    connection: Connection, table: pd.DataFrame, root_of: dict[str, str], known_by: date | None
) -> pd.DataFrame:
    """Lay over the table what shows by the rule of conflicts where plain freshness would show something else."""
    overrides = overrides_of(connection, root_of, known_by)
    pairs = _concerned(connection, overrides, root_of, set(_trusted(connection)))
    pairs = pairs[pairs["unit_id"].isin(table.index)]
    if pairs.empty:
        return table
    told = statements(connection, pairs, root_of, overrides, known_by)
    chosen = told[told["shows"]]
    extras = chosen["field"].map(is_extra).any()
    result = with_extra_columns(table) if extras else table.copy()
    for field, own in chosen.groupby("field"):
        name, at = str(field), own["unit_id"].to_numpy()
        result.loc[at, name] = from_text(own["value"], name).to_numpy()
        if name in DATES:
            result.loc[at, f"{name}_precision"] = own["precision"].to_numpy()
    result = without_extra_columns(result) if extras else result
    return result.astype(table.dtypes.to_dict())[list(table.columns)]


def _concerned(
    connection: Connection, overrides: Overrides, root_of: dict[str, str], trusted: set[str]
) -> pd.DataFrame:
    parts = [overrides.confirmations[["unit_id", "field"]], overrides.pins[["unit_id", "field"]]]
    if overrides.ranks or trusted:
        open_pairs = disputed(connection, root_of)
        shown = {root_of.get(unit_id, unit_id) for unit_id in trusted}
        parts.append(open_pairs if overrides.ranks else open_pairs[open_pairs["unit_id"].isin(shown)])
    return pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)


def _trusted(connection: Connection) -> list[str]:
    """Units of which some record was reviewed or verified before it came in."""
    seen = schema.sightings.c
    levels = [Confidence.REVIEWED.value, Confidence.VERIFIED.value]
    query = select(seen.unit_id).where(seen.confidence.in_(levels), schema.living(seen.import_id))
    return list(connection.execute(query.distinct()).scalars())


def _rows_show(connection: Connection) -> bool:
    """Whether what shows are the rows of ``units`` themselves: nothing was merged, undone or decided."""
    if roots(connection) or gone_units(connection):
        return False
    return overrides_of(connection, {}).empty and not _trusted(connection)


def _filtered(table: pd.DataFrame, conditions: Mapping[str, Any]) -> pd.DataFrame:
    for name, wanted in conditions.items():
        table = table[table[name].isin(_listed(wanted))]
    return table


def _listed(wanted: Any) -> list[Any]:
    return [wanted] if isinstance(wanted, str) or not isinstance(wanted, Collection) else list(wanted)
