"""Seconds of a block by the clock and of processors, and the memory that it took at most.

Of this process and its children together. On a machine that others use the clock says little: seconds of processors
are what the work itself took.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil  # type: ignore[import-untyped]

EVERY = 0.1


@dataclass
class Measured:
    """What a block took; filled in when it has ended.

    Parameters
    ----------
    seconds
        By the clock.
    processor_seconds
        Of this process and its children.
    megabytes
        Resident, of both, at most.
    """

    seconds: float = 0.0
    processor_seconds: float = 0.0
    megabytes: float = 0.0


@contextmanager
def measured() -> Iterator[Measured]:
    """Measure a block; memory is looked at ten times a second."""
    found, ended = Measured(), threading.Event()

    def look() -> None:
        while not ended.wait(EVERY):
            found.megabytes = max(found.megabytes, resident())

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    begin, spent = time.perf_counter(), _spent()
    yield found
    found.seconds = time.perf_counter() - begin
    after = _spent()
    found.processor_seconds = sum(seconds - spent.get(process, 0.0) for process, seconds in after.items())
    ended.set()
    watching.join()
    found.megabytes = max(found.megabytes, resident())


def resident(*, children: bool = True) -> float:
    """Megabytes of memory that this process takes now, with its children or alone."""
    own = psutil.Process()
    total = 0
    for process in (own, *(own.children(recursive=True) if children else ())):
        with suppress(psutil.Error):
            total += process.memory_info().rss
    return total / 2**20


def _spent() -> dict[int, float]:
    """Seconds of processors of this process and of each child so far, by their numbers."""
    own = psutil.Process()
    found = {}
    for process in (own, *own.children(recursive=True)):
        with suppress(psutil.Error):
            times = process.cpu_times()
            found[process.pid] = float(times.user + times.system)
    return found
