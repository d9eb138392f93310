"""Payback, cover, break-even: by hand, and published tables of which some figures are wrong and must come out right."""

import numpy as np
import numpy_financial
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.economics.figures import (
    break_even,
    break_even_price,
    cost_per_job,
    debt_service_cover,
    loan_life_cover,
    mirr,
    nominal_rate,
    payback,
    present_value,
    real_flows,
    value_to_investment,
)
from engine.economics.rates import rates

# Brigham and Houston, Fundamentals of Financial Management, table 12-1, project S, both ways of depreciation
PROJECT_S = [[-1000, 500, 400, 300, 100], [-1000, 471.2, 328, 336, 164.8]]


def test_project_s_of_a_textbook():
    assert present_value(PROJECT_S, 0.1) == pytest.approx([78.82, 64.44], abs=0.005)
    assert [rates(flows).single for flows in PROJECT_S] == pytest.approx([0.14489, 0.13437], abs=5e-6)
    assert mirr(PROJECT_S, finance_rate=0.1, reinvest_rate=0.1) == pytest.approx([0.12106, 0.11731], abs=5e-6)
    assert payback(PROJECT_S) == pytest.approx([2.33, 2.60], abs=0.005)


# National Horticulture Board of India, model project for button mushrooms, annexure IX; Rs. lakh
PROFIT = [14.9, 13.1, 12.5, 11.9, 11.5, 11.3, 11.3, 11.0, 10.7, 10.4]
DEPRECIATION = [5.3, 5.3, 5.3, 5.3, 5.3, 5.3, 5.31, 5.3, 5.3, 5.3]
WRITTEN_OFF = [0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.43, 0.4, 0.4, 0.4]
INTEREST = [2.6, 3.4, 2.7, 2.1, 1.4, 0.8, 0.2, 0, 0, 0]
REPAID = [0, 5.8, 5.8, 5.8, 5.8, 5.84, 5.84, 0, 0, 0]


def test_cover_of_the_mushroom_project_where_its_printed_table_is_wrong():
    """Printed: 5.6 in year 7, where interest and repayment add up to 6.04 and not to 3.10; and -1665 without debt."""
    cash = np.add(np.add(PROFIT, DEPRECIATION), np.add(WRITTEN_OFF, INTEREST))
    cover = debt_service_cover(cash, np.add(INTEREST, REPAID))
    assert cover[:6] == pytest.approx([8.8, 2.4, 2.4, 2.5, 2.6, 2.69], abs=0.13)  # as printed, rounded
    assert cover[:7] == pytest.approx([8.923, 2.413, 2.459, 2.494, 2.583, 2.681, 2.854], abs=5e-4)
    assert np.isnan(cover[7:]).all()
    assert np.nanargmin(cover) + 1 == 2
    assert np.nanmean(cover) == pytest.approx(3.487, abs=5e-4)


def test_a_loan_that_the_cash_just_pays_has_a_life_cover_of_one():
    # 100 at 10 %: 60 and 55
    cover = loan_life_cover([0, 60, 55], [0, 60, 55], [100, 50, 0], 0.1)
    assert cover[1:] == pytest.approx([1, 1])
    assert np.isnan(cover[0])


def test_break_even_by_hand():
    assert break_even(200, 80, 60) == pytest.approx(0.5)
    assert break_even_price(200, 80, 60) == pytest.approx(0.7)
    assert np.isnan(break_even(200, 200, 60))
    assert np.isnan(break_even_price(0, 0, 60))


def test_payback_counts_to_the_last_time_the_sum_is_below_nil():
    assert payback([-100, 150, -100, 100]) == pytest.approx(2.5)
    assert payback([-100, 110, 0], rate=0.1) == pytest.approx(1)
    assert np.isnan(payback([[-100, 20, 20], [10, 20, 20]])).all()


@pytest.mark.parametrize("investment", [[0.0, 0.0], [-10.0, 0.0]])
def test_an_investment_of_nil_or_less_has_no_ratio(investment):
    assert np.isnan(value_to_investment([5.0, 5.0], investment, 0.1))


