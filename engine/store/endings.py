"""What ends with a webhook: its line, and its messages that wait."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from engine.store import schema
from engine.store.clock import utc


def end_webhook(connection: Connection, webhook_id: str, *, ended_at: datetime) -> None:
    """Let a webhook have ended at a moment; messages to it that wait are given up. Nothing is noted in the audit."""
    hooks, messages = schema.webhooks, schema.webhook_messages
    connection.execute(update(hooks).where(hooks.c.webhook_id == webhook_id).values(ended_at=utc(ended_at)))
    waiting = (messages.c.webhook_id == webhook_id, messages.c.due_at.is_not(None))
    connection.execute(update(messages).where(*waiting).values(due_at=None, answer="ended"))
