"""How long and how large a request may be."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ServiceLimits:
    """Limits of one service; what is over one is refused with the limit named.

    Parameters
    ----------
    header_bytes
        Longest line and headers of a request.
    header_seconds
        Seconds from the first moment of a connection, or of its next request, to the end of the headers.
    body_bytes
        Longest mandate.
    file_bytes, file_seconds
        Longest register that is taken in, and seconds to the end of it.
    body_seconds
        Seconds from the headers to the end of the body.
    idle_seconds
        Seconds that a connection may rest between two requests.
    shutdown_seconds
        Seconds that requests under way have left once the service is to end.
    reads, lists, writes
        Requests a minute of one caller: what is written once and sent often, what is computed for one caller, what is
        kept.
    wrong_keys
        Wrong keys a minute from one address; then no key is tried from there for a minute.
    """

    header_bytes: int = 64 * 1024
    header_seconds: float = 10.0
    body_bytes: int = 64 * 1024
    body_seconds: float = 10.0
    file_bytes: int = 20 * 2**20
    file_seconds: float = 120.0
    idle_seconds: int = 5
    shutdown_seconds: float = 2.0
    reads: int = 1_200
    lists: int = 300
    writes: int = 120
    wrong_keys: int = 10
