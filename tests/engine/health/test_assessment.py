"""The health of whole registers: worked cases, and laws over made-up ones."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.domain.prediction import NotScorable
from engine.domain.scorable import not_scorable, scorable
from engine.domain.unit import unit_table
from engine.health import health

DAY = pd.Timestamp("2026-01-01")
FILLED = {"isic": "10", "county": "Khoy", "status": "idle", "idle_months": 30.0}


def register(*rows):
    return unit_table(pd.DataFrame([{"unit_id": f"u{at}"} | row for at, row in enumerate(rows)]))


def made_up(seed, size=120):
    """Units with holes, a few of them at work, a few with a stop that lies in the future."""
    draw = np.random.default_rng(seed)
    choose = {
        "isic": ["10", "23", None],
        "province": ["West Azerbaijan", "Kurdistan"],
        "county": ["Khoy", "Urmia", None],
        "estate": ["یک", "دو", None],
        "status": ["idle", "semi_active", "operating", "unknown", None],
        "stopped_on": ["2020-01-01", "2027-01-01", None, None],
        "idle_months": [12.0, None, None],
        "jobs_now": [3, None],
        "as_of": ["2025-12-01", "2022-01-01", None],
        "source": ["یکم.xlsx", "دوم.xlsx"],
        "origin": ["register"],
    }
    rows = {name: [values[at] for at in draw.integers(len(values), size=size)] for name, values in choose.items()}
    return unit_table(pd.DataFrame(rows | {"unit_id": [f"u{at}" for at in range(size)]}))


def test_a_small_register_worked_by_hand():
    whole = {"isic": "10", "county": "Khoy", "status": "idle", "stopped_on": "2020-01-01", "as_of": "2025-12-15"}
    units = register(
        whole,
        whole | {"isic": None},
        whole | {"isic": None, "status": "unknown"},
        whole | {"county": None, "status": None},
        whole | {"status": "operating"},
        whole | {"isic": None, "as_of": None},
    )
    found = health(units, as_of=DAY)
    opened = found.unlocks.set_index("fields")
    assert opened["units"].to_dict() == {
        "isic;status": 3, "isic": 2, "isic;county": 2, "isic;idle_months": 2, "county;status": 1,
        "county": 0, "status": 0, "idle_months": 0, "county;idle_months": 0, "status;idle_months": 0,
    }  # fmt: skip
    assert opened.loc["isic;status", "alone"] == 1
    totals = found.totals.iloc[0]
    assert totals[["units", "undated", "unlock_isic"]].tolist() == [6, 1, 2]
    assert totals["scorable"] == pytest.approx(1 / 6)
    assert found.reasons.set_index("code")["units"].to_dict() == {
        "no_sector": 3, "no_place": 1, "no_status": 2, "no_idle_time": 0, "not_idle": 1, "no_jobs_now": 0,
    }  # fmt: skip


def test_ages_are_counted_in_months_and_a_record_without_a_date_apart():
    days = ["2025-12-15", "2025-08-15", "2025-03-01", "2024-06-01", "2020-01-01", None]
    found = health(register(*({"as_of": day} for day in days)), as_of=DAY)
    assert found.ages["units"].tolist() == [1, 1, 1, 1, 1, 1]
    assert found.ages[["from_months", "to_months"]].iloc[0].tolist() == [0.0, 3.0]
    assert found.ages.iloc[-1][["from_months", "to_months"]].isna().all()
    assert found.totals["age_months"].iloc[0] == pytest.approx(10.06, abs=0.01)
    assert found.totals["stale"].iloc[0] == pytest.approx(1 / 6)


def test_conflicts_and_duplicates_are_counted_for_units_fields_and_parts():
    units = register({"county": "Khoy"}, {"county": "Khoy"}, {"county": "Urmia"})
    conflicts = pd.DataFrame({"unit_id": ["u0", "u0", "u2"], "field": ["jobs_now", "land_m2", "jobs_now"]})
    pairs = pd.DataFrame({"unit_id": ["u0"], "other_id": ["u1"]})
    found = health(units, as_of=DAY, conflicts=conflicts, duplicates=pairs)
    assert found.records["conflicts"].tolist() == [2, 0, 1]
    assert found.records["duplicates"].tolist() == [1, 1, 0]
    assert found.fields.set_index("field").loc[["jobs_now", "land_m2"], "conflicts"].tolist() == [2, 1]
    counties = found.groups["county"].set_index("county")
    assert counties[["conflicts", "duplicates"]].loc["Khoy"].tolist() == [1, 2]


def test_conflicts_of_units_that_are_not_asked_for_are_not_counted():
    units = unit_table(pd.DataFrame({"unit_id": ["a"], "jobs_now": [3]}))
    conflicts = pd.DataFrame({"unit_id": ["a", "b"], "field": ["jobs_now", "jobs_now"]})
    fields = health(units, as_of=DAY, conflicts=conflicts).fields.set_index("field")
    assert fields.loc["jobs_now", "conflicts"] == 1


def test_equal_names_of_counties_in_two_provinces_stay_apart():
    units = register({"province": "A", "county": "X"}, {"province": "B", "county": "X"}, {"province": "B"})
    assert len(health(units, as_of=DAY).groups["county"]) == 3


def test_an_empty_register_has_a_health_without_a_row():
    found = health(register().head(0), as_of=DAY)
    assert len(found.totals) == 0
    assert found.fields["share"].tolist() == [0.0] * len(found.fields)
    assert found.unlocks["units"].sum() == 0


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_filling_the_named_fields_makes_as_many_units_scorable_as_was_said(seed):
    units = made_up(seed)
    found = health(units, as_of=DAY)
    before = int(scorable(not_scorable(units, DAY)).sum())
    for row in found.unlocks.itertuples():
        filled = units.copy()
        for name in row.fields.split(";"):
            empty = units["idle_months"].isna() & units["stopped_on"].isna() if name == "idle_months" else None
            if empty is None:
                empty = units[name].isna() | units[name].eq("unknown").fillna(False)
            filled[name] = units[name].where(~empty.astype(bool), FILLED[name])
        assert int(scorable(not_scorable(filled, DAY)).sum()) - before == row.units, row.fields


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_the_parts_of_a_register_add_up_to_the_whole(seed):
    found = health(made_up(seed), as_of=DAY)
    whole = found.totals.iloc[0]
    for table in found.groups.values():
        for name in ("units", "undated", "unlock_isic", "unlock_idle_months"):
            assert table[name].sum() == whole[name]
        for name in ("completeness", "publishable", "scorable", "stale"):
            assert np.average(table[name], weights=table["units"]) == pytest.approx(whole[name])
    assert found.ages["units"].sum() == whole["units"]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_the_order_of_rows_does_not_matter(seed):
    units = made_up(seed)
    shuffled = units.sample(frac=1, random_state=seed % 1000)
    one, other = health(units, as_of=DAY), health(shuffled, as_of=DAY)
    pd.testing.assert_frame_equal(one.totals, other.totals)
    pd.testing.assert_frame_equal(one.fields, other.fields)
    pd.testing.assert_frame_equal(one.unlocks, other.unlocks)
    pd.testing.assert_frame_equal(one.records, other.records.loc[one.records.index])


def test_the_reasons_are_those_of_scoring():
    units = made_up(4)
    said = not_scorable(units, DAY)
    counts = health(units, as_of=DAY).reasons.set_index("code")["units"]
    for code in NotScorable:
        assert counts[code.value] == sum(code.value in one.split(";") for one in said)
