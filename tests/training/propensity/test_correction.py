"""From a register and its log to weights."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from engine.domain.unit import unit_table
from features.catalogue import FULL_SCHEMA
from training.propensity.correction import approach, at_record

DAY = pd.Timestamp("2025-01-01")
SCHEMA = FULL_SCHEMA.subset(["idle_years", "in_estate", "jobs_before_log", "sector_division"])


@pytest.fixture(scope="module")
def register():
    """Records of 1,500 units and a log: estates are approached three times as often."""
    rng = np.random.default_rng(0)
    n = 1500
    entered = pd.Timestamp("2021-01-01") + pd.to_timedelta(rng.integers(0, 4, n) * 180, unit="D")
    inside = rng.random(n) < 0.5
    units = unit_table(
        pd.DataFrame(
            {
                "unit_id": [f"u{number:04d}" for number in range(n)],
                "county": rng.choice(["Urmia", "Khoy"], n),
                "province": "West Azerbaijan",
                "estate": np.where(inside, "شهرک صنعتی", "خارج از شهرک"),
                "isic": rng.choice(["10", "25"], n),
                "stopped_on": pd.Timestamp("2019-06-01"),
                "jobs_before_stop": rng.integers(2, 60, n),
                "as_of": entered,
            }
        )
    )
    waited = rng.exponential(365 / np.where(inside, 0.45, 0.15))
    met = entered + pd.to_timedelta(np.ceil(waited), unit="D")
    events = pd.DataFrame({"unit_id": units.index, "happened_on": met, "known_on": met})
    return units.assign(known_on=entered), events[events["happened_on"] <= DAY]


def test_weights_speak_for_the_units_outside_of_estates(register):
    records, events = register
    found = approach(records, events, SCHEMA, as_of=DAY)
    assert set(found.weights.index) == set(events["unit_id"])
    outside = records["estate"].loc[found.weights.index].eq("خارج از شهرک")
    assert found.weights[outside].mean() > 1.3 * found.weights[~outside].mean()
    assert np.average(outside, weights=found.weights) == pytest.approx(0.5, abs=0.05)
    assert outside.mean() < 0.4
    assert found.benchmark[0] == "in_estate"
    assert 2 < found.benchmark[1] < 6


def test_what_became_known_later_changes_nothing(register):
    records, events = register
    later = events.assign(known_on=events["known_on"] + pd.Timedelta(days=2000))
    day = pd.Timestamp("2024-01-01")
    here = approach(records, events[events["known_on"] <= day], SCHEMA, as_of=day)
    there = approach(records, pd.concat([events[events["known_on"] <= day], later]), SCHEMA, as_of=day)
    pd.testing.assert_series_equal(here.weights, there.weights)


def test_idle_time_is_that_of_the_day_of_the_record(register):
    records, _ = register
    X = at_record(records, records["as_of"], SCHEMA)
    days = (records["as_of"] - records["stopped_on"]).dt.days
    assert X["idle_years"].to_numpy() == pytest.approx((days / 365.25).to_numpy(), abs=0.01)
    assert X.index.equals(records.index)


def test_logged_probabilities_of_showings_are_used_where_they_exist(register):
    records, events = register
    shown = pd.DataFrame(
        {"unit_id": records.index[:3], "run_id": "r", "shown_on": pd.Timestamp("2020-01-01"), "propensity": 0.3}
    )
    found = approach(records, events, SCHEMA, as_of=DAY, showings=shown)
    assert found.of(records.index[:3]).probability.tolist() == pytest.approx([0.3] * 3)
    with pytest.raises(KeyError, match="nobody"):
        found.of(pd.Index(["nobody"]))


def test_the_report_is_plain_json(register):
    document = json.loads(json.dumps(approach(*register, SCHEMA, as_of=DAY).to_json()))
    assert {"county", "sector"} == {row["grouping"] for row in document["groups"]}
    assert document["strongest_field"] == "in_estate"
