"""What goes on: an id for every request, a line of the log that names nobody's facts, and counts for Prometheus."""

from __future__ import annotations

import json
import logging
import re
import threading
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

    from serving.api.gate import Pass
    from serving.api.shelf import Shelf

REQUEST_ID = "x-request-id"
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds of the durations that are counted together, seconds."""
NOWHERE = "none"
"""Address of a request that met none: what a stranger asks for is no name for a counter."""
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})

_log = logging.getLogger("ehya.requests")


class RequestCounts:
    """Requests by method, address and status, with their durations.

    Examples
    --------
    >>> counts = RequestCounts()
    >>> counts.count("GET", "/v1/units", 200, 0.003)
    >>> counts.requests
    {('GET', '/v1/units', 200): 1}
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.requests: dict[tuple[str, str, int], int] = {}
        self.durations: dict[str, list[int]] = defaultdict(lambda: [0] * (len(BUCKETS) + 1))
        self.seconds: dict[str, float] = defaultdict(float)

    def count(self, method: str, address: str, status: int, seconds: float) -> None:
        """Count one request that was answered."""
        key = (method if method in _METHODS else "OTHER", address, status)
        with self._lock:
            self.requests[key] = self.requests.get(key, 0) + 1
            self.durations[address][bisect_left(BUCKETS, seconds)] += 1
            self.seconds[address] += seconds

    def exposition(self, shelf: Shelf) -> bytes:
        """All counts in the text format of Prometheus.

        Parameters
        ----------
        shelf
            What is on show, whose age is told too.
        """
        from prometheus_client import CollectorRegistry, generate_latest

        registry = CollectorRegistry()
        registry.register(_Collector(self, shelf))
        return generate_latest(registry)


class _Collector:
    def __init__(self, counts: RequestCounts, shelf: Shelf) -> None:
        self.counts, self.shelf = counts, shelf

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

        requests = CounterMetricFamily("ehya_requests", "Requests answered.", labels=["method", "address", "status"])
        with self.counts._lock:
            answered, seconds = dict(self.counts.requests), dict(self.counts.seconds)
            durations = {address: list(counted) for address, counted in self.counts.durations.items()}
        for (method, address, status), number in answered.items():
            requests.add_metric([method, address, str(status)], number)
        yield requests
        lasted = HistogramMetricFamily("ehya_request_seconds", "Seconds to an answer.", labels=["address"])
        for address, counted in durations.items():
            sums = [sum(counted[: place + 1]) for place in range(len(counted))]
            bounds = [*(str(bound) for bound in BUCKETS), "+Inf"]
            lasted.add_metric([address], list(zip(bounds, sums, strict=True)), seconds[address])
        yield lasted
        now = monotonic()
        yield GaugeMetricFamily(
            "ehya_checked_seconds", "Seconds since the workspace was read.", now - self.shelf.checked
        )
        yield GaugeMetricFamily(
            "ehya_stale", "1 where it could not be read anew.", float(self.shelf.failure is not None)
        )


class ObservedRequests:
    """ASGI middleware: give every request an id, count it, and log one line of it.

    The line holds the address as it is declared, never the path, the parameters or the body: a name, an id or a wish of
    an investor may stand in these.

    Parameters
    ----------
    app
        The application behind it.
    counts
        Where it is counted.
    """

    def __init__(self, app: ASGIApp, *, counts: RequestCounts) -> None:
        self.app, self.counts = app, counts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, and look at its answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        begun, state = monotonic(), scope.setdefault("state", {})
        given = Headers(scope=scope).get(REQUEST_ID, "")
        request_id = state["request_id"] = given if _GIVEN_ID.fullmatch(given) else uuid4().hex
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers[REQUEST_ID] = request_id
                for name, value in _limits(state.get("passed")).items():
                    headers[name] = value
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            self._tell(scope, state, status, monotonic() - begun)

    def _tell(self, scope: Scope, state: dict[str, Any], status: int, seconds: float) -> None:
        address = state.get("address", NOWHERE)
        self.counts.count(scope["method"], address, status, seconds)
        if _log.isEnabledFor(logging.INFO):
            passed: Pass | None = state.get("passed")
            line = {
                "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
                "request_id": state["request_id"],
                "method": scope["method"] if scope["method"] in _METHODS else "OTHER",
                "address": address,
                "status": status,
                "milliseconds": round(seconds * 1000, 1),
                "actor": "none" if passed is None else passed.caller.actor,
            }
            _log.info("%s", json.dumps(line))


def _limits(passed: Pass | None) -> dict[str, str]:
    if passed is None or passed.limit is None:
        return {}
    return {"x-ratelimit-limit": str(passed.limit), "x-ratelimit-remaining": str(passed.remaining)}
