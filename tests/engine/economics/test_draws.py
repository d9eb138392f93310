"""Draws: uniform, a unit's own whatever its company, and inside their ranges."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.economics.assumptions import Assumption
from engine.economics.draws import in_interval, in_range, uniforms

IDS = pd.Index([f"unit-{place}" for place in range(40)])


def test_draws_are_uniform_and_of_different_variables_and_units_unrelated():
    one = uniforms("one", IDS, draws=2000, seed=1)
    other = uniforms("other", IDS, draws=2000, seed=1)
    assert one.min() > 0
    assert one.max() < 1
    assert one.mean() == pytest.approx(0.5, abs=0.005)
    assert one.var() == pytest.approx(1 / 12, abs=0.002)
    assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.01
    between_units = np.corrcoef(one.T)[np.triu_indices(len(IDS), 1)]
    assert np.abs(between_units).max() < 0.12
    assert abs(np.corrcoef(one[1:].ravel(), one[:-1].ravel())[0, 1]) < 0.01


def test_another_seed_draws_otherwise_and_the_same_seed_the_same():
    assert np.array_equal(uniforms("x", IDS, draws=9, seed=1), uniforms("x", IDS, draws=9, seed=1))
    assert not np.array_equal(uniforms("x", IDS, draws=9, seed=1), uniforms("x", IDS, draws=9, seed=2))


def test_more_draws_begin_with_the_same():
    assert np.array_equal(uniforms("x", IDS, draws=5, seed=1), uniforms("x", IDS, draws=50, seed=1)[:5])


@given(st.floats(0, 1), st.floats(0, 50), st.floats(0, 50), st.floats(0, 20))
def test_a_wider_range_moves_every_draw_outwards_or_not_at_all(uniform, below, above, wider):
    near = Assumption("x", 100.0, 100 - below, 100 + above, "ratio", "assumed", "")
    far = Assumption("x", 100.0, 100 - below - wider, 100 + above + wider, "ratio", "assumed", "")
    inner, outer = float(in_range(near, uniform)), float(in_range(far, uniform))
    assert near.low - 1e-9 <= inner <= near.high + 1e-9
    assert abs(outer - 100) >= abs(inner - 100) - 1e-9


def test_half_of_the_draws_lie_below_the_point():
    row = Assumption("x", 10.0, 0.0, 100.0, "ratio", "assumed", "")
    drawn = in_range(row, uniforms("x", IDS, draws=500, seed=0))
    assert (drawn < 10).mean() == pytest.approx(0.5, abs=0.01)


def test_eighty_of_a_hundred_draws_lie_inside_an_interval():
    low, point, high = (np.full(len(IDS), end) for end in (2.0, 5.0, 20.0))
    drawn = in_interval(low, point, high, uniforms("jobs", IDS, draws=500, seed=0))
    assert ((drawn >= 2) & (drawn <= 20)).mean() == pytest.approx(0.8, abs=0.01)
