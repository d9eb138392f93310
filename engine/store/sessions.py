"""Sessions of people who signed in: what a browser shows to be let in again, kept as a hash, ended by either side."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, select, update

from engine.errors import ErrorCode
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line, one_row
from engine.store.clock import utc
from engine.store.passwords import opens
from engine.store.session import Session


@dataclass(frozen=True, slots=True)
class StoredSession:
    """One session.

    Parameters
    ----------
    session_id
        What the audit and the person's own list call it.
    name
        The account.
    role, investor, administers
        What the account may do now (`engine.store.people.StoredPerson`).
    digest
        sha256 of what the browser shows, in hexadecimal; never what it shows.
    made_at, expires_at, ended_at
        UTC; ``None`` while nobody ended it.
    disabled_at
        When the account was disabled; ``None`` while it is not.
    """

    session_id: str
    name: str
    role: str
    investor: str | None
    administers: bool
    digest: str = field(repr=False)
    made_at: datetime
    expires_at: datetime
    ended_at: datetime | None
    disabled_at: datetime | None

    def opens(self, now: datetime) -> bool:
        """Whether it lets anybody in at a moment.

        Examples
        --------
        >>> noon, night = datetime(2026, 1, 1, 12), datetime(2026, 1, 2)
        >>> made = StoredSession("s", "sara", "planner", None, False, "c0de", noon, night, None, None)
        >>> made.opens(noon), made.opens(night), "c0de" in repr(made)
        (True, False, False)
        """
        return self.ended_at is None and self.disabled_at is None and utc(now) < self.expires_at


class Sessions:
    """Sessions; called, it gives them, the newest first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self) -> tuple[StoredSession, ...]:
        """Sessions of all accounts."""
        query = _selected().order_by(schema.sessions.c.id.desc())
        with self._session.read() as connection:
            rows = connection.execute(query).mappings().all()
        return tuple(StoredSession(**row) for row in rows)

    def find(self, digest: str) -> StoredSession | None:
        """The session whose browser shows what has this hash."""
        with self._session.read() as connection:
            row = connection.execute(_selected().where(schema.sessions.c.digest == digest)).mappings().first()
        return None if row is None else StoredSession(**row)

    def begin(
        self,
        session_id: str,
        name: str,
        digest: str,
        *,
        made_at: datetime,
        expires_at: datetime,
        actor: str,
        password: str | None = None,
    ) -> bool:
        """Let a browser in.

        Parameters
        ----------
        session_id, name, digest, made_at, expires_at
            See `StoredSession`.
        actor
            Who signs in, for the audit.
        password
            The hash that was found to open the account, where somebody had to know its password.

        Returns
        -------
        bool
            Whether it is let in: not where ``password`` opens the account no more.
        """
        line = {
            "session_id": session_id,
            "name": name,
            "digest": digest,
            "made_at": utc(made_at),
            "expires_at": utc(expires_at),
        }
        with self._session.write() as connection:
            if password is not None and not opens(connection, name, password):
                return False
            insert_line(connection, schema.sessions, line)
            note(connection, made_at=made_at, actor=actor, act=Act.SESSION_BEGUN, subject=name, session=session_id)
        return True

    def end(self, session_id: str, *, made_at: datetime, actor: str) -> None:
        """Let a browser in no more; one that was ended before stays as it is.

        Parameters
        ----------
        session_id
            Which.
        made_at, actor
            Now, and who does it.

        Raises
        ------
        EhyaError
            ``session_unknown``.
        """
        table = schema.sessions
        which = table.c.session_id == session_id
        with self._session.write() as connection:
            found = one_row(connection, _selected().where(which), ErrorCode.SESSION_UNKNOWN, given=session_id)
            if found["ended_at"] is not None:
                return
            connection.execute(update(table).where(which).values(ended_at=utc(made_at)))
            subject = str(found["name"])
            note(connection, made_at=made_at, actor=actor, act=Act.SESSION_ENDED, subject=subject, session=session_id)


def _selected() -> Select[tuple[object, ...]]:
    table, people, ends = schema.sessions, schema.people, schema.disablings
    joined = table.join(people, people.c.name == table.c.name).outerjoin(ends, ends.c.name == table.c.name)
    columns = (
        table.c.session_id,
        table.c.name,
        people.c.role,
        people.c.investor,
        people.c.administers,
        table.c.digest,
        table.c.made_at,
        table.c.expires_at,
        table.c.ended_at,
        ends.c.made_at.label("disabled_at"),
    )
    return select(*columns).select_from(joined)
