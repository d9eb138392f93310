"""A shortlist in two stages is the shortlist, whatever the bound chose first; what the bound missed is told."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from synthetic_appraisal import appraisal
from test_laws import BOOK, mandates

from engine.domain.mandate import Mandate
from engine.matching import UnitBook, shortlist
from engine.matching.fit import Fit
from engine.matching.limits import Limits
from engine.matching.retrieval import Bounds, retrieved

BOUNDS = Bounds.of(BOOK)
WIDE = Bounds.of(UnitBook.from_table(appraisal(400, random_state=6, offers_only=True)))


@given(mandate=mandates(), limit=st.integers(1, 12), first=st.integers(1, 60))
@settings(max_examples=60, deadline=None)
def test_two_stages_give_the_list_of_one_digit_by_digit(mandate, limit, first):
    found = retrieved(BOUNDS, mandate, limit=limit, first=first).shortlist
    whole = shortlist(BOOK, mandate, limit=limit)
    assert found.unit_id.tolist() == whole.unit_id.tolist()
    assert found.fit.tolist() == whole.fit.tolist()
    assert (found.run_id, found.feasible) == (whole.run_id, whole.feasible)


@given(mandate=mandates())
@settings(max_examples=60, deadline=None)
def test_no_fit_is_above_its_bound(mandate):
    fit = Fit.of(BOOK, mandate, Limits.of(BOOK, mandate).money)
    rows = Limits.of(BOOK, mandate).feasible()
    assert (BOUNDS.most(fit, rows) + 1e-6 >= fit.score(rows)).all()


def test_nothing_is_beyond_where_the_first_are_all_there_is():
    found = retrieved(WIDE, Mandate(id="a", jobs_goal=300), limit=5, first=len(WIDE.book))
    assert (found.beyond, found.late.any()) == (0, False)


def test_where_the_fit_is_linear_the_first_few_are_the_list():
    found = retrieved(WIDE, Mandate(id="a"), limit=5, first=20)
    assert (found.beyond, found.late.any()) == (0, False)


def test_what_the_bound_missed_is_fitted_after_all_and_told():
    """A goal of jobs that nobody reaches bends the fit: by its bound all units with known jobs are alike in it."""
    mandate = Mandate(id="a", jobs_goal=300, weights={"jobs": 0.9, "confidence": 0.1})
    found = retrieved(WIDE, mandate, limit=5, first=5)
    assert found.beyond > 0
    assert found.late.any()
    assert found.shortlist.unit_id.tolist() == shortlist(WIDE.book, mandate, limit=5).unit_id.tolist()


def test_a_book_of_some_units_judges_by_all_of_them():
    table = appraisal(300, random_state=7)
    whole = UnitBook.from_table(table)
    part = UnitBook.from_table(table.iloc[:100], yardstick=whole.yardstick)
    mandate = Mandate(id="a", risk_appetite="low")
    there = np.isin(whole.unit_id, part.unit_id)
    assert part.least_feasibility(mandate) == whole.least_feasibility(mandate)
    together = shortlist(whole, mandate, limit=300, among=np.flatnonzero(there))
    assert shortlist(part, mandate, limit=300).unit_id.tolist() == together.unit_id.tolist()
