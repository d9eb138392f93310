"""What investors asked about units, what the office answered, and the days within which it promises to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, not_, select

from engine.domain.request import LEVEL_DAYS, RequestKind, RequestState
from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line, one_row
from engine.store.clock import utc
from engine.store.session import Session
from engine.store.showings import refuse_unshown


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request.

    Parameters
    ----------
    request_id
        Its id, which nobody guesses.
    owner
        Who asked: the investor, or the key.
    list_id, unit_id
        About which unit, and the list that had shown it.
    kind, text
        What is asked for, and in which words.
    made_at, due_at
        UTC: when it was asked, and until when it was to be answered as the level stood then.
    answer
        What the office answered; ``None`` before it does.
    answered_at, withdrawn_at
        UTC; one of them at most.
    place
        Its place among all that a page counts, from 1, whatever became of them; nil where no page was asked for.
    """

    request_id: str
    owner: str
    list_id: str
    unit_id: str
    kind: RequestKind
    text: str
    made_at: datetime
    due_at: datetime
    answer: str | None = None
    answered_at: datetime | None = None
    withdrawn_at: datetime | None = None
    place: int = 0

    @property
    def state(self) -> RequestState:
        """How far it is."""
        if self.withdrawn_at is not None:
            return RequestState.WITHDRAWN
        return RequestState.OPEN if self.answered_at is None else RequestState.ANSWERED

    @property
    def ended_at(self) -> datetime | None:
        """When it was answered or taken back."""
        return self.answered_at or self.withdrawn_at

    def overdue(self, now: datetime) -> bool:
        """Whether it is open still though its time is up."""
        return self.ended_at is None and utc(now) > self.due_at


