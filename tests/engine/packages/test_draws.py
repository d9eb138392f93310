"""Joint draws of what units bring: as wide as the intervals they come from, whatever their signs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit, ndtri

from engine.domain.prediction import Output, columns
from engine.economics.draws import chances, uniforms
from engine.packages.draws import draws

NAMES = [*columns(Output.FEASIBILITY), *columns(Output.JOBS_IF_REVIVED), "npv_low", "npv_point", "npv_high"]


def drawn(*npv, jobs=(5.0, 20.0, 60.0), units=40):
    rows = [[0.1, 0.2, 0.4, *jobs, *npv]] * units
    return draws(pd.DataFrame(rows, index=[f"u{number}" for number in range(units)], columns=NAMES))


@settings(deadline=None, max_examples=25)
@given(
    st.lists(st.floats(0.001, 0.999), min_size=3, max_size=3, unique=True).map(sorted),
    st.integers(0, 1_000),
)
def test_packages_and_the_worth_of_a_unit_draw_a_chance_from_one_distribution(interval, seed):
    """Each in draws of its own, of one and the same curve: quantile by quantile, and in the mean."""
    named = dict(zip(columns(Output.FEASIBILITY), interval, strict=True))
    table = pd.DataFrame([{**dict.fromkeys(NAMES, 1.0), **named}], index=["u"])
    ours = draws(table, worlds=4_000, seed=seed).chance[:, 0]
    theirs = chances(*([end] for end in interval), ndtri(uniforms("feasibility", table.index, draws=4_000, seed=seed)))
    at = [0.1, 0.3, 0.5, 0.7, 0.9]
    width = np.diff(logit(interval)).max()
    assert logit(np.quantile(ours, at)) == pytest.approx(logit(np.quantile(theirs[:, 0], at)), abs=0.12 * width)
    assert logit(np.quantile(theirs[:, 0], [0.1, 0.5, 0.9])) == pytest.approx(logit(interval), abs=0.12 * width)
    assert ours.mean() == pytest.approx(theirs.mean(), abs=0.03)


@settings(deadline=None, max_examples=25)
@given(st.lists(st.floats(-5_000, 5_000), min_size=3, max_size=3).map(sorted))
def test_a_value_that_may_be_lost_or_gained_has_no_world_that_outweighs_all_others(npv):
    found = drawn(*npv).npv
    width = max(npv[2] - npv[0], 1.0)
    assert np.abs(found - npv[1]).max() < 6 * width
    assert found.mean() == pytest.approx(npv[1], abs=width)


def test_eight_of_ten_values_lie_in_the_interval():
    found = drawn(-500.0, -20.0, 3_000.0, units=200).npv
    assert np.mean((found >= -500) & (found <= 3_000)) == pytest.approx(0.8, abs=0.04)


def test_nobody_works_fewer_than_no_persons():
    assert drawn(0.0, 1.0, 2.0, jobs=(0.0, 4.0, 30.0)).jobs.min() >= 0
