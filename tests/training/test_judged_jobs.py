"""The judged table of jobs: by hand, walk-forward, and blind to what came later."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import mean_poisson_deviance

from engine.domain.unit import unit_table
from features import fit, matrix
from features.catalogue import FULL_SCHEMA
from training.jobs import JobsPrior
from training.judged_jobs import COLUMNS, jobs_figures, poisson_explained, walk_forward_jobs
from training.population import jobs_size

AS_OF = pd.Timestamp("2024-06-01")
CUTS = [pd.Timestamp(day) for day in ("2019-01-01", "2020-07-01", "2022-01-01")]
COUNT = 160


def _log() -> tuple[pd.DataFrame, pd.DataFrame]:
    drawn = np.random.default_rng(0)
    before = np.rint(np.exp(3 + 0.6 * drawn.standard_normal(COUNT))).astype(int) + 1
    units = unit_table(
        pd.DataFrame(
            {
                "unit_id": [f"u{number:03d}" for number in range(COUNT)], "province": "West Azerbaijan",
                "county": drawn.choice(["Khoy", "Urmia"], COUNT), "isic": drawn.choice(["1030", "2220"], COUNT),
                "status": "idle", "jobs_before_stop": before,
            }
        )
    )  # fmt: skip
    back = pd.Timestamp("2016-01-01") + pd.to_timedelta(drawn.integers(0, 2500, COUNT), unit="D")
    counted = back + pd.to_timedelta(drawn.integers(370, 420, COUNT), unit="D")
    jobs = np.where(drawn.random(COUNT) < 0.1, 0, drawn.poisson(0.8 * before))
    each = {"unit_id": units.index, "capacity_share": np.nan, "jobs": pd.array([None] * COUNT, dtype="Int64")}
    restarted = pd.DataFrame(each | {"kind": "restarted", "happened_on": back, "known_on": back})
    observed = pd.DataFrame(
        each | {"kind": "observed", "happened_on": counted, "known_on": counted + pd.Timedelta(days=20), "jobs": jobs}
    ).assign(capacity_share=0.7)
    events = pd.concat([restarted, observed], ignore_index=True)
    types = {"jobs": "Int64", "happened_on": "datetime64[s]", "known_on": "datetime64[s]", "capacity_share": "float64"}
    return units, events.astype(types)


def _walk(units: pd.DataFrame, events: pd.DataFrame) -> pd.DataFrame:
    ready = matrix(units, FULL_SCHEMA, fit(units, FULL_SCHEMA, as_of=AS_OF), as_of=AS_OF)
    return walk_forward_jobs(
        ready, units, events, schema=FULL_SCHEMA, prior=JobsPrior(jobs_size()), cuts=CUTS, as_of=AS_OF
    )


def test_every_later_outcome_is_judged_once_by_a_fit_that_had_not_seen_it():
    units, events = _log()
    judged = _walk(units, events)
    assert tuple(judged.columns) == (*COLUMNS, "cut")
    assert judged["unit_id"].is_unique
    back = events[events["kind"] == "restarted"].set_index("unit_id")["happened_on"]
    counted = events[events["kind"] == "observed"].set_index("unit_id")
    ripe = counted.index[(counted["known_on"] <= AS_OF) & (back.reindex(counted.index) > CUTS[0])]
    assert set(judged["unit_id"]) == set(ripe)
    own = back.reindex(judged["unit_id"]).to_numpy()
    assert (judged["cut"].to_numpy() < own).all()
    assert (judged["origin"].to_numpy() < own).all()
    assert (counted["jobs"].reindex(judged["unit_id"]).to_numpy(float) == judged["jobs"]).all()


def test_counts_that_became_known_after_a_cut_change_none_of_its_forecasts():
    units, events = _log()
    before = _walk(units, events)
    later = (events["kind"] == "observed") & (events["known_on"] > CUTS[1])
    events.loc[later, "jobs"] = 3 * events.loc[later, "jobs"] + 7
    after = _walk(units, events)
    early = before["cut"] <= CUTS[1]
    columns = ["unit_id", "low", "point", "high", "mean", "zero_probability"]
    pd.testing.assert_frame_equal(before.loc[early, columns], after.loc[early, columns])
    assert not before.loc[~early, columns].equals(after.loc[~early, columns])


def test_without_counts_there_is_an_empty_table_and_no_figure():
    units, events = _log()
    judged = _walk(units, events[events["kind"] == "restarted"])
    assert list(judged.columns) == [*COLUMNS, "cut"]
    figures = jobs_figures(judged)
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
