"""What was closed to callers stays closed when an older register takes the place of a newer one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from engine.store import schema
from engine.store.audit import BEGINNING, Act, note
from engine.store.bulk import insert_line
from engine.store.clock import utc
from engine.store.endings import end_webhook
from engine.store.session import Session

RESTORING = "restore"
"""Who closes again, in the audit."""
_CLOSED = {
    "keys": "SELECT key_id, made_at FROM key_revocations",
    "people": "SELECT name, made_at FROM disablings",
    "passwords": "SELECT name, password, made_at FROM passwords ORDER BY id",
    "webhooks": "SELECT webhook_id, ended_at FROM webhooks WHERE ended_at IS NOT NULL",
    "agreements": "SELECT a.investor, p.name, p.version, a.made_at, e.made_at FROM agreement_ends e "
    "JOIN agreements a ON a.id = e.agreement_id JOIN packages p ON p.id = a.package_id",
}

_SINCE = {"webhooks": "webhooks", "passwords": "passwords"}
"""Tables that came after the rest of what can be closed."""


@dataclass(frozen=True, slots=True)
class Closings:
    """What a register says is closed, read from its file as it is.

    Parameters
    ----------
    keys, people
        Ids of revoked keys and names of disabled accounts, with the moment.
    webhooks
        Ids of webhooks that ended, with the moment.
    agreements
        Investor, package's name and version, and when it was made, of each agreement that ended; with the moment.
    head
        Hash of the last line of its audit; it names the state that was replaced.
    passwords
        Account -> the hash that opens it now, where it is not its first, and since when.
    """

    keys: Mapping[str, datetime]
    people: Mapping[str, datetime]
    webhooks: Mapping[str, datetime]
    agreements: Mapping[tuple[str, str, int, datetime], datetime]
    head: str
    passwords: Mapping[str, tuple[str, datetime]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClosedAgain:
    """What an older register had open still and is closed in it now: names of keys and accounts, ids of webhooks,
    agreements, and names of accounts that a password opened which was given up since.
    """

    keys: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()
    agreements: tuple[str, ...] = ()
    passwords: tuple[str, ...] = ()


def closings(path: Path) -> Closings | None:
    """What the register in a file says is closed; ``None`` where it cannot be read.

    It is read as it stands, also where it is of an earlier revision: such a one has closed nothing yet.
    """
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            there = {str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master")}
            rows = {
                name: connection.execute(query).fetchall() if _SINCE.get(name, "agreement_ends") in there else []
                for name, query in _CLOSED.items()
            }
            last = "SELECT hash FROM audit ORDER BY id DESC LIMIT 1"
            head = connection.execute(last).fetchone() if "audit" in there else None
    except sqlite3.DatabaseError:
        return None
    return Closings(
        {str(key): _moment(made) for key, made in rows["keys"]},
        {str(name): _moment(made) for name, made in rows["people"]},
        {str(name): _moment(ended) for name, ended in rows["webhooks"]},
        {
            (str(who), str(name), int(version), _moment(made)): _moment(ended)
            for who, name, version, made, ended in rows["agreements"]
        },
        BEGINNING if head is None else str(head[0]),
        {str(name): (str(password), _moment(made)) for name, password, made in rows["passwords"]},
    )


def close_again(session: Session, found: Closings, *, made_at: datetime) -> ClosedAgain:
    """Close in an older register what a newer one had closed, and note in its audit that it took the other's place.

    Parameters
    ----------
    session
        The older register.
    found
        What is closed in the newer one.
    made_at
        Now.
    """
    by: dict[str, Any] = {"made_at": made_at, "actor": RESTORING}
    with session.write() as connection:
        if found.head == _head(connection):
            return ClosedAgain()
        note(connection, **by, act=Act.REGISTER_RESTORED, subject=RESTORING, replaced=found.head)
        keys = _open(connection, schema.keys.c.key_id, schema.key_revocations.c.key_id, found.keys)
        for key in keys:
            line = {"key_id": key, "made_at": found.keys[key]}
            connection.execute(insert(schema.key_revocations).values(line))
            note(connection, **by, act=Act.KEY_REVOKED, subject=key)
        # Browsers that were let in then are none of today's: everybody signs in anew.
        standing = schema.sessions.c.ended_at.is_(None)
        connection.execute(update(schema.sessions).where(standing).values(ended_at=utc(made_at)))
        _end_invitations(connection, by)
        passwords = tuple(_change_passwords(connection, found, by))
        people = _open(connection, schema.people.c.name, schema.disablings.c.name, found.people)
        for name in people:
            connection.execute(insert(schema.disablings).values({"name": name, "made_at": found.people[name]}))
            note(connection, **by, act=Act.PERSON_DISABLED, subject=name)
        webhooks = tuple(_end_webhooks(connection, found, by))
        named = {row.key_id: row.name for row in connection.execute(select(schema.keys.c.key_id, schema.keys.c.name))}
        agreements = tuple(_end_again(connection, found, by))
    return ClosedAgain(tuple(named[key] for key in keys), people, webhooks, agreements, passwords)


def _end_invitations(connection: Connection, by: Mapping[str, Any]) -> None:
    """Links that were out then may have been taken or withdrawn since: whoever still waits for one is invited anew."""
    table, ends = schema.invitations, schema.invitation_ends
    joined = table.outerjoin(ends, ends.c.invitation_id == table.c.invitation_id)
    standing = select(table.c.invitation_id, table.c.investor).select_from(joined).where(ends.c.made_at.is_(None))
    for number, investor in connection.execute(standing.order_by(table.c.id)).all():
        connection.execute(insert(ends).values({"invitation_id": number, "made_at": utc(by["made_at"])}))
        note(connection, **by, act=Act.INVITATION_WITHDRAWN, subject=investor, invitation=number)


def _change_passwords(connection: Connection, found: Closings, by: Mapping[str, Any]) -> Iterable[str]:
    """A password that was given up since opens nothing again."""
    newer, there = schema.passwords, set(connection.execute(select(schema.people.c.name)).scalars())
    kept = {(row.name, row.password) for row in connection.execute(select(newer.c.name, newer.c.password))}
    for name, (password, made) in sorted(found.passwords.items()):
        if name in there and (name, password) not in kept:
            insert_line(connection, newer, {"name": name, "password": password, "made_at": made})
            note(connection, **by, act=Act.PASSWORD_CHANGED, subject=name)
            yield name


def _end_webhooks(connection: Connection, found: Closings, by: Mapping[str, Any]) -> Iterable[str]:
    table = schema.webhooks
    standing = select(table.c.webhook_id, table.c.owner).where(table.c.ended_at.is_(None)).order_by(table.c.id)
    for name, owner in connection.execute(standing).all():
        if name in found.webhooks:
            end_webhook(connection, name, ended_at=found.webhooks[name])
            note(connection, **by, act=Act.WEBHOOK_ENDED, subject=owner, webhook=name)
            yield name


def _end_again(connection: Connection, found: Closings, by: Mapping[str, Any]) -> Iterable[str]:
    table, packages, ends = schema.agreements, schema.packages, schema.agreement_ends
    columns = (table.c.id, table.c.investor, packages.c.name, packages.c.version, table.c.made_at)
    joined = table.join(packages).outerjoin(ends, ends.c.agreement_id == table.c.id)
    standing = select(*columns).select_from(joined).where(ends.c.made_at.is_(None)).order_by(table.c.id)
    for number, *named in connection.execute(standing).all():
        ended = found.agreements.get(tuple(named))
        if ended is not None:
            insert_line(connection, ends, {"agreement_id": number, "made_at": ended})
            package = f"{named[1]}@{named[2]}"
            note(connection, **by, act=Act.AGREEMENT_ENDED, subject=named[0], package=package)
            yield f"{named[0]} {package}"


def _open(connection: Connection, there: Any, closed: Any, names: Iterable[str]) -> tuple[str, ...]:
    """Those of the names that a register knows and has not closed."""
    known = set(connection.execute(select(there)).scalars())
    ended = set(connection.execute(select(closed)).scalars())
    return tuple(sorted((known - ended).intersection(names)))


def _head(connection: Connection) -> str:
    last = select(schema.audit.c.hash).order_by(schema.audit.c.id.desc()).limit(1)
    return str(connection.execute(last).scalar() or BEGINNING)


def _moment(kept: str) -> datetime:
    return datetime.fromisoformat(kept)
