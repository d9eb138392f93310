"""The plan of meetings against bare HiGHS on the slots of the same pairs; a large event, planned and planned anew.

The large event is planned a second time with three investors of ten who need an interpreter, five of whom there are.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, vstack

from engine.meetings.gathering import Gathering, without
from engine.meetings.planning import plan_meetings
from engine.meetings.timetable import Free
from experiments.bench.timing import compare

SMALL, LARGE = (40, 24, 16), (200, 100, 40)
"""Investors, units, slots."""

FOREIGN, INTERPRETERS = 0.3, 5
"""Share of the investors who speak no host's language, and meetings at once in which somebody translates."""


def measure(*, random_state: int = 0, repeats: int = 7) -> dict[str, float]:
    """Ratio of `engine.meetings.planning.plan_meetings` to `scipy.optimize.milp`; seconds of the large event."""
    small = synthetic_event(*SMALL, random_state=random_state)
    pairs = plan_meetings(small).meetings
    guest, host = (
        names.get_indexer(pd.Index(pairs[side])) for names, side in ((small.guests, "guest"), (small.hosts, "host"))
    )
    figures = compare(lambda: plan_meetings(small), lambda: _bare(small.free, guest, host), repeats=repeats)
    large = synthetic_event(*LARGE, random_state=random_state)
    return figures | _seconds(large, "large") | _seconds(_spoken(large, random_state), "interpreted")


def _seconds(event: Gathering, name: str) -> dict[str, float]:
    begin = time.perf_counter()
    plan = plan_meetings(event)
    planned = time.perf_counter()
    gone = without(event, str(plan.meetings["guest"].iloc[0]), since=10)
    plan_meetings(gone, kept=plan.meetings, since=10)
    again = time.perf_counter()
    return {
        f"{name}_seconds": planned - begin,
        f"{name}_again_seconds": again - planned,
        f"{name}_meetings": len(plan.meetings),
    }


def _spoken(event: Gathering, random_state: int) -> Gathering:
    foreign = np.random.default_rng(random_state).random(len(event.guests)) < FOREIGN
    pairs = np.broadcast_to(foreign[:, None], event.wish.shape).copy()
    speak = np.full(event.free.slots, INTERPRETERS)
    return replace(event, free=replace(event.free, foreign=pairs, interpreters=speak))


def synthetic_event(guests: int, hosts: int, slots: int, *, random_state: int) -> Gathering:
    """Everybody is away in a fifth of the slots; half of all pairs wish to meet, eight meetings a guest at most."""
    random = np.random.default_rng(random_state)
    wish, welcome = random.random((guests, hosts)), random.random((guests, hosts))
    wish[random.random(wish.shape) < 0.5] = np.nan
    free = Free.of(random.random((guests, slots)) < 0.8, random.random((hosts, slots)) < 0.8, max(guests // 3, 1))
    investors, units = (pd.Index([f"{side}{n}" for n in range(size)]) for side, size in (("g", guests), ("h", hosts)))
    return Gathering(investors, units, wish, welcome, np.full(guests, 8), np.full(hosts, 16), free)


def _bare(free: Free, guest: np.ndarray, host: np.ndarray) -> float:
    meeting, at = np.nonzero(free.guests[guest] & free.hosts[host])
    count, slots = len(meeting), free.slots
    keys = (
        (meeting, len(guest), 1.0),
        (guest[meeting] * slots + at, free.guests.size, 1.0),
        (host[meeting] * slots + at, free.hosts.size, 1.0),
        (at, slots, float(free.tables[0])),
    )
    rules = vstack([coo_array((np.ones(count), (key, np.arange(count))), shape=(size, count)) for key, size, _ in keys])
    most = np.concatenate([np.full(size, limit) for _, size, limit in keys])
    said = milp(
        -np.ones(count),
        integrality=np.ones(count),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(rules.tocsr(), -np.inf, most),
    )
    return float(-said.fun)
