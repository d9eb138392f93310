"""Kill a service while it writes: what it acknowledged is there, once; what it did not can be sent again.

Four callers write without a pause, each request under an idempotency key of its own: mandates and changes of them,
lists, answers to units, outcomes, registers. At a random moment the process is killed (SIGKILL). It is started anew
over the same register, every request is sent once more under its key, and the rows of the register are counted.
"""

from __future__ import annotations

import random
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.client import HTTPException
from pathlib import Path
from typing import Any
from uuid import uuid4

from engine.store import Register
from experiments.abuse.place import Answered, Place, Served
from serving.disclosure.levels import CallerRole

UNITS = 60
LONGEST = 1.5
"""Seconds from the first acknowledged write to the kill, at most."""
_MANDATE = {"risk_appetite": "high", "accept_unknown": True}
_TABLES = {
    "mandates": "mandates",
    "lists": "lists",
    "reactions": "reactions",
    "outcomes": "events",
    "imports": "jobs",
}
"""Kinds of writes, and the table that holds a row of each."""
_ROWS = {
    "mandates": ("owner", "id", "version"),
    "lists": ("list_id",),
    "reactions": ("owner", "list_id", "unit_id", "made_at"),
    "outcomes": ("number",),
    "imports": ("job_id",),
}
"""What tells rows of a kind from one another in answers; a list that was there already is no second one."""
_SAME = ("list_id", "job_id", "number", "id", "version", "unit_id", "kind", "made_at")
"""What an answer that is given again must say again; other parts of it move on."""


@dataclass(slots=True)
class Write:
    """One write.

    Parameters
    ----------
    kind
        What it adds a row of.
    key
        The caller's key.
    method, path, headers, body
        The request; its headers hold its idempotency key.
    answer
        What came back; ``None`` where nothing whole did.
    """

    kind: str
    key: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: Any
    answer: Answered | None = None


@dataclass(slots=True)
class Tally:
    """What came of all rounds.

    Parameters
    ----------
    rounds
        Kills.
    acknowledged, doubted
        Writes that were answered before the kill, and those that were under way.
    kept
        Of the doubted, those that were done though nobody heard of it.
    rows
        Rows that all writes together added, by kind.
    faults
        What is not as it should be, in words.
    """

    rounds: int = 0
    acknowledged: Counter[str] = field(default_factory=Counter)
    doubted: int = 0
    kept: int = 0
    rows: dict[str, set[tuple[Any, ...]]] = field(default_factory=lambda: defaultdict(set))
    faults: list[str] = field(default_factory=list)


