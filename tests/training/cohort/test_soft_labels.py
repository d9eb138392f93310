"""Labels of a horizon tell what was known, and a chance where nothing was."""

from __future__ import annotations

import numpy as np
import pytest

from training.cohort.soft_labels import Timing, event_timing, observed_by, soft_labels
from training.models.recalibration import walk_forward_shift


def test_events_after_the_day_of_knowledge_are_not_read():
    start, event = np.array([0.0, 1.0, 2.0]), np.array([1.0, 3.5, np.nan])
    known = observed_by(start, event, 3.0)
    later = observed_by(start, np.array([1.0, 9.0, 3.0]), 3.0)
    np.testing.assert_array_equal(known, later)


def test_timing_is_kaplan_meiers():
    lifelines = pytest.importorskip("lifelines")
    generator = np.random.default_rng(0)
    event, age = generator.exponential(3.0, 2000), generator.uniform(0.1, 5.0, 2000)
    # The grid counts only steps watched to their end, so ages are cut to it.
    age = np.floor(age * 8) / 8
    delay = np.where(event < age, event, np.nan)
    timing = event_timing(age, delay, np.ones(2000), horizon=3.0, steps=24)
    fitter = lifelines.KaplanMeierFitter().fit(np.fmin(delay, age), ~np.isnan(delay))
    failed = 1 - fitter.survival_function_at_times([1.0, 2.0, 3.0]).to_numpy()
    np.testing.assert_allclose(timing.by(np.array([1.0, 2.0, 3.0])), failed / failed[-1], atol=1e-8)


def test_soft_labels_keep_the_rate_that_is_true():
    generator = np.random.default_rng(1)
    happens = generator.random(40_000) < 0.3
    when = np.where(happens, generator.uniform(0, 3, 40_000), np.nan)
    age = generator.uniform(0, 4, 40_000)
    timing = Timing(np.array([0.0, 3.0]), np.array([0.0, 1.0]))
    seen = np.where(when < age, when, np.nan)
    label = soft_labels(age, seen, np.full(40_000, 0.3), timing, horizon=3.0)
    assert label.mean() == pytest.approx(0.3, abs=0.01)


def test_a_true_score_is_left_nearly_where_it_is_and_a_low_one_is_lifted():
    generator = np.random.default_rng(2)
    chance = generator.uniform(0.05, 0.4, 20_000)
    start = generator.uniform(0, 8, 20_000)
    event = np.where(generator.random(20_000) < chance, start + generator.uniform(0, 3, 20_000), np.nan)
    how = {"known": 9.0, "horizon": 3.0}
    kept = walk_forward_shift(chance, start, event, np.ones(20_000), **how).apply(chance)
    assert kept.mean() == pytest.approx(chance.mean(), rel=0.08)
    lifted = walk_forward_shift(chance / 2, start, event, np.ones(20_000), **how).apply(chance / 2)
    assert lifted.mean() > 0.75 * chance.mean()


def test_a_recalibration_reads_no_event_of_its_day_or_later():
    generator = np.random.default_rng(3)
    start, chance = generator.uniform(0, 5, 500), np.full(500, 0.3)
    event = start + generator.exponential(4.0, 500)
    late = np.where(event >= 4.0, generator.permutation(event) + 10.0, event)
    how = {"known": 4.0, "horizon": 3.0}
    shifts = [walk_forward_shift(chance, start, each, np.ones(500), **how) for each in (event, late)]
    assert shifts[0] == shifts[1]


def test_without_events_nothing_moves():
    none = walk_forward_shift(np.full(9, 0.2), np.zeros(9), np.full(9, np.nan), np.ones(9), known=5.0, horizon=3.0)
    assert (none.intercept, none.slope) == (0.0, 1.0)
