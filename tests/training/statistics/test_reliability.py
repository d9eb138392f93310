"""Reliability: bins, exact intervals, the plot."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binomtest

from training.statistics.reliability import reliability_table, share_interval


def test_exact_intervals_agree_with_scipy() -> None:
    for hits, count in ((0, 7), (3, 10), (7, 7), (41, 160)):
        low, high = share_interval(np.array([hits / count]), np.array([float(count)]))
        wanted = binomtest(hits, count).proportion_ci(0.95, method="exact")
        assert (low[0], high[0]) == pytest.approx((wanted.low, wanted.high), abs=1e-9)


def test_honest_forecasts_surprise_no_more_often_than_the_level_allows() -> None:
    rng = np.random.default_rng(0)
    surprising = []
    for _ in range(200):
        p = rng.uniform(0.02, 0.6, 300)
        surprising.append(reliability_table((rng.random(300) < p) * 1.0, p)["surprising"].mean())
    assert np.mean(surprising) < 0.05
    p = rng.uniform(0.02, 0.6, 3000)
    assert reliability_table((rng.random(3000) < p / 2) * 1.0, p)["surprising"].mean() > 0.7


def test_bins_hold_about_as_many_rows_each_and_part_no_equal_forecasts() -> None:
    p = np.repeat([0.1, 0.2, 0.2, 0.4], 25)
    table = reliability_table(np.zeros(100), p, bins=4)
    assert table["count"].tolist() == [25, 50, 25]
    assert (table["low"].tolist(), table["high"].tolist()) == ([0.1, 0.2, 0.4], [0.1, 0.2, 0.4])
    assert len(reliability_table(np.zeros(25), np.linspace(0, 1, 25))) == 2


def test_the_order_of_rows_changes_nothing_and_weights_of_one_neither() -> None:
    rng = np.random.default_rng(1)
    p, label = rng.random(120), (rng.random(120) < 0.3) * 1.0
    table = reliability_table(label, p)
    turned = rng.permutation(120)
    pd.testing.assert_frame_equal(table, reliability_table(label[turned], p[turned]))
    pd.testing.assert_frame_equal(table, reliability_table(label, p, np.full(120, 2.0)))


def test_uneven_weights_widen_the_interval() -> None:
    rng = np.random.default_rng(2)
    p, label = np.full(50, 0.3), (np.arange(50) % 3 == 0) * 1.0
    even = reliability_table(label, p)
    uneven = reliability_table(label, p, rng.exponential(size=50) + 0.01)
    width = [(table["happened_high"] - table["happened_low"]).item() for table in (even, uneven)]
    assert width[1] > 1.2 * width[0]


def test_nothing_gives_an_empty_table() -> None:
    assert reliability_table(np.zeros(0), np.zeros(0)).empty
