"""A blend whose clock stands still at the end of the evidence, and a level that goes on from there.

Learners rank; asked about a time they never saw they answer with a straight line or not at all. So they are asked as if
it were still the last day of the evidence, and :mod:`experiments.sba_outcomes.learners.level` says how far the level
has moved since.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from experiments.sba_outcomes.learners.blend import Blend, Plan, fit_blend
from experiments.sba_outcomes.learners.encoding import fold_of_rows
from experiments.sba_outcomes.learners.level import deviations, level_ahead, lifted
from experiments.sba_outcomes.learners.roles import Roles
from training.cohort.soft_labels import event_timing, observed_by

Floats = npt.NDArray[np.float64]

STEPS = 4
"""Steps of the level in a year."""

HALF_EVENT = 0.5
"""Added to events and to those expected, so that a quiet step has a logarithm."""

LEAST_EXPECTED = 0.2
"""Events that a step must have led to expect, else it says nothing."""


@dataclass(frozen=True)
class Series:
    """By how much a score was off, step by step.

    Parameters
    ----------
    first
        Number of the first step since time zero.
    level, variance
        Shape (steps,): deviations in logits and the variances of their errors, NaN where unknown.
    density
        How a row's outcome is spread over the steps from its start, sums to one: ``[1]`` where all of it belongs to
        the step of the start.
    """

    first: int
    level: Floats
    variance: Floats
    density: Floats

    def carry(self, score: Floats, years: Floats) -> Floats:
        """Move scores to the level that is forecast for their time.

        Parameters
        ----------
        score
            Shape (n,), probabilities as of the end of the evidence.
        years
            Shape (n,), starts; a start within the series takes the level of the first step after it.

        Returns
        -------
        numpy.ndarray
            Shape (n,): mean over the doubt about the level, and over the steps that the outcome is spread over.
        """
        ahead = np.maximum(step_of(years) - self.first - len(self.level), 0)
        spread = len(self.density)
        mean, variance = level_ahead(self.level, self.variance, steps=int(ahead.max(initial=0)) + spread)
        moved = np.zeros(len(score))
        for age, share in enumerate(self.density):
            moved += share * lifted(score, mean[ahead + age], variance[ahead + age])
        return moved


@dataclass(frozen=True)
class Levelled:
    """Blend and level.

    Parameters
    ----------
    blend
        Learners.
    until
        End of the evidence, years: the time at which the blend is asked.
    series
        What the level did.
    """

    blend: Blend
    until: float
    series: Series

    def score(self, table: pd.DataFrame) -> Floats:
        """Probabilities as of the end of the evidence, shape (n,)."""
        return self.blend.predict(table, np.full(len(table), self.until))

    def predict(self, table: pd.DataFrame, years: Floats) -> Floats:
        """Probabilities at the level forecast for each row's time, shape (n,)."""
        return self.series.carry(self.score(table), years)


def fit_levelled(
    table: pd.DataFrame,
    label: Floats,
    weights: Floats,
    years: Floats,
    roles: Roles,
    *,
    until: float,
    plan: Plan | None = None,
    random_state: int = 0,
) -> tuple[Levelled, Floats]:
    """Fit a blend, see by how much held-out scores were off at each step of time, and keep both.

    Parameters
    ----------
    table
        n rows with the columns of ``roles``.
    label
        Shape (n,), 0 to 1; a share between counts as a row of each outcome.
    weights
        Shape (n,), not negative: the population that a row stands for, on any scale.
    years
        Shape (n,), time of the row.
    roles
        What the columns are for.
    until
        End of the evidence, in years as ``years``.
    plan
        How to fit.
    random_state
        Seed of folds and trees.

    Returns
    -------
    levelled, held_out
        ``held_out``, shape (n,): the score of each row, clock stopped, by a fit that did not see it.
    """
    plan = plan or Plan()
    how: dict[str, Any] = {"until": until, "random_state": random_state}
    blend = fit_blend(table, label, weights, years, roles, plan=plan, **how)
    held_out = held_out_scores(table, label, weights, years, roles, plan=plan, **how)
    return Levelled(blend, until, outcome_series(held_out, label, weights, years)), held_out


