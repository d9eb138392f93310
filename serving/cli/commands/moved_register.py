"""``ehya workspace move``: the register in another database."""

from __future__ import annotations

from dataclasses import asdict

from engine.settings import Settings
from engine.store.dialect import database_address
from serving.cli.question import now
from serving.cli.terminal import Terminal
from serving.desk.moved_register import move_register


def move_and_show(terminal: Terminal, settings: Settings, target: str) -> None:
    """Move, with progress, and say what to set so that the workspace works there.

    Raises
    ------
    EhyaError
        ``database_address_unreadable``, and what ``serving.desk.moved_register.move_register`` raises.
    """
    shown = database_address(target).render_as_string(hide_password=True)
    with terminal.busy("move.begun") as doing:
        found = move_register(
            settings,
            target,
            now=now().to_pydatetime(),
            told=lambda _, done, count: doing("move.progress", done=done, count=count),
        )
    if terminal.answer({"to": shown, **asdict(found)}):
        return
    facts = {"units": found.counts["units"], "events": found.counts["events"]}
    terminal.say("move.done", count=sum(found.counts.values()), to=shown, lines=found.audit_lines, **facts)
    terminal.say("move.next", to=shown)
