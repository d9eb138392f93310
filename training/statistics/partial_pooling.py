"""Partial pooling: effects of several provinces about a country's, with the spread between provinces learnt.

The normal-normal hierarchical model of meta-analysis: an estimate of a province is normal about its own effect, the
effects of provinces are normal about the country's, which is normal about what was believed before. What provinces
differ by is not estimated once and then believed: it is averaged over (Gelman 2006, "Prior distributions for variance
parameters in hierarchical models"; Roever 2020, "Bayesian random-effects meta-analysis using the bayesmeta R
package"), since two or three provinces say little of it and a plain estimate is often nil.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, softmax

Floats = npt.NDArray[np.float64]

STEPS = 200
"""Values of the spread between provinces that are averaged over."""


@dataclass(frozen=True, slots=True)
class PooledEffects:
    """What provinces together say of effects, shape (effects,) each.

    Parameters
    ----------
    mean, spread
        Of the country's effect: posterior mean and standard deviation.
    between
        Posterior mean of the standard deviation of provinces about the country's effect.
    next_spread
        Standard deviation of the effect in a province that is not among these; its mean is the country's.
    provinces
        How many provinces spoke of the effect.
    """

    mean: Floats
    spread: Floats
    between: Floats
    next_spread: Floats
    provinces: npt.NDArray[np.intp]


def pooled_effects(
    estimates: Floats, errors: Floats, *, before: Floats, before_spread: Floats, between: Floats
) -> PooledEffects:
    """Pool the estimates of provinces.

    Parameters
    ----------
    estimates, errors
        Shape (provinces, effects): what a province's own outcomes say, and its standard error; NaN where it says
        nothing.
    before, before_spread
        Shape (effects,): what was believed of the country's effect.
    between
        Shape (effects,): scale of the half-normal prior of what provinces differ by.

    Examples
    --------
    By hand: provinces that cannot differ, two estimates of 2 and 4 with an error of one each, and a belief of 0 that is
    as sure. Three equal voices have their mean, 2, and a variance of a third:

    >>> one = np.array([1.0])
    >>> found = pooled_effects(np.array([[2.0], [4.0]]), np.ones((2, 1)), before=0 * one, before_spread=one,
    ...     between=1e-9 * one)
    >>> found.mean.round(6).tolist(), (found.next_spread**2).round(6).tolist()
    ([2.0], [0.333333])

    Nobody spoke: what was believed, and what provinces may differ by beside it (the second moment of the half-normal):

    >>> found = pooled_effects(np.empty((0, 1)), np.empty((0, 1)), before=one, before_spread=one, between=2 * one)
    >>> found.mean.round(6).tolist(), (found.next_spread**2).round(1).tolist()
    ([1.0], [5.0])
    """
    tried = between * ndtri(0.5 + 0.5 * (np.arange(STEPS)[:, None] + 0.5) / STEPS)
    merit, mean, variance = _given(estimates, errors, tried, before, before_spread)
    weight = softmax(merit, axis=0)
    centre = (weight * mean).sum(axis=0)
    doubt = (weight * (variance + (mean - centre) ** 2)).sum(axis=0)
    return PooledEffects(
        mean=centre,
        spread=np.sqrt(doubt),
        between=(weight * tried).sum(axis=0),
        next_spread=np.sqrt(doubt + (weight * tried**2).sum(axis=0)),
        provinces=np.asarray((~np.isnan(estimates)).sum(axis=0), dtype=np.intp),
    )


def likelihood_of_between(estimates: Floats, errors: Floats, tried: Floats) -> Floats:
    """Restricted log-likelihood of the standard deviation between provinces, nothing being believed of the mean.

    Parameters
    ----------
    estimates, errors
        Shape (provinces,).
    tried
        Shape (steps,): standard deviations.

    Examples
    --------
    Two estimates as far apart as their errors explain: nil is the likeliest.

    >>> found = likelihood_of_between(np.array([0.0, 1.0]), np.ones(2), np.array([0.0, 0.5, 1.0]))
    >>> int(found.argmax())
    0
    """
    nothing = np.full(1, np.inf)
    merit, _, _ = _given(estimates[:, None], errors[:, None], tried[:, None], np.zeros(1), nothing)
    return np.asarray(merit[:, 0])


def _given(
    estimates: Floats, errors: Floats, tried: Floats, before: Floats, before_spread: Floats
) -> tuple[Floats, Floats, Floats]:
    """For each spread between provinces: its log-likelihood, and the country's effect; shape (steps, effects)."""
    away = np.nan_to_num(estimates - before)
    variance = errors**2 + tried[:, None, :] ** 2
    precision = np.nan_to_num(1 / variance)
    together = 1 / before_spread**2 + precision.sum(axis=1)
    pull = (precision * away).sum(axis=1)
    square = (precision * away**2).sum(axis=1) - pull**2 / together
    # Of a province that says nothing the logarithm is that of one: nil.
    logs = np.log(np.where(np.isnan(errors), 1.0, variance)).sum(axis=1) + np.log(together)
    return np.asarray(-0.5 * (logs + square)), before + pull / together, 1 / together
