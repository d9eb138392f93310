"""Find a Dask cluster by its address, and refuse one that could give other answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engine.errors import EhyaError, ErrorCode

if TYPE_CHECKING:
    from distributed import Client

SECONDS = 10.0
"""How long an address is tried."""

_OURS = ("ehya", "numpy", "pandas", "scipy", "scikit-learn", "pyarrow")


@contextmanager
def cluster(address: str, *, seconds: float = SECONDS) -> Iterator[Client]:
    """A client of the cluster at an address, while a block runs.

    Parameters
    ----------
    address
        Of its scheduler, as ``tcp://10.0.0.5:8786``.
    seconds
        How long it is tried.

    Raises
    ------
    EhyaError
        ``cluster_not_installed``, ``cluster_unreachable``, ``cluster_without_workers``; ``cluster_of_other_versions``
        where a worker has another Python, Ehya or library that figures come from.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise EhyaError(ErrorCode.CLUSTER_NOT_INSTALLED) from error
    _refuse_silent(address, seconds)
    try:
        client = Client(address, timeout=seconds, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise EhyaError(ErrorCode.CLUSTER_UNREACHABLE, given=address) from error
    with client:
        if not client.nthreads():
            raise EhyaError(ErrorCode.CLUSTER_WITHOUT_WORKERS, given=address)
        _same_versions(client, address)
        yield client


@contextmanager
def workers_at(address: str | None) -> Iterator[Client | None]:
    """A client of the cluster at an address; ``None``, which stands for this machine, without one.

    Raises
    ------
    EhyaError
        ``cluster_not_installed``, ``cluster_unreachable``, ``cluster_without_workers``, ``cluster_of_other_versions``.

    Examples
    --------
    >>> with workers_at("") as client:
    ...     client is None
    True
    """
    if not address:
        yield None
        return
    with cluster(address) as client:
        yield client


def versions() -> dict[str, str]:
    """What answers depend on: the version of Python and of libraries that figures come from."""
    import platform

    return {"python": platform.python_version()} | {name: version(name) for name in _OURS}


def _refuse_silent(address: str, seconds: float) -> None:
    """Dask tries a dead address again and again in the background, and its log prints tracebacks of that."""
    try:
        place = urlsplit(address if "://" in address else f"tcp://{address}")
        if place.scheme not in ("tcp", "tls", "ws", "wss") or place.hostname is None or place.port is None:
            raise EhyaError(ErrorCode.CLUSTER_UNREACHABLE, given=address)
        socket.create_connection((place.hostname, place.port), timeout=seconds).close()
    except (OSError, ValueError) as error:
        raise EhyaError(ErrorCode.CLUSTER_UNREACHABLE, given=address) from error


def _same_versions(client: Client, address: str) -> None:
    own = versions()
    for worker, theirs in client.run(versions).items():
        unlike = [f"{name} {theirs.get(name)} ({own[name]})" for name in own if theirs.get(name) != own[name]]
        if unlike:
            raise EhyaError(ErrorCode.CLUSTER_OF_OTHER_VERSIONS, given=address, worker=worker, unlike=unlike)
