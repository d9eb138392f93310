"""Loans: by hand, against numpy-financial, and the law that what is owed is what was drawn and not paid back."""

import numpy as np
import numpy_financial
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.economics.loans import GraceInterest, Loan, LoanForm, schedule


def test_a_loan_with_a_year_of_grace_by_hand():
    lent = schedule(Loan([100, 0, 0, 0], 0.1, grace_years=1, years=2))
    assert lent.paid_interest.tolist() == [0, 10, 10, 5]
    assert lent.principal.tolist() == [0, 0, 50, 50]
    assert lent.service.tolist() == [0, 10, 60, 55]
    assert lent.balance.tolist() == [100, 100, 50, 0]


def test_interest_of_the_grace_that_is_added_bears_interest_itself():
    lent = schedule(Loan([100, 0, 0, 0], 0.1, grace_years=1, years=2, in_grace=GraceInterest.CAPITALISED))
    assert lent.interest == pytest.approx([0, 10, 11, 5.5])
    assert lent.paid_interest == pytest.approx([0, 0, 11, 5.5])
    assert lent.balance == pytest.approx([100, 110, 55, 0])


def test_an_annuity_is_that_of_numpy_financial():
    lent = schedule(Loan([100, 0, 0, 0, 0], 0.23, years=4, form=LoanForm.ANNUITY))
    assert lent.service[1:] == pytest.approx(np.full(4, -numpy_financial.pmt(0.23, 4, 100)))
    assert lent.balance[-1] == pytest.approx(0, abs=1e-12)
    free = schedule(Loan([100, 0, 0], 0.0, years=2, form=LoanForm.ANNUITY))
    assert free.service.tolist() == [0, 50, 50]


def test_instalments_beyond_the_plan_stay_owed():
    assert schedule(Loan([100, 0], 0.1, grace_years=1, years=5)).balance.tolist() == [100, 100]


@given(
    st.lists(st.floats(0, 1e9), min_size=6, max_size=6),
    st.floats(0, 0.6),
    st.integers(0, 2),
    st.integers(1, 5),
    st.sampled_from(LoanForm),
    st.sampled_from(GraceInterest),
)
def test_what_is_owed_is_what_was_drawn_with_interest_and_not_paid(drawn, rate, grace, years, form, in_grace):
    lent = schedule(Loan(drawn, rate, grace_years=grace, years=years, form=form, in_grace=in_grace))
    owed = (lent.drawn + lent.interest - lent.paid_interest - lent.principal).cumsum()
    assert lent.balance == pytest.approx(owed, rel=1e-9, abs=1e-3)
    assert (lent.principal >= -1e-6).all()


def test_many_loans_at_once_give_what_each_gives_alone():
    drawn, rate = np.array([[100.0, 20, 0, 0], [50, 0, 0, 0]]), np.array([0.1, 0.3])
    both = schedule(Loan(drawn, rate, grace_years=1, years=2))
    for place in range(2):
        alone = schedule(Loan(drawn[place], rate[place], grace_years=1, years=2))
        assert np.array_equal(both.service[place], alone.service)


@given(
    st.floats(1, 1e12), st.floats(0, 0.6), st.integers(1, 5), st.sampled_from(LoanForm), st.sampled_from(GraceInterest)
)
def test_a_loan_that_is_paid_back_leaves_nothing_behind(amount, rate, years, form, in_grace):
    lent = schedule(Loan([amount, *[0] * 8], rate, grace_years=1, years=years, form=form, in_grace=in_grace))
    assert (lent.balance[years + 1 :] == 0).all()
    assert (lent.service[years + 2 :] == 0).all()
