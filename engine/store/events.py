"""What came of units: events, which are never changed; a correction supersedes one, a withdrawal ends one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime

import pandas as pd
from sqlalchemy import Connection, func, select

from engine.domain.outcome import OUTCOME_COLUMNS, Outcome, OutcomeKind, outcome_table, refuse_disputes
from engine.domain.outcome_rows import OutcomeRows, read_outcome_rows
from engine.errors import EhyaError, ErrorCode
from engine.parsing.dates import Precision
from engine.store import schema
from engine.store.bulk import insert_frame, insert_line, read, read_where
from engine.store.clock import Day, day, utc
from engine.store.groups import members, renamed
from engine.store.merges import gone_units, refuse_unknown, roots, shown_rows
from engine.store.session import Session
from engine.store.typed import typed_lines

_DATES = ["established_on", "stopped_on"]


class Events:
    """The log of outcomes; called, it gives those that stand as a table."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, known_by: Day | None = None, unit_id: str | None = None) -> pd.DataFrame:
        """Events that stood by what was known at the end of a day, oldest first; by default as of now.

        Parameters
        ----------
        known_by
            The day.
        unit_id
            Only of this unit and those that were merged into it; by default of all.

        Returns
        -------
        pandas.DataFrame
            Columns ``id, unit_id, kind, happened_on, happened_precision, known_on, capacity_share, jobs, mandate_id,
            event, source, act, rial``. Corrected events give way to their corrections on the day these became known.
        """
        with self._session.read() as connection:
            return _standing(connection, None if known_by is None else day(known_by), unit_id)

    def one(self, number: int) -> Outcome:
        """The event of a number, if it stands.

        Raises
        ------
        EhyaError
            ``unknown_event``.
        """
        with self._session.read() as connection:
            found = _standing(connection, None, number=number)
        if not len(found):
            raise EhyaError(ErrorCode.UNKNOWN_EVENT, given=number)
        return _outcome(found.iloc[0])

    def log(self, unit_id: str | None = None) -> pd.DataFrame:
        """Every event that was ever recorded, with what became of it; of one unit or of all.

        Returns
        -------
        pandas.DataFrame
            Columns as of a call, then ``state`` (``stands``, ``corrected``, ``withdrawn``), ``replacement_id`` (the
            event that supersedes it), ``revised_on`` (from when), ``reason``; in the order in which they were recorded.

        Raises
        ------
        EhyaError
            ``unknown_unit``.
        """
        table, revised = schema.events, schema.event_revisions.c
        query = select(table, revised.event_id, revised.replacement_id, revised.known_on.label("revised_on"))
        query = query.add_columns(revised.reason).join_from(
            table, schema.event_revisions, table.c.id == revised.event_id, isouter=True
        )
        with self._session.read() as connection:
            root_of = roots(connection)
            if unit_id is not None:
                refuse_unknown(connection, [unit_id])
                query = query.where(table.c.unit_id.in_(members(root_of, unit_id)))
            raw = read(connection, query.order_by(table.c.id))
            state = pd.Series("stands", index=raw.index).mask(raw["event_id"].notna(), "withdrawn")
            state = state.mask(raw["replacement_id"].notna(), "corrected").astype("str")
            lines = typed_lines(raw.drop(columns="event_id"))
            lines.insert(list(lines.columns).index("rial") + 1, "state", state)
            return shown_rows(lines, root_of, gone_units(connection))

    def last_number(self) -> int:
        """Number of the event that was recorded last; 0 where none ever was."""
        with self._session.read() as connection:
            return connection.execute(select(func.max(schema.events.c.id))).scalar() or 0

    def add(self, outcome: Outcome) -> int:
        """Record what came of a unit. Returns the event's number.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``outcome_before_established``, ``outcome_before_stop``.
        """
        with self._session.write() as connection:
            return _add(connection, outcome)

    def add_table(self, outcomes: pd.DataFrame) -> int:
        """Record many events at once, whole or not at all. Returns how many.

        Parameters
        ----------
        outcomes
            As `engine.domain.outcome.outcome_table` takes them, which holds each to what `add` holds one to.

        Raises
        ------
        EhyaError
            ``unknown_unit``, ``unknown_column``, ``unknown_option``, ``outcome_out_of_range``,
            ``outcome_known_too_early``, ``outcome_before_established``, ``outcome_before_stop``.
        """
        lines = outcome_table(outcomes).reset_index(drop=True)
        with self._session.write() as connection:
            refuse_unknown(connection, lines["unit_id"].unique())
            root_of = roots(connection)
            refuse_disputes(renamed(lines, root_of), _dates(connection, root_of), _standing(connection, None))
            insert_frame(connection, schema.events, lines)
        return len(lines)

    def add_rows(
        self,
        rows: pd.DataFrame,
        *,
        known_on: Day,
        names: Mapping[str, str] | None = None,
        kinds: Mapping[str, str] | None = None,
        acts: Mapping[str, str] | None = None,
        dry_run: bool = False,
    ) -> OutcomeRows:
        """Record the rows of a sheet that can be events; the others are refused one by one.

        A sheet that is read again records nothing again.

        Parameters
        ----------
        rows
            Cells as they stand, as `engine.domain.outcome_rows.read_outcome_rows` takes them.
        known_on
            The day that events became known of which the sheet does not say so.
        names
            Further names of units (such as a business id, or a name that only one bears) -> unit.
        kinds
            Further words for the kinds of a language -> kind.
        acts
            The same for acts.
        dry_run
            Only say what would be recorded.

        Raises
        ------
        EhyaError
            ``unknown_column``.
        """
        transaction = self._session.read() if dry_run else self._session.write()
        with transaction as connection:
            root_of, units = roots(connection), schema.units.c
            known = read(connection, select(units.unit_id)).astype("str")
            shown = shown_rows(known, root_of, gone_units(connection))
            kept = known["unit_id"].reindex(shown.index)
            named = {str(name): str(unit) for name, unit in zip(kept, shown["unit_id"], strict=True)}
            found = read_outcome_rows(
                rows,
                units=dict(names or {}) | named,
                dates=_dates(connection, root_of),
                log=_standing(connection, None),
                known_on=pd.Timestamp(day(known_on)),
                kinds=kinds,
                acts=acts,
            )
            if not dry_run:
                insert_frame(connection, schema.events, found.accepted)
        return found

    def correct(self, event_id: int, outcome: Outcome, *, made_at: datetime, reason: str | None = None) -> int:
        """Let another event stand in the place of one that was recorded wrongly. Returns the new one's number.

        From the day on which the correction became known (its ``known_on``) only it is read; what was known before that
        day stays as it was known.

        Parameters
        ----------
        event_id
            An event that stands.
        outcome
            What it should have been; it may name another unit.
        made_at
            The moment of the correction; without a zone taken as UTC.
        reason
            Why, in the person's words.

        Raises
        ------
        EhyaError
            ``unknown_event``, those of `add`; ``event_not_standing`` and ``event_withdrawn`` when it was corrected or
            withdrawn before.
        """
        with self._session.write() as connection:
            _refuse_revised(connection, event_id)
            number = _add(connection, outcome, without=event_id)
            _revise(connection, event_id, number, outcome.known_on, made_at, reason)
            return number

    def withdraw(self, event_id: int, *, known_on: Day, made_at: datetime, reason: str | None = None) -> str:
        """Let an event stand no more, since it never happened; what was known before that day stays as it was known.

        Returns the id of the unit that it named.

        Parameters
        ----------
        event_id
            An event that stands.
        known_on
            The day on which it became known that it never happened.
        made_at
            The moment of the withdrawal; without a zone taken as UTC.
        reason
            Why, in the person's words.

        Raises
        ------
        EhyaError
            ``unknown_event``, ``event_not_standing``, ``event_withdrawn``.
        """
        with self._session.write() as connection:
            _refuse_revised(connection, event_id)
            _revise(connection, event_id, None, known_on, made_at, reason)
            events = schema.events.c
            return str(connection.execute(select(events.unit_id).where(events.id == event_id)).scalar_one())


