"""Addresses that are told when the list of a saved mandate changes, and the messages to them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, insert, select, update

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line
from engine.store.canonical import canonical
from engine.store.clock import utc
from engine.store.endings import end_webhook
from engine.store.session import Session

BATCH = 20
"""Messages that are taken at a time."""


@dataclass(frozen=True, slots=True)
class StoredWebhook:
    """An address that is told of a mandate.

    Parameters
    ----------
    webhook_id
        Its id, which nobody guesses.
    owner, mandate
        Of whose mandate.
    address
        Where messages go.
    secret, former_secret, former_until
        What signs them; after a change the former signs too until a moment, UTC.
    seen
        The list that was said last: plain JSON.
    made_at
        UTC.
    """

    webhook_id: str
    owner: str
    mandate: str
    address: str
    secret: str
    former_secret: str | None
    former_until: datetime | None
    seen: Mapping[str, Any]
    made_at: datetime

    def __repr__(self) -> str:
        """Without its secrets: what is logged must not sign."""
        return f"StoredWebhook({self.webhook_id!r}, owner={self.owner!r}, mandate={self.mandate!r})"


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message.

    Parameters
    ----------
    message_id
        Its id; it stays the same however often the message is sent.
    webhook_id
        To whom.
    body
        JSON as it is sent.
    made_at, due_at, sent_at
        UTC: when it was written, when it is to be sent next, when it arrived. With neither of the last two it was given
        up.
    attempts
        How often it was sent.
    answer
        What came back last: a status, or a code of what went wrong.
    """

    message_id: str
    webhook_id: str
    body: str
    made_at: datetime
    attempts: int
    due_at: datetime | None
    sent_at: datetime | None
    answer: str

    @property
    def given_up(self) -> bool:
        """Whether it is a dead letter."""
        return self.due_at is None and self.sent_at is None