def kill(
    rounds: int,
    *,
    random_state: int = 0,
    database: str | None = None,
    say: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Kill the service so many times while it writes.

    Parameters
    ----------
    rounds
        Kills.
    random_state
        Seed of the moments and of what is written.
    database
        Address of an empty database; without one the register is a SQLite file in the folder.
    say
        Called after each kill with what is known so far.

    Returns
    -------
    Tally
        Without faults where nothing that was acknowledged is lost and nothing was done twice.
    """
    with tempfile.TemporaryDirectory() as folder:
        place = Place.make(Path(folder), units=UNITS, database=database)
        tally, draw = Tally(), random.Random(random_state)
        writes: list[Write] = []
        for number in range(rounds):
            writes = _round(place, number, draw, writes, tally)
            say(tally)
        with place.served() as served:
            _look(place, served, writes, tally)
            _settle(place, tally)
    return tally


def _round(place: Place, number: int, draw: random.Random, before: Sequence[Write], tally: Tally) -> list[Write]:
    """Start it, look whether what was written before the last kill is there, let it write, kill it."""
    keys = [place.key(CallerRole.INVESTOR, f"fund-{number}-{caller}") for caller in range(3)]
    office, units = place.key(CallerRole.PLANNER, f"office-{number}"), _units(place)
    with place.served() as served:
        _look(place, served, before, tally)
        callers: list[_Caller] = [_Investor(served, key, draw.random()) for key in keys]
        callers.append(_Office(served, office, draw.random(), units))
        for caller in callers:
            caller.start()
        _wait_for_one(callers)
        time.sleep(draw.uniform(0.0, LONGEST))
        served.kill()
        for caller in callers:
            caller.join()
    writes = [write for caller in callers for write in caller.writes]
    for write in writes:
        if write.answer is None:
            tally.doubted += 1
        elif write.answer.done:
            tally.acknowledged[write.kind] += 1
        else:
            tally.faults.append(f"{write.method} {write.path}: {write.answer.status} {write.answer.body[:200]!r}")
    tally.rounds += 1
    return writes


def _look(place: Place, served: Served, writes: Sequence[Write], tally: Tally) -> None:
    for write in writes:
        _again(served, write, tally)
    _compare(place, tally)


def _wait_for_one(callers: Sequence[_Caller], seconds: float = 30.0) -> None:
    """Wait until a write was acknowledged: a service that has just begun has nothing to lose."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not any(write.answer for caller in callers for write in caller.writes):
        time.sleep(0.01)


def _again(served: Served, write: Write, tally: Tally) -> None:
    """Send a write once more under its key: it is answered, as it was where it was answered before."""
    answer = served.ask(write.method, write.path, write.key, headers=write.headers, body=write.body)
    if not answer.done:
        tally.faults.append(f"again {write.method} {write.path}: {answer.status} {answer.body[:200]!r}")
        return
    tally.rows[write.kind].add(tuple(answer.document.get(name) for name in _ROWS[write.kind]))
    if write.answer is None:
        tally.kept += answer.replayed
        return
    was, now = ({name: said.document.get(name) for name in _SAME} for said in (write.answer, answer))
    if not answer.replayed or was != now:
        tally.faults.append(f"{write.method} {write.path} was acknowledged, and lost: {was}, then {now}")


def _units(place: Place) -> list[str]:
    with Register.open(place.settings.database_url) as register:
        return [str(unit) for unit in register.units().index]


def _compare(place: Place, tally: Tally) -> None:
    """Look the register over, and count the rows of each kind."""
    with Register.open(place.settings.database_url) as register:
        rows = register.counts()
        tally.faults += [f"round {tally.rounds}: {problem}" for problem in register.check()]
        if not register.audit.verify().sound:
            tally.faults.append(f"round {tally.rounds}: the chain of the audit is broken")
    for kind, table in _TABLES.items():
        if rows[table] != len(tally.rows[kind]):
            tally.faults.append(f"round {tally.rounds}: {rows[table]} {kind} where {len(tally.rows[kind])} were asked")


def _settle(place: Place, tally: Tally, seconds: float = 600.0) -> None:
    """Let the service read the registers that wait, those too whose worker was killed: each unit comes once."""
    sent, until = len(tally.rows["imports"]), time.monotonic() + seconds
    while True:
        with Register.open(place.settings.database_url) as register:
            states = Counter(job.state.value for job in register.jobs())
            units = len(register.units())
        if states["done"] == sent or time.monotonic() > until:
            break
        time.sleep(0.5)
    if states["done"] != sent or units != UNITS + sent:
        tally.faults.append(f"{sent} registers of a unit were sent: {dict(states)}, {units - UNITS} units came")


class _Caller(threading.Thread):
    """Writes until the service is gone."""

    def __init__(self, served: Served, key: str, seed: float) -> None:
        super().__init__(daemon=True)
        self.served, self.key, self.draw, self.writes = served, key, random.Random(seed), list[Write]()

    def run(self) -> None:
        """Write without a pause."""
        try:
            while self.next().done:
                pass
        except (OSError, HTTPException):  # the service is gone, and nobody knows what became of the last write
            return

    def next(self) -> Answered:
        """Do one write."""
        raise NotImplementedError

    def write(self, kind: str, method: str, path: str, body: Any = None, **headers: str) -> Answered:
        """Send one write under an idempotency key of its own."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        write = Write(kind, self.key, method, path, {"idempotency-key": uuid4().hex} | named, body)
        self.writes.append(write)
        write.answer = self.served.ask(method, path, self.key, headers=write.headers, body=body)
        return write.answer


class _Investor(_Caller):
    """Saves and changes mandates, makes lists, answers to units."""

    def __init__(self, served: Served, key: str, seed: float) -> None:
        super().__init__(served, key, seed)
        self.versions: dict[str, int] = {}
        self.shown: list[tuple[str, str]] = []

    def next(self) -> Answered:
        """A new mandate, or what can be done with one."""
        name, chance = self.draw.choice([*self.versions, ""]), self.draw.random()
        if not name:
            name = f"m{len(self.versions)}"
            self.versions[name] = 1
            return self.write("mandates", "POST", "/v1/mandates", {**_MANDATE, "id": name})
        if chance < 0.4:
            version = self.versions[name]
            self.versions[name] += 1
            stated = {**_MANDATE, "id": name, "min_jobs": version}
            return self.write("mandates", "PUT", f"/v1/mandates/{name}", stated, if_match=f'"{version}"')
        if chance < 0.7 or not self.shown:
            answer = self.write("lists", "POST", f"/v1/mandates/{name}/shortlists?top=5")
            if answer.done:
                said = answer.document
                self.shown += [(said["list_id"], place["unit_id"]) for place in said["page"]]
            return answer
        list_id, unit = self.draw.choice(self.shown)
        return self.write(
            "reactions", "POST", f"/v1/shortlists/{list_id}/reactions", {"unit_id": unit, "kind": "interested"}
        )


class _Office(_Caller):
    """Records outcomes, and now and then sends a register of one unit."""

    def __init__(self, served: Served, key: str, seed: float, units: list[str]) -> None:
        super().__init__(served, key, seed)
        self.units = units

    def next(self) -> Answered:
        """An outcome, or a register."""
        if self.draw.random() < 0.1:
            csv = f"Unit name,County,Jobs now\nPlant {uuid4().hex},Khoy,12\n".encode()
            path = "/v1/imports?name=units.csv&as_of=2026-01-01"
            return self.write("imports", "POST", path, csv, content_type="text/csv")
        day = date(2025, 1, 1) + timedelta(days=self.draw.randrange(400))
        stated = {"unit": self.draw.choice(self.units), "kind": "visited", "happened_on": day.isoformat()}
        return self.write("outcomes", "POST", "/v1/outcomes", {**stated, "source": uuid4().hex})
