"""Weights of one over the probability of having been approached, and the means they give."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.codes import Code

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LARGEST = 20.0
"""Largest inverse propensity (assumed): beyond it one unit would speak for more than twenty."""


class SelectionWarning(Code):
    """Why an estimate that is corrected for selection may still mislead."""

    OUTSIDE_SUPPORT = "outside_support"
    UNBALANCED = "unbalanced"
    FEW_EFFECTIVE = "few_effective"
    WEIGHTS_CLIPPED = "weights_clipped"
    HIDDEN_CAUSE_LIKELY = "hidden_cause_likely"
    HIDDEN_CAUSE_MATTERS = "hidden_cause_matters"


def inverse_weights(probability: Floats, *, stabiliser: float = 1.0, largest: float = LARGEST) -> Floats:
    """Weights ``min(1 / e, largest) x stabiliser`` of the units that were approached.

    Parameters
    ----------
    probability
        Shape (n,), e: probability of having been approached.
    stabiliser
        Share of all that was approached, so that weights are about one.
    largest
        Of 1 / e.

    Examples
    --------
    Half of all are approached, of some every fourth:

    >>> inverse_weights(np.array([0.25, 0.75, 0.01]), stabiliser=0.5).round(3).tolist()
    [2.0, 0.667, 10.0]
    """
    with np.errstate(divide="ignore"):
        return np.asarray(np.minimum(1.0 / probability, largest) * stabiliser, dtype=np.float64)


def effective_size(weights: Floats) -> float:
    """Kish's effective sample size, (sum of w)² / sum of w².

    Examples
    --------
    >>> effective_size(np.array([1.0, 1.0, 2.0])).__round__(4)
    2.6667
    """
    squares = float((weights**2).sum())
    return float(weights.sum()) ** 2 / squares if squares > 0 else 0.0


def weighted_mean(values: Floats, weights: Floats) -> tuple[float, float]:
    """Hájek's weighted mean and its standard error (by linearisation, the weights taken as known).

    Examples
    --------
    >>> mean, error = weighted_mean(np.array([0.0, 1.0]), np.array([3.0, 1.0]))
    >>> mean, round(error, 4)
    (0.25, 0.2652)
    """
    share = weights / weights.sum()
    mean = float(share @ values)
    return mean, float(np.sqrt((share**2 * (values - mean) ** 2).sum()))


def doubly_robust_mean(
    outcome: Floats, predicted: Floats, selected: Flags, probability: Floats, *, largest: float = LARGEST
) -> tuple[float, float]:
    """Mean outcome of all units, right when either the outcome model or the propensity is.

    ``mean(m + S (y - m) / e)`` (Robins, Rotnitzky and Zhao 1994, "Estimation of regression coefficients when some
    regressors are not always observed", JASA 89), 1 / e clipped at ``largest``.

    Parameters
    ----------
    outcome
        Shape (n,); read only where ``selected``.
    predicted
        Shape (n,), m: what a model foretells of every unit.
    selected, probability
        Shape (n,), S and e.
    largest
        Of 1 / e.

    Returns
    -------
    mean, standard error

    Examples
    --------
    A model that says one half of all, corrected by the two units seen, each of which speaks for two:

    >>> selected = np.array([True, True, False, False])
    >>> outcome = np.array([1.0, 0.0, np.nan, np.nan])
    >>> doubly_robust_mean(outcome, np.full(4, 0.25), selected, np.full(4, 0.5))[0]
    0.5
    """
    weight = inverse_weights(probability, largest=largest)
    part = predicted + np.where(selected, weight * (np.where(selected, outcome, 0.0) - predicted), 0.0)
    return float(part.mean()), float(part.std(ddof=1) / np.sqrt(len(part)))