class Webhooks:
    """Webhooks; called, it gives those that stand."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, owner: str | None = None) -> tuple[StoredWebhook, ...]:
        """Webhooks that stand, of one owner or of all, oldest first."""
        query = _standing()
        if owner is not None:
            query = query.where(schema.webhooks.c.owner == owner)
        with self._session.read() as connection:
            rows = connection.execute(query.order_by(schema.webhooks.c.id)).mappings().all()
        return tuple(_stored(row) for row in rows)

    def get(self, owner: str | None, webhook_id: str) -> StoredWebhook:
        """One webhook of an owner, or of anybody where ``None``.

        Raises
        ------
        EhyaError
            ``webhook_unknown``, also for another owner's, and for one that ended.
        """
        with self._session.read() as connection:
            return _one(connection, owner, webhook_id)

    def add(
        self,
        owner: str,
        mandate: str,
        *,
        webhook_id: str,
        address: str,
        secret: str,
        seen: Mapping[str, Any],
        made_at: datetime,
        actor: str,
    ) -> StoredWebhook:
        """Tell an address of a mandate from now on.

        Parameters
        ----------
        owner, mandate, webhook_id, address, secret, seen
            See `StoredWebhook`.
        made_at, actor
            Now, and who asks for it.
        """
        line = {"webhook_id": webhook_id, "owner": owner, "mandate": mandate, "address": address, "secret": secret}
        with self._session.write() as connection:
            insert_line(connection, schema.webhooks, {**line, "seen": canonical(seen), "made_at": utc(made_at)})
            _noted(connection, Act.WEBHOOK_ADDED, owner, webhook_id, made_at, actor)
            return _one(connection, owner, webhook_id)

    def rotate(
        self, owner: str, webhook_id: str, secret: str, *, former_until: datetime, made_at: datetime, actor: str
    ) -> StoredWebhook:
        """Sign with another secret; the one before signs too until a moment.

        Raises
        ------
        EhyaError
            ``webhook_unknown``.
        """
        with self._session.write() as connection:
            found = _one(connection, owner, webhook_id)
            line = {"secret": secret, "former_secret": found.secret, "former_until": utc(former_until)}
            _update(connection, webhook_id, line)
            _noted(connection, Act.WEBHOOK_SIGNED_ANEW, owner, webhook_id, made_at, actor)
            return _one(connection, owner, webhook_id)

    def end(self, owner: str | None, webhook_id: str, *, made_at: datetime, actor: str) -> StoredWebhook:
        """Tell an address nothing more; messages that wait are given up.

        Parameters
        ----------
        owner
            Whose it must be; anybody's where ``None``.
        webhook_id
            Which.
        made_at, actor
            Now, and who ends it.

        Raises
        ------
        EhyaError
            ``webhook_unknown``.
        """
        with self._session.write() as connection:
            found = _one(connection, owner, webhook_id)
            end_webhook(connection, webhook_id, ended_at=made_at)
            _noted(connection, Act.WEBHOOK_ENDED, found.owner, webhook_id, made_at, actor)
        return found

    def say(self, webhook_id: str, message_id: str, body: str, *, seen: Mapping[str, Any], now: datetime) -> bool:
        """Keep what is to be said, and that it counts as said; whoever else says the same is too late.

        Parameters
        ----------
        webhook_id
            To whom.
        message_id
            Equal for equal content, so that of several processes one says it.
        body
            JSON.
        seen
            The list that counts as said from now on.
        now
            The moment.

        Returns
        -------
        bool
            Whether it was new; never to a webhook that ended.
        """
        messages = schema.webhook_messages
        line = {"message_id": message_id, "webhook_id": webhook_id, "body": body, "made_at": utc(now), "attempts": 0}
        with self._session.write() as connection:
            there = select(messages.c.id).where(messages.c.message_id == message_id)
            if not _stands(connection, webhook_id):
                return False
            new = connection.execute(there).first() is None
            if new:
                connection.execute(insert(messages).values({**line, "due_at": utc(now), "answer": ""}))
            _update(connection, webhook_id, {"seen": canonical(seen)})
        return new

    def noticed(self, webhook_id: str, seen: Mapping[str, Any]) -> None:
        """Let a list count as said without a message: it is the same, or nobody asked for it before."""
        with self._session.write() as connection:
            _update(connection, webhook_id, {"seen": canonical(seen)})

    def messages(
        self,
        owner: str | None = None,
        *,
        webhook_id: str | None = None,
        given_up: bool = False,
        after: int = 0,
        limit: int | None = None,
    ) -> tuple[StoredMessage, ...]:
        """Messages to the webhooks of an owner, or of all, the newest first.

        Parameters
        ----------
        owner
            Whose; all where ``None``.
        webhook_id
            To which webhook; to any where ``None``.
        given_up
            Only dead letters that can be sent again: to webhooks that stand.
        after, limit
            Messages to leave out at the beginning, and how many to give at most.
        """
        table, hooks = schema.webhook_messages, schema.webhooks
        query = select(table).join(hooks, hooks.c.webhook_id == table.c.webhook_id)
        if owner is not None:
            query = query.where(hooks.c.owner == owner)
        if webhook_id is not None:
            query = query.where(table.c.webhook_id == webhook_id)
        if given_up:
            query = query.where(table.c.due_at.is_(None), table.c.sent_at.is_(None), hooks.c.ended_at.is_(None))
        with self._session.read() as connection:
            page = query.order_by(table.c.id.desc()).offset(after).limit(limit)
            rows = connection.execute(page).mappings().all()
        return tuple(_message(row) for row in rows)

    def due(
        self, *, now: datetime, busy_until: datetime, owners: Collection[str] | None = None
    ) -> tuple[tuple[StoredMessage, StoredWebhook], ...]:
        """Take messages to webhooks that stand and that are due; nobody else takes them until a moment.

        Parameters
        ----------
        now
            The moment.
        busy_until
            When another may take them, if who took them never says what came of it.
        owners
            Whose alone; anybody's where ``None``.
        """
        table, hooks = schema.webhook_messages, schema.webhooks
        standing = select(table).join(hooks, hooks.c.webhook_id == table.c.webhook_id).where(hooks.c.ended_at.is_(None))
        whose = standing if owners is None else standing.where(hooks.c.owner.in_(owners))
        query = whose.where(table.c.due_at <= utc(now)).order_by(table.c.due_at).limit(BATCH)
        with self._session.read() as connection:
            if connection.execute(query).first() is None:
                return ()
        with self._session.write() as connection:
            found = [_message(row) for row in connection.execute(query).mappings().all()]
            names = [one.message_id for one in found]
            connection.execute(update(table).where(table.c.message_id.in_(names)).values(due_at=utc(busy_until)))
            return tuple((one, _one(connection, None, one.webhook_id)) for one in found)

    def came_back(
        self, message_id: str, answer: str, *, sent_at: datetime | None, due_at: datetime | None, attempts: int
    ) -> None:
        """Keep what came of sending a message; it is due no more where its webhook ended meanwhile.

        Parameters
        ----------
        message_id, answer, sent_at, due_at, attempts
            See `StoredMessage`.
        """
        table = schema.webhook_messages
        this = table.c.message_id == message_id
        line = {"answer": answer, "attempts": attempts, "sent_at": sent_at and utc(sent_at)}
        with self._session.write() as connection:
            webhook_id = connection.execute(select(table.c.webhook_id).where(this)).scalar_one()
            again = due_at if _stands(connection, webhook_id) else None
            connection.execute(update(table).where(this).values({**line, "due_at": again and utc(again)}))

    def again(self, message_id: str, *, now: datetime, webhook_id: str | None = None) -> StoredMessage:
        """Send a dead letter once more, from the first attempt on.

        Parameters
        ----------
        message_id, now
            Which, and the moment.
        webhook_id
            To whom it must have been; to anybody where ``None``.

        Raises
        ------
        EhyaError
            ``message_unknown`` for one that is no dead letter; ``webhook_unknown`` where its webhook ended.
        """
        table = schema.webhook_messages
        query = select(table).where(table.c.message_id == message_id)
        with self._session.write() as connection:
            row = connection.execute(query).mappings().first()
            if row is None or not _message(row).given_up or webhook_id not in (None, row["webhook_id"]):
                raise EhyaError(ErrorCode.MESSAGE_UNKNOWN, given=message_id)
            _one(connection, None, row["webhook_id"])
            line = {"due_at": utc(now), "attempts": 0}
            connection.execute(update(table).where(table.c.message_id == message_id).values(line))
            return _message(connection.execute(query).mappings().one())


def _standing() -> Select[Any]:
    return select(schema.webhooks).where(schema.webhooks.c.ended_at.is_(None))


def _stands(connection: Connection, webhook_id: str) -> bool:
    return connection.execute(_standing().where(schema.webhooks.c.webhook_id == webhook_id)).first() is not None


def _one(connection: Connection, owner: str | None, webhook_id: str) -> StoredWebhook:
    table = schema.webhooks
    row = connection.execute(_standing().where(table.c.webhook_id == webhook_id)).mappings().first()
    if row is None or owner not in (None, row["owner"]):
        raise EhyaError(ErrorCode.WEBHOOK_UNKNOWN, given=webhook_id)
    return _stored(row)


def _update(connection: Connection, webhook_id: str, line: Mapping[str, Any]) -> None:
    table = schema.webhooks
    connection.execute(update(table).where(table.c.webhook_id == webhook_id).values(dict(line)))


def _noted(connection: Connection, act: Act, owner: str, webhook_id: str, made_at: datetime, actor: str) -> None:
    note(connection, made_at=made_at, actor=actor, act=act, subject=owner, webhook=webhook_id)


def _stored(row: Mapping[Any, Any]) -> StoredWebhook:
    line = {name: value for name, value in row.items() if name not in ("id", "seen", "ended_at")}
    return StoredWebhook(**line, seen=json.loads(row["seen"]))


def _message(row: Mapping[Any, Any]) -> StoredMessage:
    return StoredMessage(**{name: value for name, value in row.items() if name != "id"})
