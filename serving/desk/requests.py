"""Requests about units: ask, answer and take back, the days within which the office answers, and how well it does."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median
from typing import Any

import pandas as pd

from engine.domain.request import (
    LEVEL_DAYS,
    LONGEST_LEVEL_DAYS,
    LONGEST_TEXT,
    LevelBasis,
    RequestKind,
    RequestState,
)  # fmt: skip
from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import latin_digits
from engine.settings import Settings
from engine.store import Register, StoredRequest
from engine.store.clock import utc
from serving.desk.clock import day_of, end_of
from serving.desk.named import names_of
from serving.desk.offered import refuse_gone
from serving.desk.stock import Stock
from serving.desk.workspace import open_register

WINDOW = timedelta(days=90)
"""Requests of so long count for the published figures."""
FEWEST = 5
"""A figure that rests on fewer requests is not published (assumed)."""
FEWEST_OWNERS = 3
"""Nor one that rests on requests of fewer owners, beside those of whoever reads it (assumed)."""
REQUESTS_A_DAY = 50
"""Requests that one owner may make within a day: each costs a person of the office time (assumed)."""
_DAY = timedelta(days=1)
_ID_BYTES = 12
_ASKED = ("list_id", "unit_id", "kind", "text")
_PLAIN_CONTROLS = "\n\t"
_BLANK = "\u115f\u1160\u2800\u3164\uffa0"
"""Signs that count as letters and show nothing."""
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Signs that turn the order in which the signs around them are read."""


@dataclass(frozen=True, slots=True)
class PromisedDays:
    """Days within which the office promises to answer, and who says so."""

    days: int
    basis: LevelBasis


@dataclass(frozen=True, slots=True)
class RequestFigures:
    """How well the office answers, over the requests of the last 90 days.

    Parameters
    ----------
    level
        What it promises now.
    answered, median_days
        Requests that were answered, and the middle of the days that this took; ``None`` below five.
    due, in_time
        Requests whose time is up, by the level of the day on which each was asked, and the share of them that was
        answered in time; ``None`` below five. What was withdrawn before its time was up is no part of them.
    open, overdue
        All that wait now, and those of them whose time is up; ``None`` for readers outside the office.

    The numbers themselves are ``None`` where they would tell one owner of another.
    """

    level: PromisedDays
    answered: int | None
    median_days: float | None
    due: int | None
    in_time: float | None
    open: int | None = None
    overdue: int | None = None

    @property
    def document(self) -> dict[str, Any]:
        """What a program is told: the figures, the level and the window that they rest on."""
        told = {
            "level_days": self.level.days,
            "level_basis": self.level.basis.value,
            "window_days": WINDOW.days,
            "answered": self.answered,
            "median_days": self.median_days,
            "due": self.due,
            "in_time": self.in_time,
        }
        waiting = {"open": self.open, "overdue": self.overdue}
        return told | {name: count for name, count in waiting.items() if count is not None}


def ask(
    register: Register,
    owner: str,
    stated: Mapping[str, Any],
    *,
    stock: Stock,
    made_at: datetime,
    actor: str,
) -> StoredRequest:
    """Record what an owner asks about a unit on a list: ``list_id``, ``unit_id``, ``kind`` and ``text``.

    Parameters
    ----------
    register, owner, stated
        Who asks what.
    stock
        What is shown to everybody now: about a unit that is gone the office has nothing to offer.
    made_at, actor
        Now, and who asks.

    Raises
    ------
    EhyaError
        ``request_refused`` with what can be, ``request_text_refused``; ``list_unknown``, ``not_on_list``,
        ``unknown_unit`` for one that is shown no more, ``unit_gone`` for one that is and can be offered no more;
        ``requests_enough``.
    """
    strange = next((key for key in stated if key not in _ASKED), None)
    if strange is not None:
        raise EhyaError(ErrorCode.REQUEST_REFUSED, key=strange, given=stated[strange], allowed=list(_ASKED))
    listed, unit, kind, text = (stated.get(key) for key in _ASKED)
    for key, given in (("list_id", listed), ("unit_id", unit)):
        if not isinstance(given, str):
            raise EhyaError(ErrorCode.REQUEST_REFUSED, key=key, given=given, allowed=[])
    if kind not in list(RequestKind):
        raise EhyaError(ErrorCode.REQUEST_REFUSED, key="kind", given=kind, allowed=[one.value for one in RequestKind])
    words = checked_text(text)
    register.lists.refuse_unshown(owner, str(listed), str(unit))  # said first: of what was not shown nothing is told
    if unit not in stock.units.index:
        raise EhyaError(ErrorCode.UNKNOWN_UNIT, given=unit)
    refuse_gone(str(unit), stock)
    if register.requests.count(owner, since=made_at - _DAY) >= REQUESTS_A_DAY:
        raise EhyaError(ErrorCode.REQUESTS_ENOUGH, allowed=REQUESTS_A_DAY)
    return register.requests.ask(
        owner,
        str(listed),
        str(unit),
        request_id=secrets.token_urlsafe(_ID_BYTES),
        kind=RequestKind(str(kind)),
        text=words,
        made_at=made_at,
        actor=actor,
    )


