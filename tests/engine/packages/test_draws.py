"""Joint draws of what units bring: as wide as the intervals they come from, whatever their signs."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.prediction import Output, columns
from engine.packages.draws import draws

NAMES = [*columns(Output.FEASIBILITY), *columns(Output.JOBS_IF_REVIVED), "npv_low", "npv_point", "npv_high"]


def drawn(*npv, jobs=(5.0, 20.0, 60.0), units=40):
    rows = [[0.1, 0.2, 0.4, *jobs, *npv]] * units
    return draws(pd.DataFrame(rows, index=[f"u{number}" for number in range(units)], columns=NAMES))


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
