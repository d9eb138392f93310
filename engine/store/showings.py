"""Who was shown which units, where in a list and with which probability."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import Connection, select

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.bulk import insert_frame, read
from engine.store.clock import Day, day
from engine.store.merges import gone_units, refuse_unknown, roots, shown_rows
from engine.store.session import Session
from engine.store.typed import typed_lines


class Showings:
    """The log of what was shown; called, it gives it as a table."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, shown_by: Day | None = None) -> pd.DataFrame:
        """Who was shown what until the end of a day; everything by default."""
        table = schema.showings
        query = select(table).order_by(table.c.id)
        if shown_by is not None:
            query = query.where(table.c.shown_on <= day(shown_by))
        with self._session.read() as connection:
            root_of = roots(connection, None if shown_by is None else day(shown_by))
            return shown_rows(typed_lines(read(connection, query)), root_of, gone_units(connection))

    def log(self, frame: pd.DataFrame, *, run_id: str, mandate_id: str, shown_on: Day) -> None:
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
        with self._session.write() as connection:
            log_showings(connection, frame, run_id=run_id, mandate_id=mandate_id, shown_on=shown_on)


def log_showings(connection: Connection, frame: pd.DataFrame, *, run_id: str, mandate_id: str, shown_on: Day) -> None:
    """The same inside a transaction that writes more; see `Showings.log`."""
    rows = frame if "unit_id" in frame.columns else frame.rename_axis("unit_id").reset_index()
    rows = rows.reindex(columns=["unit_id", "position", "propensity"])
    lines = rows.assign(run_id=run_id, mandate_id=mandate_id, shown_on=pd.Timestamp(day(shown_on)))
    refuse_unknown(connection, rows["unit_id"])
    insert_frame(connection, schema.showings, lines)


def refuse_unshown(connection: Connection, owner: str, list_id: str, unit_id: str) -> None:
    """Refuse what an owner says of a unit that a list of the owner has not shown.

    Raises
    ------
    EhyaError
        ``list_unknown``, also for another owner's; ``not_on_list``.
    """
    lists, showings = schema.lists.c, schema.showings.c
    if connection.execute(select(lists.id).where(lists.owner == owner, lists.list_id == list_id)).first() is None:
        raise EhyaError(ErrorCode.LIST_UNKNOWN, given=list_id)
    shown = select(showings.id).where(showings.run_id == list_id, showings.unit_id == unit_id)
    if connection.execute(shown.limit(1)).first() is None:
        raise EhyaError(ErrorCode.NOT_ON_LIST, given=unit_id)
