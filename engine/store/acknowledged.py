"""Answers to writes by the key that came with them: sent again, a request is answered and not done again."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, select

from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.bulk import insert_line
from engine.store.clock import utc
from engine.store.session import Session

KEPT = timedelta(days=1)
"""How long an answer is remembered."""


class Acknowledged:
    """Answers that were given to writes."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, actor: str, given: str, digest: str, *, now: datetime) -> str | None:
        """The answer that a write of this key had; ``None`` where it was none yet.

        Parameters
        ----------
        actor
            Who writes: keys of different callers never meet.
        given
            The caller's key.
        digest
            Of what is asked.
        now
            The moment.

        Raises
        ------
        EhyaError
            ``idempotency_key_used`` where the key came with something else.
        """
        table = schema.acknowledged
        recent = (table.c.actor == actor, table.c.given == given, table.c.made_at > utc(now) - KEPT)
        with self._session.read() as connection:
            row = connection.execute(select(table.c.digest, table.c.answer).where(*recent)).first()
        if row is None:
            return None
        if row[0] != digest:
            raise EhyaError(ErrorCode.IDEMPOTENCY_KEY_USED, given=given)
        return str(row[1])

    def keep(self, actor: str, given: str, digest: str, answer: str, *, now: datetime) -> None:
        """Remember an answer, and forget those of before yesterday."""
        table = schema.acknowledged
        line = {"actor": actor, "given": given, "digest": digest, "answer": answer, "made_at": utc(now)}
        with self._session.write() as connection:
            connection.execute(delete(table).where(table.c.made_at <= utc(now) - KEPT))
            insert_line(connection, table, line)
