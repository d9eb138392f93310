"""What the log says of a unit counts from the day it is known, and never against a younger record."""

from __future__ import annotations

import pandas as pd
import pytest

from engine.domain.standing import FIRST_LOOK, standing, withdrawn
from engine.domain.unit import unit_table

DAY = pd.Timestamp("2025-01-01")


def _units(**fields: object) -> pd.DataFrame:
    row = {"unit_id": ["a"], "status": "idle", "as_of": "2022-01-01", "stopped_on": "2020-01-01"}
    return unit_table(pd.DataFrame({**row, **fields}))


def _events(*rows: tuple) -> pd.DataFrame:
    types = {"unit_id": "str", "kind": "str", "happened_on": "datetime64[s]", "known_on": "datetime64[s]"}
    columns = [*types, "capacity_share", "jobs"]
    return pd.DataFrame([("a", *row) for row in rows], columns=columns).astype(
        types | {"capacity_share": "float64", "jobs": "Int64"}
    )


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("restarted", "operating"),
        ("liquidated", "liquidated"),
        ("licence_cancelled", "liquidated"),
        ("visited", "idle"),
    ],
)
def test_the_last_turn_decides_the_status(kind, status):
    events = _events((kind, "2023-01-01", "2023-02-01", None, None))
    assert standing(_units(), events, as_of=DAY).loc["a", "status"] == status


def test_a_unit_that_stopped_again_is_idle_since_then_and_has_been_revived_once_more():
    events = _events(
        ("restarted", "2023-01-01", "2023-02-01", None, None), ("stopped_again", "2024-03-01", "2024-04-01", None, None)
    )
    row = standing(_units(prior_revivals=1), events, as_of=DAY).loc["a"]
    assert (row["status"], row["stopped_on"], row["prior_revivals"]) == ("idle", pd.Timestamp("2024-03-01"), 2)


def test_what_was_not_known_yet_does_not_count():
    events = _events(("restarted", "2023-01-01", "2025-02-01", None, None))
    assert standing(_units(), events, as_of=DAY).drop(columns=FIRST_LOOK).equals(_units())


def test_a_record_that_describes_a_later_day_stands():
    events = _events(("restarted", "2021-01-01", "2021-02-01", None, None))
    assert standing(_units(), events, as_of=DAY).loc["a", "status"] == "idle"


def test_a_half_active_unit_operates_once_it_was_seen_at_half_its_capacity():
    units = _units(status="semi_active", jobs_now=4)
    low = _events(("observed", "2023-01-01", "2023-02-01", 0.3, 7))
    assert standing(units, low, as_of=DAY).loc["a", ["status", "jobs_now", "capacity_share"]].tolist() == [
        "semi_active", 7, 0.3,
    ]  # fmt: skip
    high = _events(("observed", "2023-01-01", "2023-02-01", 0.5, 20))
    assert standing(units, high, as_of=DAY).loc["a", "status"] == "operating"


def test_units_without_events_are_untouched():
    units = _units()
    found = standing(units, _events(), as_of=DAY)
    assert found.drop(columns=FIRST_LOOK).equals(units)
    assert found[FIRST_LOOK].isna().all()


def test_the_first_look_is_the_first_event_by_which_somebody_came_and_of_which_we_knew():
    events = _events(
        ("offered", "2020-01-01", "2020-01-02", None, None), ("visited", "2021-05-01", "2026-02-01", None, None),
        ("approached", "2022-03-01", "2022-03-02", None, None), ("observed", "2023-03-01", "2023-03-02", 0.0, 0),
    )  # fmt: skip
    days = [
        standing(_units(), events, as_of=pd.Timestamp(day)).loc["a", FIRST_LOOK] for day in ("2024-01-01", "2026-03-01")
    ]
    assert days == [pd.Timestamp("2022-03-01"), pd.Timestamp("2021-05-01")]


def test_a_withdrawn_unit_is_off_the_list_until_it_is_offered_again_whatever_younger_records_say() -> None:
    units = _units(as_of="2024-06-01")
    gone = ("withdrawn", "2023-01-01", "2023-01-02", None, None)
    assert withdrawn(units, _events(gone), as_of=DAY).tolist() == [True]
    assert withdrawn(units, _events(gone), as_of=pd.Timestamp("2023-01-01")).tolist() == [False]
    after = ("offered", "2024-01-01", "2024-01-01", None, None)
    before = ("offered", "2022-01-01", "2022-01-01", None, None)
    assert withdrawn(units, _events(gone, after), as_of=DAY).tolist() == [False]
    assert withdrawn(units, _events(before, gone), as_of=DAY).tolist() == [True]
