"""Hazards of the competing ends of an idle spell, and of a relapse; probabilities that follow from them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from experiments.province_simulator.population import Region, SimulatedStock, by_cause, by_sector, cause_number
from experiments.province_simulator.truth import Flags, Floats, Numbers, Parameters

REMOTE_KM = 100.0
SMALL_JOBS = 15
FRESH_YEARS = 2.0
NEVER = 1_000_000
"""Month of what does not happen."""


class End(IntEnum):
    """How an idle spell ends."""

    RESTARTED = 0
    LIQUIDATED = 1
    LICENCE_CANCELLED = 2


@dataclass(frozen=True)
class SimulatedHazards:
    """What does not change of the hazards of a population; arrays of shape (n,), logarithms of monthly hazards.

    Parameters
    ----------
    restart, liquidated, licence_cancelled, relapse
        Without time, approach, earlier revivals and the state before the stop.
    liquidity_alone
        Stopped for want of working capital and nothing else.
    """

    truth: Parameters
    place: Region
    restart: Floats
    liquidated: Floats
    licence_cancelled: Floats
    relapse: Floats
    liquidity_alone: Flags

    def take(self, rows: Numbers) -> SimulatedHazards:
        """Those of some units."""
        arrays = ("restart", "liquidated", "licence_cancelled", "relapse", "liquidity_alone")
        return SimulatedHazards(self.truth, self.place, **{name: getattr(self, name)[rows] for name in arrays})

    def idle(
        self, rows: Numbers, month: int | Numbers, *, idle_months: Numbers, since_approach: Numbers, semi: Flags,
        revivals: Numbers,
    ) -> Floats:  # fmt: skip
        """Monthly hazards of the three ends, shape (3, rows).

        Parameters
        ----------
        rows
            Which units.
        month
            Which month; good and bad years act on it. A month after ``as_of`` has neither.
        idle_months
            Whole months since the stop, 1 in the month after it.
        since_approach
            Months since the approach, negative while there was none.
        semi, revivals
            Whether the unit works below half its capacity, and how often it came back before.
        """
        restart = self.truth["restart"]
        years = (idle_months - 0.5) / 12
        log_years = np.log1p(years)
        slow = since_approach < restart["lag_months"]
        log = (
            self.restart[rows]
            + restart["idle"] * log_years
            + restart["fresh_liquidity"] * (self.liquidity_alone[rows] & (years < FRESH_YEARS))
            + restart["semi_active"] * semi
            + restart["prior_revivals"] * revivals
            + np.log(restart["unapproached"]) * slow
            + np.append(self.place.period, 0.0)[np.minimum(month, len(self.place.period))]
        )
        ends = [log, self.liquidated[rows] + self.truth["liquidated"]["idle"] * log_years]
        ends.append(self.licence_cancelled[rows] + self.truth["licence_cancelled"]["idle"] * log_years)
        monthly: Floats = np.exp(np.stack(ends))
        return monthly

    def running(self, rows: Numbers, since_restart: Numbers) -> Floats:
        """Monthly hazard of stopping again, shape (rows,)."""
        return np.exp(self.relapse[rows]) * relapse_shape(self.truth, since_restart)


def hazards(truth: Parameters, place: Region, units: SimulatedStock) -> SimulatedHazards:
    """Work out what does not change."""
    causes = {name: units.causes[:, cause_number(truth, name)] for name in truth["cause"]}
    return SimulatedHazards(
        truth=truth,
        place=place,
        restart=_log_restart(truth, place, units, causes),
        liquidated=_log_end(truth, units, "liquidated"),
        licence_cancelled=_log_end(truth, units, "licence_cancelled"),
        relapse=truth["relapse"]["quality"] * units.quality
        + truth["relapse"]["unobserved"] * units.unobserved
        + truth["relapse"]["bank_debt"] * causes["bank_debt"],
        liquidity_alone=causes["working_capital"] & (units.causes.sum(axis=1) == 1),
    )


def relapse_shape(truth: Parameters, since_restart: Numbers | Floats) -> Floats:
    """Monthly hazard of stopping again of a middling unit, so many months after its restart.

    Examples
    --------
    >>> from experiments.province_simulator.truth import parameters
    >>> yearly = 12 * relapse_shape(parameters(), np.array([0, 48, 96]))
    >>> yearly.round(3).tolist()
    [0.05, 0.15, 0.07]
    """
    relapse = truth["relapse"]
    rise, fall = relapse["rise_months"], relapse["fall_months"]
    heights = [relapse["start"], relapse["peak"], relapse["later"]]
    yearly = np.interp(np.asarray(since_restart, dtype=np.float64), [0, rise, rise + fall], heights)
    monthly: Floats = np.divide(yearly, 12)
    return monthly


def incidence(
    hazard: SimulatedHazards, *, month: Numbers, idle_months: Numbers, since_approach: Numbers, semi: Flags,
    revivals: Numbers, horizon: int,
) -> Floats:  # fmt: skip
    """Cumulative incidence of the three ends within the horizon, competing risks, hazards constant within a month.

    Parameters
    ----------
    hazard
        Of the units, shape (n,).
    month
        The month that has just ended.
    idle_months
        Whole months that the spell has lasted by then.
    since_approach
        Months since the approach by then; ``-NEVER`` for a unit that is not to be approached.
    semi, revivals
        Whether the unit works below half its capacity, and how often it came back before.
    horizon
        Months.

    Returns
    -------
    numpy.ndarray
        Shape (3, n), probabilities; they sum to one at most.
    """
    rows = np.arange(len(hazard.restart))
    total, alive = np.zeros((3, len(rows))), np.ones(len(rows))
    for step in range(1, horizon + 1):
        each = hazard.idle(
            rows, month + step, idle_months=idle_months + step, since_approach=since_approach + step, semi=semi,
            revivals=revivals,
        )  # fmt: skip
        together = each.sum(axis=0)
        total += each / together * (-np.expm1(-together) * alive)
        alive = alive * np.exp(-together)
    return total


def staying(hazard: SimulatedHazards, months: int) -> Floats:
    """P(still at work so many months after the restart), shape (n,)."""
    rows = np.arange(len(hazard.relapse))
    since = np.arange(1, months + 1)
    probability: Floats = np.exp(-np.exp(hazard.relapse[rows]) * relapse_shape(hazard.truth, since).sum())
    return probability


def _log_restart(truth: Parameters, place: Region, units: SimulatedStock, causes: dict[str, Flags]) -> Floats:
    restart = truth["restart"]
    division = np.array([int(sector["isic"][:2]) for sector in truth["sector"]])[units.sector]
    law = causes["seized_by_bank"] | causes["legal_dispute"] | causes["shareholder_dispute"]
    remote = place.km_to_centre[units.county] > REMOTE_KM
    return np.asarray(
        np.log(restart["base"] / 12)
        + restart["quality"] * units.quality
        + restart["unobserved"] * units.unobserved
        + by_sector(truth, "restart")[units.sector]
        + place.restart[units.county]
        + units.causes @ by_cause(truth, "restart")
        + restart["size"] * (units.size - 3)
        + restart["machinery_age"] * (units.machinery_age - 10)
        + restart["title_deed"] * units.title_deed
        + restart["bank_owned"] * units.bank_owned
        + restart["estate"] * units.estate
        + restart["debt_and_law"] * (causes["bank_debt"] & law)
        + restart["old_machines_in_engineering"] * (causes["machinery_obsolete"] & (division >= 25) & (division <= 29))
        + restart["small_and_remote"] * (remote & (np.exp(units.size) < SMALL_JOBS)),
        dtype=np.float64,
    )


def _log_end(truth: Parameters, units: SimulatedStock, end: str) -> Floats:
    effects = truth[end]
    return np.asarray(
        np.log(effects["base"] / 12)
        + effects["quality"] * units.quality
        + effects["unobserved"] * units.unobserved
        + effects["bank_owned"] * units.bank_owned
        + units.causes @ by_cause(truth, end),
        dtype=np.float64,
    )