def held_out_scores(
    table: pd.DataFrame,
    label: Floats,
    weights: Floats,
    years: Floats,
    roles: Roles,
    *,
    until: float,
    plan: Plan,
    random_state: int = 0,
) -> Floats:
    """Score each row, clock stopped, by a lighter fit on the other half of the rows.

    Parameters
    ----------
    table
        n rows with the columns of ``roles``.
    label
        Shape (n,), 0 to 1; a share between counts as a row of each outcome.
    weights
        Shape (n,), not negative: the population that a row stands for, on any scale.
    years
        Shape (n,), time of the row.
    roles
        What the columns are for.
    until
        End of the evidence, in years as ``years``.
    plan
        How to fit.
    random_state
        Seed of folds and trees.

    Returns
    -------
    numpy.ndarray
        Shape (n,).
    """
    light = replace(plan, trees=max(plan.trees * 2 // 5, 1), rounds=max(plan.rounds * 2 // 3, 1))
    fold = fold_of_rows(len(table), folds=2, random_state=random_state)
    held = np.empty(len(table))
    for out in range(2):
        kept, apart = fold != out, fold == out
        blend = fit_blend(
            table[kept], label[kept], weights[kept], years[kept], roles, until=until, plan=light,
            random_state=random_state,
        )  # fmt: skip
        held[apart] = blend.predict(table[apart], np.full(int(apart.sum()), until))
    return held


def outcome_series(score: Floats, label: Floats, weights: Floats, years: Floats) -> Series:
    """The series of outcomes that are known whole: each belongs to the step of its row's start.

    Parameters
    ----------
    score, label, weights, years
        Shape (n,): held-out probabilities, outcomes, weights, starts.

    Examples
    --------
    Two steps of a hundred rows, of which one in ten and then three in ten came where two in ten were expected:

    >>> label = np.concatenate([np.arange(100) < 10, np.arange(100) < 30]).astype(float)
    >>> series = outcome_series(np.full(200, 0.2), label, np.ones(200), np.repeat([5.1, 5.3], 100))
    >>> series.first, series.level.round(2).tolist()
    (20, [-0.81, 0.54])
    """
    step = step_of(years)
    first = int(step.min())
    level, variance = deviations(score, label, weights, step - first, int(step.max()) - first + 1)
    return Series(first, level, variance, np.ones(1))


def event_series(
    score: Floats, start: Floats, event: Floats, weights: Floats, *, known: float, horizon: float
) -> Series:
    """The series of events by the calendar: what all ages went through in each step, against what was expected.

    Parameters
    ----------
    score
        Shape (n,), held-out probabilities of an event within the horizon.
    start, event, weights
        Shape (n,), years; ``event`` is NaN where there was none. Events on or after ``known`` are not read.
    known
        The day of knowledge, years.
    horizon
        Years within which the event counts, a whole number of steps.

    Returns
    -------
    Series
        Its density is that of the events over the horizon (Kaplan-Meier), so that a newcomer meets the level of each
        of the steps to come.

    Examples
    --------
    Of 1,000 rows that start together 100 were expected to have their event within half a year, as many in each
    quarter. 100 had it in each: twice what was expected:

    >>> event = np.where(np.arange(1000) < 100, 2.1, np.where(np.arange(1000) < 200, 2.4, np.nan))
    >>> rows = (np.full(1000, 0.1), np.full(1000, 2.0), event, np.ones(1000))
    >>> series = event_series(*rows, known=2.5, horizon=0.5)
    >>> series.first, np.exp(series.level).round(2).tolist(), series.density.round(2).tolist()
    (8, [1.99, 1.99], [0.5, 0.5])
    """
    age, delay = observed_by(start, event, known)
    ages = round(horizon * STEPS)
    timing = event_timing(age, delay, weights, horizon=horizon, steps=ages)
    first, last = int(step_of(start).min()), int(np.ceil(known * STEPS - 1e-6)) - 1
    count = max(last - first + 1, 1)
    happened = delay <= horizon
    one = float(weights[happened].mean()) if happened.any() else 1.0
    came = np.bincount(step_of(event[happened]) - first, weights[happened], count)[:count]
    expected = np.zeros(count)
    begin = step_of(start)
    for later in range(ages + 1):
        # The ages that a row passes in the step so many after its own.
        low, high = ((begin + later + edge) / STEPS - start for edge in (0, 1))
        passed = [timing.by(np.clip(np.minimum(edge, age), 0.0, horizon)) for edge in (low, high)]
        step = np.minimum(begin + later - first, count - 1)
        expected += np.bincount(step, weights * score * (passed[1] - passed[0]), count)
    known_enough = expected >= LEAST_EXPECTED * one
    half = HALF_EVENT * one
    level = np.where(known_enough, np.log((came + half) / (expected + half)), np.nan)
    return Series(first, level, 1 / (came / one + HALF_EVENT), np.diff(timing.share))


def step_of(years: Floats) -> npt.NDArray[np.int64]:
    """Number of the step since time zero that a time lies in."""
    return np.floor(np.asarray(years) * STEPS + 1e-9).astype(np.int64)
