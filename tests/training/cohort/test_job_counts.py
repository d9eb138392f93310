"""What counts as jobs at month 12, case by case and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.domain.unit import unit_table
from training.cohort.job_counts import job_outcomes

AS_OF = pd.Timestamp("2024-06-01")


def _events(*rows: tuple[object, ...]) -> pd.DataFrame:
    """(unit, kind, happened_on[, jobs[, capacity[, known_on[, precision]]]])."""
    frame = pd.DataFrame(
        [(*row, *[None] * (7 - len(row))) for row in rows],
        columns=["unit_id", "kind", "happened_on", "jobs", "capacity_share", "known_on", "happened_precision"],
    )
    frame["happened_on"] = pd.to_datetime(frame["happened_on"]).astype("datetime64[s]")
    frame["known_on"] = pd.to_datetime(frame["known_on"]).astype("datetime64[s]").fillna(frame["happened_on"])
    frame["happened_precision"] = frame["happened_precision"].fillna("day")
    return frame.astype({"unit_id": "str", "kind": "str", "capacity_share": "float64", "jobs": "Int64"})


def _units(status: str = "idle") -> pd.DataFrame:
    return unit_table(pd.DataFrame({"unit_id": ["a", "b"], "status": status}))


LOOKS = [(unit, "approached", "2020-06-01") for unit in ("a", "b")]
"""A unit is followed from its first look: without one nothing counts."""


def _jobs(*rows: tuple[object, ...], as_of: pd.Timestamp = AS_OF, status: str = "idle") -> dict[str, float]:
    return job_outcomes(_units(status), _events(*LOOKS, *rows), as_of=as_of)["jobs"].to_dict()


RESTART = ("a", "restarted", "2022-03-10")


CASES = pytest.mark.parametrize(
    ("later", "jobs"),
    [
        ([("a", "observed", "2023-03-10", 12, 0.6)], 12),  # on the very day
        ([("a", "observed", "2023-03-09", 12, 0.6)], None),  # a day too early
        ([("a", "observed", "2022-09-01", 5, 0.6), ("a", "observed", "2023-05-01", 12, 0.6)], 12),
        ([("a", "observed", "2023-05-01", 12, 0.6), ("a", "observed", "2024-05-01", 40, 0.9)], 12),  # the first one
        ([("a", "observed", "2023-04-01", None, 0.6), ("a", "observed", "2023-05-01", 12, 0.6)], 12),  # not counted yet
        ([("a", "observed", "2023-05-01", 12, None)], 12),  # capacity not known
        ([("a", "observed", "2023-05-01", 12, 0.5)], 12),  # half is enough
        ([("a", "observed", "2023-05-01", 12, 0.49)], None),  # feasibility failed already
        ([("a", "observed", "2023-05-01", 12, 0.3), ("a", "observed", "2024-05-01", 30, 0.8)], None),
        ([("a", "observed", "2023-05-01", 0, 0.6)], 0),  # nobody at work is a count
        ([("a", "stopped_again", "2022-12-01"), ("a", "observed", "2023-05-01", 0, 0.0)], None),  # fallen before
        ([("a", "stopped_again", "2023-05-01"), ("a", "observed", "2023-05-01", 9, 0.6)], None),
        ([("a", "observed", "2023-05-01", 9, 0.6), ("a", "stopped_again", "2023-05-02")], 9),
        ([("a", "liquidated", "2023-01-01"), ("a", "observed", "2023-05-01", 9, 0.6)], None),
        ([("b", "observed", "2023-05-01", 12, 0.6)], None),  # another unit's count
        ([], None),
    ],
)


@CASES
def test_what_counts(later, jobs):
    assert _jobs(RESTART, *later) == ({} if jobs is None else {"a": jobs})


def test_a_restart_counts_three_months_after_its_month_12_when_a_stop_would_be_known():
    rows = (RESTART, ("a", "observed", "2023-03-10", 12, 0.6))
    assert _jobs(*rows, as_of=pd.Timestamp("2023-06-09")) == {}
    assert _jobs(*rows, as_of=pd.Timestamp("2023-06-10")) == {"a": 12}


def test_a_restart_before_anybody_looked_is_no_outcome():
    rows = (RESTART, ("a", "observed", "2023-05-01", 12, 0.6))
    assert job_outcomes(_units(), _events(*rows), as_of=AS_OF).empty


def test_a_second_restart_counts_where_the_first_has_no_count():
    again = [
        ("a", "stopped_again", "2022-11-01"), ("a", "restarted", "2023-01-01"), ("a", "observed", "2023-06-01", 3, 0.6),
        ("a", "observed", "2024-02-01", 17, 0.6),
    ]  # fmt: skip
    assert _jobs(RESTART, *again) == {"a": 17}


def test_a_unit_counts_once_with_its_first_count():
    again = [
        ("a", "observed", "2023-03-20", 8, 0.6), ("a", "stopped_again", "2023-04-01"), ("a", "restarted", "2023-05-01"),
        ("a", "observed", "2024-05-20", 80, 0.6),
    ]  # fmt: skip
    assert _jobs(RESTART, *again) == {"a": 8}


def test_a_second_restart_without_a_stop_between_is_the_first_told_again():
    rows = [("a", "restarted", "2023-01-01"), ("a", "observed", "2023-06-01", 5, 0.6)]
    assert _jobs(RESTART, *rows) == {"a": 5}


def test_a_half_active_unit_restarts_when_it_is_first_seen_at_half_or_more():
    rows = [
        ("a", "observed", "2021-01-01", 4, 0.3), ("a", "observed", "2022-01-01", 9, 0.55),
        ("a", "observed", "2023-02-01", 14, 0.6),
    ]  # fmt: skip
    found = job_outcomes(_units("semi_active"), _events(*LOOKS, *rows), as_of=AS_OF)
    assert found["jobs"].to_dict() == {"a": 14}
    assert found.loc["a", "restarted_on"] == pd.Timestamp("2022-01-01")
    assert _jobs(*rows) == {"a": 14}  # so does an idle one: who is seen at work works, though nobody told of a restart


def test_a_restart_known_by_its_year_counts_from_the_middle_of_that_year():
    """As it does for feasibility: its month 12 is the middle of the next."""
    loose = ("a", "restarted", "2022-01-01", None, None, "2023-01-10", "year")
    early, late = ("a", "observed", "2023-06-01", 12, 0.6), ("a", "observed", "2023-07-31", 15, 0.6)
    assert _jobs(loose, early) == {}
    assert _jobs(loose, early, late) == {"a": 15}


def test_what_became_known_later_changes_nothing():
    rows = [RESTART, ("a", "observed", "2023-05-01", 12, 0.6)]
    late = [
        ("a", "stopped_again", "2022-12-01", None, None, "2024-06-02"),
        ("a", "observed", "2023-04-01", 99, 0.6, "2024-06-02"),
        ("b", "restarted", "2022-01-01", None, None, "2024-06-02"),
        ("b", "observed", "2023-02-01", 7, 0.6, "2023-02-01"),
    ]
    before, after = (job_outcomes(_units(), _events(*LOOKS, *each), as_of=AS_OF) for each in (rows, rows + late))
    pd.testing.assert_frame_equal(before, after)


def test_the_unit_is_described_before_it_came_back():
    rows = [("a", "restarted", "2022-04-01"), ("a", "observed", "2023-05-01", 12, 0.6)]
    assert job_outcomes(_units(), _events(*LOOKS, *rows), as_of=AS_OF).loc["a", "origin"] == pd.Timestamp("2022-01-01")


def test_order_and_repetition_of_events_change_nothing():
    rows = [
        RESTART, ("a", "observed", "2023-05-01", 12, 0.6), ("a", "stopped_again", "2023-06-01"),
        ("b", "restarted", "2021-01-01"), ("b", "observed", "2022-02-01", 3, 0.9),
    ]  # fmt: skip
    events = _events(*LOOKS, *rows)
    shuffled = pd.concat([events, events]).sample(frac=1, random_state=np.random.RandomState(0))
    found, again = (job_outcomes(_units(), each, as_of=AS_OF) for each in (events, shuffled))
    pd.testing.assert_frame_equal(found, again)


def test_no_events_are_no_outcomes():
    assert job_outcomes(_units(), _events(), as_of=AS_OF).empty
