"""Serve the application on this computer, and on nothing else."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.api.app import create_app
from serving.api.shelf import Shelf
from serving.desk.question import Question
from serving.desk.watch import Watch

LOOPBACK = ("127.0.0.1", "::1", "localhost")


def serve(
    settings: Settings,
    *,
    question: Callable[[], Question],
    host: str = "127.0.0.1",
    port: int = 8600,
    ready: Callable[[], None] | None = None,
) -> None:
    """Appraise the register, then answer until interrupted.

    Parameters
    ----------
    settings
        Workspace and language.
    question
        Called for the choices of the moment; its day moves on at midnight.
    host
        An address of this computer itself.
    port
        TCP port.
    ready
        Called when there is something to serve, just before it is.

    Raises
    ------
    EhyaError
        ``not_loopback`` for any other host, ``no_model`` and ``database_failed`` when there is nothing to serve.
    """
    import uvicorn

    require_loopback(host)
    shelf = Shelf(latest=Watch(settings, question).latest)
    shelf.refresh()
    app = create_app(settings=settings, shelf=shelf)
    if ready:
        ready()
    uvicorn.run(app, host=host, port=port, log_level="warning", access_log=False, server_header=False)


def require_loopback(host: str) -> None:
    """Refuse an address that other computers can reach.

    Raises
    ------
    EhyaError
        ``not_loopback``.

    Examples
    --------
    >>> require_loopback("127.0.0.1")
    >>> require_loopback("0.0.0.0")
    Traceback (most recent call last):
    engine.errors.EhyaError: not_loopback: given='0.0.0.0' allowed=['127.0.0.1', '::1', 'localhost']
    """
    if host == "localhost":
        return
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        raise EhyaError(ErrorCode.NOT_LOOPBACK, given=host, allowed=list(LOOPBACK))