def answer(register: Register, request_id: str, text: object, *, made_at: datetime, actor: str) -> StoredRequest:
    """Record the office's answer to a request.

    Raises
    ------
    EhyaError
        ``request_text_refused``; ``request_unknown``, ``request_answered``, ``request_withdrawn``.
    """
    with _local_days():
        return register.requests.answer(request_id, checked_text(text), made_at=made_at, actor=actor)


def withdraw(register: Register, owner: str, request_id: str, *, made_at: datetime, actor: str) -> StoredRequest:
    """Take back what an owner asked.

    Raises
    ------
    EhyaError
        ``request_unknown``, ``request_answered``, ``request_withdrawn``.
    """
    with _local_days():
        return register.requests.withdraw(owner, request_id, made_at=made_at, actor=actor)


@contextmanager
def _local_days() -> Iterator[None]:
    """Let a refusal name the day of a moment as it was lived through here."""
    try:
        yield
    except EhyaError as error:
        at = error.facts.get("date")
        if not isinstance(at, datetime):
            raise
        raise EhyaError(error.code, **{**error.facts, "date": day_of(at)}) from error


def answer_here(settings: Settings, request_id: str, text: str, *, made_at: datetime, actor: str) -> StoredRequest:
    """The same in a workspace."""
    with open_register(settings) as register:
        return answer(register, request_id, text, made_at=made_at, actor=actor)


def level(register: Register) -> PromisedDays:
    """Days within which the office promises to answer."""
    days = register.requests.level()
    return PromisedDays(LEVEL_DAYS, LevelBasis.ASSUMED) if days is None else PromisedDays(days, LevelBasis.OFFICE)


def level_here(settings: Settings) -> PromisedDays:
    """The same in a workspace."""
    with open_register(settings) as register:
        return level(register)


def set_level(settings: Settings, given: str, *, made_at: datetime, actor: str) -> PromisedDays:
    """Promise to answer within so many days what is asked from now on.

    Parameters
    ----------
    settings
        The workspace.
    given
        The days as a person types them, in any digits.
    made_at, actor
        Now, and who promises.

    Raises
    ------
    EhyaError
        ``value_unreadable``.
    """
    plain = latin_digits(given).strip()
    days = int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 10 else 0
    if not 1 <= days <= LONGEST_LEVEL_DAYS:
        allowed = [f"1..{LONGEST_LEVEL_DAYS}"]
        raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="DAYS", given=given, allowed=allowed)
    with open_register(settings) as register:
        register.requests.set_level(days, made_at=made_at, actor=actor)
        return level(register)


def response_figures(register: Register, now: datetime) -> RequestFigures:
    """How well the office answers.

    Parameters
    ----------
    register
        The register.
    now
        The moment.
    """
    return replace(
        _figures(register, register.requests(since=_earliest(now)), now),
        open=register.requests.count(state=RequestState.OPEN),
        overdue=register.requests.count(overdue_at=now),
    )


def published_figures(register: Register, now: datetime, owner: str | None) -> RequestFigures:
    """How well the office answers, for a reader outside it.

    Nobody learns from a figure what became of one other's request: it rests on the requests of others alone, of enough
    of them and of enough owners, as they stood when the day began.

    Parameters
    ----------
    register
        The register.
    now
        The moment.
    owner
        Whose requests are left out: the reader's own, which a reader could subtract.
    """
    morning = end_of(day_of(now) - timedelta(days=1))
    others = [
        _as_of(one, morning)
        for one in register.requests(since=_earliest(morning))
        if one.owner != owner and one.made_at < utc(morning)
    ]
    found = _figures(register, others, morning)
    hidden: dict[str, Any] = {}
    for count, figure, counts in (("answered", "median_days", _took), ("due", "in_time", _due)):
        owners = {one.owner for one in others if counts(one, morning)}
        if len(owners) < FEWEST_OWNERS or getattr(found, figure) is None:
            hidden |= {count: None, figure: None}
    return replace(found, **hidden)


