"""Shortlists as they were made for saved mandates, which places of them were shown, and what was said to them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Select, func, select

from engine.errors import ErrorCode
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line, one_row, read_where
from engine.store.canonical import canonical
from engine.store.clock import Day, day, utc
from engine.store.merges import units_there
from engine.store.session import Session
from engine.store.showings import log_showings, refuse_unshown

REACTION_COLUMNS = ("list_id", "unit_id", "kind", "reason", "made_at")


@dataclass(frozen=True, slots=True)
class StoredList:
    """A list that was kept.

    Parameters
    ----------
    list_id
        Its id, which nobody guesses.
    owner, mandate, mandate_version
        For whom, and for which version of which mandate.
    run_id, stock_version, model_version, as_of
        What it was computed from.
    places
        All its places in order, each with ``unit_id``, ``position`` from 1 and what was said of it: plain JSON.
    made_at
        UTC.
    shown
        Positions that were shown so far; a caller may ask for the tenth page before the second.
    feasible
        Units that no limit of the mandate kept out, more than there are places where the list was cut; ``None`` for
        lists of a time when that was not kept.
    weights
        Weight of each part of the fit that ordered it; ``None`` for lists of a time when they were not kept.
    made_by
        Method and choices that made it, as plain JSON; ``None`` likewise.
    """

    list_id: str
    owner: str
    mandate: str
    mandate_version: int
    run_id: str
    stock_version: str
    model_version: str | None
    as_of: date
    places: Sequence[Mapping[str, Any]]
    made_at: datetime
    shown: frozenset[int]
    feasible: int | None
    weights: Mapping[str, float] | None
    made_by: Mapping[str, Any] | None = None


class Lists:
    """Lists that were kept; called, it gives those of one owner."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, owner: str | None = None, *, after: int = 0, limit: int | None = None) -> tuple[StoredList, ...]:
        """Lists of an owner, or of all, the oldest first.

        Parameters
        ----------
        owner
            Whose; ``None`` for all.
        after, limit
            Lists to leave out at the beginning, and how many to give at most.
        """
        query = _of(owner, _selected()).offset(after).limit(limit)
        with self._session.read() as connection:
            return _stored(connection, connection.execute(query).mappings().all())

    def count(self, owner: str | None = None, *, since: datetime | None = None) -> int:
        """How many lists an owner has, or all have; ``since`` counts those that were asked for after a moment."""
        query = _of(owner, select(func.count()).select_from(schema.lists))
        if since is not None:
            query = query.where(schema.lists.c.made_at > utc(since), schema.lists.c.webhook_id.is_(None))
        with self._session.read() as connection:
            return int(connection.execute(query).scalar_one())

    def same(self, owner: str, mandate: int, run_id: str, stock_version: str) -> StoredList | None:
        """The list that one version of a mandate had of the same units in the same state; ``None`` where it had none.

        Parameters
        ----------
        owner
            Whose mandate it is.
        mandate
            Number of the mandate's version (`engine.store.mandates.StoredMandate`).
        run_id, stock_version
            See `StoredList`.
        """
        table = schema.lists.c
        alike = (table.mandate_id == mandate, table.run_id == run_id, table.stock_version == stock_version)
        with self._session.read() as connection:
            row = connection.execute(_of(owner, _selected()).where(*alike).limit(1)).mappings().first()
            return None if row is None else _stored(connection, [row])[0]

    def get(self, owner: str | None, list_id: str) -> StoredList:
        """One list of an owner, or of anybody where no owner is stated.

        Raises
        ------
        EhyaError
            ``list_unknown``, also for another owner's.
        """
        with self._session.read() as connection:
            return _one(connection, owner, list_id)

    def answered(self, owner: str, mandate: str) -> tuple[StoredList, ...]:
        """Lists of one mandate of an owner to whose units something was said, the oldest first, in one query."""
        spoken = select(schema.reactions.c.list_id).where(schema.reactions.c.owner == owner)
        query = _of(owner, _selected()).where(schema.mandates.c.name == mandate, schema.lists.c.list_id.in_(spoken))
        with self._session.read() as connection:
            return _stored(connection, connection.execute(query).mappings().all())

    def before(self, owner: str, list_id: str) -> StoredList | None:
        """The list that was made for the same mandate before; ``None`` for the first.

        Raises
        ------
        EhyaError
            ``list_unknown``.
        """
        table, mandates = schema.lists, schema.mandates
        with self._session.read() as connection:
            number, mandate = _row(connection, owner, list_id)["id"], _one(connection, owner, list_id).mandate
            query = _selected().where(table.c.owner == owner, mandates.c.name == mandate, table.c.id < number)
            row = connection.execute(query.order_by(None).order_by(table.c.id.desc()).limit(1)).mappings().first()
            return None if row is None else _stored(connection, [row])[0]

    def newest(self, owner: str, list_id: str) -> str:
        """Id of the newest list of an owner for the mandate that a list was made for; its own where none came after.

        Raises
        ------
        EhyaError
            ``list_unknown``.
        """
        table, mandates = schema.lists, schema.mandates
        with self._session.read() as connection:
            mandate = _row(connection, owner, list_id)["mandate"]
            query = select(table.c.list_id).select_from(table.join(mandates))
            query = query.where(table.c.owner == owner, mandates.c.name == mandate).order_by(table.c.id.desc()).limit(1)
            return str(connection.execute(query).scalar_one())

    def keep(
        self,
        owner: str,
        mandate: int,
        *,
        list_id: str,
        run_id: str,
        stock_version: str,
        model_version: str | None,
        as_of: Day,
        places: Sequence[Mapping[str, Any]],
        feasible: int | None = None,
        weights: Mapping[str, float] | None = None,
        made_by: Mapping[str, Any] | None = None,
        webhook_id: str | None = None,
        made_at: datetime,
        actor: str,
    ) -> StoredList:
        """Keep a list; nothing of it counts as shown yet.

        Parameters
        ----------
        owner, list_id, run_id, stock_version, model_version, as_of, places, feasible, weights, made_by
            See `StoredList`.
        mandate
            Number of the mandate's version (`engine.store.mandates.StoredMandate`).
        webhook_id
            The webhook for whose message it was made; ``None`` where somebody asked for it.
        made_at, actor
            Now, and who asked for it.
        """
        line = {
            "list_id": list_id,
            "owner": owner,
            "mandate_id": mandate,
            "run_id": run_id,
            "stock_version": stock_version,
            "model_version": model_version,
            "as_of": day(as_of),
            "document": canonical(
                {
                    "places": list(places),
                    "feasible": feasible,
                    "weights": weights and dict(weights),
                    "made_by": made_by and dict(made_by),
                }
            ),
            "made_at": utc(made_at),
            "webhook_id": webhook_id,
        }
        with self._session.write() as connection:
            insert_line(connection, schema.lists, line)
            note(connection, made_at=made_at, actor=actor, act=Act.LIST_MADE, subject=owner, list=list_id)
            return _one(connection, owner, list_id)

    def show(self, owner: str, list_id: str, *, after: int = 0, until: int, shown_on: Day) -> StoredList:
        """Log that a page of a list was shown; places that were logged are not logged again, so that most pages write
        nothing, nor are those of units that are gone.

        Parameters
        ----------
        owner, list_id
            The list.
        after, until
            Its page: positions above the first, up to the second.
        shown_on
            The day.

        Raises
        ------
        EhyaError
            ``list_unknown``.
        """
        with self._session.read() as connection:
            found = _one(connection, owner, list_id)
            if not _unshown(connection, found, after, until):
                return found
        with self._session.write() as connection:
            found = _one(connection, owner, list_id)
            new = _unshown(connection, found, after, until)  # somebody may have been faster
            if new:
                frame = pd.DataFrame(new)[["unit_id", "position"]].assign(propensity=1.0)
                mandate = f"{owner}:{found.mandate}"
                log_showings(connection, frame, run_id=list_id, mandate_id=mandate, shown_on=shown_on)
            return _one(connection, owner, list_id)

    def react(
        self, owner: str, list_id: str, unit_id: str, *, kind: str, reason: str | None, made_at: datetime, actor: str
    ) -> None:
        """Record what was said to a unit that a list has shown.

        Raises
        ------
        EhyaError
            ``list_unknown``; ``not_on_list`` for a unit that it has not shown.
        """
        with self._session.write() as connection:
            refuse_unshown(connection, owner, list_id, unit_id)
            line = {"owner": owner, "list_id": list_id, "unit_id": unit_id, "kind": kind, "reason": reason}
            insert_line(connection, schema.reactions, {**line, "made_at": utc(made_at)})
            facts = {"unit": unit_id, "kind": kind, "reason": reason}
            note(connection, made_at=made_at, actor=actor, act=Act.REACTED, subject=owner, **facts)

    def refuse_unshown(self, owner: str, list_id: str, unit_id: str) -> None:
        """Refuse what an owner says of a unit that a list of the owner has not shown.

        Raises
        ------
        EhyaError
            ``list_unknown``, also for another owner's; ``not_on_list``.
        """
        with self._session.read() as connection:
            refuse_unshown(connection, owner, list_id, unit_id)

    def reactions(self, owner: str | None = None, *, after: int = 0, limit: int | None = None) -> pd.DataFrame:
        """What an owner, or all, said to units, oldest first: ``owner, list_id, unit_id, kind, reason, made_at``.

        Parameters
        ----------
        owner
            Whose; all where ``None``.
        after, limit
            Answers to leave out at the beginning, and how many to give at most.
        """
        table = schema.reactions
        query = select(table.c.owner, *(table.c[name] for name in REACTION_COLUMNS)).order_by(table.c.id)
        query = query.offset(after).limit(limit)
        if owner is not None:
            query = query.where(table.c.owner == owner)
        with self._session.read() as connection:
            rows = connection.execute(query).mappings().all()
        return pd.DataFrame([dict(row) for row in rows], columns=["owner", *REACTION_COLUMNS])


