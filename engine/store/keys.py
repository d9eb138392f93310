"""Keys for programs: what is kept of each is enough to know it again, and not enough to use it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, insert, select

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line
from engine.store.clock import utc
from engine.store.session import Session


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key as it is kept.

    Parameters
    ----------
    key_id
        Its open part, by which it is found.
    name
        What it is for.
    role
        What its bearer may do.
    investor
        The investor for whom it acts; ``None`` where for none.
    digest
        sha256 of the whole key, hexadecimal.
    made_at, expires_at, revoked_at
        UTC; ``None`` where it does not expire, or was not revoked.
    """

    key_id: str
    name: str
    role: str
    investor: str | None
    digest: str = field(repr=False)
    made_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @property
    def owner(self) -> str:
        """Whose is what its bearer keeps: the investor's for whom it acts, else its own.

        Examples
        --------
        >>> noon = datetime(2026, 1, 1, 12)
        >>> [StoredKey("k", "n", "bank", name, "ab", noon, None, None).owner for name in ("fund", None)]
        ['fund', 'key:k']
        """
        return self.investor or f"key:{self.key_id}"

    def opens(self, now: datetime) -> bool:
        """Whether it opens anything at a moment.

        Examples
        --------
        >>> noon = datetime(2026, 1, 1, 12)
        >>> key = StoredKey("k", "bank", "bank", None, "ab", noon, datetime(2026, 2, 1), None)
        >>> key.opens(noon), key.opens(datetime(2026, 2, 1)), "ab" in repr(key)
        (True, False, False)
        """
        return self.revoked_at is None and (self.expires_at is None or utc(now) < self.expires_at)


class Keys:
    """Keys for programs; called, it gives them, the newest first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self) -> tuple[StoredKey, ...]:
        """All keys that were ever made."""
        with self._session.read() as connection:
            rows = connection.execute(_selected().order_by(schema.keys.c.id.desc())).mappings().all()
        return tuple(StoredKey(**row) for row in rows)

    def add(
        self,
        *,
        key_id: str,
        name: str,
        role: str,
        investor: str | None,
        digest: str,
        made_at: datetime,
        expires_at: datetime | None,
        actor: str,
    ) -> StoredKey:
        """Keep a new key.

        Parameters
        ----------
        key_id, name, role, investor, digest, expires_at
            See `StoredKey`.
        made_at
            Now; without a zone taken as UTC.
        actor
            Who makes it, for the audit.

        Raises
        ------
        EhyaError
            ``key_named`` where another key that is not revoked bears the name.
        """
        until = None if expires_at is None else utc(expires_at)
        with self._session.write() as connection:
            named = _selected().where(schema.keys.c.name == name, schema.key_revocations.c.made_at.is_(None))
            if connection.execute(named).first() is not None:
                raise EhyaError(ErrorCode.KEY_NAMED, given=name)
            made = StoredKey(key_id, name, role, investor, digest, utc(made_at), until, None)
            line = {each: getattr(made, each) for each in StoredKey.__slots__ if each != "revoked_at"}
            insert_line(connection, schema.keys, line)
            ends = None if until is None else until.isoformat()
            facts = {"name": name, "role": role, "investor": investor, "until": ends}
            note(connection, made_at=made_at, actor=actor, act=Act.KEY_ADDED, subject=key_id, **facts)
        return made

    def revoke(self, given: str, *, made_at: datetime, actor: str) -> StoredKey:
        """Let a key open nothing any more.

        Parameters
        ----------
        given
            Its id or its name.
        made_at, actor
            Now, and who does it.

        Raises
        ------
        EhyaError
            ``key_unknown`` with the names there are; ``key_revoked`` where it was revoked before.
        """
        table = schema.keys
        named = (table.c.key_id == given) | (table.c.name == given)
        with self._session.write() as connection:
            rows = connection.execute(_selected().where(named).order_by(table.c.id)).mappings().all()
            if not rows:
                standing = _selected().where(schema.key_revocations.c.made_at.is_(None)).order_by(table.c.id.desc())
                allowed = [str(row["name"]) for row in connection.execute(standing).mappings()]
                raise EhyaError(ErrorCode.KEY_UNKNOWN, given=given, allowed=allowed)
            found = StoredKey(**rows[-1])
            if found.revoked_at is not None:
                raise EhyaError(ErrorCode.KEY_REVOKED, given=given, date=found.revoked_at)
            connection.execute(insert(schema.key_revocations).values({"key_id": found.key_id, "made_at": utc(made_at)}))
            note(connection, made_at=made_at, actor=actor, act=Act.KEY_REVOKED, subject=found.key_id, name=found.name)
        return found


def _selected() -> Select[tuple[object, ...]]:
    table, ends = schema.keys, schema.key_revocations
    columns = [column for column in table.c if column.name != "id"]
    joined = table.outerjoin(ends, ends.c.key_id == table.c.key_id)
    return select(*columns, ends.c.made_at.label("revoked_at")).select_from(joined)
