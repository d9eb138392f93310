"""A track record knows what had happened by a day, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from experiments.sba_outcomes.learners.track_record import PRIOR_EVENTS, track_records

KNOWN = {"until": 8.0, "horizon": 3.0, "half_life": 2.0}


@pytest.fixture
def rows():
    generator = np.random.default_rng(0)
    start = generator.uniform(0, 8, 300)
    event = np.where(generator.random(300) < 0.4, start + generator.uniform(0, 5, 300), np.nan)
    return pd.Series(generator.choice(list("abcdefg"), 300)), start, event, generator.uniform(0.5, 1.5, 300)


def test_the_sums_are_those_of_a_plain_loop(rows):
    group, start, event, weights = rows
    records = track_records(group, start, event, weights, **KNOWN)
    asked, days = pd.Series(["a", "c", "g", "z", "b"]), np.array([2.5, 8.0, 11.0, 5.0, 0.0])
    for name, day, ours in zip(asked, days, records.log_ratio(asked, days), strict=True):
        now, events, watched = min(day, 8.0), 0.0, 0.0
        for row in np.flatnonzero((group == name) & (start < now)):
            counts = weights[row] * 0.5 ** ((now - start[row]) / 2.0)
            watched += counts * min(now - start[row], 3.0)
            events += counts * (event[row] < now and event[row] <= start[row] + 3.0)
        assert ours == pytest.approx(np.log((events + PRIOR_EVENTS) / (watched * records.pace + PRIOR_EVENTS)))


def test_what_happens_later_changes_nothing(rows):
    group, start, event, weights = rows
    whole = track_records(group, start, event, weights, **KNOWN)
    blind = track_records(group, start, np.where(event >= 6.0, np.nan, event), weights, **KNOWN)
    asked, days = pd.Series(np.resize(list("abcdefg"), 50)), np.linspace(0, 6, 50)
    # The usual pace is one number for all groups and days.
    same = replace(blind, pace=whole.pace)
    np.testing.assert_allclose(whole.log_ratio(asked, days), same.log_ratio(asked, days), atol=1e-9)


def test_a_group_without_a_past_is_usual(rows):
    group, start, event, weights = rows
    records = track_records(group, start, event, weights, **KNOWN)
    assert records.log_ratio(pd.Series(["never seen"]), np.array([7.0]))[0] == 0.0
