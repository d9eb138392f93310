"""The judged table of jobs and its figures, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_poisson_deviance

from engine.domain.unit import unit_table
from engine.scoring.jobs import jobs_forecast
from experiments.province_simulator.judged_jobs import COLUMNS, jobs_figures, judged_jobs, poisson_explained
from features import fit, matrix
from features.catalogue import FULL_SCHEMA
from training.models.jobs import JobsPrior, fit_jobs
from training.priors.official_rates import jobs_size

AS_OF = pd.Timestamp("2024-06-01")


def test_a_table_has_one_row_for_each_outcome_with_the_interval_that_is_served():
    drawn = np.random.default_rng(0)
    before = drawn.integers(5, 60, 80)
    rows = {"unit_id": [f"u{number:02d}" for number in range(80)], "jobs_before_stop": before, "isic": "1030"}
    units = unit_table(pd.DataFrame(rows | {"province": "West Azerbaijan", "county": "Khoy"}))
    came = pd.Series(drawn.poisson(before).astype(float), index=units.index)
    ready = matrix(units, FULL_SCHEMA, fit(units, FULL_SCHEMA, as_of=AS_OF), as_of=AS_OF)
    found = fit_jobs(ready, units, came.iloc[:60], schema=FULL_SCHEMA, prior=JobsPrior(jobs_size()))
    model = found.ready
    outcomes = pd.DataFrame({"jobs": came.iloc[60:], "origin": pd.Timestamp("2020-01-01")})
    judged = judged_jobs(model, ready, units, outcomes)
    assert tuple(judged.columns) == COLUMNS
    assert judged["unit_id"].tolist() == outcomes.index.tolist()
    served = jobs_forecast(model, ready, units).loc[outcomes.index]
    assert (judged[["low", "point", "high"]].to_numpy() == served[["low", "point", "high"]].to_numpy()).all()


def test_without_rows_there_is_no_figure():
    figures = jobs_figures(pd.DataFrame({name: pd.Series(dtype="float64") for name in COLUMNS}))
    assert figures.pop("n") == 0
    assert set(figures.values()) == {None}


def test_figures_by_hand():
    rows = {
        "jobs": [0.0, 0.0, 10.0, 40.0], "low": [0.0, 3.0, 5.0, 50.0], "point": [4.0, 8.0, 9.0, 60.0],
        "high": [9.0, 12.0, 20.0, 90.0], "mean": [5.0, 9.0, 10.0, 60.0], "zero_probability": [0.3, 0.25, 0.1, 0.05],
    }  # fmt: skip
    found = jobs_figures(pd.DataFrame(rows))
    assert found["coverage_80"] == 0.5
    assert found["coverage_80_if_any"] == 0.5
    assert found["zero_excluded_wrongly_share"] == 0.25  # the second row: P(0) is .25 and low is 3
    assert found["mean_width_80"] == (9 + 9 + 15 + 40) / 4
    assert found["any_brier"] == pytest.approx((0.7**2 + 0.75**2 + 0.1**2 + 0.05**2) / 4)
    assert found["spearman"] == pytest.approx(np.corrcoef([1.5, 1.5, 3, 4], [1, 2, 3, 4])[0, 1])


def test_what_a_forecast_explains_is_one_less_its_share_of_the_deviance():
    jobs, forecast = np.array([0.0, 4.0, 12.0]), np.array([1.0, 5.0, 9.0])
    share = mean_poisson_deviance(jobs, forecast) / mean_poisson_deviance(jobs, np.full(3, jobs.mean()))
    assert poisson_explained(jobs, forecast) == pytest.approx(1 - share)
    assert poisson_explained(jobs, np.full(3, jobs.mean())) == pytest.approx(0.0)
    assert np.isfinite(poisson_explained(jobs, np.zeros(3)))
