"""Internal rates of return: published cases with several, one or none, and the laws of roots."""

from datetime import date

import numpy as np
import numpy_financial
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.economics.figures import present_value
from engine.economics.rates import NoRate, rates
from engine.errors import EhyaError

PUMP = [-1600, 10000, -10000]


@pytest.mark.parametrize(
    ("flows", "published"),
    [
        (PUMP, [0.25, 4.0]),
        ([-100, 250, -155], [0.1381966009, 0.3618034]),
        ([-1000, 500, 500, 500, -600], []),
    ],
)
def test_the_pump_problem_and_its_like(flows, published):
    """Lorie and Savage, Three problems in rationing capital (1955); figures as printed by the tool irroots."""
    assert rates(flows).found == pytest.approx(published, abs=1e-7)


def test_dated_flows_of_the_pump_problem():
    """The same on 1 January of 2020 to 2022, actual/365, as printed by irroots."""
    found = rates(PUMP, dates=[date(2020, 1, 1), date(2021, 1, 1), date(2022, 1, 1)]).found
    assert found == pytest.approx([0.25025516, 3.97076089], abs=1e-8)


def test_a_plan_without_a_change_of_sign_says_so():
    for flows in ([1.0, 2.0], [-1.0, -2.0], [0.0, 0.0]):
        assert rates(flows).reason is NoRate.NO_SIGN_CHANGE
        assert rates(flows).found == ()


def test_several_rates_are_no_single_one():
    several = rates(PUMP)
    assert several.single is None
    assert several.reason is NoRate.SEVERAL
    assert rates([-100, 110]).single == pytest.approx(0.1)


def test_two_rates_that_fall_together_are_one():
    # -100 (1 - 1.1 v)^2
    assert rates([-100, 220, -121]).found == pytest.approx([0.1], abs=1e-6)


@given(st.lists(st.floats(-0.6, 5.0), min_size=1, max_size=4))
def test_every_rate_that_was_built_in_is_found(built):
    wanted = sorted({round(rate, 2) for rate in built})
    flows = np.array([-1.0])
    for rate in wanted:
        flows = np.convolve(flows, [1.0, -(1 + rate)])
    if len(wanted) == 1 or min(np.diff(wanted)) >= 0.05:
        assert rates(flows).found == pytest.approx(wanted, rel=1e-5, abs=1e-6)


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=12))
def test_at_a_rate_that_is_found_the_value_is_nil(flows):
    for rate in rates(flows).found:
        sizes = float(present_value(np.abs(flows), rate))
        assert abs(float(present_value(flows, rate))) <= 1e-6 * sizes


def test_a_single_rate_is_that_of_numpy_financial_where_it_is_right():
    flows = [-1000.0, 0.0, 0.0, 300.0, 600.0, 900.0]
    assert rates(flows).single == pytest.approx(numpy_financial.irr(flows), abs=1e-10)


@pytest.mark.parametrize("flows", [[1.0, np.nan], [-1.0, np.inf], [[1.0, -1.0]]])
def test_what_is_no_plan_is_refused(flows):
    with pytest.raises(EhyaError):
        rates(flows)


def test_dates_out_of_order_are_refused():
    with pytest.raises(EhyaError):
        rates([-1.0, 2.0], dates=[date(2021, 1, 1), date(2020, 1, 1)])
