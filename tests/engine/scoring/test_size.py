"""Jobs listen to every sign of size, and to capital not at all."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from engine.domain.prediction import Output
from engine.scoring.belief import Feasibility
from engine.scoring.first_day import SizeRatio, SizeSign, SizeSigns
from engine.scoring.size import jobs, size_figures

STAFF = SizeSign(feature="jobs_before_log", per_worker=0.0, error=0.25)
LAND = SizeSign(feature="land_log", per_worker=float(np.log(200.0)), error=1.2)
RATIO = SizeRatio(mean=float(np.log(0.7)), down=0.9, up=0.6)
SECTION = SizeSigns(level=float(np.log(12.0)), spread=1.0, ratio=RATIO, signs=(STAFF, LAND))


def matrix(**measures) -> pd.DataFrame:
    return pd.DataFrame({name: np.log10(1 + np.array(values, dtype=float)) for name, values in measures.items()})


def chance(count: int, point=0.3, reach=0.4) -> Feasibility:
    score = np.log(point / (1 - point))
    ends = [1 / (1 + np.exp(-(score + side * 1.2815515655 * reach))) for side in (-1, 1)]
    each = [np.full(count, value) for value in (point, *ends, point, 1.0)]
    return Feasibility(*each, np.tile([reach**2, 0.0, 0.0], (count, 1)))


def of(found, count, jobs_now=0.0, capital=np.nan, **more):
    return size_figures(chance(count, **more), found, np.full(count, jobs_now), np.full(count, capital))


def test_five_hundred_former_workers_are_not_five():
    found = jobs(SECTION, matrix(jobs_before_log=[5, 500], land_log=[np.nan, np.nan]))
    small, large = of(found, 2)[Output.JOBS_IF_REVIVED][:, 1]
    assert 50 < large / small < 100
    assert found.centre[1] == pytest.approx(np.log(500 * 0.7), abs=0.25)


def test_each_sign_pulls_by_its_precision_and_pulls_add_up():
    X = matrix(jobs_before_log=[40, 40, np.nan, np.nan], land_log=[np.nan, 80_000, 80_000, np.nan])
    found = jobs(SECTION, X)
    assert found.weights.sum(axis=1) == pytest.approx(1.0)
    assert found.centre == pytest.approx(SECTION.level + found.pulls.sum(axis=1) + RATIO.mean)
    assert found.centre[1] > found.centre[0]
    assert found.centre[2] > found.centre[3]
    assert found.weights[1, 0] > 0.9


def test_every_further_sign_narrows_and_none_at_all_gives_the_official_average():
    found = jobs(SECTION, matrix(jobs_before_log=[40, 40, np.nan], land_log=[8000, np.nan, np.nan]))
    assert found.up[0] < found.up[1] < found.up[2]
    assert found.centre[2] == pytest.approx(SECTION.level + RATIO.mean)


def test_nobody_employed_before_is_no_sign():
    assert jobs(SECTION, matrix(jobs_before_log=[0])).weights.tolist() == [[0.0, 0.0, 1.0]]


def test_a_worked_case_of_the_interval():
    found = jobs(SECTION.changed(signs=()), pd.DataFrame(index=["a"]))
    low, point, high = of(found, 1)[Output.JOBS_IF_REVIVED][0]
    assert np.exp(found.centre[0]) == pytest.approx(8.4)
    # Half of a log-normal of each side: exp(s^2 / 2) times the normal share beyond.
    down, up = np.hypot(1.0, 0.9), np.hypot(1.0, 0.6)
    mean = np.exp(down**2 / 2) * norm.cdf(-down) + np.exp(up**2 / 2) * norm.cdf(up)
    assert point == pytest.approx(8.4 * mean)
    assert low == pytest.approx(8.4 * np.exp(-1.2815515655 * np.hypot(1.0, 0.9)))
    assert high == pytest.approx(8.4 * np.exp(1.2815515655 * np.hypot(1.0, 0.6)))


def test_expected_jobs_are_near_simulation():
    found = jobs(SECTION, matrix(jobs_before_log=[60], land_log=[np.nan]))
    low, point, high = of(found, 1)[Output.JOBS_EXPECTED][0]
    rng = np.random.default_rng(0)
    p = 1 / (1 + np.exp(-(np.log(3 / 7) + 0.4 * rng.standard_normal(400_000))))
    draws = p * np.exp(found.at(rng.standard_normal(400_000)))
    assert point == pytest.approx(draws.mean(), rel=0.02)
    assert [low, high] == pytest.approx(np.quantile(draws, [0.1, 0.9]), rel=0.06)


def test_more_doubt_never_narrows_and_low_point_high_are_in_order():
    X = matrix(jobs_before_log=[3, 30, 300, np.nan], land_log=[np.nan] * 4)
    wider = SECTION.changed(spread=1.6, ratio=RATIO.changed(down=1.2, up=1.0))
    for now in (0.0, 10.0, 500.0):
        for output, values in of(jobs(SECTION, X), 4, jobs_now=now, capital=3.0).items():
            after = of(jobs(wider, X), 4, jobs_now=now, capital=3.0, reach=0.8)[output]
            assert (np.diff(values) >= 0).all()
            assert (after[:, 0] <= values[:, 0] + 1e-12).all() or output in (Output.JOBS_EXPECTED,)
            assert (values >= 0).all()


def test_jobs_now_are_taken_off_and_unknown_ones_leave_nothing_to_say():
    found = jobs(SECTION, matrix(jobs_before_log=[60], land_log=[np.nan]))
    some = of(found, 1, jobs_now=5.0)[Output.JOBS_IF_REVIVED][0]
    assert (of(found, 1)[Output.JOBS_IF_REVIVED][0] - some)[[0, 2]] == pytest.approx([5.0, 5.0])
    assert 4.9 < (of(found, 1)[Output.JOBS_IF_REVIVED][0] - some)[1] <= 5.0
    assert of(found, 1, jobs_now=1e6)[Output.JOBS_IF_REVIVED].tolist() == [[0.0, 0.0, 0.0]]
    assert np.isnan(of(found, 1, jobs_now=np.nan)[Output.JOBS_EXPECTED]).all()


def test_the_mean_above_a_floor_is_that_of_simulation():
    found = jobs(SECTION, matrix(jobs_before_log=[60, 60, 60], land_log=[np.nan] * 3))
    draws = np.exp(found.at(np.random.default_rng(3).standard_normal((400_000, 3))))
    floor = np.array([0.0, 20.0, 120.0])
    assert found.mean_above(floor) == pytest.approx(np.maximum(draws - floor, 0).mean(axis=0), rel=0.01)


def test_capital_divides_and_does_nothing_else():
    found = jobs(SECTION, matrix(jobs_before_log=[60], land_log=[np.nan]))
    dear, cheap = (of(found, 1, capital=capital) for capital in (1000.0, 10.0))
    assert dear[Output.JOBS_IF_REVIVED].tolist() == cheap[Output.JOBS_IF_REVIVED].tolist()
    assert dear[Output.JOBS_PER_BILLION_RIAL] * 100 == pytest.approx(cheap[Output.JOBS_PER_BILLION_RIAL])
