"""Lines of the audit in words: who did what with which unit, account or register."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import pandas as pd

from engine.domain.unit import Confidence
from engine.store import Act
from serving.desk.audit import TERMINAL
from serving.desk.clock import day_of
from serving.i18n import Speech
from serving.reports.gates import said_reason
from serving.reports.said import field_said

_EVENTS = (Act.OUTCOME_RECORDED, Act.OUTCOME_CORRECTED, Act.OUTCOME_WITHDRAWN)
_DOCUMENTS = (Act.DOCUMENT_ADDED, Act.DOCUMENT_REMOVED)
_MODELS = (Act.MODEL_PROMOTED, Act.MODEL_ROLLED_BACK)
_IMPORT = "import "
_OTHERS = {TERMINAL: "terminal", "restore": "restore", "first run": "first_run"}
"""Actors that are no account and no key."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of a line, and the page of ours that they lead to; empty where there is none."""

    text: str
    address: str = ""


@dataclass(frozen=True, slots=True)
class Audited:
    """A line in words.

    Parameters
    ----------
    actor, act
        Who, and what.
    subject
        With what.
    details
        What else is known of it.
    """

    actor: str
    act: str
    subject: Piece
    details: tuple[Piece, ...]


def audit_said(line: Mapping[Any, Any], names: pd.Series, words: Speech) -> Audited:
    """A line of the audit in words.

    Parameters
    ----------
    line
        As `serving.desk.audit.audit` gives it.
    names
        Name of each unit that lines speak of, index ``unit_id``; missing where a unit has none.
    words
        Language.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> line = {"actor": "user:sara", "act": "unit_edited", "subject": "U1", "facts": '{"fields": "jobs_now"}'}
    >>> said = audit_said(line, pd.Series({"U1": "Zagros"}), speech("en"))
    >>> said.actor, said.act, said.subject, [one.text for one in said.details]
    ('sara', 'unit edited', Piece(text='Zagros', address='/desk/units/U1'), ['Jobs now'])
    """
    act, facts = Act(line["act"]), json.loads(line["facts"])
    known = {name: value for name, value in facts.items() if value is not None}
    what = known.pop("what", None)
    return Audited(
        actor_said(str(line["actor"]), words),
        words.text(act) if what is None else words.text(f"decision_act.{what}"),
        _subject(act, str(line["subject"]), known, names, words),
        tuple(_details(act, known, names, words)),
    )


def actor_said(actor: str, words: Speech) -> str:
    """Who did something: an account by its name, a key as one, others in words.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> [actor_said(one, speech("en")) for one in ("user:sara", "key:reader", "restore", "")]
    ['sara', 'key reader', 'restoring a backup', '']
    """
    kind, _, name = actor.partition(":")
    if kind == "key":
        return words.text("audit.key", given=name)
    return words.text(f"audit.by_{_OTHERS[actor]}") if actor in _OTHERS else name or actor


def _unit(unit_id: str, names: pd.Series, words: Speech) -> Piece:
    if unit_id not in names.index:
        return Piece(unit_id)
    name = names[unit_id]
    said = words.text("page.no_name") if pd.isna(name) else str(name)
    return Piece(said, f"/desk/units/{quote(unit_id, safe='')}")


def _subject(act: Act, subject: str, facts: dict[str, Any], names: pd.Series, words: Speech) -> Piece:
    if act is Act.IMPORT_UNDONE and subject.startswith(_IMPORT):
        return _import(facts.pop("number", subject.removeprefix(_IMPORT)), words)
    if act in (Act.KEY_ADDED, Act.KEY_REVOKED) and "name" in facts:
        return Piece(str(facts.pop("name")))
    if act in (Act.TRAINING_STARTED, Act.REGISTER_RESTORED, Act.LEVEL_SET):
        return Piece("")
    return _unit(subject, names, words)


def _details(act: Act, facts: Mapping[str, Any], names: pd.Series, words: Speech) -> Iterator[Piece]:
    for name, value in facts.items():
        if name in ("other", "unit"):
            yield _unit(str(value), names, words)
        elif name == "number":
            yield _numbered(act, value, words)
        elif name in _SAID:
            said = _SAID[name](act, value, words)
            if said:
                yield Piece(said)
        else:
            yield Piece(str(value))


def _numbered(act: Act, number: Any, words: Speech) -> Piece:
    if act in _EVENTS:
        return Piece(words.text("audit.event", number=words.digits(str(number))), f"/desk/outcomes/{number}")
    if act in _DOCUMENTS:
        return Piece(words.text("audit.document", number=words.digits(str(number))))
    return _import(number, words)


def _import(number: Any, words: Speech) -> Piece:
    return Piece(words.text("registers.number", number=words.digits(str(number))), f"/desk/imports/{number}")


_KINDS = {Act.REACTED: "reaction_kind", Act.REQUEST_ASKED: "request_kind"}


def _kind(act: Act, value: Any, words: Speech) -> str:
    return words.text(f"{_KINDS.get(act, 'outcome_kind')}.{value}")


def _until(_: Act, value: Any, words: Speech) -> str:
    return words.text("audit.until", date=words.date(day_of(datetime.fromisoformat(str(value)))))


def _reason(act: Act, value: Any, words: Speech) -> str:
    if act is Act.REACTED:
        return words.text(f"decline_reason.{value}")
    return said_reason(str(value), words) if act in _MODELS else str(value)


def _counted(key: str) -> Callable[[Act, Any, Speech], str]:
    return lambda _, value, words: words.text(f"audit.{key}", count=int(value))


_SAID: Mapping[str, Callable[[Act, Any, Speech], str]] = {
    "field": lambda _, value, words: field_said(str(value), words),
    "fields": lambda _, value, words: words.join(field_said(one, words) for one in str(value).split(";")),
    "level": lambda _, value, words: words.codes(str(value), Confidence),
    "role": lambda _, value, words: words.text(f"caller_role.{value}"),
    "administers": lambda _, value, words: words.text("desk.administers"),
    "kind": _kind,
    "reason": _reason,
    "rank": _counted("rank"),
    "count": _counted("events"),
    "days": _counted("days"),
    "sessions": lambda _, value, words: words.text("audit.sessions", count=int(value)) if value else "",
    "bytes": lambda _, value, words: words.text("desk.kilobytes", count=words.number(int(value) / 1024)),
    "replacement": lambda _, value, words: words.text("audit.instead", number=words.digits(str(value))),
    "version": lambda _, value, words: words.text("audit.version", number=words.digits(str(value))),
    "until": _until,
    "session": lambda *_: "",  # says nothing to a person
    "request": lambda *_: "",
    "replaced": lambda *_: "",
}
