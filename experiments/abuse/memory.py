"""Ask a service everything it answers, for a long time, while its register changes: its memory stays what it was."""

from __future__ import annotations

import os
import random
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path

from engine.store import Register
from experiments.abuse.place import Served, ServedPlace
from serving.disclosure.levels import CallerRole

UNITS, CALLERS = 1_000, 4
EVERY = 10.0
"""Seconds between two looks at the memory."""
CHANGE = 20.0
"""Seconds between two changes of the register, after each of which everything is appraised anew."""
_MEGABYTE = 2**20


@dataclass(frozen=True, slots=True)
class Memory:
    """What was seen.

    Parameters
    ----------
    minutes
        How long.
    requests, late
        Requests that were answered, and those that were not within a minute.
    megabytes
        Resident memory of the process at each look, MB.
    failed
        Requests to which no whole answer came, or one that says that the service failed.
    """

    minutes: float
    requests: int
    late: int
    megabytes: tuple[float, ...]
    failed: int = 0

    @property
    def quarters(self) -> tuple[float, ...]:
        """Median of each quarter of the time, MB; the first holds the filling of what is kept ready.

        Examples
        --------
        >>> Memory(1, 9, 0, (1, 2, 3, 4, 5, 6, 7, 8)).quarters
        (1.5, 3.5, 5.5, 7.5)
        """
        cut = [round(len(self.megabytes) * quarter / 4) for quarter in range(5)]
        return tuple(statistics.median(self.megabytes[start:stop]) for start, stop in pairwise(cut))

    @property
    def growth(self) -> float:
        """Memory of the last quarter over that of the second, less 1."""
        return self.quarters[3] / self.quarters[1] - 1


def memory(minutes: float, *, random_state: int = 0, every: float = EVERY) -> Memory:
    """Ask a service without a pause and look at its resident memory.

    Parameters
    ----------
    minutes
        How long.
    random_state
        Seed of what is asked.
    every
        Seconds between two looks; a time of less than eight looks says nothing.

    Raises
    ------
    OSError
        Where the system does not tell the memory of a process (no ``/proc``), or the service has ended.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = ServedPlace.make(Path(folder), units=UNITS, random_state=random_state)
        roles = (CallerRole.INVESTOR, CallerRole.PLANNER)
        keys = {role: [place.key(role, f"{role}-{number}") for number in range(CALLERS)] for role in roles}
        with Register.open(place.settings.database_url) as register:
            units = [str(unit) for unit in register.units().index]
        with place.served() as served:
            over = threading.Event()
            callers = [
                _Reader(served, keys[roles[number % 2]][number], roles[number % 2], units, over, random_state + number)
                for number in range(CALLERS)
            ]
            for caller in callers:
                caller.start()
            seen = _looks(served, keys[CallerRole.PLANNER][0], units, minutes * 60, every)
            over.set()
            for caller in callers:
                caller.join()
    late = sum(caller.late for caller in callers)
    failed = sum(caller.failed for caller in callers)
    return Memory(minutes, sum(caller.count for caller in callers), late, tuple(seen), failed)


def _looks(served: Served, office: str, units: list[str], seconds: float, every: float) -> list[float]:
    began, seen, changes = time.monotonic(), list[float](), 0
    while (passed := time.monotonic() - began) < seconds:
        if passed >= changes * CHANGE:
            visit = {"unit": units[changes % len(units)], "kind": "visited", "happened_on": "2026-01-10"}
            served.ask("POST", "/v1/outcomes", office, body=visit)
            changes += 1
        seen.append(_resident(served.pid))
        time.sleep(every)
    return seen


def _resident(pid: int) -> float:
    """Resident memory of a process, MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / _MEGABYTE


class _Reader(threading.Thread):
    """Asks what its role may ask, until it is over."""

    def __init__(
        self, served: Served, key: str, role: CallerRole, units: list[str], over: threading.Event, seed: int
    ) -> None:
        super().__init__(daemon=True)
        self.served, self.key, self.units, self.over = served, key, units, over
        self.asks = self._of_the_office if role is CallerRole.PLANNER else self._of_an_investor
        self.draw, self.count = random.Random(seed), 0
        self.late = self.failed = 0

    def run(self) -> None:
        """Ask without a pause."""
        while not self.over.is_set():
            try:
                self.asks()
                self.count += 1
            except TimeoutError:
                self.late += 1
            except (OSError, HTTPException):
                self.failed += 1

    def _of_an_investor(self) -> None:
        unit, number = self.draw.choice(self.units), self.draw.randrange(10**6)
        mandate = {"id": "m", "risk_appetite": "high", "accept_unknown": True, "jobs_goal": 1 + number}
        lang = self.draw.choice(("fa", "en"))
        kind = self.draw.randrange(6)
        if kind == 0:
            self._ask("POST", f"/v1/shortlists?lang={lang}&explain=true&why_not={unit}", mandate)
        elif kind == 1:
            self._ask("GET", f"/v1/rankings?top={1 + number % 50}&lang={lang}&persona=bank&weights=jobs={number}")
        elif kind == 2:
            self._ask("GET", f"/v1/units/{unit}?lang={lang}")
        elif kind == 3:
            self._ask("GET", f"/v1/units?limit={1 + number % 100}&lang={lang}")
        elif kind == 4:
            self._ask("POST", "/v1/mandates", {**mandate, "id": f"m{number}"})
            self._ask("POST", f"/v1/mandates/m{number}/shortlists")
        else:
            self._ask("GET", self.draw.choice(("/", "/model", "/docs", "/openapi.json", "/v1/health", "/v1/mandates")))

    def _of_the_office(self) -> None:
        unit = self.draw.choice(self.units)
        paths = (
            f"/v1/office/rankings?top={self.draw.randrange(1, 100)}&assume_capital={self.draw.randrange(1, 10**6)}",
            f"/v1/office/units/{unit}/plan?threshold=0.3",
            f"/v1/office/units/{unit}/economics",
            "/v1/outcomes?limit=100",
            "/v1/office/reports/period?start=2025-03-21&end=2026-03-20",
            "/v1/shortlists",
            "/v1/reactions",
        )
        self._ask("GET", self.draw.choice(paths))

    def _ask(self, method: str, path: str, body: object = None) -> None:
        if self.served.ask(method, path, self.key, body=body).status >= 500:
            self.failed += 1
