"""Fitted heads with their refits, and the draws that all units share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import beta, norm

from engine.domain.prediction import Output
from engine.domain.unit import Status
from engine.scoring.artefact import Model
from engine.scoring.design import Floats
from engine.scoring.figures import ends, job_figures
from engine.scoring.frailty import UNIT_SPREAD, around
from engine.scoring.sections import PressPair

RIAL_PER_BILLION = 1e9


@dataclass(frozen=True, slots=True)
class UnitSize:
    """Jobs now and capital of units, shape (n,) each."""

    jobs_now: Floats
    capital: Floats
    assumed: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, units: pd.DataFrame, assumed_capital_rial: float | None) -> UnitSize:
        """Read a unit table."""
        jobs_now = units["jobs_now"].astype("float64")
        # An idle unit stands still by definition; a half-active one of unknown workforce stays unknown.
        jobs_now = jobs_now.where(jobs_now.notna() | (units["status"] != Status.IDLE.value), 0.0)
        capital = units["capital_needed_rial"].astype("float64")
        capital = capital.where(capital > 0)
        assumed = capital.isna().to_numpy() & (assumed_capital_rial is not None)
        filled = capital if assumed_capital_rial is None else capital.fillna(assumed_capital_rial)
        return cls(np.asarray(jobs_now), np.asarray(filled) / RIAL_PER_BILLION, assumed)

    def take(self, rows: npt.NDArray[np.intp]) -> UnitSize:
        """Only these rows."""
        return UnitSize(self.jobs_now[rows], self.capital[rows], self.assumed[rows])


@dataclass(frozen=True, slots=True)
class Draws:
    """What is uncertain beside a unit's own features; shape (draws,) each, the same for all units."""

    offset: Floats
    capacity: Floats
    shift: Floats
    residual: npt.NDArray[np.intp]
    sign: Floats

    @classmethod
    def of(cls, pair: PressPair, random_state: int) -> Draws:
        """Draw once for each refit, evenly spread over each distribution."""
        population, sample = pair.population, pair.sample_rates
        count = len(sample)
        generator = np.random.default_rng(random_state)

        def even() -> Floats:
            return (generator.permutation(count) + 0.5) / count

        rate = beta.ppf(even(), population.restart.a, population.restart.b)
        capacity = beta.ppf(even(), population.capacity.a, population.capacity.b)
        shift = population.jobs.shift + population.jobs.spread * norm.ppf(even())
        pick = (even() * 2 * len(pair.jobs.residuals)).astype(np.intp)
        return cls(logit(rate) - logit(sample), capacity, shift, pick // 2, np.where(pick % 2, 1.0, -1.0))


@dataclass(frozen=True, slots=True)
class Heads:
    """One fitted pair of heads with its refits: the promoted pair, or the pair that saw nothing of one province."""

    status: Floats
    status_refits: Floats
    jobs: Floats
    jobs_refits: Floats
    jobs_columns: npt.NDArray[np.intp]
    residuals: Floats
    refit_of: npt.NDArray[np.intp]
    offset: float
    classifier: Any
    regressor: Any

    @classmethod
    def of(cls, model: Model, pair: PressPair, held_out: bool) -> Heads:
        """Take the promoted estimators, or the coefficients of a held-out pair."""
        return cls(
            status=pair.status,
            status_refits=pair.status_refits,
            jobs=pair.jobs.point,
            jobs_refits=pair.jobs.refits,
            jobs_columns=pair.jobs_columns,
            residuals=pair.jobs.residuals,
            refit_of=pair.jobs.refit_of,
            offset=float(logit(pair.population.restart.rate) - logit(pair.sample_rate)),
            classifier=None if held_out else model.heads["reported_status"],
            regressor=None if held_out else model.heads["jobs"],
        )

    def probability(self, spread: Floats) -> Floats:
        """Press probability, shape (n,)."""
        return expit(_linear(spread, self.status)) if self.classifier is None else head_point(self.classifier, spread)

    def log_jobs(self, spread: Floats) -> Floats:
        """Logarithm of jobs at press size, shape (n,)."""
        narrow = spread[:, self.jobs_columns]
        return _linear(narrow, self.jobs) if self.regressor is None else head_point(self.regressor, narrow)

    def refitted_log_jobs(self, spread: Floats) -> Floats:
        """Logarithm of jobs by the refit that left out each residual's own province, shape (n, residuals)."""
        narrow = spread[:, self.jobs_columns]
        return (self.jobs_refits[:, 0] + narrow @ self.jobs_refits[:, 1:].T)[:, self.refit_of]

    def cv_plus(self, spread: Floats, coverage: float) -> tuple[Floats, Floats, Floats]:
        """Low, point, high of the CV+ interval in logarithms, shape (n,) each."""
        centre, margin = self.refitted_log_jobs(spread), np.abs(self.residuals)
        count = len(margin)
        # Rounded first: .2 x 55 is 10.999... in floats, and would be the tenth instead of the eleventh.
        high = min(int(np.ceil(round(coverage * (count + 1), 9))), count) - 1
        low = max(int(np.floor(round((1 - coverage) * (count + 1), 9))), 1) - 1
        point = self.log_jobs(spread)
        lows = np.sort(centre - margin, axis=1)[:, low]
        highs = np.sort(centre + margin, axis=1)[:, high]
        return np.minimum(lows, point), point, np.maximum(highs, point)


def status(heads: Heads, columns: Floats) -> Floats:
    """Reported status alone, shape (n, 3): low, point, high."""
    refits = heads.status_refits[:, 0] + columns @ heads.status_refits[:, 1:].T
    # Quantiles first: the link is monotone, and need not be taken of every refit.
    return np.asarray(expit(ends(refits, logit(heads.probability(columns)))))


def outputs(heads: Heads, draws: Draws, spread: Floats, size: UnitSize, unit_spread: float = UNIT_SPREAD) -> Floats:
    """All outputs of some rows, shape (n, 3 x outputs), in the order of ``Output``."""
    refits = heads.status_refits[:, 0] + spread @ heads.status_refits[:, 1:].T
    probability = heads.probability(spread)
    feasibility = expit(refits + draws.offset) * draws.capacity
    centre = heads.refitted_log_jobs(spread)[:, draws.residual]
    at_month_12 = np.exp(centre + draws.sign * np.abs(heads.residuals[draws.residual]) + draws.shift)
    moved = expit(logit(probability) + heads.offset) * draws.capacity.mean()
    chance = ends(feasibility, moved)
    by_output = {
        Output.REPORTED_STATUS: ends(expit(refits), probability),
        Output.FEASIBILITY: chance,
        Output.FEASIBILITY_UNIT: around(chance, unit_spread),
        **job_figures(feasibility, at_month_12, size.jobs_now, size.capital),
    }
    return np.hstack([by_output[output] for output in Output])


def head_point(head: Any, ready: Floats) -> Floats:
    """Point figure of an estimator, shape (n,): the probability of a classifier's second class, a regressor's value."""
    if hasattr(head, "predict_proba"):
        return np.asarray(head.predict_proba(ready)[:, 1], dtype=np.float64)
    return np.asarray(head.predict(ready), dtype=np.float64)


def _linear(spread: Floats, coefficients: Floats) -> Floats:
    return np.asarray(coefficients[0] + spread @ coefficients[1:], dtype=np.float64)
