"""What a province's own outcomes say of each effect, in figures that tell of no single unit."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from engine.scoring.belief import Standing
from training.models.belief import Source, updated
from training.priors.prior_effects import Slopes

Floats = npt.NDArray[np.float64]

LEAST_OF_A_FIGURE = 10
"""Units on either side of a figure that leaves a province (assumed; the rule of ten of official statistics)."""

LEAST_SHARE = 0.01
"""Share of the belief's precision that outcomes must add before they say anything of an effect (assumed)."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """What outcomes say of effects, shape (columns,) each.

    Parameters
    ----------
    estimate, error
        Effect and standard error as the outcomes alone have them; NaN where they say nothing, or too few units would.
    few
        Where too few units would speak: the figure is withheld.
    """

    estimate: Floats
    error: Floats
    few: npt.NDArray[np.bool_]


def contribution(prior: Slopes, seen: Standing, label: Floats) -> Contribution:
    """What outcomes add to a belief, one normal for each effect.

    The belief after the outcomes divided by the belief before them, margin by margin: precisions are subtracted. The
    others of the slopes are averaged over, so that no figure holds another one's; correlations stay in the province,
    since from a whole matrix of them the records of single units could be worked out (Dinur and Nissim 2003).

    Parameters
    ----------
    prior
        Belief over the columns of ``seen``; directions are not held, so that a sum over provinces is not pushed.
    seen
        The province's units with a ripe outcome.
    label
        Shape (n,), 1 restarted, 0 not.

    Examples
    --------
    A thousand outcomes of a slope of one: the estimate that a plain logistic regression has, without the belief's .3.

    >>> rng = np.random.default_rng(0)
    >>> x = rng.standard_normal((1000, 1))
    >>> y = (rng.random(1000) < 1 / (1 + np.exp(-x[:, 0]))).astype(float)
    >>> belief = Slopes(("x",), ("as_stated",), np.array([0.3]), np.array([[0.25]]), np.array([1]))
    >>> found = contribution(belief, Standing(x, np.zeros((1000, 1), dtype=bool), np.ones(1)), y)
    >>> float(found.estimate[0].round(2)), float(found.error[0].round(2))
    (0.84, 0.08)
    """
    free = replace(prior, signs=np.zeros_like(prior.signs))
    after = updated(free, Source("register", seen.away, label, np.ones(len(label))))
    before_variance, variance = np.diag(prior.covariance), np.diag(after.covariance)
    with np.errstate(divide="ignore", invalid="ignore"):
        precision = 1 / variance - 1 / before_variance
        estimate = (after.mean / variance - prior.mean / before_variance) / precision
        spoken = precision > LEAST_SHARE / before_variance
        error = 1 / np.sqrt(precision)
    few = too_few(seen)
    told = spoken & ~few
    return Contribution(np.where(told, estimate, np.nan), np.where(told, error, np.nan), few)


def too_few(seen: Standing) -> npt.NDArray[np.bool_]:
    """Columns in which fewer than ``LEAST_OF_A_FIGURE`` units differ from the value that most units have.

    Parameters
    ----------
    seen
        Units; a value that is not known is none.

    Examples
    --------
    Three units of thirty have a flag; the others do not:

    >>> flag = (np.arange(30.0) < 3)[:, None].astype(float)
    >>> too_few(Standing(flag, np.zeros((30, 1), dtype=bool), np.ones(1))).tolist()
    [True]
    """
    few = np.ones(seen.away.shape[1], dtype=bool)
    for place in range(len(few)):
        known = seen.away[~seen.missing[:, place], place]
        _, counts = np.unique(known, return_counts=True)
        few[place] = len(known) - counts.max(initial=0) < LEAST_OF_A_FIGURE
    return few
