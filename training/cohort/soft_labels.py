"""Label rows by a horizon when the younger ones have not been watched to its end.

A row is watched from its start to the day of knowledge. What had not happened by then may still happen: its label is
the probability that it will, given the model's guess and how events are spread over the horizon (an EM step for a label
that is missing in part). Nothing that happened after the day of knowledge is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Timing:
    """How events spread over time since the start.

    Parameters
    ----------
    ages
        Increasing, years; the last is the horizon.
    share
        Share of the horizon's events that have happened by that age, ends at 1.
    """

    ages: Floats
    share: Floats

    def by(self, age: Floats) -> Floats:
        """Share of the horizon's events that have happened by an age, shape of ``age``."""
        return np.interp(age, self.ages, self.share, left=0.0, right=1.0)


def observed_by(start: Floats, event: Floats, known: Floats | float) -> tuple[Floats, Floats]:
    """What one knew on a day.

    Parameters
    ----------
    start
        Shape (n,), years.
    event
        Shape (n,), day of the event in years, NaN or later than ``known`` where one did not know of any.
    known
        The day of knowledge.

    Returns
    -------
    age, delay
        Years watched, and years from start to event (NaN where not known).

    Examples
    --------
    >>> age, delay = observed_by(np.array([0.0, 0.0]), np.array([1.5, 4.0]), 3.0)
    >>> age.tolist(), delay.tolist()
    ([3.0, 3.0], [1.5, nan])
    """
    delay = np.where(event < known, event - start, np.nan)
    return np.asarray(known - start), delay


def event_timing(age: Floats, delay: Floats, weights: Floats, *, horizon: float, steps: int = 24) -> Timing:
    """Kaplan-Meier's share of the horizon's events by age, on a grid.

    Parameters
    ----------
    age, delay
        Of :func:`observed_by`.
    weights
        Shape (n,).
    horizon
        Years.
    steps
        Points of the grid.

    Examples
    --------
    >>> age, delay = np.full(4, 3.0), np.array([0.5, 2.5, np.nan, np.nan])
    >>> event_timing(age, delay, np.ones(4), horizon=3.0, steps=3).by(np.array([1.0, 2.0, 3.0])).tolist()
    [0.5, 0.5, 1.0]
    """
    edges = np.linspace(0.0, horizon, steps + 1)
    survival, alive = [1.0], 1.0
    for low, high in pairwise(edges):
        # Only rows watched through the whole step, so that a step that is half seen does not count as quiet.
        at_risk = (age >= high) & ~(delay < low)
        total = weights[at_risk].sum()
        if total > 0:
            alive *= 1 - weights[at_risk & (delay < high)].sum() / total
        survival.append(alive)
    failed = 1 - np.array(survival)
    share = failed / failed[-1] if failed[-1] > 0 else edges / horizon
    return Timing(edges, share)


def soft_labels(age: Floats, delay: Floats, guess: Floats, timing: Timing, *, horizon: float) -> Floats:
    """Label of each row: 1 or 0 where the horizon's outcome is known, a probability where it is not yet.

    Parameters
    ----------
    age, delay
        Of :func:`observed_by`.
    guess
        Shape (n,), probability of an event within the horizon before anything was watched.
    timing
        Spread of events over the horizon.
    horizon
        Years.

    Returns
    -------
    numpy.ndarray
        Shape (n,). For a row without event by age a: ``p (1 - G(a)) / (1 - p G(a))``.

    Examples
    --------
    Half of the events happen in the first year; a quiet year turns one in two into one in three:

    >>> timing = Timing(np.array([0.0, 1.0, 3.0]), np.array([0.0, 0.5, 1.0]))
    >>> delay = np.array([0.3, np.nan, np.nan, 3.5])
    >>> soft_labels(np.array([1.0, 1.0, 3.0, 4.0]), delay, np.full(4, 0.5), timing, horizon=3.0).round(4).tolist()
    [1.0, 0.3333, 0.0, 0.0]
    """
    still = guess * (1 - timing.by(age)) / (1 - guess * timing.by(age))
    return np.where(delay <= horizon, 1.0, np.where(age >= horizon, 0.0, still))