def test_a_job_without_money_and_money_without_a_job_have_no_price():
    assert np.isnan(cost_per_job([0.0, 100.0, 100.0], [10.0, 0.0, -1.0])).all()


flows = st.lists(st.floats(-1e6, 1e6), min_size=5, max_size=5)


@given(flows, flows, st.floats(-3, 3), st.floats(-0.5, 2))
def test_the_present_value_is_linear(one, other, factor, rate):
    both = present_value(np.add(one, np.multiply(other, factor)), rate)
    parts = present_value(one, rate) + factor * present_value(other, rate)
    sizes = present_value(np.abs(one), rate) + 3 * present_value(np.abs(other), rate)
    assert abs(both - parts) <= 1e-9 * sizes + 1e-9


@given(flows, st.floats(-0.5, 2))
def test_the_present_value_is_that_of_numpy_financial(one, rate):
    assert present_value(one, rate) == pytest.approx(numpy_financial.npv(rate, one), rel=1e-9, abs=1e-6)


@given(flows, st.floats(-0.2, 0.6), st.floats(0, 0.8))
def test_nominal_flows_at_the_nominal_rate_are_worth_the_real_flows_at_the_real_rate(one, real, inflation):
    nominal = present_value(one, nominal_rate(real, inflation))
    assert nominal == pytest.approx(present_value(real_flows(one, inflation), real), rel=1e-9, abs=1e-6)


@given(st.lists(flows, min_size=1, max_size=6))
def test_many_plans_at_once_give_what_each_gives_alone(plans):
    assert np.array_equal(payback(plans), [float(payback(plan)) for plan in plans], equal_nan=True)


PLANS = [
    [-100.0, 60.0, 60.0],
    [-1000.0, 0.0, 0.0, 300.0, 600.0, 900.0],
    [-50.0, -50.0, 20.0, 40.0, 60.0, 80.0],
    [-100.0, 5.0, 5.0, 5.0],
]


def test_two_equal_payments_are_worth_what_the_hand_finds():
    # 60 / 1.1 = 54.5454..., 60 / 1.21 = 49.5867...
    by_hand = -100 + 54.54545454545454 + 49.58677685950413
    assert present_value([-100, 60, 60], 0.1) == pytest.approx(by_hand, abs=1e-12)


@pytest.mark.parametrize("flows", PLANS)
def test_values_and_rates_agree_with_numpy_financial(flows):
    assert present_value(flows, 0.12) == pytest.approx(numpy_financial.npv(0.12, flows), abs=1e-9)
    assert rates(flows).single == pytest.approx(numpy_financial.irr(flows), abs=1e-10)
    assert mirr(flows, finance_rate=0.1, reinvest_rate=0.12) == pytest.approx(
        numpy_financial.mirr(flows, 0.1, 0.12), abs=1e-10
    )


def test_flows_that_change_sign_twice_are_worth_nil_at_two_rates():
    assert present_value([-100.0, 230.0, -132.0], 0.1) == pytest.approx(0, abs=1e-9)
    assert present_value([-100.0, 230.0, -132.0], 0.2) == pytest.approx(0, abs=1e-9)
    assert rates([-100.0, 230.0, -132.0]).found == pytest.approx([0.1, 0.2])


def test_flows_of_one_sign_have_no_modified_rate():
    assert np.isnan(mirr([[5.0, 5.0], [-5.0, -5.0]], finance_rate=0.1, reinvest_rate=0.1)).all()


def test_many_plans_at_once_are_worth_what_each_is_alone():
    plans = np.array([[-100.0, 60.0, 60.0], [-10.0, 1.0, 30.0], [-1.0, 0.0, 0.5]])
    assert present_value(plans, 0.1) == pytest.approx([float(present_value(plan, 0.1)) for plan in plans], abs=1e-12)


@given(st.floats(-0.5, 3.0), st.lists(st.floats(1.0, 100.0), min_size=1, max_size=10))
def test_a_plan_bought_at_its_worth_returns_the_rate_it_was_discounted_at(rate, income):
    price = float(present_value([0.0, *income], rate))
    assert rates([-price, *income]).single == pytest.approx(rate, abs=1e-8)
