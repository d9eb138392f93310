"""The register: everything Ehya keeps, behind one door."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from types import TracebackType
from typing import Any, Self

import pandas as pd
from sqlalchemy import Connection, Engine, Select, Table, func, insert, select
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from engine.domain.derived import DERIVED_FIELDS, with_derived
from engine.domain.outcome import Outcome, outcome_table
from engine.domain.unit import column_dtypes, unit_table
from engine.errors import EhyaError, ErrorCode
from engine.store import imports, schema
from engine.store.bulk import insert_frame, read
from engine.store.check import Problem, problems
from engine.store.clock import day, utc
from engine.store.decided import Decided
from engine.store.decisions import decisions_of
from engine.store.dialect import alone, connect
from engine.store.history import first_records, history_of
from engine.store.imports import ImportResult, Intake
from engine.store.merges import members, record_merge, renamed, roots, undo_merge
from engine.store.migrations import upgrade
from engine.store.predictions import long_form
from engine.store.revision import revision
from engine.store.showing import anything_decided, one_unit, shown_units
from engine.store.statements import held

Day = date | datetime | pd.Timestamp | str
"""A day, however a caller has it."""

_DRAWN = frozenset({*(field.value for field in DERIVED_FIELDS), schema.DERIVED})
"""Columns that lists may fill, so that the database cannot filter by them."""

_TYPES = {
    "id": "int64",
    "row": "int64",
    **dict.fromkeys((column.name for column in schema.imports.c if column.name.endswith("_count")), "int64"),
    "happened_on": "datetime64[s]",
    "known_on": "datetime64[s]",
    "shown_on": "datetime64[s]",
    "as_of": "datetime64[s]",
    "model_data_until": "datetime64[s]",
    "made_at": "datetime64[us]",
    "imported_at": "datetime64[us]",
    "capacity_share": "float64",
    "propensity": "float64",
    "low": "float64",
    "point": "float64",
    "high": "float64",
    "jobs": "Int64",
    "position": "int64",
    "prior_driven": "boolean",
    "out_of_fold": "boolean",
}


@dataclass(frozen=True)
class Promotion:
    """A model that was put to work.

    Parameters
    ----------
    model_version
        Its version.
    digest
        sha256 of its file, hexadecimal: the file opens only while this agrees.
    promoted_at
        When, UTC.
    reason
        Why, as a code or a sentence of the person who promoted it.
    metrics
        Its measured figures at promotion.
    """

    model_version: str
    digest: str
    promoted_at: datetime
    reason: str
    metrics: Mapping[str, Any]


class Register(Decided):
    """Units with their history, imports, predictions, events, promotions and showings in one database.

    Open it with `Register.open`; several processes may have it open at once. Reading never waits; of two writers
    the second waits for the first, at most ``busy_seconds``.

    Examples
    --------
    >>> with Register.open("sqlite://") as register:
    ...     register.counts()["units"], register.champion() is None, register.check()
    (0, True, ())
    """

    def __init__(self, engine: Engine) -> None:
        self._reading = engine
        self._writing = engine.execution_options(writes=True)

    @classmethod
    def open(cls, url: str, *, busy_seconds: float = 30.0) -> Self:
        """Open a register, make it if it is not there, bring its tables to the newest revision.

        Parameters
        ----------
        url
            SQLAlchemy address, such as ``sqlite:///workspace/ehya.db``; the folder is made.
        busy_seconds
            How long to wait for another writer.

        Raises
        ------
        EhyaError
            ``database_failed`` when it cannot be opened, ``database_newer`` when a later Ehya wrote it,
            ``database_foreign`` when another program did (nothing is written to it), ``folder_unusable`` when its
            folder cannot be made.
        """
        try:
            engine = connect(url, busy_seconds=busy_seconds)
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise EhyaError(ErrorCode.FOLDER_UNUSABLE, given=str(error.filename or url), why=why) from error
        except (ArgumentError, ImportError) as error:
            raise EhyaError(ErrorCode.DATABASE_FAILED, given=str(error)) from error
        try:
            with _mendable():
                upgrade(engine)
        except BaseException:
            engine.dispose()
            raise
        return cls(engine)

    def commit_import(
        self, intake: Intake, *, imported_at: datetime, source: str | None = None, dry_run: bool = False
    ) -> ImportResult:
        """Take an intake into the register, whole or not at all.

        An equal identity updates the unit, and so does a row that differs from it only by an id or a county that was
        not known, if it fits no other unit; `unmerge` takes that back. Within one file equal identities keep both rows.
        A value shows unless a newer record gave another; an empty cell says nothing. Units of different origin never
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
            with self._read() as connection:
                found = imports.plan(connection, intake, source=source)
                result = ImportResult(None, found.rows, found.cells)
                return _shown(connection, result, intake, source, {**roots(connection), **found.matched})
        with self._write() as connection:
            found = imports.plan(connection, intake, source=source)
            result = imports.write(connection, intake, found, imported_at=imported_at, source=source)
            return _shown(connection, result, intake, source, roots(connection))

    def units(self, where: Mapping[str, Any] | None = None, *, known_by: Day | None = None) -> pd.DataFrame:
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
        with self._read() as connection:
            if until is None and not _DRAWN.intersection(conditions) and _rows_show(connection):
                columns = [schema.units.c[name] for name in ("unit_id", *schema.stored_dtypes())]
                named = [schema.units.c[name].in_(_listed(wanted)) for name, wanted in conditions.items()]
                query = select(*columns).where(*named).order_by(schema.units.c.unit_id)
                return with_derived(unit_table(read(connection, query)))
            table = shown_units(connection, known_by=until)
        return _filtered(with_derived(unit_table(table)), conditions)

    def first_records(self) -> pd.DataFrame:
        """Units as the register first met them: what an approach has not yet brought to light.

        Returns
        -------
        pandas.DataFrame
            Unit table, ordered by ``unit_id``, with one more column ``known_on``: the day of the import. Of units that
            were merged the one that was known first.
        """
        with self._read() as connection:
            table, root_of = first_records(connection), roots(connection)
        order = table.reset_index().sort_values(["known_on", "unit_id"], kind="stable")
        first = renamed(order, root_of).drop_duplicates("unit_id").set_index("unit_id").sort_index()
        return with_derived(unit_table(first)).assign(known_on=first["known_on"])

    def unit(self, unit_id: str) -> pd.DataFrame:
        """Unit table with the one row of a unit; a unit that was merged is the one it shows as.

        Raises
        ------
        EhyaError
            ``unknown_unit``.
        """
        with self._read() as connection:
            return one_unit(connection, roots(connection), unit_id)

    def resolve(self, unit_id: str) -> str:
        """The unit that a unit shows as: itself, unless it was merged. Names of no unit come back as they are."""
        with self._read() as connection:
            return roots(connection).get(unit_id, unit_id)

    def merge(self, kept: str, lost: str, *, made_at: datetime) -> str:
        """Record that two units are one, as a person decided. Returns the unit that both show as from now on.

        Of each field the value of the freshest record shows, as if one unit had been imported. History, events,
        predictions and showings of both belong to the one; rows that bear the lost one's identity update it, and its
        name leads to it.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``already_merged``, ``origins_differ``.
        """
        with self._write() as connection:
            alone(connection, "merges")
            _check_units(connection, [kept, lost])
            return record_merge(connection, kept, lost, made_at=utc(made_at))

    def unmerge(self, unit_id: str, *, made_at: datetime) -> str:
        """Let a unit that was merged stand by itself again, with all that is its own. Returns the other unit.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``not_merged``.
        """
        with self._write() as connection:
            alone(connection, "merges")
            _check_units(connection, [unit_id])
            return undo_merge(connection, unit_id, made_at=utc(made_at))

    def duplicates(self) -> pd.DataFrame:
        """Pairs of units that may be one and were not merged: ``unit_id, other_id, reason, import_id``."""
        table = schema.duplicates.c
        with self._read() as connection:
            query = select(table.unit_id, table.other_id, table.reason, table.import_id).order_by(table.id)
            pairs, root_of = read(connection, query).astype({"import_id": "int64"}), roots(connection)
        pairs = renamed(pairs.astype({"unit_id": "str", "other_id": "str", "reason": "str"}), root_of)
        other = renamed(pairs[["other_id"]].rename(columns={"other_id": "unit_id"}), root_of)["unit_id"]
        pairs = pairs.assign(other_id=other)
        open_pairs = pairs[pairs["unit_id"] != pairs["other_id"]]
        return open_pairs.drop_duplicates(["unit_id", "other_id"], ignore_index=True)

    def history(self, unit_id: str) -> pd.DataFrame:
        """Every value ever given for a unit, oldest import first.

        Returns
        -------
        pandas.DataFrame
            Columns ``field, value`` (text), ``precision, source, as_of, confidence, price_year, shown`` (false: from
            an older record, kept beside), ``import_id, sheet, row, known_on``.
        """
        with self._read() as connection:
            root_of = roots(connection)
            one_unit(connection, root_of, unit_id)
            return history_of(connection, members(root_of, unit_id))

    def imports(self) -> pd.DataFrame:
        """Imports, oldest first, with their counts."""
        return _typed(self._frame(select(schema.imports).order_by(schema.imports.c.id)))

    def rejections(self, import_id: int) -> pd.DataFrame:
        """Rows and cells that an import refused: ``sheet, row, column, field, code, given``."""
        table = schema.rejections
        columns = [table.c[name] for name in ("sheet", "row", "column", "field", "code", "given")]
        return _typed(self._frame(select(*columns).where(table.c.import_id == import_id).order_by(table.c.id)))

    def add_event(self, outcome: Outcome) -> int:
        """Record what came of a unit; events are never changed afterwards. Returns the event's number.

        Raises
        ------
        EhyaError
            ``unknown_unit``.
        """
        self.unit(outcome.unit_id)
        with self._write() as connection:
            return _insert_one(connection, schema.events, asdict(outcome))

    def add_events(self, outcomes: pd.DataFrame) -> int:
        """Record many events at once, whole or not at all. Returns how many.

        Parameters
        ----------
        outcomes
            As `engine.domain.outcome.outcome_table` takes them, which holds each to what ``add_event`` holds one to.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``unknown_column``, ``unknown_option``, ``outcome_out_of_range``,
            ``outcome_known_too_early``.
        """
        lines = outcome_table(outcomes)
        with self._write() as connection:
            _check_units(connection, lines["unit_id"].unique())
            insert_frame(connection, schema.events, lines)
        return len(lines)

    def events(self, known_by: Day | None = None) -> pd.DataFrame:
        """Events that were known by the end of a day, oldest first; all of them by default.

        Returns
        -------
        pandas.DataFrame
            Columns ``id, unit_id, kind, happened_on, happened_precision, known_on, capacity_share, jobs, mandate_id,
            event, source``.
        """
        table = schema.events
        query = select(table).order_by(table.c.happened_on, table.c.id)
        if known_by is not None:
            query = query.where(table.c.known_on <= day(known_by))
        with self._read() as connection:
            root_of = roots(connection, None if known_by is None else day(known_by))
            return renamed(_typed(read(connection, query)), root_of)

    def save_predictions(self, frame: pd.DataFrame, *, model_version: str, as_of: Day, made_at: datetime) -> int:
        """Keep a prediction table. Returns how many lines (unit and output) were written.

        Raises
        ------
        EhyaError
            ``unknown_unit`` when it speaks of a unit that the register has not.
        """
        lines = long_form(frame, model_version=model_version, as_of=day(as_of), made_at=utc(made_at))
        with self._write() as connection:
            _check_units(connection, frame.index)
            insert_frame(connection, schema.predictions, lines)
        return len(lines)

    def predictions(self, unit_id: str) -> pd.DataFrame:
        """Predictions of one unit, newest first, one line per output."""
        table = schema.predictions
        with self._read() as connection:
            root_of = roots(connection)
            query = select(table).where(table.c.unit_id.in_(members(root_of, unit_id)))
            return renamed(_typed(read(connection, query.order_by(table.c.made_at.desc(), table.c.id))), root_of)

    def record_promotion(
        self, *, model_version: str, digest: str, promoted_at: datetime, reason: str, metrics: Mapping[str, Any]
    ) -> None:
        """Record that a model was put to work: from now on it is the champion."""
        promotion = Promotion(model_version, digest, utc(promoted_at), reason, dict(metrics))
        with self._write() as connection:
            _insert_one(connection, schema.promotions, asdict(promotion))

    def champion(self) -> Promotion | None:
        """The model promoted last; ``None`` before the first."""
        return next(iter(self.promotions(newest=1)), None)

    def promotions(self, *, newest: int | None = None) -> tuple[Promotion, ...]:
        """Models that were put to work, the one promoted last first.

        Parameters
        ----------
        newest
            Only so many.
        """
        table = schema.promotions
        with self._read() as connection:
            rows = connection.execute(select(table).order_by(table.c.id.desc()).limit(newest)).mappings().all()
        return tuple(Promotion(**{name: value for name, value in row.items() if name != "id"}) for row in rows)

    def log_showings(self, frame: pd.DataFrame, *, run_id: str, mandate_id: str, shown_on: Day) -> None:
        """Record who was shown what.

        Parameters
        ----------
        frame
            Index or column ``unit_id``; ``position`` (1 is first); ``propensity``, the probability with which the
            unit came to be shown, 0..1, missing where it is not known.
        run_id, mandate_id
            The run that made the list, and the mandate (or profile) it was made for.
        shown_on
            The day.

        Raises
        ------
        EhyaError
            ``unknown_unit``.
        """
        rows = frame if "unit_id" in frame.columns else frame.rename_axis("unit_id").reset_index()
        rows = rows.reindex(columns=["unit_id", "position", "propensity"])
        lines = rows.assign(run_id=run_id, mandate_id=mandate_id, shown_on=pd.Timestamp(day(shown_on)))
        with self._write() as connection:
            _check_units(connection, rows["unit_id"])
            insert_frame(connection, schema.showings, lines)

    def showings(self, shown_by: Day | None = None) -> pd.DataFrame:
        """Who was shown what until the end of a day; everything by default."""
        table = schema.showings
        query = select(table).order_by(table.c.id)
        if shown_by is not None:
            query = query.where(table.c.shown_on <= day(shown_by))
        with self._read() as connection:
            root_of = roots(connection, None if shown_by is None else day(shown_by))
            return renamed(_typed(read(connection, query)), root_of)

    def revision(self) -> str:
        """A short text that changes whenever what the register shows does (`engine.store.revision`)."""
        with self._read() as connection:
            return revision(connection)

    def counts(self) -> dict[str, int]:
        """Rows in each table."""
        with self._read() as connection:
            return {
                table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
                for table in schema.metadata.sorted_tables
            }

    def check(self) -> tuple[Problem, ...]:
        """Look the whole register over; empty when sound."""
        with self._read() as connection:
            return problems(connection)

    def close(self) -> None:
        """Let go of the database."""
        self._reading.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _frame(self, query: Select[Any]) -> pd.DataFrame:
        with self._read() as connection:
            return read(connection, query)

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with _mendable(), self._reading.connect() as connection:
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with _mendable(), self._writing.begin() as connection:
            yield connection


