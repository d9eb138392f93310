"""Cost as units grow, Dask beside joblib, a killed worker, a scheduler, a large register, pairs beside sgemm."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pandas as pd
import yaml
from threadpoolctl import threadpool_limits

from engine.domain.mandate import Mandate
from engine.matching import UnitBook, shortlists
from engine.matching.fit import weights_of
from engine.matching.proportions import STATIC_PARTS
from engine.matching.retrieval import FIRST, Bounds, retrieved_all
from engine.shards import map_shards
from experiments.abuse.place import DAY, ServedPlace
from experiments.bench.batch import mandates
from experiments.bench.predict import AS_OF
from experiments.bench.shortlist import synthetic
from experiments.shards.measuring import measured, resident
from experiments.shards.units import ROWS, model, shards
from features.predicted import Scorer
from serving.desk.question import Question
from serving.desk.ranking import RankingRequest, ranking
from serving.desk.shortlist import stock
from serving.disclosure.levels import CallerRole

if TYPE_CHECKING:
    from distributed import LocalCluster

R = TypeVar("R")
COMPOSE = Path(__file__).parents[2] / "deploy" / "compose.yaml"
PROCESSES = 2
SIZES = (10**4, 10**5, 10**6, 10**7)
PAIRS = (10**7, 10**8, 10**9)
MANDATES, SHOWN, BLOCK, BOOK = 100, 10, 50, 10**5
LISTS = 20
MANDATE = {"id": "a", "price_year": 1404, "ticket_billion_rial": [10, 3000], "sectors": {"like": ["10"]}}
MANY = (50, 200, 800)
"""Numbers of shards for the scheduler's memory."""


