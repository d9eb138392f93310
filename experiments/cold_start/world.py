"""Provinces whose true effects are drawn from the table ``effects``, or from something that it does not know.

Synthetic throughout: records come from ``experiments.province_simulator``, outcomes from a truth of this module's own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import brentq
from scipy.special import expit, logit, ndtr

from engine.reference.effects import effects
from engine.scoring.belief import Standing, stand
from engine.scoring.first_day import BeliefColumn, SizeSigns
from engine.scoring.size import jobs
from experiments.province_simulator.province import simulate
from features import fit, matrix
from training.models.belief import belief_columns, widened_slopes
from training.models.jobs import UNIT_SPREAD
from training.models.press import DESCRIBED
from training.models.size import size_signs
from training.priors.official_rates import capacity_rate, jobs_size, restart_rate
from training.priors.prior_effects import Slopes, slopes

Floats = npt.NDArray[np.float64]

UNKNOWN_EFFECT = 1.0
"""Log-odds for a standard deviation of a cause that no field tells, in ``unknown_effect``."""


class Scenario(StrEnum):
    """What the truth is beside the table."""

    AS_TABLE = "as_table"
    HALF = "half"
    NONE = "none"
    WRONG_QUARTER = "wrong_quarter"
    UNKNOWN_EFFECT = "unknown_effect"


@dataclass(frozen=True, slots=True)
class World:
    """Units of one province, the first ``len(restart)`` of them with everything that came of them.

    Parameters
    ----------
    described, prior, signs
        Columns, table and signs of size, as a new workspace has them.
    matrix, seen
        Recorded units, shape (n, ...).
    sector
        Shape (n,), number of the ISIC division.
    chance
        Shape (n,): true probability of a restart that holds.
    restart, durable
        Shape (n,), 0 or 1: what came of a unit that was approached.
    jobs
        Shape (n,), persons at month 12, were it to restart and hold.
    expected_jobs
        Shape (n,), their mean for a unit of this true size: what an oracle may know.
    """

    described: list[BeliefColumn]
    prior: tuple[Slopes, Slopes]
    signs: SizeSigns
    matrix: pd.DataFrame
    seen: Standing
    sector: npt.NDArray[np.intp]
    chance: Floats
    restart: Floats
    durable: Floats
    jobs: Floats
    expected_jobs: Floats


def world(scenario: Scenario, *, units: int, seed: int) -> World:
    """Draw a province.

    Parameters
    ----------
    scenario
        What the truth is beside the table.
    units
        How many.
    seed
        Of everything drawn.
    """
    rng = np.random.default_rng([71, seed])
    province = simulate(units, seed=seed)
    X = matrix(province.units, DESCRIBED, fit(province.units, DESCRIBED, as_of=province.as_of), as_of=province.as_of)
    rows = effects()
    described = belief_columns(rows, X)
    prior = tuple(widened_slopes(slopes(rows, output), described) for output in ("restart", "durable"))
    signs = size_signs(rows, X, jobs_size(), unit_spread=UNIT_SPREAD)
    seen = stand(described, X)
    # What a record does not say is there all the same: drawn from what such units show.
    whole = seen.away + np.where(seen.missing, seen.spread * rng.standard_normal(seen.away.shape), 0.0)
    hidden = UNKNOWN_EFFECT * rng.standard_normal(len(X)) if scenario is Scenario.UNKNOWN_EFFECT else np.zeros(len(X))
    scores = [whole @ _truth(belief, scenario, rng) for belief in prior]
    scores[0] = scores[0] + hidden
    chances = [
        expit(score + _level(score, float(rng.beta(rate.a, rate.b))))
        for score, rate in zip(scores, (restart_rate(), capacity_rate()), strict=True)
    ]
    size = jobs(signs, X)
    ratio = signs.ratio
    own = rng.standard_normal(len(X)) / np.sqrt(1 / (size.down**2 - ratio.down**2))
    kept = rng.standard_normal(len(X))
    at_12 = np.exp(size.centre + own + np.where(kept < 0, ratio.down, ratio.up) * kept)
    return World(
        described=described,
        prior=(prior[0], prior[1]),
        signs=signs,
        matrix=X,
        seen=seen,
        sector=np.nan_to_num(X["sector_division"].to_numpy(np.float64), nan=-1.0).astype(np.intp),
        chance=chances[0] * chances[1],
        restart=(rng.random(len(X)) < chances[0]).astype(np.float64),
        durable=(rng.random(len(X)) < chances[1]).astype(np.float64),
        jobs=at_12,
        expected_jobs=np.exp(size.centre + own) * _mean_kept(ratio.down, ratio.up),
    )


def _mean_kept(down: float, up: float) -> float:
    """Mean of ``exp(s z)`` for a standard normal z, where s is ``down`` below nil and ``up`` above."""
    return float(np.exp(down**2 / 2) * ndtr(-down) + np.exp(up**2 / 2) * ndtr(up))


def _truth(belief: Slopes, scenario: Scenario, rng: np.random.Generator) -> Floats:
    drawn = belief.mean + np.sqrt(np.diag(belief.covariance)) * rng.standard_normal(len(belief.mean))
    drawn = np.where(drawn * belief.signs < 0, 0.0, drawn)
    if scenario is Scenario.HALF:
        return drawn / 2
    if scenario is Scenario.NONE:
        return np.zeros(len(drawn))
    if scenario is Scenario.WRONG_QUARTER:
        return np.where(rng.random(len(drawn)) < 0.25, -drawn, drawn)
    return np.asarray(drawn)


def _level(score: Floats, rate: float) -> float:
    return float(brentq(lambda level: expit(level + score).mean() - rate, logit(rate) - 40, logit(rate) + 40))
