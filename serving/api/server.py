"""Serve the application on this computer, and on nothing else."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.api.app import create_app
from serving.api.limits import ServiceLimits
from serving.api.listening import listen, reserved
from serving.api.shelf import Shelf
from serving.desk.question import Question
from serving.desk.watch import Watch

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

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
        Called when there is something to serve and the port listens.

    Raises
    ------
    EhyaError
        ``not_loopback`` for any other host, ``port_in_use`` and ``listening_refused`` when the port cannot be had,
        ``no_model`` and ``database_failed`` when there is nothing to serve.
    """
    require_loopback(host)
    with reserved(host, port) as sockets:
        shelf = Shelf(latest=Watch(settings, question).latest)
        shelf.refresh()
        server = server_of(create_app(settings=settings, shelf=shelf))
        listen(sockets, host, port)
        if ready:
            ready()
        with suppress(KeyboardInterrupt):
            server.run(sockets=sockets)


def server_of(app: FastAPI, *, log_level: str = "warning") -> uvicorn.Server:
    """The server of an application, with the limits that the application was made with.

    Parameters
    ----------
    app
        What `serving.api.create_app` made.
    log_level
        What is written to standard error.
    """
    import uvicorn

    from serving.api.connection import connection

    limits: ServiceLimits = app.state.limits
    config = uvicorn.Config(
        app,
        http=connection(limits, app.state.language),
        ws="none",
        log_level=log_level,
        access_log=False,
        server_header=False,
        timeout_keep_alive=limits.idle_seconds,
        timeout_graceful_shutdown=round(limits.shutdown_seconds) + 2,  # connections end by themselves before
        h11_max_incomplete_event_size=limits.header_bytes,
    )
    return uvicorn.Server(config)


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
