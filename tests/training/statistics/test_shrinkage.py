"""Shrinkage as a law: what n records of a level are worth beside what was supposed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression, Ridge

from training.statistics.shrinkage import (
    PriorBelief,
    chance_line,
    lines_without,
    pooled_chance,
    pooled_line,
    with_level,
)

BEFORE = PriorBelief(level=2.0, level_records=5.0, spread=1.0, spread_records=10.0)


def _world(seed: int, count: int, apart: float, spread: float = 0.6) -> tuple[np.ndarray, np.ndarray]:
    drawn = np.random.default_rng(seed)
    sector = np.eye(8)[drawn.integers(0, 8, count)]
    return sector - 1 / 8, 3.0 + sector @ (apart * drawn.standard_normal(8)) + spread * drawn.standard_normal(count)


@pytest.mark.parametrize("count", [1, 5, 20, 500])
def test_the_level_moves_as_its_formula_says(count):
    found = pooled_line(np.empty((count, 0)), np.full(count, 4.0), [], BEFORE)
    assert found.coefficients[0] == pytest.approx(2.0 + 2.0 * count / (count + 5))


def test_nothing_seen_is_what_was_supposed():
    found = pooled_line(np.empty((0, 2)), np.empty(0), ["sector", "sector"], BEFORE)
    assert found.coefficients.tolist() == [2.0, 0.0, 0.0]
    assert found.variance == 1.0


def test_an_effect_is_its_mean_deviation_times_n_by_n_and_ratio():
    """One column of ones and minus ones, level far from doubt: the ridge formula by hand."""
    column = np.repeat([1.0, -1.0], 6)[:, None]
    target = 2.0 + 0.9 * column[:, 0]
    found = pooled_line(column, target, ["sector"], BEFORE)
    assert found.coefficients == pytest.approx([2.0, 0.9 * 12 / (12 + found.ratios["sector"])])


def test_effects_that_are_there_are_kept_and_those_that_are_not_are_shrunk():
    alike, apart = (pooled_line(*_world(1, 400, each), ["s"] * 8, BEFORE) for each in (0.0, 1.0))
    assert alike.ratios["s"] > 20 > apart.ratios["s"]
    kept = []
    for apart_by, found in ((0.0, alike), (1.0, apart)):
        columns, target = _world(1, 400, apart_by)
        unshrunk = lines_without(columns, target, 2.0, np.full(9, 1e-6), np.full(400, 1))[0]
        kept.append(float(np.linalg.norm(found.coefficients[1:]) / np.linalg.norm(unshrunk[1:] - unshrunk[1:].mean())))
    assert kept[0] < 0.75 < 0.95 < kept[1]


@pytest.mark.parametrize("apart", [0.2, 0.8])
def test_the_more_records_the_nearer_to_the_truth(apart):
    def miss(count: int) -> float:
        missed = []
        for seed in range(12):
            columns, target = _world(seed, count, apart)
            truth = 3.0 + (columns + 1 / 8) @ (apart * _effects(seed, count))
            found = pooled_line(columns, target, ["s"] * 8, BEFORE).coefficients
            missed.append(np.sqrt(((with_level(columns) @ found - truth) ** 2).mean()))
        return float(np.mean(missed))

    few, some, many = (miss(count) for count in (8, 80, 1600))
    assert few > some > many
    assert many < 0.1


def _effects(seed: int, count: int) -> np.ndarray:
    drawn = np.random.default_rng(seed)
    drawn.integers(0, 8, count)
    return drawn.standard_normal(8)


def test_the_spread_of_a_record_is_found_and_starts_where_it_was_supposed():
    for spread in (0.3, 2.0):
        columns, target = _world(2, 3000, 0.3, spread)
        assert pooled_line(columns, target, ["s"] * 8, BEFORE).variance ** 0.5 == pytest.approx(spread, rel=0.05)


def test_a_line_at_its_penalties_is_a_ridge_regression_of_scikit_learn():
    columns, target = _world(3, 60, 0.5)
    found = pooled_line(columns, target, ["s"] * 8, BEFORE)
    ready = with_level(columns) / np.sqrt(found.penalties)
    peer = Ridge(alpha=1.0, fit_intercept=False).fit(ready, target - BEFORE.level).coef_ / np.sqrt(found.penalties)
    assert found.coefficients == pytest.approx(peer + np.eye(9)[0] * BEFORE.level, abs=1e-10)


def test_leaving_out_a_fold_is_fitting_the_rest():
    columns, target = _world(4, 40, 0.5)
    found = pooled_line(columns, target, ["s"] * 8, BEFORE)
    fold = np.arange(40) % 5
    without = lines_without(columns, target, BEFORE.level, found.penalties, fold)
    for number in range(5):
        rest = fold != number
        ready = with_level(columns[rest]) / np.sqrt(found.penalties)
        peer = Ridge(alpha=1.0, fit_intercept=False).fit(ready, target[rest] - BEFORE.level).coef_
        assert without[number] == pytest.approx(peer / np.sqrt(found.penalties) + np.eye(9)[0] * 2.0, abs=1e-10)


def test_a_record_that_weighs_two_is_two_records():
    columns, target = _world(5, 30, 0.5)
    weights = np.tile([1.0, 2.0], 15)
    twice = np.repeat(np.arange(30), weights.astype(int))
    weighed, repeated = (
        pooled_line(columns, target, ["s"] * 8, BEFORE, weights),
        pooled_line(columns[twice], target[twice], ["s"] * 8, BEFORE),
    )
    assert weighed.coefficients == pytest.approx(repeated.coefficients)
    assert weighed.variance == pytest.approx(repeated.variance)


def test_a_chance_with_a_prior_at_zero_is_that_of_scikit_learn():
    drawn = np.random.default_rng(6)
    columns = drawn.standard_normal((200, 3))
    label = (drawn.random(200) < 1 / (1 + np.exp(-1 - columns[:, 0]))).astype(float)
    found = chance_line(columns, label, 0.0, np.full(4, 2.0))
    peer = LogisticRegression(C=0.5, fit_intercept=False, tol=1e-12, max_iter=1000).fit(with_level(columns), label)
    assert found == pytest.approx(peer.coef_[0], abs=1e-6)


@settings(max_examples=40)
@given(st.integers(0, 10_000), st.integers(0, 60), st.sampled_from([0.0, 0.1, 0.9, 1.0]))
def test_a_chance_is_finite_whatever_came(seed, count, rate):
    """One outcome alone, no outcome at all, columns of any size: the prior holds the line."""
    drawn = np.random.default_rng(seed)
    columns = drawn.standard_normal((count, 5)) * 10 ** drawn.uniform(-2, 2)
    found, _ = pooled_chance(columns, (drawn.random(count) < rate).astype(float), 2.2, 1.0)
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 60


def test_effects_on_a_chance_are_believed_as_far_as_they_show():
    kept = []
    for slope in (0.0, 1.5):
        drawn = np.random.default_rng(7)
        columns = drawn.standard_normal((400, 4))
        label = (drawn.random(400) < 1 / (1 + np.exp(-2 - slope * columns[:, 0]))).astype(float)
        kept.append(pooled_chance(columns, label, 2.2, 1.0))
    assert kept[0][1] > 30 > 10 > kept[1][1]
    assert kept[1][0][1] == pytest.approx(1.5, abs=0.4)
    assert np.abs(kept[0][0][1:]).max() < 0.3
