"""Forecasts of jobs beside what was counted, from fits that had not seen the unit: what gates and cards read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import d2_tweedie_score

from engine.scoring.jobs import JobsHeads, jobs_forecast

COLUMNS = ("unit_id", "origin", "jobs", "low", "point", "high", "mean", "zero_probability")
"""Of a judged table; that of ``training.evaluation.walk_forward`` has a champion's interval beside them."""


def judged_jobs(heads: JobsHeads, matrix: pd.DataFrame, units: pd.DataFrame, outcomes: pd.DataFrame) -> pd.DataFrame:
    """Put what a model says of units beside what came.

    Parameters
    ----------
    heads
        Of jobs; that they have not seen these units is the caller's business.
    matrix, units
        Index ``unit_id``: at least the units of ``outcomes``, each as it was before it came back.
    outcomes
        Columns ``jobs, origin``, index ``unit_id``, see :func:`training.cohort.job_counts.job_outcomes`.

    Returns
    -------
    pandas.DataFrame
        Columns ``COLUMNS``, one row per outcome; the interval is the one that is served, of level .8.
    """
    forecast = jobs_forecast(heads, matrix.loc[outcomes.index], units)
    table = outcomes[["origin", "jobs"]].join(forecast)
    return table.rename_axis("unit_id").reset_index()[list(COLUMNS)]


def jobs_figures(judged: pd.DataFrame) -> dict[str, Any]:
    """Measure a judged table.

    Returns
    -------
    dict
        ``n, coverage_80, coverage_80_if_any`` (of the same interval, where anybody was at work),
        ``zero_excluded_wrongly_share`` (rows whose interval leaves zero out though P(0) is .2 or more),
        ``mean_width_80, d2_poisson`` (share of the Poisson deviance that the mean explains), ``spearman`` (of the
        point), ``any_brier``; ``None`` where there is nothing to measure.

    Examples
    --------
    >>> row = {"jobs": [0, 10], "low": [0, 4], "point": [1, 8], "high": [9, 9], "mean": [2, 9],
    ...        "zero_probability": [0.3, 0.1]}
    >>> found = jobs_figures(pd.DataFrame(row))
    >>> found["n"], found["coverage_80"], found["coverage_80_if_any"], found["mean_width_80"]
    (2, 0.5, 0.0, 7.0)
    """
    jobs = judged["jobs"].to_numpy(np.float64)
    some, count = jobs > 0, len(jobs)
    inside = (judged["low"] <= jobs) & (jobs <= judged["high"])
    cut = (judged["low"] > 0) & (judged["zero_probability"] >= 0.2)
    varied = count > 1 and np.ptp(jobs) > 0
    return {
        "n": count,
        "coverage_80": float(inside.mean()) if count else None,
        "coverage_80_if_any": float(inside[some].mean()) if some.any() else None,
        "zero_excluded_wrongly_share": float(cut.mean()) if count else None,
        "mean_width_80": float((judged["high"] - judged["low"]).mean()) if count else None,
        "d2_poisson": poisson_explained(jobs, judged["mean"].to_numpy(np.float64)) if varied else None,
        "spearman": rank_correlation(jobs, judged["point"].to_numpy(np.float64)) if varied else None,
        "any_brier": float(((1 - judged["zero_probability"] - some) ** 2).mean()) if count else None,
    }


def poisson_explained(jobs: np.ndarray, forecast: np.ndarray) -> float:
    """Share of the Poisson deviance about the mean that a forecast explains; below zero when it is worse.

    Parameters
    ----------
    jobs, forecast
        Shape (n,), persons; a forecast of less than a tenth of a person counts as a tenth.
    """
    return float(d2_tweedie_score(jobs, np.maximum(forecast, 0.1), power=1))


def rank_correlation(jobs: np.ndarray, forecast: np.ndarray) -> float | None:
    """Spearman's correlation; ``None`` where all forecasts are alike."""
    if np.ptp(forecast) == 0:
        return None
    return float(pd.Series(jobs).corr(pd.Series(forecast), method="spearman"))
