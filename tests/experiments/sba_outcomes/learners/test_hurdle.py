"""Intervals of counts keep their zeros and cover."""

from __future__ import annotations

import numpy as np
import pytest

from experiments.sba_outcomes.learners.hurdle import LEVEL, fit_spread, hurdle_interval, size_interval


def _drawn(count: int = 20_000) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    location, chance = generator.normal(1.0, 0.5, count), generator.uniform(0.02, 0.98, count)
    size = np.maximum(np.round(np.exp(location + generator.normal(0, 0.8, count))), 1.0)
    return location, chance, np.where(generator.random(count) < chance, size, 0.0)


def test_zero_is_left_out_only_where_it_is_unlikely():
    location, chance, jobs = _drawn()
    some = jobs > 0
    spread = fit_spread(location[some], np.log(jobs[some]), np.ones(some.sum()))
    low, _ = hurdle_interval(spread, location, chance, LEVEL)
    assert not ((low > 0) & (1 - chance >= 0.2)).any()
    assert (low[chance > 0.95] > 0).any()


def test_intervals_cover_what_they_say():
    location, chance, jobs = _drawn()
    half = np.arange(len(jobs)) % 2 == 0
    some = jobs > 0
    spread = fit_spread(location[half & some], np.log(jobs[half & some]), np.ones((half & some).sum()))
    low, high = size_interval(spread, location, LEVEL)
    inside = ((low <= jobs) & (jobs <= high))[~half & some]
    assert inside.mean() == pytest.approx(LEVEL, abs=0.04)
    low, high = hurdle_interval(spread, location, chance, LEVEL)
    assert ((low <= jobs) & (jobs <= high))[~half].mean() >= LEVEL - 0.02


def test_a_sure_zero_has_an_interval_of_zero_alone():
    spread = fit_spread(np.zeros(9), np.log(np.arange(1.0, 10.0)), np.ones(9))
    low, high = hurdle_interval(spread, np.zeros(1), np.array([0.15]), LEVEL)
    assert (low[0], high[0]) == (0.0, 0.0)
