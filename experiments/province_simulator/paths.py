"""What happened, with days; restarts with their sizes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.province_simulator.calendar import Days, day_within
from experiments.province_simulator.hazards import NEVER, End
from experiments.province_simulator.history import RELAPSED, SimulatedHistory
from experiments.province_simulator.population import SimulatedStock
from experiments.province_simulator.truth import Numbers
from experiments.province_simulator.work import WorkAtMonth12

MONTHS_TO_COUNT = 12
_MONTHS = 100_000


def transition_days(history: SimulatedHistory, units: SimulatedStock, ends: Days, *, rng: np.random.Generator) -> Days:
    """The day of each transition; a unit always stops equally far into a month, so that stops agree everywhere."""
    seen = history.transitions
    share = np.where(seen.kind == RELAPSED, units.day_share[seen.unit], rng.random(len(seen.unit)))
    return day_within(ends, seen.month, share)


def restarts(
    history: SimulatedHistory,
    units: SimulatedStock,
    work: WorkAtMonth12,
    days: Days,
    ends: Days,
    *,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Every restart of a block: when, after which stop, until when, at what capacity and with how many jobs.

    Parameters
    ----------
    history, units, work
        Of the block.
    days
        Of the transitions.
    ends
        Month ends.
    rng
        Source of randomness.

    Returns
    -------
    pandas.DataFrame
        Columns ``row, month, restarted_on, stopped_on, semi_active, stopped_again_on, capacity_share, jobs``; the last
        two are missing where the unit stopped again, or time ended, within twelve months.
    """
    seen, last = history.transitions, len(ends) - 2
    back = seen.kind == End.RESTARTED
    row, month = seen.unit[back], seen.month[back]
    again = next_stop(history, row, month)
    capacity, jobs = work.take(row).draw(rng)
    counted = np.minimum(again, last + 1) - month > MONTHS_TO_COUNT
    stopped_again = day_within(ends, np.minimum(again, last), units.day_share[row])
    frame = pd.DataFrame(
        {
            "row": row,
            "month": month,
            "restarted_on": days[back],
            "stopped_on": day_within(ends, seen.since[back], units.day_share[row]),
            "semi_active": units.semi_active[row] & (seen.revivals[back] == 0),
            "stopped_again_on": np.where(again < NEVER, stopped_again, np.datetime64("NaT")),
            "capacity_share": np.where(counted, np.round(capacity, 3), np.nan),
            "jobs": np.where(counted, jobs, np.nan),
        }
    )
    return frame.astype(dict.fromkeys(("restarted_on", "stopped_on", "stopped_again_on"), "datetime64[s]"))


def next_stop(history: SimulatedHistory, row: Numbers, month: Numbers) -> Numbers:
    """Month in which a unit that restarted in a month stopped again; ``NEVER`` where it did not."""
    seen = history.transitions
    fallen = seen.kind == RELAPSED
    key = seen.unit[fallen] * _MONTHS + seen.since[fallen]
    order = np.argsort(key, kind="stable")
    key, at = np.append(key[order], np.iinfo(np.int64).max), np.append(seen.month[fallen][order], NEVER)
    wanted = row * _MONTHS + month
    found = np.searchsorted(key, wanted)
    return np.where(key[found] == wanted, at[found], NEVER)
