"""What a training may see."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.domain.reported import reported_units
from engine.domain.unit import unit_table
from training.cohort.press_sample import Sample, durable_restarts, ripe_outcomes, sample

AS_OF = pd.Timestamp("2026-11-23")
TYPES = {
    "unit_id": "str",
    "kind": "str",
    "happened_on": "datetime64[s]",
    "known_on": "datetime64[s]",
    "capacity_share": "float64",
}


def _events(*rows: tuple) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(TYPES)).astype(TYPES)


def _register(*names: str) -> pd.DataFrame:
    rows = {"unit_id": list(names), "origin": "register", "status": "idle", "isic": "10", "idle_months": 12.0}
    return unit_table(pd.DataFrame(rows | {"province": "West Azerbaijan", "county": "Urmia", "as_of": "2023-01-01"}))


def _same(left: Sample, right: Sample) -> bool:
    arrays = all(
        np.array_equal(getattr(left, name), getattr(right, name), equal_nan=name == "jobs")
        for name in ("label", "register", "group", "jobs")
    )
    return arrays and left.units.equals(right.units) and (left.waiting, left.durable) == (right.waiting, right.durable)


def test_a_restart_within_24_months_of_the_landmark_is_a_success_and_an_end_is_a_failure():
    known = _events(
        ("a", "approached", "2023-02-01", "2023-02-01", None),
        ("a", "restarted", "2024-06-01", "2024-07-01", None),
        ("b", "approached", "2023-02-01", "2023-02-01", None),
        ("b", "liquidated", "2024-06-01", "2024-07-01", None),
        ("c", "approached", "2023-02-01", "2023-02-01", None),
        ("c", "visited", "2025-03-01", "2025-03-01", None),
    )
    outcomes = ripe_outcomes(_register("a", "b", "c"), known, as_of=AS_OF)
    assert outcomes["restarted"].to_dict() == {"a": True, "b": False, "c": False}
    assert set(outcomes["landmark"]) == {pd.Timestamp("2023-01-01")}


def test_silence_is_neither_success_nor_failure():
    known = _events(("a", "approached", "2023-02-01", "2023-02-01", None))
    assert ripe_outcomes(_register("a"), known, as_of=AS_OF).empty


def test_an_outcome_whose_horizon_is_still_open_waits_even_when_it_is_good():
    known = _events(
        ("a", "approached", "2026-01-01", "2026-01-01", None), ("a", "restarted", "2026-06-01", "2026-06-01", None)
    )
    units = _register("a").assign(as_of=pd.Timestamp("2026-01-01"))
    seen = sample(reported_units(), units, known, as_of=AS_OF)
    assert seen.waiting == 1
    assert not seen.register.any()


def test_an_event_known_after_as_of_changes_nothing():
    early = _events(
        ("a", "approached", "2023-02-01", "2023-02-01", None), ("a", "restarted", "2024-06-01", "2024-07-01", None)
    )
    late = _events(
        ("b", "approached", "2023-02-01", "2026-11-24", None),
        ("b", "restarted", "2024-06-01", "2026-11-24", None),
        ("a", "stopped_again", "2024-08-01", "2026-12-01", None),
    )
    units = _register("a", "b")
    before = sample(reported_units(), units, early, as_of=AS_OF)
    after = sample(reported_units(), units, pd.concat([early, late]), as_of=AS_OF)
    assert before.register.sum() == 1
    assert _same(before, after)


def test_reports_that_had_not_appeared_are_not_seen():
    nothing = unit_table(pd.DataFrame({"unit_id": []}))
    seen = sample(reported_units(), nothing, _events(), as_of=pd.Timestamp("2018-01-01"))
    reported = reported_units().loc[seen.units.index, "as_of"]
    assert len(seen) < 100
    assert (reported.isna() | (reported <= "2018-01-01")).all()


def test_synthetic_and_reported_records_of_the_register_do_not_join():
    known = _events(
        ("a", "approached", "2023-02-01", "2023-02-01", None), ("a", "restarted", "2024-06-01", "2024-07-01", None)
    )
    for origin in ("synthetic", "reported"):
        assert not sample(reported_units(), _register("a").assign(origin=origin), known, as_of=AS_OF).register.any()


def test_idle_time_is_that_of_the_landmark_and_not_of_today():
    known = _events(
        ("a", "approached", "2023-07-02", "2023-07-02", None), ("a", "restarted", "2024-06-01", "2024-07-01", None)
    )
    units = _register("a").assign(as_of=pd.Timestamp("2023-07-02"))
    joined = sample(reported_units(), units, known, as_of=AS_OF).units.loc["a"]
    assert joined["idle_months"] == 12.0
    assert joined["as_of"] == AS_OF


def test_a_record_younger_than_the_landmark_is_wound_back_to_it():
    """A register is imported anew while its units stand still: the months since the landmark must tell nothing."""
    known = _events(
        ("a", "approached", "2023-07-02", "2023-07-02", None), ("a", "visited", "2026-01-01", "2026-01-01", None)
    )
    units = _register("a").assign(as_of=pd.Timestamp("2025-07-02"), idle_months=36.0)
    joined = sample(reported_units(), units, known, as_of=AS_OF).units.loc["a"]
    assert joined["idle_months"] == pytest.approx(12.0, abs=0.1)


def test_a_restart_counts_as_durable_by_its_first_observation_after_twelve_months():
    known = _events(
        ("a", "restarted", "2024-01-01", "2024-01-01", None),
        ("a", "observed", "2024-06-01", "2024-06-01", 0.9),
        ("a", "observed", "2025-02-01", "2025-02-01", 0.4),
        ("b", "restarted", "2024-01-01", "2024-01-01", None),
        ("b", "observed", "2025-02-01", "2025-02-01", 0.7),
        ("c", "restarted", "2024-01-01", "2024-01-01", None),
        ("c", "stopped_again", "2024-05-01", "2024-05-01", None),
        ("d", "restarted", "2026-05-01", "2026-05-01", None),
        ("d", "observed", "2026-06-01", "2026-06-01", 0.9),
    )
    assert durable_restarts(known, as_of=AS_OF).to_dict() == {"a": False, "b": True, "c": False}
    seen = sample(reported_units(), _register("a", "b", "c", "d"), known, as_of=AS_OF)
    assert seen.durable == {"West Azerbaijan": (1, 2)}
