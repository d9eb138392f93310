"""Read the audit, and ask whether it is whole."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import fold
from engine.settings import Settings
from engine.store import AuditCheck
from serving.desk.clock import day_of
from serving.desk.named import names_of
from serving.desk.units import first_shown
from serving.desk.workspace import open_register

TERMINAL = "terminal"
"""How the audit names whoever may run commands in the workspace."""


def audit(settings: Settings, *, newest: int | None = None) -> pd.DataFrame:
    """Lines of the audit, the newest first: ``id, made_at, actor, act, subject, facts, previous, hash``."""
    with open_register(settings) as register:
        return register.audit(newest=newest)


@dataclass(frozen=True, eq=False, slots=True)
class AuditSeen:
    """Lines of the audit, the newest first, and the name of each unit that they speak of (index ``unit_id``)."""

    lines: pd.DataFrame
    names: pd.Series


def audit_seen(settings: Settings, *, newest: int) -> AuditSeen:
    """The newest lines of the audit, for people, who know units by their names."""
    lines = audit(settings, newest=newest)
    return AuditSeen(lines, names_spoken_of(settings, lines))


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which lines of the audit are looked for.

    Parameters
    ----------
    act
        Only such; empty for all.
    words
        Every word stands in the actor, the subject or the facts, or in the name of the unit they speak of.
    since, until
        Days, both counted; ``None`` where open.
    """

    act: str = ""
    words: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, eq=False, slots=True)
class AuditFound:
    """A page of the lines that were looked for, the newest first.

    Parameters
    ----------
    lines
        Lines of the page; `names_spoken_of` names the units that they speak of.
    start, total
        First of them, from 0, and how many there are.
    acts
        Acts that the audit knows of.
    """

    lines: pd.DataFrame
    start: int
    total: int
    acts: tuple[str, ...]


def audit_found(settings: Settings, query: AuditQuery, *, start: int = 0, length: int = 50) -> AuditFound:
    """Look for lines of the audit.

    Parameters
    ----------
    settings
        The workspace.
    query
        Which.
    start, length
        First line of the page, from 0, and how many at most; a first line past the end begins the last page.

    Raises
    ------
    EhyaError
        ``unknown_option`` for an act that there is none of.
    """
    lines = audit(settings)
    acts = tuple(sorted(set(lines["act"])))
    if query.act and query.act not in acts:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="act", given=query.act, allowed=list(acts))
    if query.act:
        lines = lines[lines["act"] == query.act]
    if query.since is not None or query.until is not None:
        days = lines["made_at"].map(day_of)
        lines = lines[days.between(query.since or date.min, query.until or date.max)]
    if query.words.strip() and len(lines):
        names, wanted = names_spoken_of(settings, lines), fold(query.words).split()
        texts = [_searched(line, names) for line in lines.to_dict("records")]
        lines = lines[[all(word in text for word in wanted) for text in texts]]
    start = first_shown(start, length, len(lines))
    return AuditFound(lines.iloc[start : start + length], start, len(lines), acts)


def _searched(line: Mapping[Hashable, Any], names: pd.Series) -> str:
    """The words of a line that are searched."""
    facts = json.loads(line["facts"])
    units = [names[unit] for unit in (line["subject"], *map(str, facts.values())) if unit in names.index]
    return fold(" ".join(map(str, [line["actor"], line["subject"], *facts.values(), *units])))


def names_spoken_of(settings: Settings, lines: pd.DataFrame) -> pd.Series:
    """Name of each unit that lines of the audit speak of, index ``unit_id``: one that was merged has the other's."""
    spoken = set(lines["subject"])
    for facts in map(json.loads, lines["facts"]):
        spoken |= {str(facts[name]) for name in ("other", "unit") if facts.get(name)}
    with open_register(settings) as register:
        return names_of(register, spoken)


def verify(settings: Settings, *, head: str | None = None) -> AuditCheck:
    """Follow the chain of the audit from its beginning; ``head`` is a hash that must be on it still."""
    with open_register(settings) as register:
        return register.audit.verify(head=head)
