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
    body_seconds
        Seconds from the headers to the end of the body.
    idle_seconds
        Seconds that a connection may rest between two requests.
    shutdown_seconds
        Seconds that requests under way have left once the service is to end.
    """

    header_bytes: int = 64 * 1024
    header_seconds: float = 10.0
    body_bytes: int = 64 * 1024
    body_seconds: float = 10.0
    idle_seconds: int = 5
    shutdown_seconds: float = 2.0
