"""What banks were asked about units, and what they answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from engine.domain.bank_ask import BankAskKind, BankVerdict
from engine.errors import EhyaError, ErrorCode
from engine.store import schema
from engine.store.audit import Act, note
from engine.store.bulk import insert_line, one_row
from engine.store.clock import utc
from engine.store.session import Session


@dataclass(frozen=True, slots=True)
class StoredBankAsk:
    """What a bank was asked.

    Parameters
    ----------
    ask_id
        Its id, which nobody guesses.
    bank
        Which bank, as its account bears the name.
    unit_id
        About which unit.
    kind, text
        What for, and in which words.
    made_at, due_at
        UTC: when, and until when it is to be answered.
    verdict, answer, rial, answered_at
        What the bank answered, with the price or instalment that it named, rial, and when, UTC; ``None`` before.
    """

    ask_id: str
    bank: str
    unit_id: str
    kind: BankAskKind
    text: str
    made_at: datetime
    due_at: datetime
    verdict: BankVerdict | None = None
    answer: str | None = None
    rial: int | None = None
    answered_at: datetime | None = None

    def overdue(self, now: datetime) -> bool:
        """Whether it waits still though its time is up."""
        return self.answered_at is None and utc(now) > self.due_at


class BankAsks:
    """What banks were asked; called, it gives what one was, or all, the newest first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __call__(self, bank: str | None = None) -> tuple[StoredBankAsk, ...]:
        """What a bank was asked; what all were where ``None``."""
        query = _selected().order_by(schema.bank_asks.c.id.desc())
        if bank is not None:
            query = query.where(schema.bank_asks.c.bank == bank)
        with self._session.read() as connection:
            return tuple(_stored(row) for row in connection.execute(query).mappings())

    def ask(
        self,
        ask_id: str,
        *,
        bank: str,
        unit_id: str,
        kind: BankAskKind,
        text: str,
        made_at: datetime,
        due_at: datetime,
        actor: str,
    ) -> StoredBankAsk:
        """Record what a bank is asked.

        Parameters
        ----------
        ask_id, bank, unit_id, kind, text, made_at, due_at
            See `StoredBankAsk`.
        actor
            Who asks.
        """
        line = {
            "ask_id": ask_id, "bank": bank, "unit_id": unit_id, "kind": kind.value, "text": text,
            "made_at": utc(made_at), "due_at": utc(due_at),
        }  # fmt: skip
        with self._session.write() as connection:
            insert_line(connection, schema.bank_asks, line)
            note(connection, made_at=made_at, actor=actor, act=Act.BANK_ASKED, subject=bank, unit=unit_id)
            return _stored(_row(connection, None, ask_id))

    def answer(
        self,
        bank: str,
        ask_id: str,
        *,
        verdict: BankVerdict,
        text: str,
        rial: int | None,
        made_at: datetime,
        actor: str,
    ) -> StoredBankAsk:
        """Record a bank's answer.

        Parameters
        ----------
        bank, ask_id
            Whose, and to what.
        verdict, text, rial
            See `StoredBankAsk`.
        made_at, actor
            Now, and who answers.

        Raises
        ------
        EhyaError
            ``bank_ask_unknown``, also for what another bank was asked; ``bank_ask_answered``.
        """
        with self._session.write() as connection:
            found = _row(connection, bank, ask_id)
            if found["answered_at"] is not None:
                raise EhyaError(ErrorCode.BANK_ASK_ANSWERED, date=found["answered_at"])
            line = {
                "ask_id": found["id"], "verdict": verdict.value, "text": text, "rial": rial, "made_at": utc(made_at),
            }  # fmt: skip
            insert_line(connection, schema.bank_answers, line)
            unit = str(found["unit_id"])
            note(connection, made_at=made_at, actor=actor, act=Act.BANK_ANSWERED, subject=bank, unit=unit)
            return _stored(_row(connection, bank, ask_id))


def _selected() -> Select[Any]:
    asks, answers = schema.bank_asks, schema.bank_answers
    said = (answers.c.verdict, answers.c.text.label("answer"), answers.c.rial, answers.c.made_at.label("answered_at"))
    return select(asks, *said).select_from(asks.outerjoin(answers, answers.c.ask_id == asks.c.id))


def _row(connection: Connection, bank: str | None, ask_id: str) -> Mapping[Any, Any]:
    query = _selected().where(schema.bank_asks.c.ask_id == ask_id)
    if bank is not None:
        query = query.where(schema.bank_asks.c.bank == bank)
    return one_row(connection, query, ErrorCode.BANK_ASK_UNKNOWN, given=ask_id)


def _stored(row: Mapping[Any, Any]) -> StoredBankAsk:
    plain = {str(name): value for name, value in row.items() if name != "id"}
    verdict = None if plain["verdict"] is None else BankVerdict(plain["verdict"])
    return StoredBankAsk(**plain | {"kind": BankAskKind(plain["kind"]), "verdict": verdict})
