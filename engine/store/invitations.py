"""Invitations: links by which an investor opens one account, until a moment, kept as a hash."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, Select, insert, select

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line, one_row
from engine.store.clock import utc
from engine.store.session import Session


@dataclass(frozen=True, slots=True)
class StoredInvitation:
    """An invitation as it is kept.

    Parameters
    ----------
    invitation_id
        What the office calls it; it opens nothing.
    digest
        sha256 of what the link holds, hexadecimal; never what it holds.
    investor, event
        Who is invited, and to which event or package.
    made_at, expires_at
        UTC.
    name
        The account that it was taken for; ``None`` where for none.
    ended_at
        When it was taken or withdrawn, UTC; ``None`` while neither.
    """

    invitation_id: str
    digest: str = field(repr=False)
    investor: str
    event: str
    made_at: datetime
    expires_at: datetime
    name: str | None
    ended_at: datetime | None

    def opens(self, now: datetime) -> bool:
        """Whether an account may be opened by it at a moment.

        Examples
        --------
        >>> noon, night = datetime(2026, 1, 1, 12), datetime(2026, 1, 2)
        >>> made = StoredInvitation("i", "c0de", "fund", "INVA", noon, night, None, None)
        >>> made.opens(noon), made.opens(night), "c0de" in repr(made)
        (True, False, False)
        """
        return self.ended_at is None and utc(now) < self.expires_at


class Invitations:
    """Invitations; called, it gives them, the newest first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self) -> tuple[StoredInvitation, ...]:
        """All invitations that were ever made."""
        query = _selected().order_by(schema.invitations.c.id.desc())
        with self._session.read() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(StoredInvitation(**row) for row in rows)

    def find(self, digest: str) -> StoredInvitation | None:
        """The invitation whose link holds what has this hash."""
        with self._session.read() as connection:
            return _with_digest(connection, digest)

    def add(
        self,
        invitation_id: str,
        digest: str,
        *,
        investor: str,
        event: str,
        made_at: datetime,
        expires_at: datetime,
        actor: str,
    ) -> StoredInvitation:
        """Keep an invitation.

        Parameters
        ----------
        invitation_id, digest, investor, event, expires_at
            See `StoredInvitation`.
        made_at, actor
            Now, and who invites.
        """
        made = StoredInvitation(invitation_id, digest, investor, event, utc(made_at), utc(expires_at), None, None)
        names = ("invitation_id", "digest", "investor", "event", "made_at", "expires_at")
        facts = {"event": event, "until": made.expires_at.isoformat(), "invitation": invitation_id}
        with self._session.write() as connection:
            insert_line(connection, schema.invitations, {name: getattr(made, name) for name in names})
            note(connection, made_at=made_at, actor=actor, act=Act.INVITED, subject=investor, **facts)
        return made

    def take(self, digest: str, *, name: str, made_at: datetime) -> StoredInvitation:
        """Let an account have been opened by an invitation, which opens none any more.

        Parameters
        ----------
        digest
            Hash of what the link holds.
        name
            The account, which is there already; inside one transaction with this.
        made_at
            Now.

        Raises
        ------
        EhyaError
            ``invitation_unknown`` where it opens no account now, whatever the reason: who holds a link that is not
            theirs learns nothing of it.
        """
        with self._session.write() as connection:
            found = _with_digest(connection, digest)
            if found is None or not found.opens(made_at):
                raise EhyaError(ErrorCode.INVITATION_UNKNOWN, given="")
            _end(connection, found, name=name, made_at=made_at)
            facts = {"account": name, "invitation": found.invitation_id}
            actor = f"user:{name}"
            note(connection, made_at=made_at, actor=actor, act=Act.INVITATION_TAKEN, subject=found.investor, **facts)
        return found

    def withdraw(self, invitation_id: str, *, made_at: datetime, actor: str) -> StoredInvitation:
        """Let nobody open an account by an invitation any more.

        Raises
        ------
        EhyaError
            ``invitation_unknown``; ``invitation_ended`` where it was taken or withdrawn before.
        """
        which = schema.invitations.c.invitation_id == invitation_id
        with self._session.write() as connection:
            row = one_row(connection, _selected().where(which), ErrorCode.INVITATION_UNKNOWN, given=invitation_id)
            found = StoredInvitation(**row)
            if found.ended_at is not None:
                raise EhyaError(ErrorCode.INVITATION_ENDED, given=found.investor, date=found.ended_at)
            _end(connection, found, name=None, made_at=made_at)
            act = Act.INVITATION_WITHDRAWN
            note(connection, made_at=made_at, actor=actor, act=act, subject=found.investor, invitation=invitation_id)
        return found


def _with_digest(connection: Connection, digest: str) -> StoredInvitation | None:
    row = connection.execute(_selected().where(schema.invitations.c.digest == digest)).mappings().first()
    return None if row is None else StoredInvitation(**row)


def _end(connection: Connection, found: StoredInvitation, *, name: str | None, made_at: datetime) -> None:
    line = {"invitation_id": found.invitation_id, "name": name, "made_at": utc(made_at)}
    connection.execute(insert(schema.invitation_ends).values(line))


def _selected() -> Select[tuple[object, ...]]:
    table, ends = schema.invitations, schema.invitation_ends
    columns = [column for column in table.c if column.name != "id"]
    joined = table.outerjoin(ends, ends.c.invitation_id == table.c.invitation_id)
    return select(*columns, ends.c.name.label("name"), ends.c.made_at.label("ended_at")).select_from(joined)
