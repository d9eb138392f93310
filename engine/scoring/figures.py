"""From draws of feasibility and of jobs to what is said of a unit: every figure by simulation, no ratio of points."""

from __future__ import annotations

import numpy as np

from engine.domain.prediction import Output
from engine.scoring.design import Floats

LEVELS = (0.1, 0.9)
"""Ends of the 80 % interval."""


def job_figures(
    feasibility: Floats, at_month_12: Floats, jobs_now: Floats, capital: Floats, *, levels: tuple[float, float] = LEVELS
) -> dict[Output, Floats]:
    """Jobs if revived, jobs expected, and both per billion rial, from draws that go together.

    Draw k is one and the same world in every argument and for every unit, so that what moves a whole province (the
    level of its jobs, its restarts) moves the sum over a package as well.

    Parameters
    ----------
    feasibility
        Shape (n, draws), probabilities.
    at_month_12
        Shape (n, draws), direct jobs twelve months after a restart, persons.
    jobs_now
        Shape (n,), persons; NaN where not known: then nothing is said of jobs.
    capital
        Shape (n,), billion rial, above zero; NaN where not known: then nothing is said per billion rial.
    levels
        Quantiles of the draws that become low and high.

    Returns
    -------
    dict
        ``JOBS_IF_REVIVED, JOBS_EXPECTED, JOBS_PER_BILLION_RIAL, JOBS_EXPECTED_PER_BILLION_RIAL``, shape (n, 3) each:
        low, point, high. Every point is a mean over the same draws, so that what is expected never exceeds what a
        revival adds: a median of a count that is nothing in most worlds is 0, and what is expected of it is not. The
        mean of the product is still no product of points. Intervals start at zero where no job at all is likelier than
        the lower tail, see :func:`ends`.

    Examples
    --------
    Ten jobs in one world, thirty in the other, where alone a restart comes about; two persons work already and two
    billion rial are needed. Expected are 28 / 2 = 14 jobs, and not one half times the mean 18:

    >>> draws = job_figures(np.array([[0.0, 1.0]]), np.array([[10.0, 30.0]]), np.array([2.0]), np.array([2.0]))
    >>> {output.value: values[0, 1].item() for output, values in draws.items()}
    {'jobs_if_revived': 18.0, 'jobs_expected': 14.0,
     'jobs_per_billion_rial': 9.0, 'jobs_expected_per_billion_rial': 7.0}
    """
    none = (at_month_12 <= 0).mean(axis=1)
    # Bringing a unit back takes no job away, so what it adds is never below zero.
    added = np.maximum(at_month_12 - jobs_now[:, None], 0.0)
    expected = feasibility * added
    per = capital[:, None]
    return {
        Output.JOBS_IF_REVIVED: ends(added, added.mean(axis=1), levels, none=none),
        Output.JOBS_EXPECTED: ends(expected, expected.mean(axis=1), levels, none=none),
        Output.JOBS_PER_BILLION_RIAL: ends(added / per, (added / per).mean(axis=1), levels, none=none),
        Output.JOBS_EXPECTED_PER_BILLION_RIAL: ends(expected / per, (expected / per).mean(axis=1), levels, none=none),
    }


def ends(draws: Floats, point: Floats, levels: tuple[float, float] = LEVELS, *, none: Floats | float = 0.0) -> Floats:
    """Low, point and high, shape (n, 3): quantiles of the draws, moved as far as the point asks for.

    Parameters
    ----------
    draws
        Shape (n, draws).
    point
        Shape (n,).
    levels
        Quantiles that become low and high.
    none
        Share of the draws, shape (n,), in which there is nothing at all. Where it is more than the lower tail, zero
        cannot be cut without cutting too much: the interval then starts at zero and ends where it holds its level, at
        zero itself if zero alone does. Elsewhere both tails are cut.

    Examples
    --------
    >>> ends(np.array([[1.0, 2.0, 3.0, 4.0, 5.0]]), np.array([3.0]), (0.25, 0.75)).tolist()
    [[2.0, 3.0, 4.0]]

    Two draws in five are nothing; half of the draws is asked for, and is reached at the third:

    >>> ends(np.array([[0.0, 0.0, 3.0, 4.0, 5.0]]), np.array([3.0]), (0.25, 0.75), none=0.4).tolist()
    [[0.0, 3.0, 3.0]]
    """
    if np.max(none, initial=0.0) <= levels[0]:  # both tails are cut everywhere
        low, high = np.quantile(draws, levels, axis=1)
        return np.column_stack([np.minimum(low, point), point, np.maximum(high, point)])
    low, high, within = np.quantile(draws, [*levels, levels[1] - levels[0]], axis=1)
    keeps = none > levels[0]
    low, high = np.where(keeps, np.minimum(low, 0.0), low), np.where(keeps, within, high)
    return np.column_stack([np.minimum(low, point), point, np.maximum(high, point)])
