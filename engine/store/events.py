"""What came of units: events, which are never changed."""

from __future__ import annotations

from dataclasses import asdict

import pandas as pd
from sqlalchemy import select

from engine.domain.outcome import Outcome, outcome_table
from engine.store import schema
from engine.store.bulk import insert_frame, insert_line, read
from engine.store.clock import Day, day
from engine.store.groups import renamed
from engine.store.merges import refuse_unknown, roots
from engine.store.session import Session
from engine.store.typed import typed_lines


class Events:
    """The log of outcomes; called, it gives them as a table."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, known_by: Day | None = None) -> pd.DataFrame:
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
        with self._session.read() as connection:
            root_of = roots(connection, None if known_by is None else day(known_by))
            return renamed(typed_lines(read(connection, query)), root_of)

    def add(self, outcome: Outcome) -> int:
        """Record what came of a unit; events are never changed afterwards. Returns the event's number.

        Raises
        ------
        EhyaError
            ``unknown_unit``.
        """
        with self._session.write() as connection:
            refuse_unknown(connection, [outcome.unit_id])
            return insert_line(connection, schema.events, asdict(outcome))

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
            ``outcome_known_too_early``.
        """
        lines = outcome_table(outcomes)
        with self._session.write() as connection:
            refuse_unknown(connection, lines["unit_id"].unique())
            insert_frame(connection, schema.events, lines)
        return len(lines)
