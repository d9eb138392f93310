"""How far a cause that nobody recorded would move what was corrected for selection, and whether there is a sign of one.

No report can prove that nothing hidden decides who is approached. Two things can be said. How strong a hidden cause
would have to be: bounds on the mean when each unit's odds of being approached may be up to Gamma times what its
recorded fields say. And one sign that can be looked for: if all that decides were recorded, how *late* a unit was
approached would tell nothing more of what comes of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import norm

from training.propensity.weights import LARGEST, SelectionWarning

Floats = npt.NDArray[np.float64]

GAMMAS = (1.0, 1.25, 1.5, 2.0, 3.0, 5.0)

MOVED = 0.25
"""A mean that moves by this share of itself has moved far; assumed."""

SIGNIFICANCE = 0.01
"""Of the sign of a hidden cause."""

_RIDGE = 1.0
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Late:
    """Whether units approached later than their fields foretell fared worse.

    Parameters
    ----------
    slope
        Change of the log odds of the outcome for each standard deviation of lateness, the features held.
    z
        Slope over its standard error.
    p_value
        Two-sided, by Wald's test.
    """

    slope: float
    z: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """How far to trust a corrected mean.

    Parameters
    ----------
    bounds
        ``gamma, low, high``: the mean under a hidden cause of that strength.
    tipping
        Smallest Gamma that may move the mean by ``MOVED`` of itself; infinite where none up to 100 does.
    benchmark
        Strength of the recorded field that decides most: the factor by which leaving it out changes the odds of being
        approached, 95 % of units less; missing where it was not asked for.
    late
        The sign of a hidden cause; missing where it was not looked for.
    warnings
        What to be wary of.
    """

    bounds: pd.DataFrame
    tipping: float
    benchmark: float | None
    late: Late | None
    warnings: tuple[SelectionWarning, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain form for a card or a file."""
        late = None if self.late is None else {"slope": self.late.slope, "z": self.late.z, "p_value": self.late.p_value}
        return {
            "bounds": self.bounds.to_dict("records"),
            "tipping": None if np.isinf(self.tipping) else self.tipping,
            "benchmark": self.benchmark,
            "late": late,
            "warnings": [warning.value for warning in self.warnings],
        }


def tilted_mean(values: Floats, probability: Floats, gamma: float, *, largest: float = LARGEST) -> tuple[float, float]:
    """Lowest and highest weighted mean when the odds of selection are within a factor of what they seem.

    The marginal sensitivity model of Tan (2006, "A distributional approach for causal inference using propensity
    scores", JASA 101): true odds of selection = Gamma^±1 x e / (1 - e). The bounds of Hájek's mean are found by
    sorting, as in Zhao, Small and Bhattacharya (2019, "Sensitivity analysis for inverse probability weighting
    estimators via the percentile bootstrap", JRSS B 81): the weights 1 + Gamma^±1 (1 - e) / e are large above a cut in
    the values and small below it.

    Parameters
    ----------
    values
        Shape (n,), outcomes of the selected.
    probability
        Shape (n,), e of the selected.
    gamma
        At least 1.
    largest
        Clip of 1 / e.

    Examples
    --------
    One success and one failure, each with even odds: weights are 2, and may lie between 1.5 and 3. Highest mean 3 /
    4.5.

    >>> [round(bound, 4) for bound in tilted_mean(np.array([1.0, 0.0]), np.array([0.5, 0.5]), 2.0)]
    [0.3333, 0.6667]
    """
    odds = np.minimum(1 / probability, largest) - 1
    small, large = 1 + odds / gamma, 1 + odds * gamma
    order = np.argsort(values, kind="stable")
    y, small, large = values[order], small[order], large[order]
    return _extreme(y, large, small, np.min), _extreme(y, small, large, np.max)


def _extreme(y: Floats, first: Floats, last: Floats, pick: Any) -> float:
    """Best mean over all cuts: weights ``first`` up to the cut in ascending values, ``last`` from it on."""
    zero = np.zeros(1)
    top = np.append(zero, np.cumsum(first * y)) + np.append(np.cumsum((last * y)[::-1])[::-1], zero)
    bottom = np.append(zero, np.cumsum(first)) + np.append(np.cumsum(last[::-1])[::-1], zero)
    return float(pick(top / bottom))


