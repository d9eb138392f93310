"""``ehya banks``: what banks were asked about units, and what they answered."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from engine.parsing.text import compact
from engine.settings import Settings
from engine.store import StoredBankAsk
from serving.cli.question import now
from serving.cli.terminal import Terminal
from serving.desk import bank as desk
from serving.desk.audit import TERMINAL
from serving.desk.clock import day_of
from serving.disclosure.values import known
from serving.reports.requests import time_left


def list_asks(terminal: Terminal, settings: Settings, bank: str | None) -> None:
    """Print what banks were asked, what waits first."""
    moment = _now()
    found = desk.banks_seen(settings, now=moment)
    shown = [one for one in found.asks if bank is None or compact(one.bank) == compact(bank)]
    if terminal.answer([_document(one, moment) for one in shown]):
        return
    words = terminal.speech
    if not shown:
        terminal.say("bank.none_asked")
        return
    rows = []
    for one in shown:
        name = found.names.get(one.unit_id)
        state = time_left(one.due_at, moment, words) if one.verdict is None else words.text(one.verdict)
        sum_said = "" if one.rial is None else words.money(one.rial)
        asked = (one.ask_id, one.bank, str(name) if known(name) else one.unit_id, words.text(one.kind), one.text)
        rows.append([*asked, words.date(day_of(one.made_at)), state, words.join(filter(None, (one.answer, sum_said)))])
    names = ("number", "bank", "unit", "kind", "text", "made", "state", "answer")
    terminal.table([words.text(f"bank.column_{each}") for each in names], rows, title=words.text("bank.asked_of_banks"))


def ask(terminal: Terminal, settings: Settings, bank: str, unit: str, kind: str, text: str, *, until: str) -> None:
    """Ask a bank.

    Raises
    ------
    EhyaError
        As `serving.desk.bank.ask_bank`.
    """
    moment = _now()
    done = desk.ask_bank(settings, desk.BankQuestion(bank, unit, kind, text, until), now=moment, actor=TERMINAL)
    if not terminal.answer(_document(done, moment)):
        terminal.say("bank.asked_here", given=done.ask_id, bank=done.bank)


def answer(terminal: Terminal, settings: Settings, ask_id: str, verdict: str, text: str, *, million_rial: str) -> None:
    """Record what a bank answered.

    Raises
    ------
    EhyaError
        As `serving.desk.bank.answer_for_bank`.
    """
    moment, said = _now(), desk.BankAnswer(verdict, text, million_rial)
    done = desk.answer_for_bank(settings, ask_id, said, now=moment, actor=TERMINAL)
    if not terminal.answer(_document(done, moment)):
        terminal.say("bank.answered_here", bank=done.bank, verdict=terminal.speech.text(f"bank_verdict.{done.verdict}"))


def _now() -> datetime:
    return now().to_pydatetime()


def _document(one: StoredBankAsk, moment: datetime) -> dict[str, Any]:
    return {
        "ask_id": one.ask_id,
        "bank": one.bank,
        "unit_id": one.unit_id,
        "kind": one.kind.value,
        "text": one.text,
        "made_at": one.made_at.isoformat(),
        "due_at": one.due_at.isoformat(),
        "overdue": one.overdue(moment),
        "verdict": None if one.verdict is None else one.verdict.value,
        "answer": one.answer,
        "rial": one.rial,
        "answered_at": None if one.answered_at is None else one.answered_at.isoformat(),
    }