@dataclass(frozen=True)
class Kept:
    """Gives rows back as they are: what is left is the cost of the shard itself."""

    def __call__(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The rows themselves."""
        return rows


def cost(home: Path, scorer: Scorer, most: int) -> list[dict[str, float]]:
    """Seconds, bytes and memory of scoring so many units on this machine, a line each size."""
    found = []
    map_shards(scorer, shards(home / "first", 2 * ROWS), home / "first-out", identity="x", processes=PROCESSES)
    for units in [size for size in SIZES if size <= most]:
        files = shards(home / f"units-{units}", units)
        with measured() as taken:
            done = map_shards(scorer, files, home / f"scored-{units}", identity="x", processes=PROCESSES)
        read = sum(file.stat().st_size for file in files)
        line = {"units": units, "shards": len(files), "seconds": taken.seconds, "megabytes": taken.megabytes}
        rates = {"rows_per_second": done.rows / taken.seconds, "bytes_read_per_row": read / units}
        own = {"processor_seconds_per_million": taken.processor_seconds / units * 1e6, "load": os.getloadavg()[0]}
        found.append(line | rates | own)
        print(found[-1], flush=True)
        for file in (*files, *done.results) if units > 10**6 else ():
            file.unlink()
    return found


def dask_beside_joblib(home: Path, scorer: Scorer, units: int) -> dict[str, float]:
    """The same units scored by as many processes of joblib and of Dask, both warm, and with a worker killed midway."""
    files = shards(home / f"units-{units}", units)
    warm = shards(home / "warm", 4 * ROWS)
    found: dict[str, float] = {}

    def timed(name: str, **how: Any) -> list[bytes]:
        map_shards(scorer, warm, home / f"warm-{name}", identity="x", **how)
        with measured() as taken:
            done = map_shards(scorer, files, home / f"out-{name}", identity="x", **how)
        found[f"{name}_seconds"] = taken.seconds
        found[f"{name}_processor_seconds"] = taken.processor_seconds
        return [file.read_bytes() for file in done.results]

    alone = timed("joblib", processes=PROCESSES)
    with _cluster(PROCESSES) as running, _client(running) as client:
        same = timed("dask", client=client) == alone
    with _cluster(PROCESSES + 1) as running, _client(running) as client:
        map_shards(scorer, warm, home / "warm-killed", identity="x", client=client)
        begin = time.perf_counter()
        kill = _killing(running, len(files) // 2)
        done = map_shards(scorer, files, home / "out-killed", identity="x", client=client, told=kill)
        found["killed_seconds"] = time.perf_counter() - begin
        killed_same = [file.read_bytes() for file in done.results] == alone
    ratios = {
        f"ratio_of_{name}": found[f"dask_{name}"] / found[f"joblib_{name}"] for name in ("seconds", "processor_seconds")
    }
    return found | ratios | {"units": units, "same_bytes": same, "killed_same_bytes": killed_same}


def scheduler_memory(home: Path) -> list[dict[str, float]]:
    """Tasks that the scheduler held at most, and what its process grew by, for more and more tiny shards."""
    found = []
    for count in MANY:
        folder = home / f"tiny-{count}"
        folder.mkdir()
        files = [folder / f"{number:05d}.parquet" for number in range(count)]
        for number, file in enumerate(files):
            pd.DataFrame({"jobs": [number]}).to_parquet(file)
        with _cluster(PROCESSES) as running, _client(running) as client:
            most = [0]
            scheduler, before = running.scheduler, resident(children=False)

            def look(_: int, most: list[int] = most, scheduler: Any = scheduler) -> None:
                most[0] = max(most[0], len(scheduler.tasks))

            map_shards(Kept(), files, home / f"tiny-out-{count}", identity="x", client=client, told=look)
            grown = resident(children=False) - before
        found.append({"shards": count, "tasks_at_most": most[0], "grown_megabytes": grown})
        print(found[-1], flush=True)
    return found


def pairs(most: int) -> list[dict[str, float]]:
    """Units x mandates by two stages and by one, beside bare blocked matrix products; one process, one thread."""
    table, _ = synthetic(BOOK, random_state=0)
    draw = np.random.default_rng(0)
    found = []
    with threadpool_limits(limits=1, user_api="blas"):
        book = UnitBook.from_table(table)
        for count in [size for size in PAIRS if size <= most]:
            wanted = mandates(table, MANDATES, draw)
            books = count // (BOOK * MANDATES)  # so many shards of as many units
            found.append(_pairs(book, wanted, books) | {"pairs": count})
            print(found[-1], flush=True)
    return found


def _pairs(book: UnitBook, wanted: list[Any], books: int) -> dict[str, float]:
    bare = np.array([[float(weights_of(one)[part]) for part in STATIC_PARTS] for one in wanted], dtype=np.float32)
    bounds = Bounds.of(book)
    chosen: list[Any] = []

    def two() -> None:
        chosen[:] = retrieved_all(bounds, wanted, [SHOWN] * len(wanted))

    seconds = {
        "two_stages": _seconds(two, books),
        "one_stage": _seconds(lambda: shortlists(book, wanted, limit=SHOWN), books),
        "sgemm": _seconds(lambda: _products(book.parts, bare, best=False), books),
        "sgemm_and_argpartition": _seconds(lambda: _products(book.parts, bare, best=True), books),
    }
    size = books * len(book) * len(wanted)
    rates = {f"{name}_pairs_per_second": size / taken for name, taken in seconds.items()}
    wider = {"lists_wider": sum(one.beyond > 0 for one in chosen), "first": FIRST, "mandates": len(wanted)}
    feasible = float(np.mean([one.shortlist.feasible for one in chosen])) / len(book)
    return {f"{name}_seconds": taken for name, taken in seconds.items()} | rates | wider | {"feasible_share": feasible}


def _products(parts: Any, weights: Any, *, best: bool) -> None:
    for first in range(0, len(weights), BLOCK):
        fit = weights[first : first + BLOCK] @ parts.T
        if best:
            np.argpartition(fit, fit.shape[1] - SHOWN, axis=1)[:, -SHOWN:]


def _seconds(work: Callable[[], object], times: int) -> float:
    """Seconds of the processor: this is one process and one thread, and the machine may be others' as well."""
    begin = time.process_time()
    for _ in range(times):
        work()
    return time.process_time() - begin


@contextmanager
def _cluster(workers: int) -> Iterator[LocalCluster]:
    import dask
    from distributed import LocalCluster

    quiet = {"dashboard_address": None, "silence_logs": logging.CRITICAL}
    settings = _worker_settings()
    before = {name: os.environ.get(name) for name in settings}
    os.environ.update(settings)  # workers inherit them; what the library reads of its own follows
    dask.config.refresh()
    try:
        with LocalCluster(n_workers=workers, threads_per_worker=1, **quiet) as running:
            yield running
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
        dask.config.refresh()


def _worker_settings() -> dict[str, str]:
    """What the compose file gives to its workers, beside what all parts get."""
    parts = yaml.safe_load(COMPOSE.read_text("utf-8"))
    of_all, of_worker = parts["x-ehya"]["environment"], parts["services"]["worker"]["environment"]
    return {name: value for name, value in of_worker.items() if name not in of_all}


def _client(running: LocalCluster) -> Any:
    from distributed import Client

    return Client(running.scheduler_address, set_as_default=False)


def _killing(running: LocalCluster, at: int) -> Callable[[int], None]:
    killed: list[int] = []

    def kill(done: int) -> None:
        if done >= at and not killed:
            killed.append(running.workers[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    return kill


def picture(lines: list[dict[str, float]], place: Path) -> Path:
    """The cost curve: seconds of a million rows and memory, as units grow."""
    from matplotlib.figure import Figure

    units = [line["units"] for line in lines]
    figure = Figure(figsize=(7, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot(units, [line["processor_seconds_per_million"] for line in lines], marker="o")
    right.plot(units, [line["megabytes"] for line in lines], marker="o")
    left.set_ylabel("processor seconds\nfor a million units")
    right.set_ylabel("memory of all processes, MB")
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_ylim(bottom=0)
        axes.set_xlabel("units in shards of 25,000")
        axes.grid(alpha=0.3)
    figure.savefig(place, dpi=120)
    return place


def register(home: Path, units: int) -> dict[str, float]:
    """A register of so many units in a file: made, ranked for the office, put on offer, asked for lists and a page."""
    found: dict[str, float] = {"units": units}

    def timed(name: str, work: Callable[[], R]) -> R:
        with measured() as taken:
            done = work()
        found[f"{name}_seconds"], found[f"{name}_processor_seconds"] = taken.seconds, taken.processor_seconds
        found[f"{name}_megabytes"] = taken.megabytes
        print(name, taken, flush=True)
        return done

    place = timed("made", lambda: ServedPlace.make(home, units=units))
    question = Question(as_of=DAY)
    timed("ranked", lambda: ranking(place.settings, RankingRequest(question, {}, 20)))
    offered = timed("offered", lambda: stock(place.settings, question))
    wanted = Mandate.read(MANDATE)
    offered.offer(wanted, limit=SHOWN)
    timed("listed", lambda: [offered.offer(wanted, limit=SHOWN) for _ in range(LISTS)])
    found["list_milliseconds"] = found["listed_seconds"] / LISTS * 1000
    key = place.key(CallerRole.PLANNER, "office")
    with place.served() as served:
        timed("first_page", lambda: _page(served.port, key))
        timed("pages", lambda: [_page(served.port, key) for _ in range(LISTS)])
    found["page_milliseconds"] = found["pages_seconds"] / LISTS * 1000
    return found


def _page(port: int, key: str) -> int:
    with closing(HTTPConnection("127.0.0.1", port, timeout=600)) as connection:
        connection.request("GET", "/desk/units", headers={"authorization": f"Bearer {key}"})
        answer = connection.getresponse()
        if answer.status != HTTPStatus.OK:
            raise RuntimeError("the page of units was refused")
        return len(answer.read())


PARTS = ("cost", "dask", "scheduler", "pairs", "register")


def main(arguments: list[str] | None = None) -> int:
    """Parse the command line, measure, write JSON and the picture."""
    parser = argparse.ArgumentParser(prog="python -m experiments.shards", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"what to measure: {', '.join(PARTS)}; all by default")
    parser.add_argument("--most", type=float, default=1e6, help="units at most; 1e7 takes some minutes")
    parser.add_argument("--out", type=Path, metavar="FILE.json", help="write the figures here")
    parser.add_argument("--picture", type=Path, metavar="FILE.png", help="draw the cost curve here")
    options = parser.parse_args(arguments)
    unknown = sorted(set(options.parts) - set(PARTS))
    if unknown:
        parser.error(f"unknown part {', '.join(unknown)}; choose from {', '.join(PARTS)}")
    wanted, most = options.parts or PARTS, int(options.most)
    load = os.getloadavg()[0]
    found: dict[str, Any] = {"load_before": load, "processors": os.cpu_count()}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        scorer = Scorer(model(), AS_OF) if {"cost", "dask"} & set(wanted) else None
        if scorer is not None and "cost" in wanted:
            found["cost"] = cost(home, scorer, most)
        if scorer is not None and "dask" in wanted:
            found["dask"] = dask_beside_joblib(home, scorer, min(most, 10**6))
            print(found["dask"], flush=True)
        if "scheduler" in wanted:
            found["scheduler"] = scheduler_memory(home)
        if "register" in wanted:
            found["register"] = register(home / "register", min(most, 10**6))
        if "pairs" in wanted:
            found["pairs"] = pairs(PAIRS[-1])
    found["load_after"] = os.getloadavg()[0]
    if options.out:
        options.out.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    if options.picture and "cost" in found:
        picture(found["cost"], options.picture)
    return 0