@contextmanager
def _mendable() -> Iterator[None]:
    """Turn what the database says into an error that a person can mend; values of rows stay out of it."""
    try:
        yield
    except (DBAPIError, PoolTimeoutError) as error:
        cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
        raise EhyaError(ErrorCode.DATABASE_FAILED, given=str(cause).splitlines()[0]) from error


def _insert_one(connection: Connection, table: Table, row: dict[str, Any]) -> int:
    key = connection.execute(insert(table).values(row)).inserted_primary_key
    assert key is not None
    return int(key[0])


def _rows_show(connection: Connection) -> bool:
    return not roots(connection) and not anything_decided(connection)


def _shown(
    connection: Connection, result: ImportResult, intake: Intake, source: str | None, root_of: Mapping[str, str]
) -> ImportResult:
    cells = renamed(result.cells, root_of)
    why = held(cells, decisions_of(connection, root_of), source or intake.source, intake.as_of)
    return replace(result, rows=renamed(result.rows, root_of), cells=cells.assign(held=why))


def _check_units(connection: Connection, unit_ids: Collection[str]) -> None:
    known = set(connection.execute(select(schema.units.c.unit_id)).scalars())
    missing = [unit_id for unit_id in unit_ids if unit_id not in known]
    if missing:
        raise EhyaError(ErrorCode.UNKNOWN_UNIT, given=missing[0])


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.astype({name: _TYPES.get(name, "str") for name in frame.columns})


def _filtered(table: pd.DataFrame, conditions: Mapping[str, Any]) -> pd.DataFrame:
    for name, wanted in conditions.items():
        table = table[table[name].isin(_listed(wanted))]
    return table


def _listed(wanted: Any) -> list[Any]:
    return [wanted] if isinstance(wanted, str) or not isinstance(wanted, Collection) else list(wanted)
