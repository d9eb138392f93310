"""Spells of standing idle: who was followed, how a spell ended, what a year on was seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from training.cohort.spells import ENDED, OPEN, RESTARTED, Spells, month_12, spells, usable

AS_OF = pd.Timestamp("2026-01-01")
TYPES = {"unit_id": "str", "kind": "str", "happened_on": "datetime64[s]", "known_on": "datetime64[s]"}


def log(*rows: tuple) -> pd.DataFrame:
    """Events of (unit, kind, day, capacity share); each known on its day."""
    frame = pd.DataFrame(
        [(unit, kind, day, day, share[0] if share else None) for unit, kind, day, *share in rows],
        columns=[*TYPES, "capacity_share"],
    )
    return frame.astype(TYPES | {"capacity_share": "float64"})


def cut(*rows: tuple, half_active: tuple[str, ...] = ()) -> Spells:
    return spells(usable(log(*rows), as_of=AS_OF)[0], pd.Index(half_active))


def told(found: Spells) -> list[tuple]:
    table = found.table
    days = [table[name].dt.strftime("%Y-%m-%d") for name in ("began", "until")]
    return list(zip(table["unit_id"], *days, table["outcome"], strict=True))


def test_a_spell_runs_from_the_first_look_to_the_restart():
    found = cut(("a", "approached", "2022-01-05"), ("a", "visited", "2022-03-01"), ("a", "restarted", "2023-04-01"))
    assert told(found) == [("a", "2022-01-05", "2023-04-01", RESTARTED)]


@pytest.mark.parametrize("kind", ["liquidated", "licence_cancelled"])
def test_both_ends_for_good_compete_with_the_restart_and_nothing_follows_them(kind):
    found = cut(("a", "approached", "2022-01-05"), ("a", kind, "2023-04-01"), ("a", "restarted", "2023-09-01"))
    assert told(found) == [("a", "2022-01-05", "2023-04-01", ENDED)]
    assert found.left_out["events_after_end"] == 1


def test_silence_is_not_survival():
    found = cut(("a", "approached", "2022-01-05"), ("a", "visited", "2022-03-01"))
    assert told(found) == [("a", "2022-01-05", "2022-03-01", OPEN)]


def test_a_unit_that_stopped_again_is_at_risk_again():
    found = cut(
        ("a", "approached", "2020-01-05"), ("a", "restarted", "2021-01-01"), ("a", "visited", "2021-06-01"),
        ("a", "stopped_again", "2022-02-02"), ("a", "declined", "2022-08-08"), ("a", "visited", "2023-01-01"),
    )  # fmt: skip
    assert told(found) == [("a", "2020-01-05", "2021-01-01", RESTARTED), ("a", "2022-08-08", "2023-01-01", OPEN)]
    assert found.table["again"].iloc[0] == pd.Timestamp("2022-02-02")


def test_of_a_stop_after_which_nobody_looked_neither_silence_nor_a_return_counts():
    """Else only those that came back would be heard of, and all that stop again would seem to come back."""
    before = ("approached", "2020-01-05"), ("restarted", "2021-01-01"), ("stopped_again", "2022-02-02")
    rows = [(unit, *event) for unit in ("a", "b") for event in before]
    found = cut(*rows, ("a", "restarted", "2022-09-01"))
    first = [(unit, "2020-01-05", "2021-01-01", RESTARTED) for unit in ("a", "b")]
    assert told(found) == [first[0], ("a", "2022-09-01", "2022-09-01", RESTARTED), first[1]]
    assert found.left_out["outcomes_before_exposure"] == 1


def test_a_half_active_unit_restarts_when_first_seen_at_half_its_capacity():
    rows = [
        ("a", "approached", "2020-01-05"), ("a", "restarted", "2020-06-01"), ("a", "observed", "2020-09-01", 0.3),
        ("a", "observed", "2021-09-01", 0.5), ("a", "observed", "2022-09-01", 0.9),
    ]  # fmt: skip
    assert told(cut(*rows, half_active=("a",))) == [("a", "2020-01-05", "2021-09-01", RESTARTED)]
    assert told(cut(*rows)) == [("a", "2020-01-05", "2020-06-01", RESTARTED)]


def test_an_outcome_before_any_exposure_is_left_out_and_counted():
    found = cut(("a", "restarted", "2020-01-05"), ("a", "approached", "2021-01-05"), ("b", "liquidated", "2020-01-05"))
    assert told(found) == [("a", "2021-01-05", "2021-01-05", OPEN)]
    assert found.left_out["outcomes_before_exposure"] == 2


def test_duplicated_events_count_once_in_any_order():
    rows = log(("a", "approached", "2020-01-05"), ("a", "restarted", "2021-01-05"), ("a", "restarted", "2021-01-05"))
    once, left_out = usable(rows, as_of=AS_OF)
    turned, _ = usable(rows.iloc[::-1], as_of=AS_OF)
    assert left_out == {"duplicated_events": 1}
    pd.testing.assert_frame_equal(once, turned)
    assert len(spells(once, pd.Index([])).table) == 1


def test_a_date_known_to_the_year_lies_in_its_middle_but_never_after_it_was_known():
    rows = log(("a", "approached", "2020-05-05"), ("a", "restarted", "2020-01-01")).assign(
        happened_precision=["day", "year"], known_on=pd.to_datetime(["2020-05-05", "2021-02-01"]).as_unit("s")
    )
    assert told(spells(usable(rows, as_of=AS_OF)[0], pd.Index([]))) == [("a", "2020-05-05", "2020-07-01", RESTARTED)]
    early = rows.assign(known_on=pd.to_datetime(["2020-05-05", "2020-02-01"]).as_unit("s"))
    assert usable(early, as_of=AS_OF)[0]["day"].min() == pd.Timestamp("2020-02-01")


def test_a_restart_is_judged_by_the_first_look_after_twelve_months():
    rows = [
        *[(name, "approached", "2019-12-01") for name in "abcde"],
        *[(name, "restarted", "2020-01-01") for name in "abcd"],
        ("a", "observed", "2020-06-01", 0.9), ("a", "observed", "2021-02-01", 0.4),
        ("a", "observed", "2022-02-01", 0.9),
        ("b", "observed", "2021-02-01", 0.5), ("c", "stopped_again", "2020-10-01"), ("e", "restarted", "2025-06-01"),
    ]  # fmt: skip
    events, _ = usable(log(*rows), as_of=AS_OF)
    found = spells(events, pd.Index([]))
    judged = month_12(found, events, as_of=AS_OF)
    names = found.table.loc[judged.index, "unit_id"].tolist()
    assert names == ["a", "b", "c", "d"]
    assert np.array_equal(judged["held"], [0.0, 1.0, 0.0, np.nan], equal_nan=True)
    assert np.array_equal(judged["capacity_share"], [0.4, 0.5, 0.0, np.nan], equal_nan=True)


def test_a_look_after_the_next_stop_says_nothing_of_the_restart_before_it():
    rows = [
        ("a", "approached", "2019-12-01"), ("a", "restarted", "2020-01-01"), ("a", "stopped_again", "2021-02-01"),
        ("a", "observed", "2021-08-01", 0.1),
    ]  # fmt: skip
    events, _ = usable(log(*rows), as_of=AS_OF)
    assert np.isnan(month_12(spells(events, pd.Index([])), events, as_of=AS_OF)["held"].iloc[0])


def test_no_events_give_no_spells():
    events, _ = usable(log(), as_of=AS_OF)
    found = spells(events, pd.Index([]))
    assert found.table.empty
    assert month_12(found, events, as_of=AS_OF).empty
