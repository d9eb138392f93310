"""Do probabilities mean what they say? Forecasts in bins beside what came of them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit, xlogy
from scipy.stats import beta, norm

Floats = npt.NDArray[np.float64]

BINS = 10
CALIBRATION_BINS = 5
"""Bins of equal count for the calibration error: with fewer than forty units a bin, more would measure noise."""

LEVEL = 0.95

Z90 = 1.6448536269514722
"""Normal quantile of .95: the 90 % interval."""


def reliability_table(
    label: Floats, probability: Floats, weights: Floats | None = None, *, bins: int = BINS, level: float = LEVEL
) -> pd.DataFrame:
    """Forecasts in bins of about equal count, beside the share that came true.

    Parameters
    ----------
    label
        Shape (n,), 0 or 1.
    probability
        Shape (n,), 0..1. Equal forecasts are never parted, so there may be fewer bins than asked for.
    weights
        Shape (n,), not negative; all alike by default.
    bins
        Bins wanted; never more than leave ten outcomes in each.
    level
        Of the intervals.

    Returns
    -------
    pandas.DataFrame
        One row per bin, lowest first: ``low, high`` (forecasts in it), ``count``, ``predicted`` (mean), ``happened``
        (share), ``happened_low, happened_high`` (:func:`share_interval`), ``surprising`` (the mean forecast lies
        outside the interval).

    Examples
    --------
    >>> label = np.repeat([0.0, 1.0, 0.0, 1.0], [16, 4, 4, 16])
    >>> table = reliability_table(label, np.repeat([0.2, 0.5], [20, 20]), bins=2)
    >>> table[["count", "predicted", "happened", "surprising"]].round(3).values.tolist()
    [[20, 0.2, 0.2, False], [20, 0.5, 0.8, True]]
    """
    weights = np.ones(len(label)) if weights is None else weights
    wanted = int(np.clip(len(label) // 10, 1, bins))
    edges = np.unique(np.quantile(probability, np.linspace(0, 1, wanted + 1)[1:-1])) if len(label) else np.zeros(0)
    # A bin ends with its edge: what equals an edge belongs below it, all of it.
    place = np.searchsorted(edges, probability, side="left")
    rows = pd.DataFrame(
        {"bin": place, "p": probability, "w": weights, "wp": weights * probability, "wy": weights * label}
    ).assign(ww=weights**2, one=1)
    groups = rows[rows["w"] > 0].groupby("bin")
    total = groups[["w", "wp", "wy", "ww", "one"]].sum()
    happened = total["wy"] / total["w"]
    effective = total["w"] ** 2 / total["ww"]
    low, high = share_interval(happened.to_numpy(), effective.to_numpy(), level=level)
    predicted = total["wp"] / total["w"]
    return pd.DataFrame(
        {
            "low": groups["p"].min(),
            "high": groups["p"].max(),
            "count": total["one"],
            "predicted": predicted,
            "happened": happened,
            "happened_low": low,
            "happened_high": high,
            "surprising": (predicted < low) | (predicted > high),
        }
    ).reset_index(drop=True)


def calibration_slope(
    label: Floats, probability: Floats, weights: Floats, unit: npt.NDArray[np.intp]
) -> tuple[float, float]:
    """Slope of outcomes on the log-odds that were forecast: below one, high forecasts are too high, low ones too low.

    Cox (1958), "Two further applications of a model for binary regression".

    Parameters
    ----------
    label, probability, weights
        Shape (n,): 0 or 1, 0..1, above zero.
    unit
        Shape (n,), number of each row's unit.

    Returns
    -------
    tuple of float
        The slope and its standard error (sandwich, by unit); NaN where one outcome or one figure is all.

    Examples
    --------
    What was forecast as .2 and .8 came true in .35 and .65 of 20 cases: log-odds of .62 for 1.39.

    >>> label = np.repeat([1.0, 0.0, 1.0, 0.0], [7, 13, 13, 7])
    >>> slope, _ = calibration_slope(label, np.repeat([0.2, 0.8], 20), np.ones(40), np.arange(40))
    >>> round(slope, 4)
    0.4465
    """
    score = logit(np.clip(probability, 1e-6, 1 - 1e-6))
    if np.ptp(score) < 1e-9 or label.min() == label.max():
        return np.nan, np.nan
    columns = np.column_stack([np.ones(len(score)), score])
    line = np.array([0.0, 1.0])
    for _ in range(50):
        chance = expit(columns @ line)
        curvature = (columns * (weights * chance * (1 - chance))[:, None]).T @ columns
        step = np.linalg.lstsq(curvature, columns.T @ (weights * (label - chance)), rcond=None)[0]
        line = line + np.clip(step, -2.0, 2.0)
        if np.abs(step).max() < 1e-10:
            break
    pushes = columns * (weights * (label - expit(columns @ line)))[:, None]
    of_unit = np.stack([np.bincount(unit, push) for push in pushes.T], axis=1)
    inverse = np.linalg.pinv(curvature)
    return float(line[1]), float(np.sqrt((inverse @ of_unit.T @ of_unit @ inverse)[1, 1]))


def share_interval(share: Floats, count: Floats, *, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Exact interval of a share.

    Clopper and Pearson's, whose coverage is never below the level; with weights ``count`` is the effective one, as Korn
    and Graubard (1998, "Confidence intervals for proportions with small expected number of positive counts estimated
    from survey data", Survey Methodology 24) have it.

    Parameters
    ----------
    share
        Shape (n,), 0..1.
    count
        Shape (n,), above 0, need not be whole.
    level
        Of the interval.

    Returns
    -------
    low, high
        Shape (n,).

    Examples
    --------
    Three of ten, in any table of binomial limits:

    >>> low, high = share_interval(np.array([0.3]), np.array([10.0]))
    >>> round(float(low[0]), 4), round(float(high[0]), 4)
    (0.0667, 0.6525)
    """
    tail = (1 - level) / 2
    hits, misses = share * count, (1 - share) * count
    # A share of 0 or 1 has no limit on its own side; what a Beta distribution of shape 0 answers is not read.
    low = np.where(hits > 0, beta.ppf(tail, np.maximum(hits, 1e-9), misses + 1), 0.0)
    high = np.where(misses > 0, beta.ppf(1 - tail, hits + 1, np.maximum(misses, 1e-9)), 1.0)
    return low, high


