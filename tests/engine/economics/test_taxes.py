"""Income tax: years without it, and losses that are carried forward."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.economics.taxes import income_tax

profits = st.lists(st.floats(-1e6, 1e6), min_size=6, max_size=6)


def test_a_loss_is_set_off_against_later_profits():
    assert income_tax([-100, 60, 60, 60], 0.25).tolist() == [0, 0, 5, 15]


def test_a_loss_that_is_too_old_is_lost():
    assert income_tax([-100, 60, 60, 60], 0.25, loss_years=1).tolist() == [0, 0, 15, 15]
    assert income_tax([-100, 60], 0.25, loss_years=0).tolist() == [0, 15]


def test_years_without_tax_begin_with_the_first_sale():
    assert income_tax([0, 40, 40, 40], 0.25, first_year=1, holiday_years=2).tolist() == [0, 0, 0, 10]


def test_profits_of_free_years_use_up_losses():
    assert income_tax([-50, 40, 40], 0.25, first_year=1, holiday_years=1).tolist() == [0, 0, 7.5]


@given(profits, st.floats(0, 1), st.integers(0, 8))
def test_no_tax_is_negative_and_losses_never_raise_it(profit, rate, years):
    tax = income_tax(profit, rate, loss_years=years)
    assert (tax >= 0).all()
    assert (tax <= np.maximum(profit, 0) * rate + 1e-9).all()
    assert tax.sum() >= income_tax(profit, rate).sum() - 1e-6


@given(st.lists(profits, min_size=1, max_size=4))
def test_many_plans_at_once_give_what_each_gives_alone(plans):
    both = income_tax(plans, 0.25, first_year=1, holiday_years=2)
    for plan, tax in zip(plans, both, strict=True):
        assert np.array_equal(tax, income_tax(plan, 0.25, first_year=1, holiday_years=2))


def test_without_a_limit_is_as_with_a_long_one():
    profit = [-100, 30, -20, 60, 80, 10]
    assert income_tax(profit, 0.2) == pytest.approx(income_tax(profit, 0.2, loss_years=10))


def test_an_owner_with_other_profits_saves_the_tax_at_once():
    assert income_tax([-100, 60], 0.25, refunded=True).tolist() == [-25, 15]
