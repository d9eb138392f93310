"""What was written down: events of the units that somebody approached, each with the day on which it was known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from engine.domain.outcome import OutcomeKind
from engine.parsing.dates import Precision
from experiments.province_simulator.calendar import Days, day_within
from experiments.province_simulator.hazards import NEVER, End
from experiments.province_simulator.history import RELAPSED, History
from experiments.province_simulator.truth import SOURCE, Flags, Floats, Numbers, Parameters

COLUMNS = (
    "unit_id", "kind", "happened_on", "happened_precision", "known_on", "capacity_share", "jobs", "mandate_id", "event",
    "source",
)  # fmt: skip

_KIND = {
    End.RESTARTED: OutcomeKind.RESTARTED,
    End.LIQUIDATED: OutcomeKind.LIQUIDATED,
    End.LICENCE_CANCELLED: OutcomeKind.LICENCE_CANCELLED,
    RELAPSED: OutcomeKind.STOPPED_AGAIN,
}
_LATE_DAYS = 45  # a yearly visit comes on its day or so much later
_VISIT_DAYS, _DECLINE_DAYS = (10, 120), (30, 200)
_FUNNEL = ((OutcomeKind.VISITED, 0.05, 0.4), (OutcomeKind.AGREED, 0.45, 0.65), (OutcomeKind.INVESTED, 0.7, 0.95))


def event_rows(
    truth: Parameters, history: History, days: Days, came: pd.DataFrame, units: pd.DataFrame, rows: Numbers, ends: Days,
    *, rng: np.random.Generator,
) -> pd.DataFrame:  # fmt: skip
    """Events of the recorded and approached units of a block, in no order.

    Nothing is written down of a unit that nobody approached, nor after the approach of one lost from sight. A unit that
    worked below half its capacity does not restart: it is observed at half or more.

    Parameters
    ----------
    truth, history
        Of the block.
    days
        Of the transitions.
    came
        Restarts of the block.
    units, rows
        Unit table of the recorded units, and where they stand in the block.
    ends
        Month ends.
    rng
        Source of randomness.
    """
    book = _Book(truth["log"], ends[-1], rng)
    approached = history.approached[rows]
    mine = np.flatnonzero(approached < NEVER)
    met = np.full(len(rows), np.datetime64("NaT"), dtype="datetime64[D]")
    met[mine] = day_within(ends, approached[mine], rng.random(len(mine)))
    book.add(OutcomeKind.APPROACHED, mine, met[mine])
    followed = np.zeros(len(rows), dtype=bool)
    followed[mine] = rng.random(len(mine)) >= truth["log"]["lost_share"]
    place = np.full(len(history.recorded), -1)
    place[rows] = np.arange(len(rows))
    left, through = _endings(book, history, days, place, followed, approached, units)
    _counts(book, came, place, followed, approached)
    same = history.revivals_at_approach[rows] == history.revivals_at_record[rows]
    _follow_up(book, np.flatnonzero(followed), met, left, units, same)
    _talks(book, np.flatnonzero(followed), met, left, through)
    return book.frame(units.index)


class _Book:
    """Lines of the log while it is written."""

    def __init__(self, shares: dict[str, Any], last: np.datetime64, rng: np.random.Generator) -> None:
        self.shares, self.last, self.rng = shares, last, rng
        self._lines: list[pd.DataFrame] = []

    def add(
        self,
        kind: OutcomeKind,
        unit: Numbers,
        on: Days,
        capacity: Floats | float = np.nan,
        jobs: Floats | float = np.nan,
    ) -> None:
        late = self.rng.gamma(2.0, self.shares["delay_days"][kind.value] / 2, len(unit))
        line = {"unit": unit, "kind": kind.value, "happened_on": on, "capacity_share": capacity, "jobs": jobs}
        self._lines.append(pd.DataFrame(line | {"known_on": on + np.ceil(late).astype("timedelta64[D]")}))

    def chance(self, n: int, share: str) -> Flags:
        drawn: Flags = self.rng.random(n) < self.shares[share]
        return drawn

    def frame(self, ids: pd.Index) -> pd.DataFrame:
        lines = pd.concat(self._lines, ignore_index=True)
        frame = pd.DataFrame(
            {
                "unit_id": ids.to_numpy()[lines["unit"]],
                "kind": lines["kind"].astype("str"),
                "happened_on": lines["happened_on"].astype("datetime64[s]"),
                "happened_precision": Precision.DAY.value,
                "known_on": lines["known_on"].astype("datetime64[s]"),
                "capacity_share": lines["capacity_share"].astype("float64").round(3),
                "jobs": lines["jobs"].round().astype("Int64"),
                "mandate_id": pd.Series(None, index=lines.index, dtype="str"),
                "event": pd.Series(None, index=lines.index, dtype="str"),
                "source": SOURCE,
            }
        )
        return frame[list(COLUMNS)]


def _endings(
    book: _Book, history: History, days: Days, place: Numbers, followed: Flags, approached: Numbers, units: pd.DataFrame
) -> tuple[Days, Flags]:
    """Transitions after the approach. Returns the first day on which each unit left its spell, and whether to work."""
    seen, unit = history.transitions, place[history.transitions.unit]
    after = (unit >= 0) & (seen.month > np.append(approached, NEVER)[unit])
    unit, kind, on, revivals = unit[after], seen.kind[after], days[after], seen.revivals[after]
    left = np.full(len(followed), book.last, dtype="datetime64[D]")
    back = np.zeros(len(followed), dtype=bool)
    first, where = np.unique(unit, return_index=True)
    left[first], back[first] = on[where], kind[where] == End.RESTARTED
    semi = (units["status"].to_numpy() == "semi_active")[unit] & (revivals == 0) & (kind == End.RESTARTED)
    for code, outcome in _KIND.items():
        chosen = followed[unit] & (kind == code) & ~semi
        book.add(outcome, unit[chosen], on[chosen])
    chosen = semi & followed[unit]
    before = units["jobs_before_stop"].to_numpy(dtype="float64")[unit[chosen]]
    share = book.rng.uniform(0.5, 0.8, int(chosen.sum()))
    book.add(OutcomeKind.OBSERVED, unit[chosen], on[chosen], share, np.rint(before * share))
    return left, back


def _counts(book: _Book, came: pd.DataFrame, place: Numbers, followed: Flags, approached: Numbers) -> None:
    """Capacity and jobs counted at month 12 and 24 of a restart that still runs."""
    unit = place[came["row"].to_numpy()]
    mine = (
        (unit >= 0) & np.append(followed, False)[unit] & (came["month"].to_numpy() > np.append(approached, NEVER)[unit])
    )
    came, unit = came[mine & came["capacity_share"].notna().to_numpy()], unit[mine & came["capacity_share"].notna()]
    began = came["restarted_on"].to_numpy().astype("datetime64[D]")
    again = came["stopped_again_on"].fillna(pd.Timestamp(book.last + 1)).to_numpy().astype("datetime64[D]")
    share, jobs = came["capacity_share"].to_numpy(), came["jobs"].to_numpy()
    for years in (1, 2):
        on = began + 366 * years + book.rng.integers(0, _LATE_DAYS, len(unit))
        seen = (on < np.minimum(again, book.last + 1)) & book.chance(len(unit), "observed_share")
        book.add(OutcomeKind.OBSERVED, unit[seen], on[seen], share[seen], jobs[seen])
        share = np.clip(share + book.rng.normal(0, 0.08, len(unit)), 0, 1)
        jobs = book.rng.poisson(jobs).astype(np.float64)


def _follow_up(book: _Book, unit: Numbers, met: Days, left: Days, units: pd.DataFrame, same: Flags) -> None:
    """Yearly visits that find a unit still in its spell; one that came back unseen before does not work at all."""
    now, share = (units[name].to_numpy(dtype="float64") * same for name in ("jobs_now", "capacity_share"))
    span = int((book.last - met[unit]).astype(np.int64).max(initial=0))
    for days in range(366, span, 366):
        on = met[unit] + days + book.rng.integers(0, _LATE_DAYS, len(unit))
        seen = (on < left[unit]) & book.chance(len(unit), "follow_up_share")
        book.add(OutcomeKind.OBSERVED, unit[seen], on[seen], share[unit[seen]], now[unit[seen]])


def _talks(book: _Book, unit: Numbers, met: Days, left: Days, back: Flags) -> None:
    """Visits, refusals, agreements and investments between the approach and the end of the spell."""
    gap = (left[unit] - met[unit]).astype(np.int64)
    came = back[unit] & (gap > 92) & book.chance(len(unit), "funnel_share")
    for kind, low, high in _FUNNEL:
        days = (gap * book.rng.uniform(low, high, len(unit))).astype(np.int64)
        book.add(kind, unit[came], (met[unit] + days)[came])
    other = unit[~came]
    first = met[other] + book.rng.integers(*_VISIT_DAYS, len(other))
    visited = (first < left[other]) & book.chance(len(other), "visited_share")
    book.add(OutcomeKind.VISITED, other[visited], first[visited])
    other, then = other[visited], first[visited]
    then = then + book.rng.integers(*_DECLINE_DAYS, len(other))
    fate = book.rng.random(len(other))
    declined, agreed = book.shares["declined_share"], book.shares["agreed_share"]
    for kind, low, high in ((OutcomeKind.DECLINED, 0.0, declined), (OutcomeKind.AGREED, declined, declined + agreed)):
        chosen = (fate >= low) & (fate < high) & (then < left[other])
        book.add(kind, other[chosen], then[chosen])
    paid = book.shares["invested_share"]
    later = then + book.rng.integers(*_DECLINE_DAYS, len(other))
    chosen = (fate >= declined) & (fate < declined + min(paid, agreed)) & (later < left[other])
    book.add(OutcomeKind.INVESTED, other[chosen], later[chosen])
