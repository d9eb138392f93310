"""What happens, month after month: stops, restarts, ends, relapses; who is recorded and who is approached."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.province_simulator.hazards import NEVER, End, SimulatedHazards
from experiments.province_simulator.population import SimulatedStock
from experiments.province_simulator.truth import Flags, Floats, Numbers

RELAPSED = 3
"""Kind of the transition from work to standing still; the other kinds are those of ``End``."""

_WAITING, _IDLE, _RUNNING, _GONE = range(4)


@dataclass(frozen=True)
class Transitions:
    """What happened, in order of time; arrays of one length.

    Parameters
    ----------
    unit, month, kind
        Who, when, what.
    revivals
        Restarts of the unit before this.
    since
        Month in which the state that now ends had begun.
    """

    unit: Numbers
    month: Numbers
    kind: Numbers
    revivals: Numbers
    since: Numbers


@dataclass(frozen=True)
class History:
    """The paths of a block of units.

    Parameters
    ----------
    transitions
        What happened.
    recorded, approached
        Month of each, ``NEVER`` where it did not come to it, shape (n,).
    since_at_record, revivals_at_record, since_at_approach, revivals_at_approach
        Month of the last stop, and restarts before it, as the register found them and at the approach: a unit may come
        back and stop again unseen in between.
    idle, since, revivals
        State at the end: whether it stands idle, since which month, restarts until then.
    flows
        Counts over units that stand idle (not those that work below half), recorded or not, in the time of the
        register: ``idle_months`` spent, ``stops``, ``restarts``, ``ends`` for good; ``stock`` idle so long before the
        end as the horizon, and ``stock_restarted`` of it.
    """

    transitions: Transitions
    recorded: Numbers
    approached: Numbers
    since_at_record: Numbers
    revivals_at_record: Numbers
    since_at_approach: Numbers
    revivals_at_approach: Numbers
    idle: Flags
    since: Numbers
    revivals: Numbers
    flows: dict[str, int]


def live(hazard: SimulatedHazards, units: SimulatedStock, approach: Floats, *, rng: np.random.Generator) -> History:
    """Let a block of units live through all months.

    Each month the units that stood idle when it began restart, are liquidated or lose their licence with the competing
    probabilities of hazards that are constant within the month; those at work may stop again.

    Parameters
    ----------
    hazard, units
        Of the block, shape (n,).
    approach
        Monthly hazard of being approached.
    rng
        Source of randomness; the number of draws depends on n alone, so that approach processes can be compared.
    """
    time, n = hazard.truth["time"], len(units)
    first, months = time["burn_in_months"], time["burn_in_months"] + time["history_months"]
    path = _Path(n)
    recording, approaching = -np.expm1(-1 / time["recording_months"]), -np.expm1(-approach)
    stock = np.empty(0, dtype=np.int64)
    for month in range(months):
        draw = rng.random((3, n))
        _begin(path, units, month)
        path.step(hazard, units, month, draw[0], np.flatnonzero((path.state == _IDLE) & (path.since < month)))
        if month >= first:
            chance = 1.0 if month == first else recording
            path.meet(month, path.state == _IDLE, draw[1] < chance, draw[2] < approaching)
            path.idle_months += int(np.count_nonzero(path.plainly_idle(units)))
        if month == months - 1 - time["horizon_months"]:
            stock = np.flatnonzero(path.plainly_idle(units))
    return path.history(units, first, months - 1 - time["horizon_months"], stock)


class _Path:
    """State of each unit while time passes."""

    def __init__(self, n: int) -> None:
        self.state = np.full(n, _WAITING, dtype=np.int8)
        self.since = np.full(n, NEVER)
        self.revivals = np.zeros(n, dtype=np.int64)
        self.recorded, self.approached = np.full(n, NEVER), np.full(n, NEVER)
        self.since_at_record, self.revivals_at_record = np.full(n, NEVER), np.zeros(n, dtype=np.int64)
        self.since_at_approach, self.revivals_at_approach = np.full(n, NEVER), np.zeros(n, dtype=np.int64)
        self.idle_months = 0
        self._seen: list[tuple[Numbers, ...]] = []

    def plainly_idle(self, units: SimulatedStock) -> Flags:
        working_part_time = units.semi_active & (self.revivals == 0)
        plainly: Flags = (self.state == _IDLE) & ~working_part_time
        return plainly

    def step(self, hazard: SimulatedHazards, units: SimulatedStock, month: int, draw: Floats, idle: Numbers) -> None:
        running = np.flatnonzero((self.state == _RUNNING) & (self.since < month))
        each = hazard.idle(
            idle,
            month,
            idle_months=month - self.since[idle],
            since_approach=month - self.approached[idle],
            semi=units.semi_active[idle] & (self.revivals[idle] == 0),
            revivals=self.revivals[idle],
        )
        together = each.sum(axis=0)
        share = np.cumsum(each, axis=0) / together * -np.expm1(-together)
        ended = draw[idle] < share[2]
        kind = (draw[idle] >= share[0]).astype(np.int64) + (draw[idle] >= share[1])
        fallen = draw[running] < -np.expm1(-hazard.running(running, month - self.since[running]))
        self._end(idle[ended], month, kind[ended])
        self._end(running[fallen], month, np.full(int(fallen.sum()), RELAPSED))

    def meet(self, month: int, idle: Flags, recording: Flags, approaching: Flags) -> None:
        approached = idle & (self.recorded < month) & (self.approached == NEVER) & approaching
        self.approached[approached] = month
        self.since_at_approach[approached] = self.since[approached]
        self.revivals_at_approach[approached] = self.revivals[approached]
        recorded = idle & (self.recorded == NEVER) & recording
        self.recorded[recorded] = month
        self.since_at_record[recorded] = self.since[recorded]
        self.revivals_at_record[recorded] = self.revivals[recorded]

    def history(self, units: SimulatedStock, first: int, landmark: int, stock: Numbers) -> History:
        columns = [np.concatenate(column) for column in zip(*self._seen, strict=True)] if self._seen else [_NONE] * 5
        seen = Transitions(*columns)
        return History(
            seen,
            self.recorded,
            self.approached,
            self.since_at_record,
            self.revivals_at_record,
            self.since_at_approach,
            self.revivals_at_approach,
            self.state == _IDLE,
            self.since,
            self.revivals,
            _flows(seen, units, first, landmark, stock) | {"idle_months": self.idle_months},
        )

    def _end(self, rows: Numbers, month: int, kind: Numbers) -> None:
        self._seen.append((rows, np.full(len(rows), month), kind, self.revivals[rows], self.since[rows]))
        self.since[rows] = month
        self.state[rows] = np.array([_RUNNING, _GONE, _GONE, _IDLE])[kind]
        self.revivals[rows] += kind == End.RESTARTED


_NONE = np.empty(0, dtype=np.int64)


def _begin(path: _Path, units: SimulatedStock, month: int) -> None:
    starting = np.flatnonzero(units.stop_month == month)
    path.state[starting] = _IDLE
    path.since[starting] = month


def _flows(seen: Transitions, units: SimulatedStock, first: int, landmark: int, stock: Numbers) -> dict[str, int]:
    fell = seen.kind == RELAPSED
    idle = ~fell & ~(units.semi_active[seen.unit] & (seen.revivals == 0)) & (seen.month >= first)
    later = np.flatnonzero(seen.month > landmark)
    leaving, where = np.unique(seen.unit[later], return_index=True)
    back = leaving[seen.kind[later[where]] == End.RESTARTED]
    return {
        "stops": int(np.count_nonzero(fell & (seen.month >= first)))
        + int(np.count_nonzero((units.stop_month >= first) & ~units.semi_active)),
        "restarts": int(np.count_nonzero(idle & (seen.kind == End.RESTARTED))),
        "ends": int(np.count_nonzero(idle & (seen.kind != End.RESTARTED))),
        "stock": len(stock),
        "stock_restarted": int(np.isin(stock, back).sum()),
    }