def _standing(
    connection: Connection, known_by: Day | None, unit_id: str | None = None, number: int | None = None
) -> pd.DataFrame:
    table, revised = schema.events, schema.event_revisions.c
    ended, query = select(revised.event_id), select(table).order_by(table.c.happened_on, table.c.id)
    if known_by is not None:
        ended, query = ended.where(revised.known_on <= known_by), query.where(table.c.known_on <= known_by)
    root_of = roots(connection, None if known_by is None else day(known_by))
    if unit_id is not None:
        query = query.where(table.c.unit_id.in_(members(root_of, unit_id)))
    if number is not None:
        query = query.where(table.c.id == number)
    raw = read(connection, query.where(table.c.id.not_in(ended)))
    return shown_rows(typed_lines(raw), root_of, gone_units(connection))


def _outcome(line: pd.Series) -> Outcome:
    """A line of the log as what it was recorded from."""
    stated = line[list(OUTCOME_COLUMNS)]
    held = {str(name): value for name, value in stated[stated.notna()].items()}
    held["kind"] = OutcomeKind(held["kind"])
    held["happened_precision"] = Precision(held["happened_precision"])
    for name in {"happened_on", "known_on"}:
        held[name] = held[name].date()
    for name in {"jobs", "rial"} & set(held):
        held[name] = int(held[name])
    return Outcome(**held)


