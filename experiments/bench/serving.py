"""A shortlist over HTTP, keys and disclosure on, against a bare FastAPI route that sends the same bytes.

Both servers are processes of their own, forked from this one, asked in turn over 32 connections that stay open. The
bare route is handed its answer ready, reads no body, knows no key, counts nothing and runs under uvicorn as it comes.
Ours finds the caller by key, counts the request against the limits, and answers from 4,000 synthetic units of a public
stock: always one mandate (``serving``), or each time one that it has never seen (``serving_new``). A ratio of 2 means
half the requests a second of the bare route.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from engine.domain.reported import reported_units
from engine.domain.unit import unit_table
from engine.scoring.artefact import Model
from engine.settings import Settings
from experiments.bench.timing import compare
from experiments.province_simulator.province import simulate
from serving.api import Shelf, create_app
from serving.api.gate import AccessGate
from serving.api.limits import ServiceLimits
from serving.api.server import server_of
from serving.desk.appraisal import judged
from serving.desk.callers import KeyRing
from serving.desk.keys import add_key
from serving.desk.question import Question
from serving.desk.stock import Stock
from serving.disclosure.masking import Audience
from training.cohort.press_sample import sample
from training.pipeline.press_fit import fit_sample

UNITS, CONNECTIONS = 4_000, 32
REPEATED, NEW = 1_500, 320
"""Requests of one timed run."""
DAY = pd.Timestamp("2026-03-21")
UNLIMITED = ServiceLimits(reads=10**9, lists=10**9, writes=10**9)


def measure(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """One mandate, again and again."""
    return _measured(REPEATED, lambda number: _mandate(0), random_state=random_state, repeats=repeats)


def measure_new(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """Mandates of which no two are equal."""
    return _measured(NEW, _mandate, random_state=random_state, repeats=repeats)


@dataclass
class Load:
    """Requests of one side, and how long each took.

    Parameters
    ----------
    port
        Where the server listens.
    requests
        Bytes of the next requests, as many as asked for.
    count
        Requests of one run.
    """

    port: int
    requests: Callable[[int], Sequence[bytes]]
    count: int
    seconds: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Send all, 32 at a time.

        Raises
        ------
        ValueError
            When an answer is none of 200.
        """
        asyncio.run(self._run())

    async def _run(self) -> None:
        waiting = iter(self.requests(self.count))
        await asyncio.gather(*(self._caller(waiting) for _ in range(CONNECTIONS)))

    async def _caller(self, waiting: Iterator[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for request in waiting:
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(_length(head))
            self.seconds.append(time.perf_counter() - began)
        writer.close()


def _measured(
    count: int, mandate: Callable[[int], dict[str, Any]], *, random_state: int, repeats: int
) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        app, key = _service(Path(home), random_state)
        numbers = iter(range(10**9))

        def requests(wanted: int) -> list[bytes]:
            return [_request(mandate(next(numbers)), key) for _ in range(wanted)]

        with _served(lambda sockets: server_of(app, log_level="critical").run(sockets)) as ours:
            answer = _asked(ours, requests(1)[0])
            with _served(lambda sockets: _bare(answer, sockets)) as bare:
                mine, theirs = Load(ours, requests, count), Load(bare, requests, count)
                figures = compare(mine.run, theirs.run, repeats=repeats)
    p50, p99 = statistics.median(mine.seconds), statistics.quantiles(mine.seconds, n=100)[98]
    per_second = {"requests_a_second": count / figures["ours_seconds"], "bare": count / figures["bare_seconds"]}
    return figures | per_second | {"p50_microseconds": p50 * 1e6, "p99_microseconds": p99 * 1e6}


def _service(home: Path, random_state: int) -> tuple[Any, str]:
    """The application over synthetic units, and a key of an investor."""
    settings = Settings(home=home, database_url=f"sqlite:///{home / 'ehya.db'}", language="en")
    model = model_of_the_first_day()
    units = simulate(UNITS, seed=random_state).units.assign(origin="synthetic")
    stock = Stock.of(judged(units, model, Question(as_of=DAY), Audience.PUBLIC))
    made = {"made_at": datetime.now(UTC), "actor": "bench"}
    key = add_key(settings, name="fund", role="investor", investor="fund", **made).key  # type: ignore[arg-type]
    ring = KeyRing(settings, clock=lambda: datetime.now(UTC))
    ring.refresh()
    return create_app(
        settings=settings, shelf=Shelf(stock), limits=UNLIMITED, gate=AccessGate(ring, limits=UNLIMITED)
    ), key


def model_of_the_first_day() -> Model:
    """The model of a workspace that has no outcomes yet, of press units alone."""
    seen = sample(reported_units(), unit_table(pd.DataFrame({"unit_id": []})), _no_events(), as_of=DAY)
    return fit_sample(seen, as_of=DAY, trials=4).model


def _no_events() -> pd.DataFrame:
    kinds = {"unit_id": "str", "kind": "str", "happened_on": "datetime64[s]", "known_on": "datetime64[s]"}
    return pd.DataFrame(columns=[*kinds, "capacity_share"]).astype({**kinds, "capacity_share": "float64"})


def _bare(answer: bytes, sockets: list[socket.socket]) -> None:
    import uvicorn
    from fastapi import FastAPI, Response

    app = FastAPI()

    @app.post("/v1/shortlists")
    async def shortlists() -> Response:
        return Response(answer, media_type="application/json")

    uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False)).run(sockets)


@contextmanager
def _served(run: Callable[[list[socket.socket]], None]) -> Iterator[int]:
    """A process that answers on a port of this computer."""
    listening = socket.create_server(("127.0.0.1", 0))
    process = multiprocessing.get_context("fork").Process(target=run, args=([listening],), daemon=True)
    process.start()
    try:
        yield listening.getsockname()[1]
    finally:
        process.terminate()
        process.join(10)
        listening.close()


def _mandate(number: int) -> dict[str, Any]:
    wishes = {"sectors": {"must": ["C"], "like": ["10", "22"]}, "places": {"must": ["West Azerbaijan"]}}
    rest = {"risk_appetite": "high", "accept_unknown": True, "price_year": 1405}
    return {"id": f"mandate-{number}", "ticket_billion_rial": [10, 2_000 + number], **wishes, **rest}


def _request(mandate: dict[str, Any], key: str) -> bytes:
    body = json.dumps(mandate).encode()
    lines = [
        "POST /v1/shortlists HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {key}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _asked(port: int, request: bytes) -> bytes:
    """The body that one request is answered with; the first may have to wait until the server listens."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as caller:
        caller.sendall(request)
        with caller.makefile("rb") as read:
            head = b"".join(iter(read.readline, b"\r\n"))
            return read.read(_length(head))


def _length(head: bytes) -> int:
    lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n") if b": " in line)
    if b" 200 " not in head.split(b"\r\n", 1)[0]:
        raise ValueError(head.decode(errors="replace"))
    return int(lines[b"content-length"])
