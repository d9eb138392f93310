"""Pages of banks: the door of one, and what the office asked all of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from engine.domain.bank_ask import BankAskKind, BankVerdict
from engine.domain.request import LONGEST_TEXT
from engine.store import StoredBankAsk
from serving.desk.bank import BankSeen, BanksSeen
from serving.disclosure.values import known
from serving.i18n import Speech
from serving.pages.desk.frame import Frame, Place, page
from serving.pages.desk.words import day_said, moment_said, name_of, unit_address
from serving.reports.ranked import place_line
from serving.reports.requests import time_left

MOST = 200
"""Claims, and things asked, that a page shows."""


def bank_page(
    frame: Frame, found: BankSeen, *, problem: str = "", typed: Mapping[str, Mapping[str, str]] | None = None
) -> str:
    """Write the page of a bank: its claims, and what it is asked for.

    Parameters
    ----------
    frame
        What stands around it.
    found
        What the bank sees.
    problem
        Why an answer could not be taken.
    typed
        That answer, by what was asked.
    """
    words, typed = frame.speech, typed or {}
    asks = [_ask(one, found.names, words, found.now) | _typed(typed.get(one.ask_id)) for one in found.asks[:MOST]]
    claims = found.claims.head(MOST).to_dict("records")
    total = found.claims["rial"].sum(min_count=1)
    return page(
        "bank.html",
        frame,
        Place.BANK,
        bank=found.bank,
        asks=asks,
        waiting=words.number(sum(one.answered_at is None for one in found.asks)),
        units=words.number(len(found.claims)),
        total=words.money(total) if known(total) else words.number(None),
        claims=[
            {
                "name": name_of(row["name"], words),
                "place": place_line(words, row["province"], row["county"]),
                "sector": words.sector(row["isic"]) if known(row["isic"]) else "",
                "status": words.text(f"status.{row['status']}") if known(row["status"]) else words.number(None),
                "count": words.number(row["claims"]),
                "rial": words.money(row["rial"]) if known(row["rial"]) else words.number(None),
            }
            for row in claims
        ],
        more=words.text("bank.more", count=len(found.claims) - MOST) if len(found.claims) > MOST else "",
        verdicts=[(one.value, words.text(one)) for one in BankVerdict],
        longest=LONGEST_TEXT,
        problem=problem,
        lost="".join(said.get("text", "") for ask, said in typed.items() if _gone(ask, found.asks)),
    )


def banks_page(frame: Frame, found: BanksSeen, *, problem: str = "", typed: Mapping[str, str] | None = None) -> str:
    """Write the office's page of what banks were asked.

    Parameters
    ----------
    frame
        What stands around it.
    found
        What the office sees.
    problem, typed
        Why something could not be asked, and what was typed.
    """
    words = frame.speech
    return page(
        "banks.html",
        frame,
        Place.BANK,
        asks=[
            _ask(one, found.names, words, found.now) | {"address": unit_address(one.unit_id)}
            for one in found.asks[:MOST]
        ],
        banks=found.banks,
        kinds=[(one.value, words.text(one)) for one in BankAskKind],
        longest=LONGEST_TEXT,
        problem=problem,
        typed={"bank": "", "unit": "", "kind": "", "text": "", "until": "", **(typed or {})},
    )


def _ask(one: StoredBankAsk, names: pd.Series, words: Speech, now: Any) -> dict[str, Any]:
    return {
        "id": one.ask_id,
        "bank": one.bank,
        "unit": name_of(names.get(one.unit_id), words),
        "kind": words.text(one.kind),
        "price": one.kind is BankAskKind.PRICE,
        "text": one.text,
        "made": moment_said(one.made_at, words),
        "due": day_said(one.due_at - pd.Timedelta(seconds=1), words),
        "left": time_left(one.due_at, now, words) if one.answered_at is None else "",
        "overdue": one.overdue(now),
        "open": one.answered_at is None,
        "verdict": "" if one.verdict is None else words.text(one.verdict),
        "good": one.verdict is BankVerdict.AGREED,
        "answer": one.answer or "",
        "rial": "" if one.rial is None else words.money(one.rial),
        "answered": "" if one.answered_at is None else moment_said(one.answered_at, words),
    }


def _typed(given: Mapping[str, str] | None) -> dict[str, Mapping[str, str]]:
    return {"typed": {"verdict": "", "text": "", "rial": "", **(given or {})}}


def _gone(ask_id: str, asks: tuple[StoredBankAsk, ...]) -> bool:
    """Whether an answer that was typed has no open question any more to stand below."""
    return not any(one.ask_id == ask_id and one.answered_at is None for one in asks)
