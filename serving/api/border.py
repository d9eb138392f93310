"""What every request passes and every answer carries: the Host check, no null character, HEAD as GET, safe headers."""

from __future__ import annotations

import re
from collections.abc import Collection

from fastapi import Response
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api.headers import SECURITY_HEADERS
from serving.api.language import chosen
from serving.api.limits import ServiceLimits
from serving.api.problems import METHOD_GIVEN, HttpProblem, problem

LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "[::1]"})
"""Names by which this computer may be called; any other Host is a page of somebody else's that was pointed here."""


class Border:
    """ASGI middleware: refuse foreign hosts and null characters, answer HEAD without a body, add security headers.

    Parameters
    ----------
    app
        The application behind it.
    hosts
        Names that the Host header may bear, whatever the port.
    default_language
        Language of the refusal when the request names none.
    header_bytes
        Longest address and headers: what comes in one piece is read before the connection counts it.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        hosts: Collection[str] = LOOPBACK_NAMES,
        default_language: str = "fa",
        header_bytes: int = ServiceLimits().header_bytes,
    ) -> None:
        self.app, self.hosts, self.default_language = app, frozenset(hosts), default_language
        self.header_bytes = header_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("cache-control", "no-store")
            elif bare:
                message = {**message, "body": b""}
            await send(message)

        bare = scope["method"] == "HEAD"
        if bare:
            scope = {**scope, "method": "GET", METHOD_GIVEN: "HEAD"}

        if _length(scope) > self.header_bytes:
            await self._too_long(scope)(scope, receive, send_with_headers)
            return
        given = Headers(scope=scope).getlist("host")
        if len(given) != 1 or host_name(given[0]) not in self.hosts:
            refusal = self._refusal(scope, given)
            await refusal(scope, receive, send_with_headers)
            return
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            # No name or word of ours holds one, and PostgreSQL takes none: what it said would be our failure.
            refusal = problem(HttpProblem.REQUEST_MALFORMED, self._language(scope), scope["path"].replace("\0", "%00"))
            await refusal(scope, receive, send_with_headers)
            return
        await self.app(scope, receive, send_with_headers)

    def _too_long(self, scope: Scope) -> Response:
        code, facts = HttpProblem.HEADERS_TOO_LARGE, {"allowed": self.header_bytes}
        return problem(code, self._language(scope), "/", facts=facts, headers={"connection": "close"})

    def _refusal(self, scope: Scope, given: list[str]) -> Response:
        facts = {"given": ", ".join(given), "allowed": sorted(self.hosts)}
        return problem(HttpProblem.HOST_NOT_ALLOWED, self._language(scope), scope["path"], facts=facts)

    def _language(self, scope: Scope) -> str:
        return chosen(None, Headers(scope=scope), self.default_language)


def _length(scope: Scope) -> int:
    """Bytes of address and headers, each with what parts it from the next."""
    return len(scope["path"]) + len(scope["query_string"]) + sum(len(n) + len(v) + 4 for n, v in scope["headers"])


def host_name(host: str) -> str:
    """Host without its port, in small letters; what is neither is left as it is, so that no name fits it.

    Examples
    --------
    >>> host_name("LOCALHOST:8600"), host_name("[::1]:8600"), host_name("evil.example")
    ('localhost', '[::1]', 'evil.example')
    >>> host_name("localhost:1@evil.example")
    'localhost:1@evil.example'
    """
    lowered = host.strip().lower()
    named = re.fullmatch(r"(\[[0-9a-f:.]+\]|[^:\[\]]+)(:[0-9]{0,5})?", lowered)
    return named[1] if named else lowered
