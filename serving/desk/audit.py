"""Read the audit, and ask whether it is whole."""

from __future__ import annotations

import pandas as pd

from engine.settings import Settings
from engine.store import AuditCheck
from serving.desk.workspace import open_register

TERMINAL = "terminal"
"""How the audit names whoever may run commands in the workspace."""


def audit(settings: Settings, *, newest: int | None = None) -> pd.DataFrame:
    """Lines of the audit, the newest first: ``id, made_at, actor, act, subject, facts, previous, hash``."""
    with open_register(settings) as register:
        return register.audit(newest=newest)


def verify(settings: Settings, *, head: str | None = None) -> AuditCheck:
    """Follow the chain of the audit from its beginning; ``head`` is a hash that must be on it still."""
    with open_register(settings) as register:
        return register.audit.verify(head=head)
