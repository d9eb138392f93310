"""One connection of the service: uvicorn's, with limits of its own and refusals that say what they are."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from serving.api.headers import SECURITY_HEADERS
from serving.api.limits import ServiceLimits
from serving.api.problems import HttpProblem, problem


def connection(limits: ServiceLimits, language: str) -> type[asyncio.Protocol]:
    """The kind of connection that a service has.

    Parameters
    ----------
    limits
        How long and how large a request may be.
    language
        Language of what is said to a request whose own language could not be read.

    Returns
    -------
    type
        What ``uvicorn.Config(http=...)`` takes.
    """
    return type("Connection", (_Connection,), {"limits": limits, "language": language})


class _Connection(H11Protocol):
    limits: ServiceLimits
    language: str

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._within(self.limits.header_seconds, self._refuse_slow_headers)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._within(self.limits.header_seconds, self._refuse_slow_headers)
        elif not self._answered_before_the_end:
            self._in_time()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._answered_before_the_end:
            # The rest of the body is read and thrown away, for a while: a caller who is still sending would lose the
            # answer if the connection ended under it.
            self._in_time()
            self._within(self.limits.body_seconds, self.transport.abort)

    def connection_lost(self, exc: Exception | None) -> None:
        self._in_time()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        super().shutdown()
        if not self.transport.is_closing():
            self.loop.call_later(self.limits.shutdown_seconds, self.transport.abort)

    def send_400_response(self, msg: str) -> None:
        unread, _ = self.conn.trailing_data
        if len(unread) > self.limits.header_bytes:
            self._refuse(HttpProblem.HEADERS_TOO_LARGE, allowed=self.limits.header_bytes)
        else:
            self._refuse(HttpProblem.REQUEST_MALFORMED)

    @property
    def _answered_before_the_end(self) -> bool:
        return self.conn.their_state is h11.SEND_BODY and self.conn.our_state in (h11.DONE, h11.MUST_CLOSE)

    def _within(self, seconds: float, otherwise: Callable[[], None]) -> None:
        if self._deadline is None:
            self._deadline = self.loop.call_later(seconds, otherwise)

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse_slow_headers(self) -> None:
        self._deadline = None
        if not self.transport.is_closing():
            self._refuse(HttpProblem.HEADERS_TOO_SLOW, allowed=self.limits.header_seconds)

    def _refuse(self, code: HttpProblem, **facts: object) -> None:
        answer = problem(code, self.language, "/", facts=facts, headers={**SECURITY_HEADERS, "connection": "close"})
        start = h11.Response(status_code=answer.status_code, headers=answer.raw_headers)
        for event in (start, h11.Data(data=bytes(answer.body)), h11.EndOfMessage()):
            self.transport.write(self.conn.send(event) or b"")
        self.transport.close()
