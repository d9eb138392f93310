"""Weights of the parts of a fit as an investor's answers show them, drawn to those that were stated.

A list is ordered by stated weights, or by the assumed ones where none were. What the investor then answers (wants to
hear more, declines) says what it looks at. The weights are those under which the answers are likeliest, none below nil,
and drawn to the stated ones: a logistic regression with a normal prior around them (penalised maximum likelihood). With
no answer they are the stated ones; after many, the answers decide.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import expit

from engine.domain.mandate import FitPart

Floats = NDArray[np.float64]

STEEPNESS = 6.0
"""Log-odds of interest between a unit that agrees in everything and one that agrees in nothing, before any answer
(assumed)."""

DOUBT = 1.5
"""Standard deviation, in the same log-odds, of a part of usual weight around the stated one (assumed); the variance of
others is in proportion to their weights."""


def learned_weights(
    stated: Mapping[FitPart, float],
    agreement: ArrayLike,
    wanted: ArrayLike,
    *,
    steepness: float = STEEPNESS,
    doubt: float = DOUBT,
) -> dict[FitPart, float]:
    """Weights after answers.

    A part without a stated weight gets none: the mandate says nothing of it that answers could be judged by. A unit of
    which no part is known tells nothing and moves nothing.

    Parameters
    ----------
    stated
        Weights of the parts before any answer, adding up to 1.
    agreement
        How far each unit that was answered to agrees in each part, before weights, 0..1, NaN where that is not known;
        shape (k, parts), in the order of ``stated``.
    wanted
        Whether the investor wants to hear more of it, shape (k,).
    steepness, doubt
        How much agreement speaks before any answer, and how far answers may move a part, both in log-odds.

    Returns
    -------
    dict
        Adding up to 1, each at least 0.

    Raises
    ------
    ValueError
        Where shapes do not fit.

    Examples
    --------
    >>> stated = {FitPart.SECTOR: 0.5, FitPart.JOBS: 0.5}
    >>> learned_weights(stated, np.zeros((0, 2)), []) == stated
    True
    >>> after = learned_weights(stated, [[0.0, 1.0], [1.0, 0.0]] * 10, [True, False] * 10)
    >>> after[FitPart.JOBS] > 0.7
    True
    """
    start = np.array([stated[part] for part in stated], dtype=np.float64)
    parts = np.asarray(agreement, dtype=np.float64).reshape(-1, len(start))
    answers = np.asarray(wanted, dtype=np.float64)
    if len(parts) != len(answers):
        raise ValueError(f"{len(parts)} units, {len(answers)} answers")
    free = start > 0
    if not len(answers) or free.sum() < 2:
        return dict(stated)
    middle = np.nan_to_num(parts[:, free] - 0.5, nan=0.0)
    prior = steepness * start[free]
    # Doubt in proportion: a unit that agrees alike in all parts says how steep the answers are, not which part counts.
    variance = doubt**2 * start[free] * free.sum()

    def cost(theta: Floats) -> tuple[float, Floats]:
        level, weights = theta[0], theta[1:]
        odds = level + middle @ weights
        away = weights - prior
        loss = np.logaddexp(0.0, odds) - answers * odds
        error = expit(odds) - answers
        slope = np.concatenate([[error.sum() + level / steepness**2], middle.T @ error + away / variance])
        return float(loss.sum() + (away**2 / variance).sum() / 2 + (level / steepness) ** 2 / 2), slope

    bounds = [(None, None), *[(0.0, None)] * int(free.sum())]
    found = minimize(cost, np.concatenate([[0.0], prior]), jac=True, method="L-BFGS-B", bounds=bounds)
    learnt = np.zeros_like(start)
    learnt[free] = found.x[1:]
    if not learnt.sum() > 0:
        return dict(stated)
    return {part: float(weight) for part, weight in zip(stated, learnt / learnt.sum(), strict=True)}
