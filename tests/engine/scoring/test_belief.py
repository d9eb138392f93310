"""Feasibility of the first day: doubts add up, a missing field widens, a better twin is never behind."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from engine.scoring.belief import Doubt, Line, Standing, cells, feasibility, missing_variance, stand, transformed
from engine.scoring.first_day import BeliefColumn

FEATURES = ("deed", "cases", "age")
DEED = BeliefColumn(feature="deed", transform="as_stated", centre=0.6, spread=0.4, means=[0.6] * 28)
SURE = Line(50.0, np.zeros(3), np.zeros((3, 3)), 0.0)


def line(slopes=(0.4, -0.3, 0.0), doubt=0.1, level=0.3) -> Line:
    return Line(-1.0, np.array(slopes), doubt * np.eye(3), level)


def seen(*rows, spread=(0.5, 0.8, 1.0)) -> Standing:
    away = np.array([[0.0 if value is None else value for value in row] for row in rows])
    return Standing(away, np.array([[value is None for value in row] for row in rows]), np.array(spread))


def width(found) -> np.ndarray:
    return found.high - found.low


def test_a_worked_case_of_point_and_variance():
    found = feasibility(line(), SURE, seen((1.0, 0.0, None)))
    assert found.point[0] == pytest.approx(expit(-0.6))
    # effects .1^2 x 1, level .3^2, missing (0 + .1^2) x 1
    assert found.variance[0] == pytest.approx([0.01, 0.09, 0.01])
    assert found.low[0] == pytest.approx(expit(-0.6 - 1.2815515655 * np.sqrt(0.11)))


def test_both_factors_push_the_product_and_the_delta_method_is_near_simulation():
    first, second = line(), Line(0.5, np.array([0.0, -0.2, 0.1]), 0.05 * np.eye(3), 0.4)
    found = feasibility(first, second, seen((0.5, None, 1.0)))
    rng = np.random.default_rng(0)
    n = 200_000
    x = np.column_stack([np.full(n, 0.5), 0.8 * rng.standard_normal(n), np.ones(n)])
    draws = np.ones(n)
    for one in (first, second):
        slopes = one.slopes + rng.standard_normal((n, 3)) @ one.doubt.T
        draws *= expit(one.intercept + one.level * rng.standard_normal(n) + (x * slopes).sum(axis=1))
    low, high = np.quantile(draws, [0.1, 0.9])
    assert found.low[0] == pytest.approx(low, abs=0.01)
    assert found.high[0] == pytest.approx(high, abs=0.01)


def test_a_field_that_is_not_known_leaves_the_point_and_widens_the_interval():
    known, unknown = (feasibility(line(), SURE, seen((0.3, value, 0.0))) for value in (0.0, None))
    assert known.point[0] == unknown.point[0]
    assert unknown.low[0] < known.low[0] < known.high[0] < unknown.high[0]
    assert unknown.largest[0] is Doubt.LEVEL


@pytest.mark.parametrize("change", [{"doubt": 0.2}, {"level": 0.5}, {"spread": (0.9, 0.8, 1.0)}])
def test_more_doubt_never_narrows_an_interval(change):
    rng = np.random.default_rng(1)
    rows = [tuple(None if rng.random() < 0.4 else float(rng.normal()) for _ in FEATURES) for _ in range(200)]
    spread = change.pop("spread", None)
    before = feasibility(line(), SURE, seen(*rows))
    after = feasibility(line(**change), SURE, seen(*rows) if spread is None else seen(*rows, spread=spread))
    assert (width(after) >= width(before)).all()
    assert np.array_equal(after.point, before.point)


def test_a_better_twin_is_never_behind_in_any_figure_of_the_point():
    rng = np.random.default_rng(2)
    rows = rng.normal(size=(300, 3))
    better = rows + np.array([1.0, -1.0, 0.0]) * rng.random((300, 3))
    first, second = line(), Line(0.5, np.array([0.2, 0.0, 0.0]), 0.05 * np.eye(3), 0.4)
    points = [feasibility(first, second, seen(*each)).point for each in (rows, better)]
    assert (points[1] >= points[0]).all()


def test_parts_of_what_is_missing_add_up_to_its_variance():
    units = seen((None, None, 0.2), (0.1, None, None))
    found = feasibility(line(), SURE, units)
    assert missing_variance(line(), SURE, units).sum(axis=1) == pytest.approx(found.variance[:, 2])


def test_a_missing_value_stands_at_the_mean_of_its_sector_and_size():
    means = np.zeros(28)
    means[cells(pd.DataFrame({"sector_food": [1.0], "jobs_before_log": [np.log10(31)]}))] = 0.9
    column = DEED.changed(means=means)
    X = pd.DataFrame({"sector_food": [1.0, 1.0], "jobs_before_log": np.log10([31, 31]), "deed": [np.nan, 0.0]})
    found = stand([column], X)
    assert found.away.ravel().tolist() == pytest.approx([0.3, -0.6])
    assert found.missing.ravel().tolist() == [True, False]


def test_a_column_that_the_matrix_does_not_have_is_not_known():
    assert stand([DEED], pd.DataFrame(index=["a"])).missing.all()


def test_cells_are_told_by_sector_and_former_staff_and_unknown_ones_have_their_own():
    X = pd.DataFrame({"sector_food": [1.0, 1, 0, np.nan], "jobs_before_log": [np.log10(6), np.log10(201), np.nan, 1.0]})
    assert cells(X).tolist() == [0, 2, 27, 24]


def test_standing_idle_tells_nothing_more_from_ten_years_on():
    years = transformed(np.array([1.0, 9.0, 10.0, 25.0]), "log1p_to_10")
    assert years[0] < years[1] < years[2] == years[3]
