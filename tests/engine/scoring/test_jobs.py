"""Jobs at month 12: a distribution worked by hand, one world for all, and money that buys no forecast."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression, Ridge

import engine.scoring.jobs
from engine.domain.unit import unit_table
from engine.scoring.artefact import load, save
from engine.scoring.document import read_document
from engine.scoring.jobs import DRAWS, JobsHeads, jobs_at_month_12, jobs_forecast, jobs_quantiles, ranks
from engine.scoring.sections import JobsPart

NOTHING = {"overall": 0.6, "sizes": {}, "cells": {}}


def _model(zero: float, *, slope: float = 0.0, **changes: object) -> JobsHeads:
    """Sizes 2, 4, ..., 18 equally likely about a level of one person; ``size`` moves them by its logarithm."""
    section: dict[str, object] = {
        "design": [{"column": "size", "levels": None, "centre": [0.0], "scale": 1.0, "log": False}],
        "ratio": NOTHING, "promise_centre": 0.0, "promise_scale": 1.0, "refits": [[0.0, 1.0, slope]],
        "refit_of": [0] * 9, "residuals": np.log(np.arange(2.0, 20.0, 2.0)).tolist(), "group": [0] * 9, "cuts": [],
    }  # fmt: skip
    rows = np.array([[0.0, 0.0], [1.0, 1.0]])
    chance, size = LogisticRegression().fit(rows, [0, 1]), Ridge().fit(rows, [0.0, 1.0])
    chance.coef_, chance.intercept_ = np.zeros((1, 2)), np.array([np.log((1 - zero) / zero)])
    size.coef_, size.intercept_ = np.array([1.0, slope]), 0.0
    return JobsHeads(chance, size, JobsPart(**(section | changes)))


def _ready(*sizes: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    names = [f"u{number}" for number in range(len(sizes))]
    units = unit_table(pd.DataFrame({"unit_id": names, "province": "West Azerbaijan", "county": "Khoy"}))
    return pd.DataFrame({"size": np.log(sizes)}, index=units.index), units


def test_quantiles_worked_by_hand():
    """One in five brings none. A share of .6 is .5 of what is left: rank 5 of 9, ten persons; .92 is .9: rank 9."""
    ready, units = _ready(1.0, 3.0)
    found = jobs_quantiles(_model(0.2), ready, units, np.array([0.1, 0.6, 0.92]))
    assert found == pytest.approx(np.array([[0.0, 10.0, 18.0], [0.0, 30.0, 54.0]]))


def test_a_count_that_is_not_zero_is_at_least_one_person():
    ready, units = _ready(0.01)
    assert jobs_quantiles(_model(0.2), ready, units, np.array([0.1, 0.5, 0.99])).tolist() == [[0.0, 1.0, 1.0]]


def test_an_interval_leaves_zero_out_only_where_it_is_hardly_likely():
    ready, units = _ready(1.0)
    # where zero alone holds the level, the interval ends at the point: the mean, 1.5
    for zero, low, high in ((0.05, 2.0, 18.0), (0.2, 0.0, 16.0), (0.85, 0.0, 1.5)):
        row = jobs_forecast(_model(zero), ready, units).iloc[0]
        assert row["zero_probability"] == pytest.approx(zero)
        assert (row["low"], row["high"]) == pytest.approx((low, high), abs=0.2)
        assert row["mean"] == pytest.approx((1 - zero) * 10)


def test_every_group_has_its_own_residuals_and_every_residual_its_own_refit():
    changes = {
        "refits": [[0.0, 1.0, 0.0], [np.log(10.0), 1.0, 0.0]], "refit_of": [0, 1, 0, 0], "group": [0, 0, 1, 1],
        "residuals": np.log([2.0, 2.0, 5.0, 7.0]).tolist(), "cuts": [np.log(2.0)],
    }  # fmt: skip
    ready, units = _ready(1.0, 4.0)
    found = jobs_quantiles(_model(1e-9, **changes), ready, units, np.array([0.01, 0.99]))
    assert found == pytest.approx(np.array([[2.0, 20.0], [20.0, 28.0]]))


def test_draw_k_is_one_world_for_all_units():
    ready, units = _ready(1.0, 1.0, 5.0)
    drawn = jobs_at_month_12(_model(0.1), ready, units, random_state=3)
    assert drawn.shape == (3, DRAWS)
    assert (drawn[0] == drawn[1]).all()
    assert drawn[2] == pytest.approx(5 * drawn[0])
    again = jobs_at_month_12(_model(0.1), ready, units, random_state=3)
    other = jobs_at_month_12(_model(0.1), ready, units, random_state=4)
    assert (drawn == again).all()
    assert (drawn != other).any()
    assert (np.sort(drawn) == np.sort(other)).all()  # a seed shuffles worlds, it makes nobody richer


def test_worlds_of_jobs_do_not_follow_the_shuffle_of_another_head_of_the_same_seed():
    ready, units = _ready(1.0)
    for seed in range(5):
        other = np.random.default_rng(seed).permutation(DRAWS)
        drawn = jobs_at_month_12(_model(0.1), ready, units, random_state=seed)[0]
        assert abs(np.corrcoef(drawn, other)[0, 1]) < 0.25


def test_company_order_and_the_size_of_a_chunk_change_nothing(monkeypatch):
    sizes = np.random.default_rng(0).lognormal(1.0, 1.0, 40)
    ready, units = _ready(*sizes)
    units["jobs_promised"] = pd.array([None, 4, 30, 90] * 10, dtype="Int64")
    model = _model(0.13, slope=0.4)
    together = jobs_at_month_12(model, ready, units)
    alone = np.vstack([jobs_at_month_12(model, ready.iloc[[row]], units) for row in range(40)])
    backwards = jobs_at_month_12(model, ready.iloc[::-1], units)[::-1]
    monkeypatch.setattr(engine.scoring.jobs, "ROWS_AT_ONCE", 7)
    chunked = jobs_at_month_12(model, ready, units)
    for other in (alone, backwards, chunked):
        assert together == pytest.approx(other, rel=1e-12)


def test_no_units_have_no_draws():
    ready, units = _ready(1.0)
    assert jobs_at_month_12(_model(0.1), ready.iloc[:0], units).shape == (0, DRAWS)
    assert jobs_forecast(_model(0.1), ready.iloc[:0], units).empty


def test_what_is_not_stated_says_nothing():
    ready, units = _ready(1.0, 1.0)
    ready.iloc[0] = np.nan
    units["jobs_promised"] = pd.array([None, 0], dtype="Int64")
    model = _model(0.1, slope=5.0)
    drawn = jobs_at_month_12(model, ready, units)
    without = jobs_at_month_12(model, ready, units.drop(columns="jobs_promised"))
    assert (drawn[0] == drawn[1]).all()
    assert (drawn == without).all()


def test_a_promise_counts_as_far_as_promises_came_true():
    ready, units = _ready(1.0)
    units["jobs_promised"] = pd.array([40], dtype="Int64")
    ratio = {"overall": 0.6, "sizes": {"medium": 0.5}, "cells": {"West Azerbaijan/Khoy/medium": 0.25}}
    found = jobs_quantiles(_model(0.1, slope=1.0, ratio=ratio, refits=[[0.0, 1.0, 1.0]]), ready, units, np.array([0.5]))
    plain = jobs_quantiles(_model(0.1), ready, units, np.array([0.5]))
    assert found == pytest.approx(10 * plain)


def test_a_written_model_draws_what_the_fitted_one_drew(tmp_path):
    heads, path = _model(0.15), tmp_path / "model.ehya"
    plain = json.loads(Path(__file__).with_name("documents").joinpath("outcomes.json").read_text(encoding="utf-8"))
    document = read_document(plain, file="outcomes.json").changed(features=["size"], jobs=heads.part)
    written = save(path, {"jobs_any": heads.chance, "jobs_size": heads.size}, document)
    read = JobsHeads.of(load(path, digest=written))
    ready, units = _ready(1.0, 2.5)
    assert (jobs_at_month_12(heads, ready, units) == jobs_at_month_12(read, ready, units)).all()
    assert read.part == heads.part


def test_ranks_are_those_of_the_paper_with_a_tenth_for_each_tail():
    """n = 99: the 10th smallest, the 90th; n = 9: the ends of the sample; fewer cannot reach further."""
    assert ranks(np.array([0.1, 0.9]), 99).tolist() == [10, 90]
    assert ranks(np.array([0.1, 0.9]), 9).tolist() == [1, 9]
    assert ranks(np.array([0.1, 0.9]), 5).tolist() == [1, 5]


def test_memory_beside_the_draws_is_bounded_by_a_chunk():
    """Forty thousand units of two hundred residuals: at once they would take 64 MB a copy."""
    ready, units = _ready(*np.random.default_rng(1).lognormal(1.0, 1.0, 40_000))
    model = _model(
        0.1, residuals=np.linspace(-1, 1, 200).tolist(), refit_of=[0] * 200, group=[0] * 200, refits=[[0.0, 1.0, 0.0]]
    )
    tracemalloc.start()
    drawn = jobs_at_month_12(model, ready, units)
    beside = tracemalloc.get_traced_memory()[1] - drawn.nbytes
    tracemalloc.stop()
    assert beside < 64 * 2**20
