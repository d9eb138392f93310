"""The truth of each recorded unit: what a perfect model would say, and what nobody can see."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.province_simulator.approach import propensity
from experiments.province_simulator.fields import jobs_now
from experiments.province_simulator.hazards import NEVER, SimulatedHazards, incidence, staying
from experiments.province_simulator.history import SimulatedHistory
from experiments.province_simulator.population import Region, SimulatedStock
from experiments.province_simulator.truth import Flags, Floats, Numbers
from experiments.province_simulator.work import work

DURABLE = 12


def truth_rows(
    hazard: SimulatedHazards,
    place: Region,
    drawn: SimulatedStock,
    history: SimulatedHistory,
    met: Floats,
    rows: Numbers,
    ids: pd.Index,
) -> pd.DataFrame:
    """Truth of the recorded units of a block.

    Parameters
    ----------
    hazard, place, drawn, history
        Of the block.
    met
        Monthly hazard of being approached.
    rows, ids
        The recorded units, and their names.

    Returns
    -------
    pandas.DataFrame
        Index ``unit_id``.

        - ``quality, unobserved_cause``: latent;
        - ``approach_hazard`` (a month), ``propensity`` (P approached within 24 months of standing idle), and whether it
          was ``approached``;
        - at the day of the record, if approached on it: ``restart_24m, liquidated_24m, licence_cancelled_24m``
          (cumulative incidence), ``half_capacity`` (P half of capacity or more at month 12 | restart, a relapse before
          it being a failure), ``feasibility`` (their product), ``jobs_if_revived`` (mean jobs at month 12 at half
          capacity or more, less jobs now), ``jobs_expected`` (feasibility times that), ``feasibility_unapproached``;
        - ``feasibility_at_approach``: on the day of the approach, missing where there was none;
        - on ``Province.as_of``, missing where the unit does not stand idle then: ``feasibility_now``,
          ``restart_24m_now``, ``jobs_if_revived_now``, ``jobs_expected_now``, ``feasibility_unapproached_now``; who was
          not approached yet is approached on that day; ``idle_years_now``.

        Period effects are those that came, until ``as_of``; later years are middling ones.
    """
    units, mine = drawn.take(rows), hazard.take(rows)
    amounts, half = work(hazard.truth, place, units), staying(mine, DURABLE)
    half = half * amounts.half()
    look = _Look(mine, units, history, rows)
    record, approached = history.recorded[rows], history.approached[rows]
    at_record = look.at(record, np.zeros_like(rows))
    met_at = np.where(approached < NEVER, approached, record)
    since = np.where(approached < NEVER, history.since_at_approach[rows], history.since_at_record[rows])
    at_approach = look.at(met_at, np.zeros_like(rows), since, history.revivals_at_approach[rows])
    gain = amounts.jobs_at_half() - jobs_now(units, history.revivals_at_record[rows])
    frame = {
        "quality": units.quality,
        "unobserved_cause": units.unobserved,
        "approach_hazard": met[rows],
        "propensity": propensity(met[rows], hazard.truth["time"]["horizon_months"]),
        "approached": approached < NEVER,
        "restart_24m": at_record[0],
        "liquidated_24m": at_record[1],
        "licence_cancelled_24m": at_record[2],
        "half_capacity": half,
        "feasibility": at_record[0] * half,
        "jobs_if_revived": gain,
        "jobs_expected": at_record[0] * half * gain,
        "feasibility_unapproached": look.at(record, np.full(len(rows), -NEVER))[0] * half,
        "feasibility_at_approach": _where(approached < NEVER, at_approach[0] * half),
    }
    return pd.DataFrame(frame | _now(look, history, rows, half, gain), index=ids)


class _Look:
    """Cumulative incidence of units that still stand in the spell in which the register found them."""

    def __init__(
        self, hazard: SimulatedHazards, units: SimulatedStock, history: SimulatedHistory, rows: Numbers
    ) -> None:
        self.hazard, self.units = hazard, units
        self.since, self.revivals = history.since_at_record[rows], history.revivals_at_record[rows]

    def at(
        self, month: Numbers, since_approach: Numbers, since: Numbers | None = None, revivals: Numbers | None = None
    ) -> Floats:
        since = self.since if since is None else since
        revivals = self.revivals if revivals is None else revivals
        return incidence(
            self.hazard,
            month=month,
            idle_months=month - since,
            since_approach=since_approach,
            semi=self.units.semi_active & (revivals == 0),
            revivals=revivals,
            horizon=self.hazard.truth["time"]["horizon_months"],
        )


def _now(look: _Look, history: SimulatedHistory, rows: Numbers, half: Floats, gain: Floats) -> dict[str, Floats]:
    last = len(look.hazard.place.period) - 1
    month = np.full(len(rows), last)
    idle, since, revivals = history.idle[rows], history.since[rows], history.revivals[rows]
    approached = history.approached[rows]
    # A unit that is not idle has no spell to look from: any does, its result is dropped.
    since = np.where(idle, since, last)
    chance = look.at(month, np.where(approached < NEVER, last - approached, 0), since, revivals)[0]
    alone = look.at(month, np.full(len(rows), -NEVER), since, revivals)[0]
    gain = gain + jobs_now(look.units, look.revivals) - jobs_now(look.units, revivals)
    return {
        "idle_years_now": _where(idle, (last - since) / 12),
        "restart_24m_now": _where(idle, chance),
        "feasibility_now": _where(idle, chance * half),
        "feasibility_unapproached_now": _where(idle, alone * half),
        "jobs_if_revived_now": _where(idle, gain),
        "jobs_expected_now": _where(idle, chance * half * gain),
    }


def _where(flags: Flags, values: Floats) -> Floats:
    return np.where(flags, values, np.nan)