class Requests:
    """Requests; called, it gives those of one owner."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(
        self,
        owner: str | None = None,
        *,
        state: RequestState | None = None,
        overdue_at: datetime | None = None,
        since: datetime | None = None,
        ended: bool = False,
        newest: bool = False,
        after: int = 0,
        limit: int | None = None,
    ) -> tuple[StoredRequest, ...]:
        """Requests of an owner, or of all, the oldest first.

        Parameters
        ----------
        owner
            Whose; ``None`` for all.
        state
            Only those that are so far.
        overdue_at
            Only those that are open still and overdue at a moment.
        since
            Only those that were asked after a moment.
        ended
            Only those that wait for nothing any more.
        newest
            The newest first.
        after, limit
            Requests to leave out at the beginning, and how many to give at most.
        """
        table = schema.requests.c
        query = _selected().where(*_wanted(owner, state, overdue_at, since), *([not_(and_(*_OPEN))] if ended else []))
        query = query.order_by(table.id.desc() if newest else table.id).offset(after).limit(limit)
        with self._session.read() as connection:
            return tuple(_stored(row) for row in connection.execute(query).mappings())

    def page(
        self,
        owner: str | None,
        *,
        state: RequestState | None = None,
        overdue_at: datetime | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> tuple[StoredRequest, ...]:
        """Requests behind a place, the oldest first.

        Places count all requests of the owner, or of everybody: what is answered or taken back while somebody turns
        pages moves none of the others, and a place tells an owner of nobody else's.

        Parameters
        ----------
        owner, state, overdue_at, limit
            As for a call.
        after
            The place behind which they stand.
        """
        table = schema.requests.c
        place = func.row_number().over(order_by=table.id).label("place")
        places = select(table.id, place).where(*_wanted(owner, None, None, None)).subquery()
        query = _selected().add_columns(places.c.place).join(places, places.c.id == table.id)
        query = query.where(*_wanted(owner, state, overdue_at, None), places.c.place > after)
        with self._session.read() as connection:
            found = connection.execute(query.order_by(table.id).limit(limit)).mappings()
            return tuple(_stored(row) for row in found)

    def count(
        self,
        owner: str | None = None,
        *,
        state: RequestState | None = None,
        overdue_at: datetime | None = None,
        since: datetime | None = None,
    ) -> int:
        """How many there are of those that a call with the same wishes gives."""
        wanted = _wanted(owner, state, overdue_at, since)
        with self._session.read() as connection:
            return int(connection.execute(_joined(select(func.count())).where(*wanted)).scalar_one())

    def get(self, owner: str | None, request_id: str) -> StoredRequest:
        """One request of an owner, or of anybody where no owner is stated.

        Raises
        ------
        EhyaError
            ``request_unknown``, also for another owner's.
        """
        with self._session.read() as connection:
            return _stored(_row(connection, owner, request_id))

    def ask(
        self,
        owner: str,
        list_id: str,
        unit_id: str,
        *,
        request_id: str,
        kind: RequestKind,
        text: str,
        made_at: datetime,
        actor: str,
    ) -> StoredRequest:
        """Record what is asked about a unit that a list has shown; it is due as the level stands now.

        What is asked in the same words while it is open is asked once: the request that stands is given.

        Parameters
        ----------
        owner, list_id, unit_id, request_id, kind, text, made_at
            See `StoredRequest`.
        actor
            Who asks.

        Raises
        ------
        EhyaError
            ``list_unknown``; ``not_on_list`` for a unit that it has not shown.
        """
        table = schema.requests.c
        same = (table.owner == owner, table.unit_id == unit_id, table.kind == kind.value, table.text == text)
        with self._session.write() as connection:
            refuse_unshown(connection, owner, list_id, unit_id)
            standing = connection.execute(_selected().where(*same, *_OPEN)).mappings().first()
            if standing is not None:
                return _stored(standing)
            days = _level(connection) or LEVEL_DAYS
            line = {
                "request_id": request_id,
                "owner": owner,
                "list_id": list_id,
                "unit_id": unit_id,
                "kind": kind.value,
                "text": text,
                "made_at": utc(made_at),
                "due_at": utc(made_at) + timedelta(days=days),
            }
            insert_line(connection, schema.requests, line)
            facts = {"unit": unit_id, "kind": kind.value, "request": request_id}
            note(connection, made_at=made_at, actor=actor, act=Act.REQUEST_ASKED, subject=owner, **facts)
            return _stored(_row(connection, owner, request_id))

    def answer(self, request_id: str, text: str, *, made_at: datetime, actor: str) -> StoredRequest:
        """Record the office's answer.

        Raises
        ------
        EhyaError
            ``request_unknown``; ``request_answered`` and ``request_withdrawn`` for one that waits for nothing.
        """
        with self._session.write() as connection:
            found = _open(connection, None, request_id)
            line = {"request_id": found["id"], "text": text, "made_at": utc(made_at)}
            insert_line(connection, schema.request_answers, line)
            facts = {"unit": found["unit_id"], "request": request_id}
            note(connection, made_at=made_at, actor=actor, act=Act.REQUEST_ANSWERED, subject=found["owner"], **facts)
            return _stored(_row(connection, None, request_id))

    def withdraw(self, owner: str, request_id: str, *, made_at: datetime, actor: str) -> StoredRequest:
        """Take a request back.

        Raises
        ------
        EhyaError
            As `answer`.
        """
        with self._session.write() as connection:
            found = _open(connection, owner, request_id)
            insert_line(connection, schema.request_withdrawals, {"request_id": found["id"], "made_at": utc(made_at)})
            facts = {"unit": found["unit_id"], "request": request_id}
            note(connection, made_at=made_at, actor=actor, act=Act.REQUEST_WITHDRAWN, subject=owner, **facts)
            return _stored(_row(connection, owner, request_id))

    def level(self) -> int | None:
        """Days within which the office promises to answer; ``None`` until it says so."""
        with self._session.read() as connection:
            return _level(connection)

    def set_level(self, days: int, *, made_at: datetime, actor: str) -> None:
        """Promise to answer within so many days what is asked from now on; what was asked stays due as it was."""
        with self._session.write() as connection:
            insert_line(connection, schema.service_levels, {"days": days, "made_at": utc(made_at)})
            note(connection, made_at=made_at, actor=actor, act=Act.LEVEL_SET, subject="requests", days=days)


_OPEN = (schema.request_answers.c.made_at.is_(None), schema.request_withdrawals.c.made_at.is_(None))
_OF_STATE = {
    RequestState.OPEN: _OPEN,
    RequestState.ANSWERED: (schema.request_answers.c.made_at.is_not(None),),
    RequestState.WITHDRAWN: (schema.request_withdrawals.c.made_at.is_not(None),),
}


def _joined(query: Select[Any]) -> Select[Any]:
    """A query over requests with their answers and withdrawals, where they have them."""
    table, answers, withdrawals = schema.requests, schema.request_answers, schema.request_withdrawals
    found = table.outerjoin(answers, answers.c.request_id == table.c.id)
    return query.select_from(found.outerjoin(withdrawals, withdrawals.c.request_id == table.c.id))


def _selected() -> Select[Any]:
    answers, withdrawals = schema.request_answers.c, schema.request_withdrawals.c
    answered = (answers.text.label("answer"), answers.made_at.label("answered_at"))
    return _joined(select(schema.requests, *answered, withdrawals.made_at.label("withdrawn_at")))


def _wanted(
    owner: str | None, state: RequestState | None, overdue_at: datetime | None, since: datetime | None
) -> list[ColumnElement[bool]]:
    table = schema.requests.c
    found: list[ColumnElement[bool]] = [] if owner is None else [table.owner == owner]
    if state is not None:
        found += _OF_STATE[state]
    if overdue_at is not None:
        found += [table.due_at < utc(overdue_at), *_OPEN]
    if since is not None:
        found += [table.made_at > utc(since)]
    return found


def _row(connection: Connection, owner: str | None, request_id: str) -> Mapping[Any, Any]:
    query = _selected().where(schema.requests.c.request_id == request_id, *_wanted(owner, None, None, None))
    return one_row(connection, query, ErrorCode.REQUEST_UNKNOWN, given=request_id)


def _open(connection: Connection, owner: str | None, request_id: str) -> Mapping[Any, Any]:
    """A request that waits for an answer still."""
    row = _row(connection, owner, request_id)
    for code, at in ((ErrorCode.REQUEST_ANSWERED, "answered_at"), (ErrorCode.REQUEST_WITHDRAWN, "withdrawn_at")):
        if row[at] is not None:
            raise EhyaError(code, given=request_id, date=row[at])
    return row


def _stored(row: Mapping[Any, Any]) -> StoredRequest:
    kept = {name: row[name] for name in StoredRequest.__slots__ if name in row and name != "kind"}
    return StoredRequest(**kept, kind=RequestKind(row["kind"]))


def _level(connection: Connection) -> int | None:
    table = schema.service_levels.c
    return connection.execute(select(table.days).order_by(table.id.desc()).limit(1)).scalar()
