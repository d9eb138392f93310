"""Reported units: our own columns, statuses as units have them, events as outcomes have them."""

from __future__ import annotations

import pandas as pd

from engine.domain.outcome import OutcomeKind
from engine.domain.reported import OUTCOME_COLUMNS, ReportedStatus, reported_events, reported_units
from engine.domain.unit import Barrier, Origin, column_dtypes
from engine.reference import table


def test_every_row_becomes_a_unit_with_its_page_and_its_day():
    units = reported_units()
    assert len(units) == 173
    assert units.index.is_unique
    assert list(units.columns) == [*column_dtypes(), *OUTCOME_COLUMNS]
    assert set(units["origin"]) == {Origin.REPORTED.value}
    assert units["source"].notna().all()
    assert units["as_of"].isna().sum() == 50  # a page without a date stays undated


def test_statuses_are_those_of_units_and_the_rest_is_an_event():
    units = reported_units()
    pairs = set(zip(units["reported_status"], units["status"], strict=True))
    assert pairs == {
        ("idle", "idle"), ("offered", "idle"), ("revived", "operating"), ("partly_revived", "semi_active"),
        ("failed_again", "idle"), ("liquidated", "liquidated"),
    }  # fmt: skip
    assert {status.value for status in ReportedStatus} == set(units["reported_status"])


def test_low_confidence_is_told_by_the_lowest_word():
    units = reported_units()
    assert set(units.loc[units["report_confidence"] == "low", "confidence"]) == {"missing"}
    assert set(units.loc[units["report_confidence"] == "high", "confidence"]) == {"reviewed"}


def test_causes_are_barrier_codes_and_an_unknown_cause_is_an_empty_cell():
    joined = reported_units()["stop_causes"].dropna()
    causes = {cause for each in joined for cause in each.split(";")}
    assert causes <= {barrier.value for barrier in Barrier} - {Barrier.UNKNOWN.value}
    assert all(each == ";".join(sorted(each.split(";"))) for each in joined)


def test_events_are_outcomes_on_the_day_of_the_report():
    events = reported_events()
    assert set(events["kind"]) <= {kind.value for kind in OutcomeKind}
    assert (events["known_on"] == events["happened_on"]).all()
    assert events["happened_on"].notna().all()


def test_idle_years_become_months():
    rows = table("reported_units").set_index("unit_id")
    units = reported_units()
    assert units.loc["reported-003", "idle_months"] == 120.0
    assert (units["idle_months"].dropna() == rows["idle_years"].dropna() * 12).all()


def test_promised_jobs_stay_apart_from_jobs_claimed_for_revived_units():
    units = reported_units()
    offered = units["reported_status"].isin(["idle", "offered"])
    assert units.loc[~offered, "jobs_promised"].isna().all()
    assert units["jobs_now"].isna().all()
    assert pd.api.types.is_integer_dtype(units["reported_jobs_direct"])
