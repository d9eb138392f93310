"""Read the audit, and ask whether it is whole."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pandas as pd

from engine.settings import Settings
from engine.store import AuditCheck
from serving.desk.named import names_of
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
