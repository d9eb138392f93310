"""Odd figures: each kind by hand, what is left alone, and what holds for any table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.unit import FIELDS, Field, unit_table
from engine.health.plausibility import COLUMNS, Implausible, bounds, implausible
from engine.reference import table

BILLION = 10**9
PLAIN = {
    "status": "idle",
    "jobs_before_stop": 40,
    "jobs_now": 2,
    "jobs_promised": 60,
    "land_m2": 10_000.0,
    "building_m2": 3_000.0,
    "power_kw": 250.0,
    "capital_needed_rial": 200 * BILLION,
    "working_capital_needed_rial": 50 * BILLION,
    "bank_debt_rial": 120 * BILLION,
    "tax_debt_rial": 0,
    "litigation_count": 0,
    "province": "West Azerbaijan",
    "county": "Mahabad",
    "estate": "شهرک صنعتی مهاباد",
}


def units(*changes):
    return unit_table(pd.DataFrame([PLAIN | {"unit_id": f"u{at}"} | change for at, change in enumerate(changes)]))


def odd(change, earlier=None):
    before = None
    if earlier is not None:
        before = pd.DataFrame([{"unit_id": "u0", "field": name, "value": value} for name, value in earlier.items()])
    found = implausible(units(change), earlier=before)
    return {row.code: (row.given, row.guess) for row in found.itertuples()}


def test_a_plain_unit_has_nothing_odd():
    assert implausible(units({}, {"status": "semi_active", "jobs_now": 30})).empty


@pytest.mark.parametrize(
    ("change", "code", "given", "guess"),
    [
        ({"bank_debt_rial": 450_000_000 * BILLION}, "too_large", 450_000_000 * BILLION, "rial_as_millions"),
        ({"jobs_before_stop": 45_000}, "too_large", 45_000, "check"),
        ({"capital_needed_rial": 0}, "too_small", 0, "not_known_as_zero"),
        ({"capital_needed_rial": 200}, "too_small", 200, "check"),
        ({"bank_debt_rial": 120 * 10**16}, "too_large", 120 * 10**16, "rial_as_millions"),
        (
            {"bank_debt_rial": 8 * 10**18, "capital_needed_rial": BILLION, "working_capital_needed_rial": None},
            "too_large",
            8 * 10**18,
            "rial_as_billions",
        ),
        ({"bank_debt_rial": 9_000 * BILLION}, "debts_to_capital", 45.0, "check"),
        ({"working_capital_needed_rial": 3_000 * BILLION}, "working_capital_to_capital", 15.0, "check"),
        ({"jobs_before_stop": 8_000}, "jobs_to_capital", 40.0, "check"),
        ({"building_m2": 90_000.0}, "building_to_land", 9.0, "columns_swapped"),
        ({"jobs_now": 35}, "idle_at_work", 35, "check"),
        ({"jobs_now": 90, "jobs_before_stop": None}, "idle_at_work", 90, "jobs_before_as_now"),
        ({"status": "semi_active", "jobs_now": 60}, "more_jobs_than_before", 1.5, "columns_swapped"),
        ({"jobs_promised": 600}, "promised_to_before", 15.0, "check"),
    ],
)
def test_each_kind_is_found_with_what_was_given_and_a_guess(change, code, given, guess):
    found = odd(change)
    assert found[code] == (pytest.approx(given), guess)


def test_a_county_that_does_not_hold_the_named_estate_is_found():
    assert "estate_elsewhere" in odd({"county": "Khoy"})
    assert odd({"county": "Khoy", "estate": "شهرکی که جدول نمی‌شناسد"}) == {}
    assert odd({"county": None}) == {}


def test_a_jump_since_an_earlier_import_is_found_and_a_power_of_ten_says_that_the_unit_of_money_changed():
    now = {"capital_needed_rial": 9_990 * BILLION, "bank_debt_rial": 120 * BILLION, "jobs_before_stop": 40}
    earlier = {"capital_needed_rial": 80 * BILLION, "bank_debt_rial": 100 * BILLION, "jobs_before_stop": 30}
    assert odd(now, earlier)["jump"] == (pytest.approx(124.875), "check")
    assert odd({}, {"capital_needed_rial": 20_000.0})["jump"] == (pytest.approx(10**7), "money_unit_changed")
    assert "jump" not in odd({}, {"capital_needed_rial": 0.0})
    assert "jump" not in odd(now)


def test_nobody_at_work_no_debt_and_no_lawsuit_are_as_plain_as_can_be():
    assert odd({"jobs_now": 0, "bank_debt_rial": 0, "litigation_count": 0, "power_kw": 0.0}) == {}


def test_every_bound_is_about_fields_there_are_and_every_code_has_a_bound_or_is_about_a_place():
    for bound in bounds():
        assert {*bound.fields, *([bound.over] if bound.over else [])} <= {field.value for field in FIELDS}
    codes = {bound.code for bound in bounds()}
    assert codes - {"amount"} <= set(Implausible)
    assert set(Implausible) - codes == {"too_large", "too_small", "estate_elsewhere"}
    assert table("plausible")["source"].notna().all()


def test_the_units_that_the_press_reported_are_left_alone():
    from engine.domain.reported import reported_units

    assert implausible(reported_units()).empty


ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "bank_debt_rial": st.sampled_from([None, 0, 5, BILLION, 10**17]),
            "capital_needed_rial": st.sampled_from([None, 0, 10 * BILLION, 10**15]),
            "jobs_now": st.sampled_from([None, 0, 90]),
            "jobs_before_stop": st.sampled_from([None, 0, 45_000]),
            "status": st.sampled_from([None, "idle", "semi_active", "operating"]),
            "county": st.sampled_from([None, "Khoy", "Mahabad"]),
        }
    ),
    max_size=6,
)


@settings(max_examples=15, deadline=None)
@given(ROWS)
def test_a_batch_says_what_single_units_say_and_nothing_is_changed(rows):
    whole = units(*rows) if rows else units({}).iloc[:0]
    before = whole.copy()
    found = implausible(whole)
    pd.testing.assert_frame_equal(whole, before)
    assert found.dtypes.astype(str).to_dict() == COLUMNS
    alone = [implausible(whole.loc[[name]]) for name in whole.index]
    pd.testing.assert_frame_equal(found, pd.concat([found.iloc[:0], *alone], ignore_index=True))
    outside = (found["given"] < found["low"]) | (found["given"] > found["high"])
    assert (outside | (found["code"] == "estate_elsewhere")).all()
    assert np.isin(found["unit_id"], whole.index).all()
    assert {name for joined in found["fields"] for name in joined.split(";")} <= set(Field)
