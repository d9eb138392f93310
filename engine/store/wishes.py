"""What owners of units, and banks that hold them, want of an investor: every statement as it was, with its source."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from engine.domain.unit_wishes import Side
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line
from engine.store.canonical import canonical
from engine.store.clock import utc
from engine.store.merges import refuse_unknown, roots
from engine.store.session import Session


@dataclass(frozen=True, slots=True)
class StoredWishes:
    """A statement of what one side of a unit wants.

    Parameters
    ----------
    unit_id, side
        Of which unit, and who wants it.
    document
        What is wanted: plain JSON of `engine.domain.unit_wishes.UnitWishes`; empty where it was taken back.
    source, stated_on
        Who says so, or where it stands, and on which day it was stated.
    made_at, actor
        When it was kept, UTC, and by whom.
    """

    unit_id: str
    side: Side
    document: Mapping[str, Any]
    source: str
    stated_on: date
    made_at: datetime
    actor: str


class Wishes:
    """Wishes of owners and banks; called, it gives those that stand."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, unit_id: str | None = None) -> tuple[StoredWishes, ...]:
        """What stands: of each unit and side the newest statement that was not taken back, by unit and side.

        A unit that was merged into another lends it its wishes, where the other has none that were kept later.

        Parameters
        ----------
        unit_id
            Of this unit alone, under any of its names.
        """
        newest: dict[tuple[str, Side], StoredWishes] = {}
        for one in self.history(unit_id):
            newest[one.unit_id, one.side] = one
        return tuple(newest[key] for key in sorted(newest) if newest[key].document)

    def history(self, unit_id: str | None = None) -> tuple[StoredWishes, ...]:
        """All statements, the oldest first, those that were taken back or replaced too; of one unit or of all."""
        table = schema.unit_wishes
        with self._session.read() as connection:
            root_of = roots(connection)
            rows = connection.execute(select(table).order_by(table.c.id)).mappings().all()
        found = (_stored(row, root_of) for row in rows)
        wanted = None if unit_id is None else root_of.get(unit_id, unit_id)
        return tuple(one for one in found if wanted in (None, one.unit_id))

    def count(self) -> int:
        """How many statements there are."""
        with self._session.read() as connection:
            return int(connection.execute(select(func.count()).select_from(schema.unit_wishes)).scalar_one())

    def state(
        self,
        unit_id: str,
        side: Side,
        document: Mapping[str, Any],
        *,
        source: str,
        stated_on: date,
        made_at: datetime,
        actor: str,
    ) -> StoredWishes:
        """Keep what a side wants; an empty document takes back what stands.

        Raises
        ------
        EhyaError
            ``unknown_unit``.
        """
        said = StoredWishes(unit_id, side, document, source, stated_on, utc(made_at), actor)
        with self._session.write() as connection:
            refuse_unknown(connection, [unit_id])
            line = {"unit_id": unit_id, "side": side.value, "document": canonical(document), "source": source}
            rest = {"stated_on": stated_on, "made_at": utc(made_at), "actor": actor}
            insert_line(connection, schema.unit_wishes, line | rest)
            act = Act.WISHES_STATED if document else Act.WISHES_WITHDRAWN
            note(connection, made_at=made_at, actor=actor, act=act, subject=unit_id, side=side.value)
        return said


def _stored(row: Mapping[Any, Any], root_of: Mapping[str, str]) -> StoredWishes:
    unit, document = root_of.get(row["unit_id"], row["unit_id"]), json.loads(row["document"])
    rest = {name: row[name] for name in ("source", "stated_on", "made_at", "actor")}
    return StoredWishes(unit, Side(row["side"]), document, **rest)
