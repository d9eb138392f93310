"""The work of a quarter: owners keep to what they can begin, and no act begins before the one that it waits for."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import EhyaError
from engine.recourse.order import waits
from engine.recourse.quarter import Capacity, work

OWNERS = {
    "tax_instalments": "tax_office",
    "utility_reconnection": "utility_company",
    "working_capital_loan": "bank",
    "debt_rescheduling": "bank",
}
JOBS = pd.Series({"a": 100.0, "b": 100.0, "c": 100.0})


def step(unit, act, lift, start=0.0):
    return {
        "unit_id": unit, "intervention": act, "owner": OWNERS[act], "family": "financial", "start": start,
        "months": 2.0, "cost_rial": np.nan, "cost_gap": "no_figure", "effect": 0.3, "lift": lift,
    }  # fmt: skip


def taken_of(lines, capacity):
    found = work(pd.DataFrame(lines), JOBS, Capacity(capacity))
    taken = found[found["taken"]]
    return set(zip(taken["unit_id"], taken["intervention"], strict=True))


def test_no_act_is_taken_whose_predecessor_is_due_and_is_not():
    lines = [
        step("a", "tax_instalments", 0.01),
        step("a", "utility_reconnection", 0.01, start=2.0),
        step("b", "tax_instalments", 0.3),
    ]
    assert taken_of(lines, {"tax_office": 1}) == {("b", "tax_instalments")}


def test_the_place_of_an_act_that_waits_goes_to_the_next_of_its_owner():
    lines = [
        step("a", "tax_instalments", 0.01),
        step("a", "working_capital_loan", 0.2, start=2.0),
        step("b", "tax_instalments", 0.3),
        step("c", "debt_rescheduling", 0.1),
    ]
    capacity = {"tax_office": 1, "bank": 1}
    assert taken_of(lines, capacity) == {("b", "tax_instalments"), ("c", "debt_rescheduling")}


def test_an_act_that_opens_others_counts_with_what_it_opens():
    lines = [
        step("a", "tax_instalments", 0.05),
        step("a", "working_capital_loan", 0.2, start=2.0),
        step("b", "tax_instalments", 0.1),
    ]
    found = work(pd.DataFrame(lines), JOBS, Capacity({"tax_office": 1}))
    first = found[found["owner"] == "tax_office"].iloc[0]
    assert (first["unit_id"], first["jobs"], first["opens"], first["taken"]) == ("a", 5.0, 20.0, True)


def test_an_act_that_waits_for_one_of_another_unit_or_of_none_is_taken():
    lines = [step("a", "utility_reconnection", 0.1), step("b", "tax_instalments", 0.1)]
    assert taken_of(lines, {"tax_office": 0}) == {("a", "utility_reconnection")}


LINES = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]), st.sampled_from(sorted(OWNERS)), st.floats(0, 0.5), st.sampled_from([0, 2, 3])
    ),
    min_size=1,
    unique_by=lambda line: line[:2],
)


@given(lines=LINES, limit=st.dictionaries(st.sampled_from(sorted(set(OWNERS.values()))), st.integers(0, 2)))
def test_what_is_taken_keeps_every_limit_and_every_order(lines, limit):
    rows = [step(*line) for line in lines]
    taken = taken_of(rows, limit)
    due = {(unit, act) for unit, act, _, start in lines if start < 3}
    assert taken <= due
    for owner, most in limit.items():
        assert sum(OWNERS[act] == owner for _, act in taken) <= most
    for unit, act in taken:
        assert all((unit, other) in taken for other in waits()[act] if (unit, other) in due)
    if not limit:
        assert taken == due


def test_a_strange_owner_and_a_capacity_below_nil_are_refused():
    for wrong in ({"ministry": 1}, {"bank": -1}):
        with pytest.raises(EhyaError):
            Capacity(wrong)
