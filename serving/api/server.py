"""Serve the application: to this computer alone, or under a name to callers with keys."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from engine.errors import EhyaError, ErrorCode
from engine.settings import Settings
from serving.api.app import create_app
from serving.api.border import LOOPBACK_NAMES, host_name
from serving.api.browsing.today import NOT_READY
from serving.api.gate import AccessGate
from serving.api.limits import ServiceLimits
from serving.api.listening import listen, reserved
from serving.api.shelf import Shelf
from serving.desk.callers import KeyRing
from serving.desk.posting import PUBLIC, Reach
from serving.desk.question import Question
from serving.desk.watch import Watch

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

_NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")


def serve(
    settings: Settings,
    *,
    question: Callable[[], Question],
    host: str = "127.0.0.1",
    port: int = 8600,
    names: Collection[str] = (),
    nda_at_once: bool = False,
    reach: Reach = PUBLIC,
    limits: ServiceLimits | None = None,
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
        Address to listen on.
    port
        TCP port.
    names
        Names by which others call the service; with any, or on an address that other computers reach, callers need
        keys.
    nda_at_once
        Whether what an investor agrees to counts at once, or only when the office has confirmed it.
    reach
        Where messages to webhooks may go.
    limits
        How long, how large and how frequent requests may be.
    ready
        Called when there is something to serve and the port listens.

    Raises
    ------
    EhyaError
        ``host_name_missing`` and ``keys_missing`` for what others reach, ``port_in_use`` and ``listening_refused`` when
        the port cannot be had, ``no_model`` and ``database_failed`` when there is nothing to serve.
    """
    alone = is_loopback(host) and not names
    ring = KeyRing(settings, clock=lambda: datetime.now(UTC))
    if not alone:
        require_named(host, names)
        ring.refresh()
        require_keys(ring)
    with reserved(host, port) as sockets:
        shelf, limits = Shelf(latest=Watch(settings, question).latest), limits or ServiceLimits()
        _first_look(shelf, alone=alone)
        ring.refresh()
        gate = AccessGate(ring, limits=limits, open_without_keys=alone)
        hosts = {*LOOPBACK_NAMES, *(host_name(name) for name in names)}
        app = create_app(
            settings=settings, shelf=shelf, hosts=hosts, limits=limits, gate=gate, nda_at_once=nda_at_once, reach=reach
        )
        server = server_of(app)
        listen(sockets, host, port)
        if ready:
            ready()
        with suppress(KeyboardInterrupt):
            server.run(sockets=sockets)


def _first_look(shelf: Shelf, *, alone: bool) -> None:
    """Put the stock on show; to this computer a workspace that has none yet shows its first run."""
    try:
        shelf.refresh()
    except EhyaError as error:
        if not alone or error.code not in NOT_READY:
            raise


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


def is_loopback(host: str) -> bool:
    """Whether only this computer reaches an address.

    Examples
    --------
    >>> is_loopback("127.0.0.1"), is_loopback("localhost"), is_loopback("0.0.0.0"), is_loopback("")
    (True, True, False, False)
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def require_named(host: str, names: Collection[str]) -> None:
    """Refuse to serve others under no name: any page that they open could then call the service by a name of its own.

    Raises
    ------
    EhyaError
        ``host_name_missing`` where no name is stated, or one that is no name of a host.

    Examples
    --------
    >>> require_named("0.0.0.0", ["ehya.example.org"])
    >>> require_named("0.0.0.0", [])
    Traceback (most recent call last):
    engine.errors.EhyaError: host_name_missing: given='0.0.0.0'
    """
    for name in names:
        if not _NAME.fullmatch(name):
            raise EhyaError(ErrorCode.HOST_NAME_MISSING, given=name)
    if not names:
        raise EhyaError(ErrorCode.HOST_NAME_MISSING, given=host)


def require_keys(ring: KeyRing) -> None:
    """Refuse to serve others while no key opens anything.

    Raises
    ------
    EhyaError
        ``keys_missing``.
    """
    if not ring.any_opens():
        raise EhyaError(ErrorCode.KEYS_MISSING)