def _selected() -> Select[Any]:
    table, mandates = schema.lists, schema.mandates
    named = (mandates.c.name.label("mandate"), mandates.c.version.label("mandate_version"))
    return select(table, *named).select_from(table.join(mandates)).order_by(table.c.id)


def _of(owner: str | None, query: Select[Any]) -> Select[Any]:
    return query if owner is None else query.where(schema.lists.c.owner == owner)


def _row(connection: Connection, owner: str | None, list_id: str) -> Mapping[Any, Any]:
    query = _of(owner, _selected()).where(schema.lists.c.list_id == list_id)
    return one_row(connection, query, ErrorCode.LIST_UNKNOWN, given=list_id)


def _one(connection: Connection, owner: str | None, list_id: str) -> StoredList:
    return _stored(connection, [_row(connection, owner, list_id)])[0]


def _stored(connection: Connection, rows: Sequence[Mapping[Any, Any]]) -> tuple[StoredList, ...]:
    """Lists with what was shown of them, all of which one query tells."""
    table = schema.showings.c
    names = [row["list_id"] for row in rows]
    logged = read_where(connection, select(table.run_id, table.position), table.run_id, names)
    shown = {name: frozenset(map(int, group)) for name, group in logged.groupby("run_id")["position"]}
    found = []
    for row in rows:
        document = json.loads(row["document"])
        kept = {name: row[name] for name in StoredList.__slots__ if name in row}
        seen = shown.get(row["list_id"], frozenset())
        later = {name: document.get(name) for name in ("feasible", "weights", "made_by")}
        found.append(StoredList(**kept, places=document["places"], shown=seen, **later))
    return tuple(found)


def _unshown(connection: Connection, found: StoredList, after: int, until: int) -> list[Mapping[str, Any]]:
    """Places of a page that were not shown yet, of units that are there."""
    page = [place for place in found.places if after < place["position"] <= until]
    new = [place for place in page if place["position"] not in found.shown]
    there = units_there(connection, [place["unit_id"] for place in new])
    return [place for place in new if place["unit_id"] in there]