def _add(connection: Connection, outcome: Outcome, *, without: int | None = None) -> int:
    refuse_unknown(connection, [outcome.unit_id])
    root_of, log = roots(connection), _standing(connection, None, outcome.unit_id)
    line = renamed(outcome_table(pd.DataFrame([asdict(outcome)])), root_of)
    refuse_disputes(line, _dates(connection, root_of, outcome.unit_id), log[log["id"] != without])
    return insert_line(connection, schema.events, asdict(outcome))


def _dates(connection: Connection, root_of: Mapping[str, str], unit_id: str | None = None) -> pd.DataFrame:
    """The earliest day of founding and of stopping that anybody ever gave for a unit; index ``unit_id``."""
    values = schema.unit_values.c
    query = select(values.unit_id, values.field, values.value)
    query = query.where(values.field.in_(_DATES), schema.living(values.import_id))
    wanted = None if unit_id is None else members(root_of, unit_id)
    raw = read(connection, query) if wanted is None else read_where(connection, query, values.unit_id, wanted)
    given = renamed(raw.astype("str"), root_of)
    earliest = {name: given[given["field"] == name].groupby("unit_id")["value"].min() for name in _DATES}
    return pd.DataFrame(earliest, columns=_DATES).astype("datetime64[s]")


def _refuse_revised(connection: Connection, event_id: int) -> None:
    events, revised = schema.events.c, schema.event_revisions.c
    if connection.execute(select(events.id).where(events.id == event_id)).first() is None:
        raise EhyaError(ErrorCode.UNKNOWN_EVENT, given=event_id)
    found = connection.execute(select(revised.replacement_id).where(revised.event_id == event_id)).first()
    if found is None:
        return
    if found.replacement_id is None:
        raise EhyaError(ErrorCode.EVENT_WITHDRAWN, given=event_id)
    raise EhyaError(ErrorCode.EVENT_NOT_STANDING, given=event_id, replacement=found.replacement_id)


def _revise(
    connection: Connection, event_id: int, number: int | None, known_on: Day, made_at: datetime, reason: str | None
) -> None:
    line = {"event_id": event_id, "replacement_id": number, "known_on": day(known_on)}
    insert_line(connection, schema.event_revisions, line | {"made_at": utc(made_at), "reason": reason})
