"""Banks: the units that one has claims on, what it is asked for, what it answers, and until when."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd

from engine.domain.bank_ask import BANK_DAYS, LONGEST_BANK_DAYS, BankAskKind, BankVerdict
from engine.domain.unit_wishes import Side
from engine.errors import EhyaError, ErrorCode
from engine.parsing.money import MoneyUnit, read_money
from engine.parsing.text import compact
from engine.settings import Settings
from engine.store import Register, StoredBankAsk, StoredWishes
from serving.desk.appraisal import current_units
from serving.desk.clock import day_from, day_of, end_of
from serving.desk.named import names_of
from serving.desk.requests import checked_text
from serving.desk.wishes import LONGEST_SOURCE, state_wishes
from serving.desk.workspace import open_register
from serving.disclosure.claims import banks_named, own_claims
from serving.disclosure.levels import CallerRole

_ID_BYTES = 12
_MILLION = MoneyUnit(rial=1, scale=10**6)


@dataclass(frozen=True, eq=False, slots=True)
class BankSeen:
    """What a bank sees: its claims, as `serving.disclosure.claims.own_claims`, and what it was asked, by the day."""

    bank: str
    claims: pd.DataFrame
    asks: tuple[StoredBankAsk, ...]
    names: pd.Series
    now: datetime


@dataclass(frozen=True, eq=False, slots=True)
class BanksSeen:
    """What the office sees: all that banks were asked, names of the units, and the banks that debts name."""

    asks: tuple[StoredBankAsk, ...]
    names: pd.Series
    banks: tuple[str, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class BankQuestion:
    """What the office asks, as a person types it.

    Parameters
    ----------
    bank, unit_id
        Which bank, about which unit.
    kind, text
        What for, and in which words.
    until
        The day until which it is to be answered, in either calendar; empty for `BANK_DAYS` days.
    """

    bank: str
    unit_id: str
    kind: str
    text: str
    until: str = ""


@dataclass(frozen=True, slots=True)
class BankAnswer:
    """What a bank answers: verdict, words, and a sum, typed in million rial or stated in rial; it may be missing."""

    verdict: str
    text: str
    million_rial: str = ""
    rial: int | None = None


@dataclass(frozen=True, slots=True)
class CheckedQuestion:
    """A question that may be asked: bank, unit and kind as the register knows them, and until when, UTC."""

    bank: str
    unit_id: str
    kind: BankAskKind
    text: str
    due_at: datetime


def bank_seen(settings: Settings, bank: str, *, now: datetime) -> BankSeen:
    """What a bank sees; nothing of other creditors, and nothing that another bank was asked.

    Parameters
    ----------
    settings
        The workspace.
    bank
        As its account names it.
    now
        UTC.
    """
    with open_register(settings) as register:
        units = current_units(register, as_of=pd.Timestamp(day_of(now)))
        asks = asks_seen(register, bank)
        names = names_of(register, {one.unit_id for one in asks})
    return BankSeen(bank, own_claims(units, bank), asks, names, now)


def banks_seen(settings: Settings, *, now: datetime) -> BanksSeen:
    """What the office sees of all banks."""
    with open_register(settings) as register:
        units = current_units(register, as_of=pd.Timestamp(day_of(now)))
        asks = asks_seen(register)
        names = names_of(register, {one.unit_id for one in asks})
        banks = dict.fromkeys((*_accounts(register), *banks_named(units)))
    return BanksSeen(asks, names, tuple(banks), now)


def asks_seen(register: Register, bank: str | None = None) -> tuple[StoredBankAsk, ...]:
    """What a bank was asked, or what all were: what waits first, by the day it is due; then the newest answers."""
    return _by_day(register.bank_asks(bank))


def claims_seen(register: Register, bank: str, *, now: datetime) -> pd.DataFrame:
    """Units that a bank has a claim on, as `serving.disclosure.claims.own_claims`."""
    return own_claims(current_units(register, as_of=pd.Timestamp(day_of(now))), bank)


def checked_question(register: Register, asked: BankQuestion, *, now: datetime) -> CheckedQuestion:
    """Check what the office would ask a bank.

    Raises
    ------
    EhyaError
        ``unknown_unit``, ``bank_without_claim``; ``unknown_option`` for a kind that is none; ``value_unreadable`` for a
        day that is none or lies elsewhere; ``request_text_refused``.
    """
    if asked.kind not in set(BankAskKind):
        allowed = [one.value for one in BankAskKind]
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="kind", given=asked.kind, allowed=allowed)
    due, text = _due(asked.until, now), checked_text(asked.text)
    unit_id = register.units.resolve(asked.unit_id)
    units = current_units(register, as_of=pd.Timestamp(day_of(now)))
    if unit_id not in units.index:
        raise EhyaError(ErrorCode.UNKNOWN_UNIT, given=asked.unit_id)
    bank = _known_as(register, asked.bank)
    if unit_id not in own_claims(units.loc[[unit_id]], bank).index:
        raise EhyaError(ErrorCode.BANK_WITHOUT_CLAIM, given=asked.bank, unit=unit_id)
    return CheckedQuestion(bank, unit_id, BankAskKind(asked.kind), text, due)


def record_question(register: Register, asked: CheckedQuestion, *, now: datetime, actor: str) -> StoredBankAsk:
    """Ask a bank what was checked."""
    return register.bank_asks.ask(
        secrets.token_urlsafe(_ID_BYTES), bank=asked.bank, unit_id=asked.unit_id, kind=asked.kind, text=asked.text,
        made_at=now, due_at=asked.due_at, actor=actor,
    )  # fmt: skip


def ask_bank(settings: Settings, asked: BankQuestion, *, now: datetime, actor: str) -> StoredBankAsk:
    """Ask a bank about a unit that it has a claim on.

    Raises
    ------
    EhyaError
        As `checked_question`.
    """
    with open_register(settings) as register:
        return record_question(register, checked_question(register, asked, now=now), now=now, actor=actor)


def record_answer(
    register: Register, bank: str | None, ask_id: str, said: BankAnswer, *, now: datetime, actor: str
) -> StoredBankAsk:
    """Record what a bank answers.

    Parameters
    ----------
    register
        The register.
    bank
        Whose answer; ``None`` at the office, which records what any bank said by letter or telephone.
    ask_id, said
        To what, and what.
    now, actor
        UTC, and who records it.

    Raises
    ------
    EhyaError
        ``bank_ask_unknown``, ``bank_ask_answered``; ``unknown_option`` for a verdict that is none; ``value_unreadable``
        for a sum that is none; ``request_text_refused``.
    """
    if said.verdict not in set(BankVerdict):
        allowed = [one.value for one in BankVerdict]
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="verdict", given=said.verdict, allowed=allowed)
    text, rial = checked_text(said.text), _rial(said.million_rial) if said.rial is None else said.rial
    if bank is None:
        bank = next((one.bank for one in register.bank_asks() if one.ask_id == ask_id), None)
    if bank is None:
        raise EhyaError(ErrorCode.BANK_ASK_UNKNOWN, given=ask_id)
    return register.bank_asks.answer(
        bank, ask_id, verdict=BankVerdict(said.verdict), text=text, rial=rial, made_at=now, actor=actor
    )


def answer_office(
    settings: Settings, bank: str, ask_id: str, said: BankAnswer, *, now: datetime, actor: str
) -> StoredBankAsk:
    """Record what a bank answers, in a workspace.

    Raises
    ------
    EhyaError
        As `record_answer`.
    """
    with open_register(settings) as register:
        return record_answer(register, bank, ask_id, said, now=now, actor=actor)


def answer_for_bank(settings: Settings, ask_id: str, said: BankAnswer, *, now: datetime, actor: str) -> StoredBankAsk:
    """Record what a bank answered by letter or telephone, at the office.

    Raises
    ------
    EhyaError
        As `record_answer`.
    """
    with open_register(settings) as register:
        return record_answer(register, None, ask_id, said, now=now, actor=actor)


def wishes_of_bank(register: Register, bank: str) -> tuple[StoredWishes, ...]:
    """What a bank itself wants of an investor, or the office in its name; nothing that another wants."""
    return tuple(one for one in register.wishes() if _says(one, bank))


def own_claim(register: Register, bank: str, unit_id: str, *, now: datetime) -> str:
    """Id of a unit that a bank has a claim on.

    Raises
    ------
    EhyaError
        ``unknown_unit``, alike for one that there is not and for one that is none of the bank's.
    """
    found = register.units.resolve(unit_id)
    if found not in claims_seen(register, bank, now=now).index:
        raise EhyaError(ErrorCode.UNKNOWN_UNIT, given=unit_id)
    return found


def state_side_of_bank(
    register: Register, bank: str, unit_id: str, stated: Mapping[str, Any], *, now: datetime, actor: str
) -> StoredWishes:
    """Keep what a bank wants of an investor in a unit that it has a claim on; an empty statement takes that back.

    Parameters
    ----------
    register
        The register.
    bank
        As its account names it; it stands as the source.
    unit_id, stated
        As `own_claim` gives it, and what is wanted (`engine.domain.unit_wishes.UnitWishes`).
    now, actor
        UTC, and who states it.

    Raises
    ------
    EhyaError
        As `serving.desk.wishes.state_wishes`; ``wishes_of_another`` where others stated the side of the bank already.
    """
    standing = next((one for one in register.wishes(unit_id) if one.side is Side.BANK), None)
    if standing is not None and not _says(standing, bank):
        raise EhyaError(ErrorCode.WISHES_OF_ANOTHER, given=unit_id)
    said = {"source": bank[:LONGEST_SOURCE], "stated_on": day_of(now), "made_at": now, "actor": actor}
    return state_wishes(register, unit_id, Side.BANK, stated, **said)  # type: ignore[arg-type]


def _says(one: StoredWishes, bank: str) -> bool:
    return one.side is Side.BANK and compact(one.source) == compact(bank[:LONGEST_SOURCE])


def _by_day(asks: tuple[StoredBankAsk, ...]) -> tuple[StoredBankAsk, ...]:
    """What waits first, the one that is due first at the head; then what was answered, the newest first."""
    waiting = sorted((one for one in asks if one.answered_at is None), key=lambda one: one.due_at)
    return (*waiting, *(one for one in asks if one.answered_at is not None))


def _accounts(register: Register) -> tuple[str, ...]:
    """Banks that have an account or a key."""
    people, keys = register.people(), register.keys()
    named = [(one.role, one.investor) for one in people] + [(one.role, one.investor) for one in keys]
    return tuple(name for role, name in named if role == CallerRole.BANK and name)


def _known_as(register: Register, given: str) -> str:
    """A bank as its account names it, else as it was given."""
    name = given.strip()
    return next((one for one in _accounts(register) if compact(one) == compact(name)), name)


def _due(given: str, now: datetime) -> datetime:
    today = day_of(now)
    until: date = today + timedelta(days=BANK_DAYS) if not given.strip() else day_from(given, "until")
    if not today <= until <= today + timedelta(days=LONGEST_BANK_DAYS):
        allowed = [f"{today}..{today + timedelta(days=LONGEST_BANK_DAYS)}"]
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="until", given=given, allowed=allowed)
    return end_of(until)


def _rial(given: str) -> int | None:
    if not given.strip():
        return None
    found = read_money(given, _MILLION)
    if not isinstance(found, int) or found < 0:
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="rial", given=given[:40], allowed=["1200"])
    return found
