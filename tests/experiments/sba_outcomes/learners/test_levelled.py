"""Learners asked as of the last day, and a level that goes on from there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from experiments.sba_outcomes.learners.blend import Plan
from experiments.sba_outcomes.learners.encoding import Path
from experiments.sba_outcomes.learners.levelled import Series, event_series, fit_levelled, outcome_series
from experiments.sba_outcomes.learners.roles import Roles

SMALL = Plan(trees=10, rounds=10)
ROLES = Roles(("size",), (Path("place", ("place",)),), ("place",))


def _rows(count, *, first, last, rise, seed=0):
    generator = np.random.default_rng(seed)
    years = generator.uniform(first, last, count)
    table = pd.DataFrame({"size": generator.normal(size=count), "place": generator.choice(list("abcd"), count)})
    chance = expit(-2.0 + rise * years + 0.5 * table["size"].to_numpy())
    return table, (generator.random(count) < chance).astype(float), np.ones(count), years


def test_a_rising_level_is_followed_beyond_the_last_day():
    table, label, weights, years = _rows(6000, first=0.0, last=5.0, rise=0.4)
    levelled, held_out = fit_levelled(table, label, weights, years, ROLES, until=5.0, plan=SMALL)
    later, came, _, when = _rows(6000, first=5.0, last=6.0, rise=0.4, seed=1)
    stopped, forecast = levelled.score(later), levelled.predict(later, when)
    assert abs(forecast.mean() - came.mean()) < abs(stopped.mean() - came.mean())
    assert held_out.shape == label.shape
    # Each row stands alone, whatever stands beside it.
    order = np.random.default_rng(2).permutation(len(later))
    mixed = levelled.predict(later.iloc[order].reset_index(drop=True), when[order])
    np.testing.assert_allclose(mixed, forecast[order], rtol=1e-12)
    assert levelled.predict(later.head(1), when[:1])[0] == pytest.approx(forecast[0], rel=1e-12)


def test_names_never_seen_and_numbers_far_off_have_a_chance_too():
    table, label, weights, years = _rows(1500, first=0.0, last=3.0, rise=0.0)
    levelled, _ = fit_levelled(table, label, weights, years, ROLES, until=3.0, plan=SMALL)
    strange = pd.DataFrame({"size": [np.nan, 1e9, -1e9], "place": ["z", "a", "z"]})
    chance = levelled.predict(strange, np.full(3, 3.5))
    assert ((chance > 0.01) & (chance < 0.6)).all()


def test_no_event_on_or_after_the_day_is_read():
    generator = np.random.default_rng(3)
    start, score = generator.uniform(0, 6, 400), generator.uniform(0.05, 0.3, 400)
    event = np.where(generator.random(400) < 0.3, start + generator.uniform(0, 4, 400), np.nan)
    blind = np.where(event >= 4.3, np.nan, event)
    seen = start < 4.3
    ours, theirs = (
        event_series(score[seen], start[seen], each[seen], np.ones(seen.sum()), known=4.3, horizon=3.0)
        for each in (event, blind)
    )
    np.testing.assert_array_equal(ours.level, theirs.level)
    np.testing.assert_array_equal(ours.density, theirs.density)


def test_expected_events_add_up_to_the_exposure():
    # All rows are watched to the end of the horizon: what was expected is their scores, however it is spread.
    generator = np.random.default_rng(4)
    start, weights = generator.uniform(0, 2, 5000), generator.uniform(0.5, 2.0, 5000)
    score = np.full(5000, 0.2)
    event = np.where(generator.random(5000) < 0.2, start + generator.uniform(0, 1, 5000), np.nan)
    series = event_series(score, start, event, weights, known=3.0, horizon=1.0)
    assert series.density.sum() == pytest.approx(1.0)
    assert np.nanmean(series.level) == pytest.approx(0.0, abs=0.1)
    assert series.level.shape == (12,)


def test_a_newcomer_meets_the_level_of_each_step_to_come():
    level = np.full(40, np.log(2.0))
    series = Series(0, level, np.full(40, 1e-6), np.array([0.25, 0.75]))
    moved = series.carry(np.array([0.2]), np.array([10.0]))
    # Twice the odds of 1 in 4, and a little for the doubt.
    assert moved[0] == pytest.approx(1 / 3, abs=0.01)
    flat = outcome_series(np.full(10, 0.2), np.zeros(10), np.ones(10), np.arange(10.0))
    np.testing.assert_allclose(logit(flat.carry(np.array([0.2]), np.array([12.0]))), logit(0.2))
