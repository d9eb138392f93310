"""Measure out of fold: the figures a model is judged by, with the plain baselines beside them."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from training.statistics.reliability import calibration_error, log_loss, wilson_interval

Floats = npt.NDArray[np.float64]

RESAMPLES = 2000


def status_metrics(label: Floats, probability: Floats, base_rate: Floats, *, random_state: int = 0) -> dict[str, Any]:
    """Judge probabilities of "revived or partly" against the base rate.

    Parameters
    ----------
    label, probability
        Shape (n,).
    base_rate
        Shape (n,): the rate among the units that the model of each unit could see.
    random_state
        Seed of the bootstrap.

    Returns
    -------
    dict
        ``log_loss``, ``log_loss_base_rate``, ``log_loss_gain`` (positive is better) with ``log_loss_gain_low`` and
        ``_high`` (80 % bootstrap by unit), ``auc`` (missing when only one outcome occurs), ``ece``, ``brier``, ``n``.

    Examples
    --------
    >>> figures = status_metrics(np.array([0.0, 1.0]), np.array([0.2, 0.8]), np.array([0.5, 0.5]))
    >>> round(figures["log_loss"], 4), round(figures["log_loss_base_rate"], 4), figures["auc"]
    (0.2231, 0.6931, 1.0)
    """
    gain = log_loss(label, base_rate) - log_loss(label, probability)
    low, high = _bootstrap_mean(gain, random_state)
    return {
        "log_loss": float(log_loss(label, probability).mean()),
        "log_loss_base_rate": float(log_loss(label, base_rate).mean()),
        "log_loss_gain": float(gain.mean()),
        "log_loss_gain_low": low,
        "log_loss_gain_high": high,
        "auc": float(roc_auc_score(label, probability)) if 0 < label.mean() < 1 else None,
        "ece": calibration_error(label, probability),
        "brier": float(((probability - label) ** 2).mean()),
        "n": len(label),
    }


def jobs_metrics(jobs: Floats, predicted: Floats, sector_median: Floats, median: Floats) -> dict[str, Any]:
    """Judge jobs in logarithms, and the interval by what it covers.

    Parameters
    ----------
    jobs
        Persons, shape (n,), above zero.
    predicted
        Low, point, high, shape (n, 3), persons.
    sector_median, median
        Plain baselines, persons, shape (n,).

    Returns
    -------
    dict
        ``mae_log`` and those of the baselines, ``coverage_80`` with its Wilson interval (90 %), ``width_log`` (mean
        width of the interval in logarithms), ``n``.

    Examples
    --------
    >>> figures = jobs_metrics(np.array([10.0]), np.array([[5.0, 10.0, 20.0]]), np.array([20.0]), np.array([10.0]))
    >>> figures["mae_log"], round(figures["mae_log_sector_median"], 4), figures["coverage_80"]
    (0.0, 0.6931, 1.0)
    """
    covered = (predicted[:, 0] <= jobs) & (jobs <= predicted[:, 2])
    low, high = wilson_interval(float(covered.sum()), len(jobs), level=0.9)
    return {
        "mae_log": _mae_log(jobs, predicted[:, 1]),
        "mae_log_sector_median": _mae_log(jobs, sector_median),
        "mae_log_median": _mae_log(jobs, median),
        "coverage_80": float(covered.mean()),
        "coverage_80_low": low,
        "coverage_80_high": high,
        "width_log": float(np.log(predicted[:, 2] / predicted[:, 0]).mean()),
        "n": len(jobs),
    }


def left_out_rates(label: Floats, group: npt.NDArray[np.str_]) -> Floats:
    """Base rate of all other groups, for each unit.

    Examples
    --------
    >>> left_out_rates(np.array([1.0, 0.0, 0.0]), np.array(["a", "b", "b"])).tolist()
    [0.0, 1.0, 1.0]
    """
    frame = pd.DataFrame({"label": label, "group": group}).groupby("group")["label"].agg(["sum", "size"])
    rest = (label.sum() - frame["sum"]) / (len(label) - frame["size"])
    return np.asarray(rest.loc[group], dtype=np.float64)


def sector_medians(jobs: Floats, sector: pd.Series, seen: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Median jobs of each unit's sector, and of all sectors, among the units seen.

    Parameters
    ----------
    jobs
        Persons, shape (n,).
    sector
        ISIC division, shape (n,); a sector that nobody was seen in takes the median of all.
    seen
        Shape (n,).
    """
    overall = float(np.median(jobs[seen]))
    by_sector = pd.Series(jobs[seen]).groupby(sector.to_numpy()[seen]).median()
    own = sector.map(by_sector.to_dict()).astype("float64").fillna(overall)
    return np.asarray(own, dtype=np.float64), np.full(len(jobs), overall)


def _mae_log(jobs: Floats, guess: Floats) -> float:
    return float(np.abs(np.log(jobs) - np.log(guess)).mean())


def _bootstrap_mean(values: Floats, random_state: int) -> tuple[float, float]:
    picks = np.random.default_rng(random_state).integers(0, len(values), size=(RESAMPLES, len(values)))
    low, high = np.quantile(values[picks].mean(axis=1), [0.1, 0.9])
    return float(low), float(high)