def _figures(register: Register, recent: Iterable[StoredRequest], now: datetime) -> RequestFigures:
    """How well those were answered that count at a moment."""
    recent = list(recent)
    took = [days_between(one.made_at, one.answered_at) for one in recent if one.answered_at and _took(one, now)]
    due = [one for one in recent if _due(one, now)]
    in_time = [one for one in due if one.answered_at is not None and one.answered_at <= one.due_at]
    return RequestFigures(
        level=level(register),
        answered=len(took),
        median_days=round(median(took), 2) if len(took) >= FEWEST else None,
        due=len(due),
        in_time=len(in_time) / len(due) if len(due) >= FEWEST else None,
    )


def _earliest(now: datetime) -> datetime:
    """From when on requests may count: of a long promise the time is up long after they were made."""
    return now - WINDOW - timedelta(days=LONGEST_LEVEL_DAYS)


def _took(one: StoredRequest, now: datetime) -> bool:
    """Whether a request counts for the days that answers take."""
    return one.answered_at is not None and one.made_at > utc(now - WINDOW)


def _due(one: StoredRequest, now: datetime) -> bool:
    """Whether a request counts for the share in time: its time was up within the window.

    One answered early counts when its time is up, like the others: else a week of quick answers looks like all.
    """
    return utc(now - WINDOW) < one.due_at < utc(now) and (one.withdrawn_at or utc(now)) > one.due_at


def _as_of(one: StoredRequest, moment: datetime) -> StoredRequest:
    """A request as it stood at a moment."""
    told = one.answered_at is not None and one.answered_at <= utc(moment)
    gone = one.withdrawn_at is not None and one.withdrawn_at <= utc(moment)
    return replace(
        one,
        answer=one.answer if told else None,
        answered_at=one.answered_at if told else None,
        withdrawn_at=one.withdrawn_at if gone else None,
    )


def figures_here(settings: Settings, now: datetime) -> RequestFigures:
    """The same in a workspace."""
    with open_register(settings) as register:
        return response_figures(register, now)


@dataclass(frozen=True, eq=False, slots=True)
class RequestList:
    """Requests for the office.

    Parameters
    ----------
    open
        All that wait, the one that is due first at the head.
    done
        Answered and withdrawn ones of a page, the newest first.
    done_count
        How many of them there are.
    names
        Name of each unit asked about, index ``unit_id`` as the requests name it.
    figures
        How well the office answers.
    now
        The moment.
    """

    open: tuple[StoredRequest, ...]
    done: tuple[StoredRequest, ...]
    done_count: int
    names: pd.Series
    figures: RequestFigures
    now: datetime


def requests_listed(settings: Settings, now: datetime, *, start: int = 0, length: int | None = None) -> RequestList:
    """What waits for the office, and a page of what does not any more.

    Parameters
    ----------
    settings
        The workspace.
    now
        The moment.
    start, length
        First of the requests that do not wait, from 0, and how many of them at most; all where ``None``.
    """
    with open_register(settings) as register:
        waiting = sorted(register.requests(state=RequestState.OPEN), key=lambda one: one.due_at)
        ended = register.requests.count() - len(waiting)
        done = register.requests(ended=True, newest=True, after=start, limit=length)
        names = names_of(register, {one.unit_id for one in (*waiting, *done)})
        return RequestList(tuple(waiting), done, ended, names, response_figures(register, now), now)


def days_between(start: datetime, end: datetime) -> float:
    """Days from one moment to another; negative where the other came before.

    Examples
    --------
    >>> days_between(datetime(2026, 11, 30, 12), datetime(2026, 12, 2))
    1.5
    """
    return (utc(end) - utc(start)) / _DAY


def checked_text(given: object) -> str:
    r"""The words of a request or of an answer, lines broken in one way.

    Raises
    ------
    EhyaError
        ``request_text_refused`` where there are none or too many, or where they hold what no reader sees.

    Examples
    --------
    >>> checked_text(" Which machines?\r\nSince when? ")
    'Which machines?\nSince when?'
    """
    text = given.replace("\r\n", "\n").replace("\r", "\n").strip() if isinstance(given, str) else ""
    strange = any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in _PLAIN_CONTROLS for sign in text)
    said = any(unicodedata.category(sign)[0] not in "CZ" and sign not in _BLANK for sign in text)
    if not (said and len(text) <= LONGEST_TEXT) or strange or not _TURNING.isdisjoint(text):
        raise EhyaError(ErrorCode.REQUEST_TEXT_REFUSED, count=len(text), allowed=LONGEST_TEXT)
    return text
