"""Recalibration as outcomes mature: a level that moved is followed, and nothing later is read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.schema import FeatureSchema
from training.cohort.landmarks import Followed
from training.cohort.spells import ENDED, OPEN, RESTARTED
from training.models.maturing import followed_shift
from training.models.recalibration import Shift, walk_forward_shift

DAY = pd.Timestamp("2024-01-01")


def followed(n=1500, seed=0, *, rate=0.25, lost=0.0, as_of=DAY, settled=DAY):
    """Units met over three years, restarting at a constant rate a year; some are lost from sight after half a year."""
    rng = np.random.default_rng(seed)
    origin = DAY - pd.to_timedelta(rng.integers(0, 1095, n), unit="D")
    wait, end = rng.exponential(1 / rate, n), rng.exponential(1 / 0.05, n)
    seen_for = np.where(rng.random(n) < lost, 0.5, (settled - origin).days / 365.25)
    first = np.minimum(np.minimum(wait, end), seen_for)
    outcome = np.where(first == wait, RESTARTED, np.where(first == end, ENDED, OPEN))
    until = origin + pd.to_timedelta(np.round(first * 365.25), unit="D")
    rows = pd.DataFrame({"unit_id": [f"u{number}" for number in range(n)], "origin": origin, "spell": np.arange(n)})
    spells = pd.DataFrame({"until": until, "outcome": outcome})
    nothing = pd.DataFrame(index=range(n))
    return Followed(rows, nothing, FeatureSchema(()), {}, spells, rows, as_of, settled, {})


def within_two_years(rate, end=0.05):
    return rate / (rate + end) * -np.expm1(-2 * (rate + end))


def test_a_level_that_was_right_stays_and_one_that_doubled_is_followed():
    foretold = within_two_years(0.25)
    still = followed_shift(followed(6000), np.full(6000, foretold))
    assert still.apply(np.array([foretold]))[0] == pytest.approx(foretold, abs=0.03)
    moved = followed_shift(followed(6000, rate=0.5), np.full(6000, foretold))
    assert moved.apply(np.array([foretold]))[0] == pytest.approx(within_two_years(0.5), abs=0.06)


def test_units_lost_from_sight_are_no_failures():
    foretold = within_two_years(0.25)
    found = followed_shift(followed(6000, lost=0.4), np.full(6000, foretold))
    assert found.apply(np.array([foretold]))[0] == pytest.approx(foretold, abs=0.03)


def test_rows_lost_before_a_step_say_nothing_of_it():
    # By hand: in the first quarter year one in ten restarted, in the second too; half of the rows were lost in between.
    event = np.concatenate([np.full(400, 0.1), np.full(200, 0.3), np.full(3400, np.nan)])
    lost = np.arange(4000) % 2 == 1
    event = np.where(lost & (event > 0.25), np.nan, event)
    until = np.where(lost, 0.25, np.inf)
    told = {"known": 2.0, "horizon": 0.5}
    p = np.full(4000, 0.125)
    found = walk_forward_shift(p, np.zeros(4000), event, np.ones(4000), until=until, **told)
    # 400 of 4000, then 100 of the 2000 still watched: .1 + .05.
    assert found.apply(np.array([0.125]))[0] == pytest.approx(0.15, abs=0.002)
    blind = walk_forward_shift(p, np.zeros(4000), event, np.ones(4000), **told)
    assert blind.apply(np.array([0.125]))[0] == pytest.approx(0.125, abs=0.002)


def test_nothing_after_the_day_is_read():
    seen = followed(800)
    later = seen.spells.assign(
        outcome=np.where(seen.spells["outcome"] == OPEN, RESTARTED, seen.spells["outcome"]),
        until=seen.spells["until"] + pd.to_timedelta(np.where(seen.spells["outcome"] == OPEN, 400, 0), unit="D"),
    )
    again = Followed(seen.rows, seen.matrix, seen.schema, {}, later, seen.restarts, seen.as_of, seen.settled, {})
    p = np.full(800, 0.4)
    here, there = followed_shift(seen, p), followed_shift(again, p)
    assert (here.intercept, here.slope) == pytest.approx((there.intercept, there.slope), abs=1e-9)


def test_without_a_restart_nothing_moves():
    seen = followed(50)
    quiet = seen.spells.assign(outcome=OPEN)
    bare = Followed(seen.rows, seen.matrix, seen.schema, {}, quiet, seen.restarts, seen.as_of, seen.settled, {})
    assert followed_shift(bare, np.full(50, 0.3)) == Shift(0.0, 1.0)
