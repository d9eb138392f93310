"""``ehya serve``: pages and HTTP; ``ehya routes``: what HTTP answers whom."""

from __future__ import annotations

from collections.abc import Sequence

from engine.settings import Settings
from serving.cli.question import today
from serving.cli.terminal import Terminal
from serving.desk.posting import Reach
from serving.desk.question import Question
from serving.disclosure.levels import KEY_ROLES


def serve_here(
    terminal: Terminal,
    settings: Settings,
    host: str,
    port: int,
    names: Sequence[str] = (),
    *,
    nda_at_once: bool = False,
    webhooks_inside: bool = False,
) -> None:
    """Serve until interrupted.

    Raises
    ------
    EhyaError
        ``host_name_missing`` and ``keys_missing`` for what other computers reach, ``no_model``, ``model_changed``,
        ``database_failed``.
    """
    from serving.api.server import is_loopback, require_named, serve

    if names or not is_loopback(host):
        require_named(host, names)
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    serve(
        settings,
        host=host,
        port=port,
        names=names,
        nda_at_once=nda_at_once,
        reach=Reach(webhooks_inside),
        question=lambda: Question(as_of=today()),
        ready=lambda: terminal.say("cli.serving", url=url),
    )


def show_routes(terminal: Terminal, settings: Settings) -> None:
    """Print every address with the roles that may ask it, its level and how often."""
    from serving.api.access import addresses
    from serving.api.app import create_app
    from serving.api.limits import ServiceLimits
    from serving.api.shelf import Shelf

    limits = ServiceLimits()
    found = sorted(addresses(create_app(settings=settings, shelf=Shelf(), limits=limits)), key=lambda one: one[1::-1])
    document = [
        {
            "method": method,
            "path": path,
            "roles": {role.value: role in access.roles for role in KEY_ROLES},
            "without_key": access.without_key.value,
            "level": access.level.value,
            "rate": access.rate.value,
            "per_minute": getattr(limits, access.rate.value),
        }
        for method, path, access in found
    ]
    if terminal.answer(document):
        return
    words = terminal.speech
    rows = [
        [
            f"{method} {path}",
            words.text("access.all_roles")
            if len(access.roles) == len(KEY_ROLES)
            else words.join(words.text(role) for role in KEY_ROLES if role in access.roles),
            words.text(access.without_key),
            words.text(access.level),
            words.number(getattr(limits, access.rate.value)),
        ]
        for method, path, access in found
    ]
    names = ("address", "roles", "without_key", "level", "per_minute")
    terminal.table([words.text(f"access.{each}") for each in names], rows, title=words.text("access.routes"))
