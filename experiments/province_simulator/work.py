"""What a restart amounts to: capacity and jobs at month 12, drawn and expected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, expit

from experiments.province_simulator.population import Region, SimulatedStock, by_cause, by_sector
from experiments.province_simulator.truth import Floats, Parameters

HALF = 0.5


@dataclass(frozen=True)
class Work:
    """Distributions of capacity and jobs at month 12 of a running restart; arrays of shape (n,).

    Parameters
    ----------
    a, b
        Of the Beta distribution of the share of nominal capacity.
    none
        P(no direct jobs).
    mean
        Direct jobs otherwise, at the mean share.
    spread
        Standard deviation of the logarithm of that mean from one draw to the next.
    """

    a: Floats
    b: Floats
    none: Floats
    mean: Floats
    spread: float

    def half(self) -> Floats:
        """P(half of nominal capacity or more | running at month 12).

        Examples
        --------
        A flat distribution lies above a half with probability a half.

        >>> one = np.ones(1)
        >>> float(Work(one, one, one, one, 0.0).half()[0])
        0.5
        """
        above: Floats = 1 - betainc(self.a, self.b, HALF)
        return above

    def jobs(self) -> Floats:
        """Mean of direct jobs, running at month 12."""
        return (1 - self.none) * self.mean

    def jobs_at_half(self) -> Floats:
        """Mean of direct jobs at half of capacity or more: the share's mean given that it is so large, by Bayes.

        Examples
        --------
        A flat share has mean 3/4 above a half, 1.5 times its overall mean.

        >>> one = np.ones(1)
        >>> float(Work(one, one, 0 * one, 10 * one, 0.0).jobs_at_half()[0])
        15.0
        """
        jobs: Floats = self.jobs() * (1 - betainc(self.a + 1, self.b, HALF)) / (1 - betainc(self.a, self.b, HALF))
        return jobs

    def take(self, rows: np.ndarray) -> Work:
        """Of some units, or of one several times."""
        return Work(self.a[rows], self.b[rows], self.none[rows], self.mean[rows], self.spread)

    def draw(self, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Shares of capacity, and jobs: none, or Poisson with a log-normal mean in proportion to the share."""
        n = len(self.a)
        share = rng.beta(self.a, self.b)
        noise = np.exp(self.spread * rng.standard_normal(n) - self.spread**2 / 2)
        jobs = rng.poisson(self.mean * noise * share * (self.a + self.b) / self.a)
        return share, np.where(rng.random(n) < self.none, 0, jobs).astype(np.float64)


def work(truth: Parameters, place: Region, units: SimulatedStock) -> Work:
    """Distributions for each unit."""
    capacity, jobs = truth["capacity"], truth["jobs"]
    mean = expit(
        capacity["logit"]
        + capacity["quality"] * units.quality
        + capacity["unobserved"] * units.unobserved
        + capacity["machinery_age"] * (units.machinery_age - 10)
        + by_sector(truth, "capacity")[units.sector]
        + units.causes @ by_cause(truth, "capacity")
    )
    log_jobs = (
        jobs["log_mean"]
        + jobs["size"] * (units.size - np.log(20))
        + jobs["quality"] * units.quality
        + by_sector(truth, "jobs")[units.sector]
        + place.jobs[units.county]
    )
    precision = capacity["precision"]
    none = expit(jobs["none_logit"] + jobs["none_unobserved"] * units.unobserved)
    return Work(mean * precision, (1 - mean) * precision, none, np.exp(log_jobs), jobs["spread"])
