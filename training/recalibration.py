"""Move a score to the present level by what older rows went through in the meantime.

On a day, rows that are long decided have been watched for different spans. If the score is right, a row has had its
event by age a with probability ``G(a) p``. Intercept and slope on the logit of p are fitted to what had happened by
that day, young rows first, and held near 0 and 1 by a normal prior.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, logit

from training.landmarks import event_timing, observed_by
from training.recency import recency_weights

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shift:
    """New logit = intercept + slope x old logit."""

    intercept: float
    slope: float

    def apply(self, probability: Floats) -> Floats:
        """Recalibrated probabilities, shape as given."""
        return np.asarray(expit(self.intercept + self.slope * _logit(probability)))


def walk_forward_shift(
    probability: Floats,
    start: Floats,
    event: Floats,
    weights: Floats,
    *,
    known: float,
    horizon: float,
    half_life: float = 1.0,
    intercept_spread: float = 0.5,
    slope_spread: float = 0.1,
) -> Shift:
    """Fit intercept and slope to events before a day.

    Parameters
    ----------
    probability
        Shape (n,), of rows the model did not learn from in that fit (out of fold).
    start, event
        Shape (n,), years; ``event`` is NaN where there was none. Events on or after ``known`` are not read.
    weights
        Shape (n,), not negative.
    known
        The day, in years.
    horizon
        Years within which the event counts.
    half_life
        Years of start in which a row's say halves: the youngest tell most of the next.
    intercept_spread, slope_spread
        Standard deviations of the prior around 0 and 1; both are assumed.

    Returns
    -------
    Shift

    Examples
    --------
    >>> rows = np.full(2000, 0.2)
    >>> event = np.where(np.arange(2000) < 800, 0.5, np.nan)
    >>> shift = walk_forward_shift(rows, np.zeros(2000), event, np.ones(2000), known=9.0, horizon=3.0)
    >>> round(float(shift.apply(np.array([0.2]))[0]), 2)
    0.4
    """
    age, delay = observed_by(start, event, known)
    timing = event_timing(age, delay, weights, horizon=horizon)
    happened = (delay <= horizon).astype(np.float64)
    share = timing.by(np.minimum(age, horizon))
    say = weights / weights.mean() * recency_weights(start, until=float(start.max()), half_life=half_life)
    score = _logit(probability)

    def loss(at: Floats) -> tuple[float, Floats]:
        new = expit(at[0] + at[1] * score)
        chance = np.clip(share * new, 1e-9, 1 - 1e-9)
        value = -(say * (happened * np.log(chance) + (1 - happened) * np.log1p(-chance))).sum()
        slope = say * (chance - happened) / (1 - chance) * (1 - new)
        prior = np.array([at[0] / intercept_spread**2, (at[1] - 1) / slope_spread**2])
        penalty = 0.5 * (prior * np.array([at[0], at[1] - 1])).sum()
        return float(value + penalty), np.array([slope.sum(), (slope * score).sum()]) + prior

    found = minimize(loss, np.array([0.0, 1.0]), jac=True, method="L-BFGS-B").x
    return Shift(float(found[0]), float(found[1]))


def _logit(probability: Floats) -> Floats:
    return np.asarray(logit(np.clip(probability, 1e-4, 1 - 1e-4)))
