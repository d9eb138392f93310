"""Move a score to the present level by what older rows went through lately.

On a day, decided rows of all ages are watched. Like a period life table, the level of a newcomer is put together from
what each age went through most recently: at every age, events against those the score expects, older calendar time
counting for less; the sum over ages is by how much the score is off. Ages that no decided row has lately passed speak
with the last that passed them. Intercept and slope are held near 0 and 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit, logit

from training.cohort.soft_labels import observed_by
from training.statistics.recency import recency_weights

Floats = npt.NDArray[np.float64]

STEP = 0.25
"""Years of age in one step of the table."""

PRIOR_EVENTS = 10.0
"""Events of which the prior speaks for an unmoved intercept; assumed."""

SLOPE_SPREAD = 0.1
"""Standard deviation of the prior around a slope of one; assumed."""


@dataclass(frozen=True, slots=True)
class Shift:
    """New logit = intercept + slope x old logit."""

    intercept: float
    slope: float

    def part(self, share: float) -> Shift:
        """Go only a share of the way from no shift at all.

        Examples
        --------
        >>> Shift(0.4, 1.2).part(0.5)
        Shift(intercept=0.2, slope=1.1)
        """
        return Shift(share * self.intercept, 1 + share * (self.slope - 1))

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
    until: Floats | None = None,
) -> Shift:
    """Fit intercept and slope to events before a day.

    Parameters
    ----------
    probability
        Shape (n,), of an event within the horizon, held out.
    start, event
        Shape (n,), years; ``event`` is NaN where there was none. Events on or after ``known`` are not read.
    weights
        Shape (n,), not negative.
    known
        The day, in years.
    horizon
        Years within which the event counts.
    half_life
        Calendar years in which what an age went through loses half its weight.
    until
        Shape (n,), years: until when each row was watched, where one was lost from sight before ``known``. A row that
        something else ended is watched on: it will have no event.

    Returns
    -------
    Shift
        The identity when no event was seen.

    Examples
    --------
    One in five was expected to have its event in the first step of one year, two in five had; 800 events leave the
    prior little to say:

    >>> event = np.where(np.arange(2000) < 800, 0.1, np.nan)
    >>> shift = walk_forward_shift(np.full(2000, 0.2), np.zeros(2000), event, np.ones(2000), known=1.0, horizon=1.0)
    >>> round(float(shift.apply(np.array([0.2]))[0]), 2)
    0.4
    """
    age, delay = observed_by(start, event, known)
    if until is not None:
        age = np.minimum(age, until - start)
    edges = np.arange(0.0, horizon, STEP)
    watched = age[:, None] >= edges + STEP
    heavy = weights[:, None] * watched * recency_weights(start[:, None] + edges, until=known, half_life=half_life)
    happened = heavy * ((delay[:, None] >= edges) & (delay[:, None] < edges + STEP))
    total, expected = happened.sum(axis=0), (heavy * probability[:, None]).sum(axis=0)
    if total.sum() == 0:
        return Shift(0.0, 1.0)
    density = np.divide(total, expected, out=np.zeros(len(edges)), where=expected > 0)
    events = total.sum() ** 2 / (happened**2).sum()
    score = _logit(probability)
    ratio = np.log(density.sum()) * events / (events + PRIOR_EVENTS)
    level = _level(score, float(np.average(probability, weights=weights) * np.exp(ratio)), weights)
    slope = _slope(happened.sum(axis=1), (heavy * density).sum(axis=1) * probability, score, events)
    # The slope turns around the centre of the score, so that it leaves the level alone.
    return Shift(level + (1 - slope) * float(np.average(score, weights=weights)), slope)


def _level(score: Floats, wanted: float, weights: Floats) -> float:
    """Shift of all logits that brings their mean probability to the one wanted."""
    target = min(wanted, 0.999)
    return float(brentq(lambda shift: np.average(expit(score + shift), weights=weights) - target, -20.0, 20.0))


def _slope(observed: Floats, expected: Floats, score: Floats, events: float) -> float:
    share = observed / observed.sum()

    def loss(slope: float) -> float:
        # Which rows had the events, given how many there were.
        tilt = (slope - 1) * (score - score.mean())
        fit = (share * tilt).sum() - np.log((expected * np.exp(tilt)).sum() / expected.sum())
        return float(-events * fit + 0.5 * ((slope - 1) / SLOPE_SPREAD) ** 2)

    return float(minimize_scalar(loss, bounds=(0.5, 1.5), method="bounded").x)


def _logit(probability: Floats) -> Floats:
    return np.asarray(logit(np.clip(probability, 1e-4, 1 - 1e-4)))