def late_approach(outcome: Floats, columns: Floats, lateness: Floats, duration: Floats) -> Late:
    """Look whether lateness tells something of the outcome beyond the features: a sign of a hidden cause.

    If approaches depend on recorded fields alone, the hazard that a unit had lived through when it was approached is
    noise; if a hidden cause speeds both approach and success, the late ones lack it. The same thought judges surveys by
    how hard a respondent was to reach (Lin and Schaeffer 1995, "Using survey participants to estimate the impact of
    nonparticipation", Public Opinion Quarterly 59). Those who wait long are also those whom nothing else brought back:
    so the whole time that a unit had stood idle is held too, by a bent line in its logarithm.

    Parameters
    ----------
    outcome
        Shape (n,), 0 or 1, of the approached; or of the periods that each was at risk, one after another.
    columns
        Shape (n, k), their features at the approach, no missing values, standardised.
    lateness
        Shape (n,), ``Propensity.cumulative``.
    duration
        Shape (n,), years without work at the approach; NaN where not known.

    Returns
    -------
    Late
        From a ridge logistic regression (the lateness itself unshrunk), by Wald's test. All zeros and p = 1 where
        lateness or outcome do not vary.
    """
    late = np.log1p(lateness)
    spread = late.std()
    if spread == 0 or outcome.min() == outcome.max():
        return Late(0.0, 0.0, 1.0)
    design = np.column_stack([np.ones(len(outcome)), (late - late.mean()) / spread, _bent(duration), columns])
    ridge = np.full(design.shape[1], _RIDGE)
    ridge[:2] = 0.0
    slopes, information = _logistic(design, outcome, ridge)
    error = float(np.sqrt(np.linalg.inv(information)[1, 1]))
    z = float(slopes[1]) / error
    return Late(float(slopes[1]), z, 2 * float(norm.sf(abs(z))))


def _bent(duration: Floats) -> Floats:
    """Columns of a line in log(1 + years) that may bend at its quartiles; a duration not known stands at the median."""
    if np.isnan(duration).all():
        return np.zeros((len(duration), 0))
    log = np.log1p(np.where(np.isnan(duration), np.nanmedian(duration), duration))
    log -= log.mean()
    return np.column_stack([log, *(np.maximum(log - knot, 0.0) for knot in np.quantile(log, [0.25, 0.5, 0.75]))])


def _logistic(design: Floats, outcome: Floats, ridge: Floats) -> tuple[Floats, Floats]:
    slopes = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        p = expit(design @ slopes)
        information = (design.T * np.maximum(p * (1 - p), 1e-6)) @ design + np.diag(ridge + 1e-9)
        step = np.linalg.solve(information, design.T @ (outcome - p) - ridge * slopes)
        slopes = slopes + step * min(1.0, 4.0 / max(float(np.abs(step).max()), 1e-12))
        if np.abs(step).max() < 1e-8:
            break
    return slopes, information


def strength(full: Floats, without: Mapping[str, Floats]) -> tuple[str | None, float]:
    """The recorded field that decides most: by what factor leaving it out changes the odds, 95 % of units less.

    Parameters
    ----------
    full
        Propensities, shape (n,).
    without
        Propensities fitted without a field, by its name.

    Examples
    --------
    >>> strength(np.array([0.5, 0.5]), {"estate": np.array([0.8, 0.8]), "size": np.array([0.5, 0.5])})
    ('estate', 4.0)
    """
    found = {
        name: round(float(np.exp(np.quantile(np.abs(_logit(full) - _logit(each)), 0.95))), 9)
        for name, each in without.items()
    }
    if not found:
        return None, 1.0
    name = max(found, key=lambda each: found[each])
    return name, found[name]


def sensitivity(
    values: Floats,
    probability: Floats,
    *,
    benchmark: float | None = None,
    late: Late | None = None,
    gammas: tuple[float, ...] = GAMMAS,
    largest: float = LARGEST,
) -> Sensitivity:
    """Bounds of the corrected mean by the strength of a hidden cause, and warnings.

    Parameters
    ----------
    values, probability
        Outcomes of the approached and their propensities, shape (n,).
    benchmark
        Of :func:`strength`: what a hidden cause as strong as the strongest recorded field would be.
    late
        Of :func:`late_approach`.
    gammas
        Strengths to tabulate.
    largest
        Clip of 1 / e.
    """
    if not len(values):
        bounds = pd.DataFrame([(gamma, np.nan, np.nan) for gamma in gammas], columns=["gamma", "low", "high"])
        return Sensitivity(bounds, np.inf, benchmark, late, ())
    rows = [(gamma, *tilted_mean(values, probability, gamma, largest=largest)) for gamma in gammas]
    tipping = _tipping(values, probability, largest)
    warnings = {
        SelectionWarning.HIDDEN_CAUSE_LIKELY: late is not None and late.p_value < SIGNIFICANCE,
        SelectionWarning.HIDDEN_CAUSE_MATTERS: benchmark is not None and benchmark >= tipping,
    }
    bounds = pd.DataFrame(rows, columns=["gamma", "low", "high"])
    return Sensitivity(bounds, tipping, benchmark, late, tuple(code for code, raised in warnings.items() if raised))


def _tipping(values: Floats, probability: Floats, largest: float) -> float:
    mean = tilted_mean(values, probability, 1.0, largest=largest)[0]

    def moved(gamma: float) -> bool:
        low, high = tilted_mean(values, probability, gamma, largest=largest)
        return max(mean - low, high - mean) >= MOVED * abs(mean)

    low, high = 1.0, 100.0
    if mean == 0 or not moved(high):
        return np.inf
    while high / low > 1.001:
        middle = float(np.sqrt(low * high))
        low, high = (low, middle) if moved(middle) else (middle, high)
    return high


def _logit(probability: Floats) -> Floats:
    return np.asarray(logit(np.clip(probability, 1e-6, 1 - 1e-6)))
