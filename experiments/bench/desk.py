"""Pages of the planner's desk over ten thousand units, against bare routes that send the same bytes.

Ours is the service in a process of its own; a planner's key opens its pages, each is asked once before the clock
starts. The bare routes are handed each page ready. Beside the ratio stands the median of each page, in milliseconds;
of the page of a unit also that of units that nobody asked for before: at once after a change (``unit_new``), from a
list that has stood for a moment (``unit_listed``), and from anywhere once the register has been looked into
(``unit_later``, as long after the first list as ``_BY_AND_BY`` says). ``weights`` is the ranking of two thousand units
under weights that nobody chose before.
"""

from __future__ import annotations

import re
import statistics
import tempfile
import threading
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Response

from experiments.abuse.place import ServedPlace
from experiments.bench.timing import compare
from serving.desk.workspace import open_register
from serving.disclosure.levels import CallerRole

UNITS = 10_000
WEIGHED = 2_000
PAGES = {
    "today": "/desk",
    "units": "/desk/units",
    "search": "/desk/units?q=urmia",
    "ranking": "/desk/ranking",
    "map": "/desk/map",
    "unit": "/desk/units/UNIT",
    "outcomes": "/desk/outcomes",
    "conflicts": "/desk/decisions?show=conflicts",
}
_READING = 3.0
"""Seconds that a list is taken to be read before a unit of it is opened."""
_BY_AND_BY = 120.0
"""Seconds in which ten thousand units are looked into beside the requests."""


def measure(*, random_state: int = 0, repeats: int = 7, units: int = UNITS) -> dict[str, float]:
    """Ratio of all pages asked one after another to bare routes with the same bytes."""
    with tempfile.TemporaryDirectory() as folder:
        place = ServedPlace.make(Path(folder), units=units, random_state=random_state)
        key = place.key(CallerRole.PLANNER, "office")
        with open_register(place.settings) as register:
            every = [str(one) for one in register.units().index]
            unit = every[0]
        paths = {name: path.replace("UNIT", unit) for name, path in PAGES.items()}
        headers = {"authorization": f"Bearer {key}"}
        step = len(every) // repeats - 1
        with place.served() as served:
            _asked(served.port, paths["unit"], headers)
            new = _median_ms(served.port, _units(every[1::step][:repeats]), headers)
            first_list = time.monotonic()
            pages = {name: _asked(served.port, path, headers) for name, path in paths.items()}
            with _bare(pages) as port:
                found = compare(
                    lambda: [_asked(served.port, path, headers) for path in paths.values()],
                    lambda: [_asked(port, f"/{name}", {}) for name in pages],
                    repeats=repeats,
                )
            times = {name: _median_ms(served.port, [path] * repeats, headers) for name, path in paths.items()}
            listed = re.findall(rb'name="unit" value="(\w+)"', _asked(served.port, "/desk/units?sort=name", headers))
            time.sleep(_READING)
            times["unit_listed"] = _median_ms(served.port, _units(one.decode() for one in listed[:repeats]), headers)
            time.sleep(max(0.0, first_list + _BY_AND_BY - time.monotonic()))
            times["unit_later"] = _median_ms(served.port, _units(every[2::step][:repeats]), headers)
            times["unit_new"] = new
        times["weights"] = _weights_ms(Path(folder) / "weighed", random_state=random_state, repeats=repeats)
    return found | {f"{name}_ms": took for name, took in times.items()}


def _weights_ms(folder: Path, *, random_state: int, repeats: int) -> float:
    folder.mkdir()
    place = ServedPlace.make(folder, units=WEIGHED, random_state=random_state)
    headers = {"authorization": f"Bearer {place.key(CallerRole.PLANNER, 'office')}"}
    with place.served() as served:
        _asked(served.port, "/desk/ranking", headers)
        return _median_ms(served.port, [f"/desk/ranking?w_jobs={40 + one}" for one in range(repeats)], headers)


def _asked(port: int, path: str, headers: Mapping[str, str]) -> bytes:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    try:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == 200, (path, answer.status)
        return body
    finally:
        connection.close()


def _units(ids: Iterable[str]) -> list[str]:
    return [f"/desk/units/{one}" for one in ids]


def _median_ms(port: int, paths: Iterable[str], headers: Mapping[str, str]) -> float:
    times = []
    for path in paths:
        start = time.perf_counter()
        _asked(port, path, headers)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


@contextmanager
def _bare(pages: Mapping[str, bytes]) -> Iterator[int]:
    """A bare application that sends the same bytes; its port."""
    app = FastAPI()
    for name, body in pages.items():
        app.add_api_route(f"/{name}", _sends(body))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join(10)


def _sends(body: bytes) -> Callable[[], Awaitable[Response]]:
    async def send() -> Response:
        return Response(body, media_type="text/html; charset=utf-8")

    return send
