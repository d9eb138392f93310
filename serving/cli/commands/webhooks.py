"""``ehya webhooks``: who is told of which mandate, which messages were given up, and sending them again."""

from __future__ import annotations

from engine.settings import Settings
from serving.cli.question import now
from serving.cli.terminal import Terminal
from serving.desk.audit import TERMINAL
from serving.desk.clock import day_of
from serving.desk.workspace import open_register


def list_webhooks(terminal: Terminal, settings: Settings) -> None:
    """Print the webhooks that stand, without their secrets."""
    with open_register(settings) as register:
        found = register.webhooks()
    names = ("webhook_id", "owner", "mandate", "address", "made_at")
    if terminal.answer([{name: getattr(one, name) for name in names} for one in found]):
        return
    if not found:
        terminal.say("webhook.none")
        return
    words = terminal.speech
    rows = [[one.webhook_id, one.owner, one.mandate, one.address, words.date(day_of(one.made_at))] for one in found]
    headers = [words.text(f"webhook.{name}") for name in ("id", "owner", "mandate", "address", "made_at")]
    terminal.table(headers, rows, title=words.text("webhook.title"))


def end_webhook(terminal: Terminal, settings: Settings, webhook: str) -> None:
    """End a webhook of anybody.

    Raises
    ------
    EhyaError
        ``webhook_unknown``.
    """
    with open_register(settings) as register:
        found = register.webhooks.end(None, webhook, made_at=now().to_pydatetime(), actor=TERMINAL)
    if not terminal.answer({"webhook_id": found.webhook_id, "owner": found.owner}):
        terminal.say("webhook.ended", given=found.webhook_id)


def list_dead_letters(terminal: Terminal, settings: Settings) -> None:
    """Print the messages that were given up, the newest first."""
    with open_register(settings) as register:
        found = register.webhooks.messages(given_up=True)
    names = ("message_id", "webhook_id", "made_at", "attempts", "answer")
    if terminal.answer([{name: getattr(one, name) for name in names} for one in found]):
        return
    if not found:
        terminal.say("webhook.no_dead")
        return
    words = terminal.speech
    rows = [
        [one.message_id, one.webhook_id, words.date(day_of(one.made_at)), words.number(one.attempts), one.answer]
        for one in found
    ]
    headers = [words.text(f"webhook.{name}") for name in ("message", "webhook", "made_at", "attempts", "answer")]
    terminal.table(headers, rows, title=words.text("webhook.dead"))


def send_again(terminal: Terminal, settings: Settings, message: str) -> None:
    """Let a message that was given up be sent again.

    Raises
    ------
    EhyaError
        ``message_unknown``, ``webhook_unknown``.
    """
    with open_register(settings) as register:
        found = register.webhooks.again(message, now=now().to_pydatetime())
    if not terminal.answer({"message_id": found.message_id, "webhook_id": found.webhook_id}):
        terminal.say("webhook.again", given=found.message_id)
