"""The port of the service: taken before anything is computed, so that a taken one is known at once."""

from __future__ import annotations

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from engine.errors import EhyaError, ErrorCode


@contextmanager
def reserved(host: str, port: int) -> Iterator[list[socket.socket]]:
    """Sockets that are bound to a port of this computer and do not listen yet; closed when the block ends.

    Raises
    ------
    EhyaError
        ``port_in_use``; ``listening_refused`` where the computer gives another reason.

    Examples
    --------
    >>> with reserved("127.0.0.1", 0) as sockets:
    ...     len(sockets)
    1
    """
    sockets: list[socket.socket] = []
    try:
        try:
            _bind(host, port, sockets)
        except OSError as error:
            raise _refusal(error, host, port) from error
        yield sockets
    finally:
        for one in sockets:
            one.close()


def listen(sockets: list[socket.socket], host: str, port: int) -> None:
    """Begin to listen.

    Raises
    ------
    EhyaError
        ``port_in_use`` when another program was quicker.
    """
    try:
        for one in sockets:
            one.listen()
    except OSError as error:
        raise _refusal(error, host, port) from error


def _bind(host: str, port: int, sockets: list[socket.socket]) -> None:
    absent: OSError | None = None
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        one = socket.socket(family, kind, protocol)
        sockets.append(one)
        if os.name == "posix":  # elsewhere it would let two programs share the port
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            one.bind(address)
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                raise
            absent = error  # "localhost" names IPv6 also where the computer has none
            sockets.remove(one)
            one.close()
    if not sockets and absent is not None:
        raise absent


def _refusal(error: OSError, host: str, port: int) -> EhyaError:
    if error.errno == errno.EADDRINUSE:
        return EhyaError(ErrorCode.PORT_IN_USE, given=str(port))
    return EhyaError(ErrorCode.LISTENING_REFUSED, given=f"{host}, {port}", why=error.strerror or str(error))
