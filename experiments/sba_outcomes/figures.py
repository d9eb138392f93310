"""Weighted figures of the study: how well probabilities and counts were forecast."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score, d2_tweedie_score, roc_auc_score

from experiments.sba_outcomes.learners.hurdle import ZERO_MATTERS

Floats = npt.NDArray[np.float64]

JOBS_KEYS = (
    "any_brier_skill", "any_ece", "d2_poisson", "spearman", "coverage_80_if_any", "coverage_80",
    "coverage_80_of_non_zero", "zero_excluded_wrongly_share", "mean_width_80",
)  # fmt: skip
"""Figures of the count head that everybody has, ``None`` where a rival gives no interval."""

BINS = 10
RESAMPLES = 200


def probability_figures(
    label: Floats, probability: Floats, recalibrated: Floats | None, weights: Floats
) -> dict[str, Any]:
    """AUC, PR-AUC, Brier score and skill against the test period's own base rate, calibration error in ten bins."""
    base = np.average(label, weights=weights)
    brier = np.average((probability - label) ** 2, weights=weights)
    both = 0 < base < 1
    return {
        "auc": float(roc_auc_score(label, probability, sample_weight=weights)) if both else None,
        "pr_auc_charge_off": float(average_precision_score(label, probability, sample_weight=weights))
        if both
        else None,
        "brier": float(brier),
        "brier_skill": float(1 - brier / (base * (1 - base))) if both else None,
        "ece": calibration_error(label, probability, weights),
        "ece_recalibrated": None if recalibrated is None else calibration_error(label, recalibrated, weights),
        "base_rate": float(base),
        "mean_p": float(np.average(probability, weights=weights)),
    }


def jobs_figures(jobs: Floats, forecast: pd.DataFrame, weights: Floats) -> dict[str, Any]:
    """Figures of the count head; columns that a rival does not have give ``None``.

    ``zero_excluded_wrongly_share`` is the weighted share of rows whose interval leaves out zero though zero is at least
    ``ZERO_MATTERS`` likely by the rival's own chance.
    """
    has = jobs > 0
    figures: dict[str, Any] = {
        "d2_poisson": float(
            d2_tweedie_score(jobs, np.maximum(forecast["jobs_point"], 1e-6), sample_weight=weights, power=1)
        ),
        "spearman": weighted_spearman(jobs, forecast["jobs_point"].to_numpy(), weights),
        "n_test": len(jobs),
    }
    if "p_any" in forecast:
        chance = probability_figures(has.astype(float), forecast["p_any"].to_numpy(), None, weights)
        figures |= {"any_brier_skill": chance["brier_skill"], "any_ece": chance["ece"], "any_auc": chance["auc"]}
    if "jobs_if_any_low" in forecast:
        inside = forecast["jobs_if_any_low"].le(jobs) & forecast["jobs_if_any_high"].ge(jobs)
        figures["coverage_80_if_any"] = float(np.average(inside[has], weights=weights[has]))
    if "jobs_low" in forecast:
        inside = forecast["jobs_low"].le(jobs) & forecast["jobs_high"].ge(jobs)
        figures["coverage_80"] = float(np.average(inside, weights=weights))
        figures["coverage_80_of_non_zero"] = float(np.average(inside[has], weights=weights[has]))
        figures["mean_width_80"] = float(np.average(forecast["jobs_high"] - forecast["jobs_low"], weights=weights))
        if "p_any" in forecast:
            wrongly = (forecast["jobs_low"] > 0) & (1 - forecast["p_any"] >= ZERO_MATTERS)
            figures["zero_excluded_wrongly_share"] = float(np.average(wrongly, weights=weights))
    return dict.fromkeys(JOBS_KEYS) | figures


def width_at_coverage(jobs: Floats, low: pd.Series, high: pd.Series, weights: Floats, covered: float) -> float:
    """Mean width of intervals of counts once they are moved to hold a given share of the rows that are not zero.

    Both ends move by the same amount, as a conformal margin does; no end falls below zero, and only whole numbers
    count. A rival may so be compared at our coverage: its margin is chosen on the judged rows, which favours it.

    Parameters
    ----------
    jobs
        Shape (n,), what came.
    low, high
        Of the intervals.
    weights
        Shape (n,).
    covered
        Share wanted.

    Examples
    --------
    Three counts of 4, 6 and 9 against intervals of 3 to 5: two in three are held once both ends move by one.

    >>> width_at_coverage(np.array([4.0, 6.0, 9.0]), pd.Series([3.0] * 3), pd.Series([5.0] * 3), np.ones(3), 2 / 3)
    4.0
    """
    ends = low.to_numpy(np.float64), high.to_numpy(np.float64)
    has = jobs > 0
    outside = np.maximum(ends[0] - jobs, jobs - ends[1])[has]
    order = np.argsort(outside)
    upto = weights[has][order].cumsum() / weights[has].sum()
    margin = outside[order][min(int(np.searchsorted(upto, covered - 1e-9)), len(order) - 1)]
    moved = np.maximum(np.ceil(ends[0] - margin), 0.0)
    return float(np.average(np.maximum(np.floor(ends[1] + margin), moved) - moved, weights=weights))


def calibration_error(label: Floats, probability: Floats, weights: Floats) -> float:
    """Expected calibration error over ten bins of equal weight; equal probabilities stay in one bin."""
    _, inverse = np.unique(probability, return_inverse=True)
    mass = np.bincount(inverse, weights)
    bins = np.minimum(((mass.cumsum() - mass / 2) / mass.sum() * BINS).astype(int), BINS - 1)[inverse]
    gaps = np.bincount(bins, weights * (probability - label), minlength=BINS)
    return float(np.abs(gaps).sum() / weights.sum())


def weighted_spearman(left: Floats, right: Floats, weights: Floats) -> float:
    """Correlation of ranks under weights; ranks are those of the sample."""
    ranks = np.vstack([rankdata(left), rankdata(right)])
    covariance = np.cov(ranks, aweights=weights)
    spread = np.sqrt(covariance[0, 0] * covariance[1, 1])
    return float(covariance[0, 1] / spread) if spread > 0 else 0.0


def paired_gain(
    figure: Callable[[npt.NDArray[np.int64]], float], count: int, *, random_state: int = 0
) -> dict[str, float]:
    """Bootstrap a difference of two figures on the same rows.

    Parameters
    ----------
    figure
        Rows (positions, repeated as drawn) -> the difference.
    count
        Rows in all.
    random_state
        Seed.

    Returns
    -------
    dict
        ``gain`` and its 95 % interval ``low, high``.
    """
    generator = np.random.default_rng(random_state)
    draws = [figure(generator.integers(0, count, count)) for _ in range(RESAMPLES)]
    low, high = np.quantile(draws, [0.025, 0.975])
    return {"gain": figure(np.arange(count)), "low": float(low), "high": float(high)}