def wilson_interval(successes: float, count: int, *, level: float = 0.95) -> tuple[float, float]:
    """Wilson (1927) interval of a share; ``successes`` may be a sum of shares.

    Examples
    --------
    >>> [round(end, 4) for end in wilson_interval(44, 55, level=0.9)]
    [0.6982, 0.8737]
    """
    z = float(norm.ppf(0.5 + level / 2))
    share = successes / count
    centre = (share + z**2 / (2 * count)) / (1 + z**2 / count)
    half = z / (1 + z**2 / count) * np.sqrt(share * (1 - share) / count + z**2 / (4 * count**2))
    return max(0.0, float(centre - half)), min(1.0, float(centre + half))


def log_loss(label: Floats, probability: Floats) -> Floats:
    """Negative log likelihood of each row; a certainty that was wrong is held at 1e-12."""
    held = np.clip(probability, 1e-12, 1 - 1e-12)
    return np.asarray(-(xlogy(label, held) + xlogy(1 - label, 1 - held)), dtype=np.float64)


def calibration_error(label: Floats, probability: Floats) -> float:
    """Expected calibration error over ``CALIBRATION_BINS`` bins of equal count.

    Examples
    --------
    >>> round(calibration_error(np.array([0.0, 1.0, 0.0, 1.0]), np.full(4, 0.5)), 4)
    0.0
    """
    values, counts = np.unique(probability, return_counts=True)
    # Equal probabilities stay in one bin, so the figure does not depend on the order of the rows.
    bin_of_value = np.minimum(
        ((counts.cumsum() - counts / 2) / counts.sum() * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1
    )
    bins = bin_of_value[np.searchsorted(values, probability)]
    sizes = np.bincount(bins, minlength=CALIBRATION_BINS)
    gaps = np.bincount(bins, weights=probability - label, minlength=CALIBRATION_BINS)
    return float(np.abs(gaps).sum() / sizes.sum())
