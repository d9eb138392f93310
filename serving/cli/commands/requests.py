"""``ehya requests``: what investors ask about units, the office's answers, and how soon they come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pandas as pd

from engine.settings import Settings
from engine.store import StoredRequest
from serving.cli.question import now
from serving.cli.terminal import Terminal
from serving.desk import requests
from serving.desk.audit import TERMINAL
from serving.desk.clock import day_of
from serving.desk.requests import FEWEST, Level, days_between
from serving.desk.responsiveness import Answering, investors_answering_here, office_figure
from serving.reports.requests import time_left


def list_requests(terminal: Terminal, settings: Settings, *, overdue: bool = False, everything: bool = False) -> None:
    """Print the requests, the one that is due first at the head."""
    moment = _now()
    found = requests.requests_listed(settings, moment, length=0 if overdue or not everything else None)
    shown = [*(one for one in found.open if one.overdue(moment) or not overdue), *found.done]
    if terminal.answer([_document(one, found.names, moment) for one in shown]):
        return
    if not shown:
        terminal.say("requests.none")
        return
    words = terminal.speech
    rows = [
        [
            one.request_id,
            str(found.names.get(one.unit_id, one.unit_id)),
            one.owner,
            words.text(one.kind),
            words.date(day_of(one.made_at)),
            words.text(one.state) if one.ended_at else time_left(one.due_at, moment, words),
            one.text,
        ]
        for one in shown
    ]
    names = ("number", "unit", "owner", "kind", "made_at", "due", "text")
    terminal.table([words.text(f"requests.{each}") for each in names], rows, title=words.text("requests.title"))


def answer_request(terminal: Terminal, settings: Settings, request: str, text: str) -> None:
    """Answer a request.

    Raises
    ------
    EhyaError
        ``request_text_refused``, ``request_unknown``, ``request_answered``, ``request_withdrawn``.
    """
    done = requests.answer_here(settings, request, text, made_at=_now(), actor=TERMINAL)
    if not terminal.answer({"request_id": done.request_id, "owner": done.owner, "answer": done.answer}):
        terminal.say("requests.answered", given=done.request_id, owner=done.owner)


def show_level(terminal: Terminal, settings: Settings, days: str | None) -> None:
    """Show the days within which requests are answered, or set them.

    Raises
    ------
    EhyaError
        ``value_unreadable``.
    """
    if days is None:
        found = requests.level_here(settings)
    else:
        found = requests.set_level(settings, days, made_at=_now(), actor=TERMINAL)
    if terminal.answer(_level(found)):
        return
    if days is None:
        terminal.say("requests.level_now", count=found.days, basis=found.basis)
    else:
        terminal.say("requests.level_set", count=found.days)


def show_figures(terminal: Terminal, settings: Settings) -> None:
    """Print how soon requests are answered."""
    found, words = requests.figures_here(settings, _now()), terminal.speech
    value, investors = office_figure(found), investors_answering_here(settings, _now())
    document = found.document | {"responsiveness": value, "investors": [_answering(one) for one in investors]}
    if terminal.answer(document):
        return
    few = words.text("requests.too_few", count=FEWEST)
    rows = [
        [
            words.text("requests.median_days"),
            few if found.median_days is None else words.number(found.median_days, 1),
            words.text("requests.of_answered", count=found.answered),
        ],
        [
            words.text("requests.in_time"),
            few if found.in_time is None else words.share(found.in_time),
            words.text("requests.of_due", count=found.due),
        ],
        [
            words.text("requests.responsiveness"),
            few if value is None else words.share(value),
            words.text("requests.of_due", count=found.due),
        ],
        [words.text("requests.open"), words.number(found.open), ""],
        [words.text("requests.overdue"), words.number(found.overdue), ""],
    ]
    heads = [words.text(f"requests.{name}") for name in ("figure", "value", "rests_on")]
    terminal.table(heads, rows, title=words.text("requests.figures_title"))
    terminal.say("requests.level_now", count=found.level.days, basis=found.level.basis)
    if investors:
        shown = [
            [
                one.owner,
                words.share(one.figure.value),
                words.number(one.figure.answered),
                words.number(one.figure.asked),
            ]
            for one in investors
        ]
        names = [words.text(f"requests.{name}") for name in ("owner", "responsiveness", "lists_answered", "lists")]
        terminal.table(names, shown, title=words.text("requests.investors_title"))
        for one in investors:
            if one.alike:
                terminal.say("requests.alike", owner=one.owner)


def _answering(one: Answering) -> dict[str, Any]:
    told = {"owner": one.owner, "responsiveness": one.figure.value, "alike": one.alike}
    return told | {"lists": one.figure.asked, "answered": one.figure.answered}


def _now() -> datetime:
    return now().to_pydatetime()


def _level(found: Level) -> dict[str, Any]:
    return {"level_days": found.days, "level_basis": found.basis.value}


def _document(one: StoredRequest, names: pd.Series, moment: datetime) -> dict[str, Any]:
    return {
        "request_id": one.request_id,
        "owner": one.owner,
        "unit_id": one.unit_id,
        "unit": names.get(one.unit_id),
        "kind": one.kind.value,
        "text": one.text,
        "made_at": one.made_at.isoformat(),
        "due_at": one.due_at.isoformat(),
        "days_old": round(days_between(one.made_at, moment), 2),
        "days_left": None if one.ended_at else round(days_between(moment, one.due_at), 2),
        "state": one.state.value,
        "overdue": one.overdue(moment),
        "answer": one.answer,
    }
