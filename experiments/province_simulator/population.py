"""Who the units are: latent quality, the unobserved cause, and everything about them that does not change."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from engine.domain.sphere import haversine_km
from engine.reference import table
from experiments.province_simulator.truth import Flags, Floats, Numbers, Parameters


@dataclass(frozen=True)
class Region:
    """What all units of a province share; drawn once for a seed.

    Parameters
    ----------
    county, persons, km_to_centre
        Name, weight and distance of each county, shape (counties,).
    restart, jobs
        Effect of each county on the log of the restart hazard and of jobs.
    period
        Effect of each month on the log of the restart hazard, shape (months,): one draw for each year back from
        ``as_of``. Years after ``as_of`` have none.
    """

    county: list[str]
    persons: Floats
    km_to_centre: Floats
    restart: Floats
    jobs: Floats
    period: Floats


@dataclass(frozen=True)
class SimulatedStock:
    """Units of one block, all arrays of shape (n,), ``causes`` (n, causes).

    Months count from the start of the simulated time; ``size`` is the logarithm of the jobs before the stop, ``kept``
    the share of them at a semi-active unit, ``day_share`` how far into a month the unit stops whenever it stops.
    """

    stop_month: Numbers
    quality: Floats
    unobserved: Flags
    sector: Numbers
    county: Numbers
    estate: Flags
    causes: Flags
    size: Floats
    machinery_age: Floats
    title_deed: Flags
    bank_owned: Flags
    semi_active: Flags
    kept: Floats
    day_share: Floats

    def take(self, rows: Numbers) -> SimulatedStock:
        """Some of the units."""
        return SimulatedStock(**{name: values[rows] for name, values in vars(self).items()})

    def __len__(self) -> int:
        return len(self.stop_month)


def draw_place(truth: Parameters, *, months: int, seed: np.random.SeedSequence) -> Region:
    """Draw the province."""
    rng = np.random.default_rng(seed)
    place = truth["place"]
    rows = table("counties")
    rows = rows[rows["province"] == place["province"]]
    centre = table("provinces").set_index("province").loc[place["province"]]
    km = haversine_km(rows["latitude"], rows["longitude"], centre["latitude"], centre["longitude"])
    persons = rows["population_1395"].astype("float64").fillna(place["small_county_persons"]).to_numpy()
    spread = rng.standard_normal((2, len(rows)))
    spread -= (spread @ persons / persons.sum())[:, None]  # the province as a whole is a middling one
    years = -(-months // 12)
    period = np.repeat(rng.standard_normal(years), 12)[:months][::-1]
    return Region(
        county=rows["county"].tolist(),
        persons=persons,
        km_to_centre=np.where(np.isnan(km), np.nanmean(km), km),
        restart=place["county_restart_spread"] * spread[0],
        jobs=place["county_jobs_spread"] * spread[1],
        period=place["period_spread"] * period,
    )


def draw_population(
    truth: Parameters, place: Region, n: int, *, months: int, rng: np.random.Generator
) -> SimulatedStock:
    """Draw units; what a field shows of the latent quality is noisy.

    Parameters
    ----------
    truth, place
        Parameters, province.
    n
        Number of units.
    months
        Length of the simulated time; units stop evenly over it.
    rng
        Source of randomness.
    """
    quality = rng.standard_normal(n)
    unobserved = rng.random(n) < truth["latent"]["unobserved_share"]
    sector = rng.choice(len(truth["sector"]), size=n, p=_shares(truth))
    county = rng.choice(len(place.county), size=n, p=place.persons / place.persons.sum())
    causes = rng.random((n, len(truth["cause"]))) < cause_probability(truth, quality)
    seized = causes[:, cause_number(truth, "seized_by_bank")]
    size = truth["size"]["log_median"] + truth["size"]["spread"] * rng.standard_normal(n)
    return SimulatedStock(
        stop_month=rng.integers(0, months, n),
        quality=quality,
        unobserved=unobserved,
        sector=sector,
        county=county,
        estate=rng.random(n) < truth["place"]["estate_share"],
        causes=causes,
        size=np.log(np.maximum(2, np.rint(np.exp(size)))),
        machinery_age=np.minimum(40, np.rint(np.exp(2.3 - 0.25 * quality + 0.6 * rng.standard_normal(n)))),
        title_deed=rng.random(n) < expit(0.9 + 0.5 * quality),
        bank_owned=np.where(seized, rng.random(n) < 0.8, rng.random(n) < 0.01),
        semi_active=rng.random(n) < truth["semi_active"]["share"],
        kept=rng.uniform(truth["semi_active"]["jobs_kept_low"], truth["semi_active"]["jobs_kept_high"], n),
        day_share=rng.random(n),
    )


def cause_probability(truth: Parameters, quality: Floats) -> Floats:
    """Probability of each cause at a stop, shape (n, causes)."""
    logit = np.array([cause["logit"] for cause in truth["cause"].values()])
    slope = np.array([cause["quality"] for cause in truth["cause"].values()])
    probability: Floats = expit(logit + np.multiply.outer(quality, slope))
    return probability


def cause_number(truth: Parameters, name: str) -> int:
    """Column of a cause."""
    return list(truth["cause"]).index(name)


def by_sector(truth: Parameters, what: str) -> Floats:
    """A figure of each sector."""
    return np.array([sector[what] for sector in truth["sector"]], dtype=np.float64)


def by_cause(truth: Parameters, what: str) -> Floats:
    """A figure of each cause."""
    return np.array([cause[what] for cause in truth["cause"].values()], dtype=np.float64)


def _shares(truth: Parameters) -> Floats:
    share = by_sector(truth, "share")
    shares: Floats = share / share.sum()
    return shares
