"""Rates of return: by hand, and against numpy-financial."""

import numpy as np
import numpy_financial
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.economics.appraisal import irr, mirr, npv

PLANS = [
    [-100.0, 60.0, 60.0],
    [-1000.0, 0.0, 0.0, 300.0, 600.0, 900.0],
    [-50.0, -50.0, 20.0, 40.0, 60.0, 80.0],
    [-100.0, 5.0, 5.0, 5.0],
]


def test_two_equal_payments_are_worth_what_the_hand_finds():
    # 60 / 1.1 = 54.5454..., 60 / 1.21 = 49.5867...
    assert npv(0.1, [-100, 60, 60]) == pytest.approx(-100 + 54.54545454545454 + 49.58677685950413, abs=1e-12)


def test_a_loan_repaid_after_a_year_returns_its_interest():
    assert irr([-100, 110]) == pytest.approx(0.1, abs=1e-12)


@pytest.mark.parametrize("flows", PLANS)
def test_agrees_with_numpy_financial(flows):
    assert npv(0.12, flows) == pytest.approx(numpy_financial.npv(0.12, flows), abs=1e-9)
    assert irr(flows) == pytest.approx(numpy_financial.irr(flows), abs=1e-10)
    assert mirr(flows, finance_rate=0.1, reinvest_rate=0.12) == pytest.approx(
        numpy_financial.mirr(flows, 0.1, 0.12), abs=1e-10
    )


def test_flows_that_change_sign_twice_have_no_single_rate():
    flows = [-100.0, 230.0, -132.0]  # both 10 % and 20 % make it nil
    assert npv(0.1, flows) == pytest.approx(0, abs=1e-9)
    assert npv(0.2, flows) == pytest.approx(0, abs=1e-9)
    assert np.isnan(irr(flows))


def test_flows_of_one_sign_have_no_rate():
    assert np.isnan(irr([[5.0, 5.0], [-5.0, -5.0], [0.0, 0.0]])).all()
    assert np.isnan(mirr([[5.0, 5.0], [-5.0, -5.0]], finance_rate=0.1, reinvest_rate=0.1)).all()


def test_many_plans_at_once_give_what_each_gives_alone():
    plans = np.array([[-100.0, 60.0, 60.0], [-10.0, 1.0, 30.0], [-1.0, 0.0, 0.5]])
    assert irr(plans).tolist() == [float(irr(plan)) for plan in plans]
    assert npv(0.1, plans) == pytest.approx([float(npv(0.1, plan)) for plan in plans], abs=1e-12)


@given(st.floats(-0.5, 3.0), st.lists(st.floats(1.0, 100.0), min_size=1, max_size=10))
def test_a_plan_bought_at_its_worth_returns_the_rate_it_was_discounted_at(rate, income):
    price = float(npv(rate, [0.0, *income]))
    assert irr([-price, *income]) == pytest.approx(rate, abs=1e-8)
