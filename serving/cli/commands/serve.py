"""``ehya serve``: pages and HTTP on this computer."""

from __future__ import annotations

from engine.settings import Settings
from serving.cli.question import today
from serving.cli.terminal import Terminal
from serving.desk.question import Question


def serve_here(terminal: Terminal, settings: Settings, host: str, port: int) -> None:
    """Serve until interrupted.

    Raises
    ------
    EhyaError
        ``not_loopback`` when the host is not this computer, ``no_model``, ``model_changed``, ``database_failed``.
    """
    from serving.api.server import require_loopback, serve

    require_loopback(host)
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    serve(
        settings,
        host=host,
        port=port,
        question=lambda: Question(as_of=today()),
        ready=lambda: terminal.say("cli.serving", url=url),
    )
