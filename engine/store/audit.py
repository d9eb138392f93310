"""Who did what: lines that are only added, each bound to the one before it by a hash."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, select

from engine.codes import Code
from engine.store import schema
from engine.store.bulk import insert_line
from engine.store.canonical import canonical
from engine.store.clock import utc
from engine.store.session import Session

BEGINNING = "0" * 64
"""What stands in place of the hash before the first line."""

_COLUMNS = ("id", "made_at", "actor", "act", "subject", "facts", "previous", "hash")


class Act(Code):
    """What the audit records."""

    KEY_ADDED = "key_added"
    KEY_REVOKED = "key_revoked"
    PERSON_ADDED = "person_added"
    PERSON_DISABLED = "person_disabled"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 (the code of an act)
    AGREED = "agreed"
    AGREEMENT_CONFIRMED = "agreement_confirmed"
    AGREEMENT_ENDED = "agreement_ended"
    MANDATE_SAVED = "mandate_saved"
    MANDATE_WITHDRAWN = "mandate_withdrawn"
    LIST_MADE = "list_made"
    REACTED = "reacted"
    REQUEST_ASKED = "request_asked"
    REQUEST_ANSWERED = "request_answered"
    REQUEST_WITHDRAWN = "request_withdrawn"
    LEVEL_SET = "level_set"
    OUTCOME_RECORDED = "outcome_recorded"
    OUTCOMES_RECORDED = "outcomes_recorded"
    OUTCOME_CORRECTED = "outcome_corrected"
    OUTCOME_WITHDRAWN = "outcome_withdrawn"
    REGISTER_RESTORED = "register_restored"
    IMPORT_ASKED = "import_asked"
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_SIGNED_ANEW = "webhook_signed_anew"
    WEBHOOK_ENDED = "webhook_ended"
    SESSION_BEGUN = "session_begun"
    SESSION_ENDED = "session_ended"
    IMPORT_UNDONE = "import_undone"
    UNIT_EDITED = "unit_edited"
    DOCUMENT_ADDED = "document_added"
    DOCUMENT_REMOVED = "document_removed"
    REGISTER_READ = "register_read"
    DECIDED = "decided"
    TRAINING_STARTED = "training_started"
    MODEL_PROMOTED = "model_promoted"
    MODEL_ROLLED_BACK = "model_rolled_back"
    BACKUP_MADE = "backup_made"
    BANK_ASKED = "bank_asked"
    BANK_ANSWERED = "bank_answered"
    MEETINGS_PLANNED = "meetings_planned"
    MEETINGS_PLANNED_AGAIN = "meetings_planned_again"
    WISHES_STATED = "wishes_stated"
    WISHES_WITHDRAWN = "wishes_withdrawn"
    INVITED = "invited"
    INVITATION_TAKEN = "invitation_taken"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    ROWS_GRANTED = "rows_granted"
    ROWS_REVOKED = "rows_revoked"


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """Whether the chain holds.

    Parameters
    ----------
    lines
        Lines looked at.
    head
        Hash of the last one: written down elsewhere, it shows later that no line was cut off the end.
    broken_at
        Number of the first line that is not what it was, or does not follow from the one before; ``None`` where all do.
    contains
        Whether the hash that was asked for is on the chain; ``None`` where none was.
    """

    lines: int
    head: str
    broken_at: int | None
    contains: bool | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing speaks against it."""
        return self.broken_at is None and self.contains is not False


class Audit:
    """The audit; called, it gives its newest lines as a table."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, *, newest: int | None = None, acts: Collection[Act] | None = None) -> pd.DataFrame:
        """Lines, the newest first: ``id, made_at, actor, act, subject, facts`` (JSON), ``previous, hash``.

        Parameters
        ----------
        newest
            Only so many.
        acts
            Only these; by default all.
        """
        table = schema.audit
        query = select(table).order_by(table.c.id.desc()).limit(newest)
        if acts is not None:
            query = query.where(table.c.act.in_([one.value for one in acts]))
        with self._session.read() as connection:
            rows = connection.execute(query).mappings().all()
        return pd.DataFrame([dict(row) for row in rows], columns=list(_COLUMNS))

    def note(self, *, made_at: datetime, actor: str, act: Act, subject: str, **facts: str | int | None) -> None:
        """Add a line; inside `engine.store.Register.together` it comes with the rest or not at all.

        Parameters
        ----------
        made_at
            The moment; without a zone taken as UTC.
        actor
            Who: ``key:ID``, ``person:NAME``, or ``terminal``.
        act, subject
            What was done, and to what.
        **facts
            What else is worth knowing. Never a secret, and no value of a private field.
        """
        with self._session.write() as connection:
            note(connection, made_at=made_at, actor=actor, act=act, subject=subject, **facts)

    def verify(self, *, head: str | None = None) -> AuditCheck:
        """Follow the chain from its beginning.

        Parameters
        ----------
        head
            A hash that was written down earlier: it must be on the chain still.
        """
        table, previous, lines = schema.audit, BEGINNING, 0
        broken: int | None = None
        contains = None if head is None else head == BEGINNING
        with self._session.read() as connection:
            for row in connection.execute(select(table).order_by(table.c.id)).mappings():
                lines += 1
                follows = row["previous"] == previous and row["hash"] == line_hash(row)
                if broken is None and not follows:
                    broken = int(row["id"])
                previous = str(row["hash"])
                contains = contains or (None if head is None else previous == head)
        return AuditCheck(lines, previous, broken, contains)


def note(
    connection: Connection, *, made_at: datetime, actor: str, act: Act, subject: str, **facts: str | int | None
) -> None:
    """Add a line inside the transaction of what it records: both come, or neither.

    Parameters
    ----------
    connection
        Of a transaction that writes: writers follow one another, so that the last line is the last.
    made_at
        The moment; without a zone taken as UTC.
    actor
        Who: ``key:ID``, ``person:NAME``, or ``terminal``.
    act, subject
        What, and with what.
    **facts
        What else is worth knowing. Never a secret, and no value of a private field.
    """
    table = schema.audit
    last = connection.execute(select(table.c.hash).order_by(table.c.id.desc()).limit(1)).scalar()
    line: dict[str, Any] = {
        "made_at": utc(made_at),
        "actor": actor,
        "act": act.value,
        "subject": subject,
        "facts": canonical(facts),
        "previous": last or BEGINNING,
    }
    insert_line(connection, table, {**line, "hash": line_hash(line)})


def line_hash(line: Mapping[Any, Any]) -> str:
    """sha256 of a line and of the hash before it, hexadecimal.

    Examples
    --------
    >>> line = {"made_at": datetime(2026, 1, 1), "actor": "terminal", "act": "key_added", "subject": "k", "facts": "{}"}
    >>> line_hash(line | {"previous": BEGINNING}) == line_hash(line | {"previous": BEGINNING, "actor": "key:1"})
    False
    """
    names = ("previous", "actor", "act", "subject", "facts")
    content = {name: str(line[name]) for name in names} | {
        "made_at": line["made_at"].isoformat(timespec="microseconds")
    }
    return hashlib.sha256(canonical(content).encode()).hexdigest()
