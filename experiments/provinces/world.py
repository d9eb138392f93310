"""Provinces whose effects differ from a country's, with records of the practice province.

Synthetic throughout. The country's effects are drawn beside the table ``effects``, those of a province beside the
country's; the share of the table's doubt that lies between provinces is the study's to choose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.special import expit, logit

from engine.reference.tables import table
from engine.scoring.belief import Standing, stand
from experiments.province_simulator.province import simulate
from features import fit, matrix
from training.models.belief import belief_columns, widened_slopes
from training.models.press import DESCRIBED
from training.priors.official_rates import restart_rate
from training.priors.prior_effects import Slopes, slopes

Floats = npt.NDArray[np.float64]

PROVINCES = ("Yazd", "Kerman", "Fars")
"""Names that summaries need; nothing of these places is in the figures."""


@dataclass(frozen=True, slots=True)
class ProvinceWorld:
    """Units of one province with everything that came of them.

    Parameters
    ----------
    name
        Of the province.
    seen
        Recorded units, shape (n, columns).
    chance
        Shape (n,): true probability of a restart.
    label
        Shape (n,), 1 restarted, 0 not.
    """

    name: str
    seen: Standing
    chance: Floats
    label: Floats

    def first(self, count: int) -> tuple[Standing, Floats]:
        """The first units and their outcomes."""
        return replace(self.seen, away=self.seen.away[:count], missing=self.seen.missing[:count]), self.label[:count]


@dataclass(frozen=True, slots=True)
class Country:
    """Provinces, and the belief that the table gives each of them."""

    belief: Slopes
    provinces: tuple[ProvinceWorld, ...]


def country(between: float, *, units: int, seed: int) -> Country:
    """Draw a country.

    Parameters
    ----------
    between
        Standard deviation of provinces about the country's effect, as a share of what the table doubts.
    units
        Of each province.
    seed
        Of the truth: which records stand in which province, effects, levels, and what came.
    """
    rng = np.random.default_rng([57, seed])
    belief, seen = _records(units)
    doubt = np.sqrt(np.diag(belief.covariance))
    whole = belief.mean + np.sqrt(1 - between**2) * doubt * rng.standard_normal(len(doubt))
    order = rng.permutation(len(seen.away)).reshape(len(PROVINCES), units)
    made = []
    for name, own in zip(PROVINCES, order, strict=True):
        effects = whole + between * doubt * rng.standard_normal(len(doubt))
        effects = np.where(effects * belief.signs < 0, 0.0, effects)
        # What a record does not say is there all the same: drawn from what such units show.
        hidden = np.where(seen.missing[own], seen.spread * rng.standard_normal((units, len(doubt))), 0.0)
        score = (seen.away[own] + hidden) @ effects
        rate = restart_rate()
        chance = expit(score + _level(score, float(rng.beta(rate.a, rate.b))))
        label = (rng.random(units) < chance).astype(np.float64)
        made.append(ProvinceWorld(name, Standing(seen.away[own], seen.missing[own], seen.spread), chance, label))
    return Country(belief, tuple(made))


@cache
def _records(units: int) -> tuple[Slopes, Standing]:
    """The table's belief, and recorded units enough for all provinces; the same for every seed."""
    province = simulate(units * len(PROVINCES), seed=0)
    X = matrix(province.units, DESCRIBED, fit(province.units, DESCRIBED, as_of=province.as_of), as_of=province.as_of)
    rows = table("effects")
    described = belief_columns(rows, X)
    return widened_slopes(slopes(rows, "restart"), described), stand(described, X)


def _level(score: Floats, rate: float) -> float:
    return float(brentq(lambda level: expit(level + score).mean() - rate, logit(rate) - 40, logit(rate) + 40))
