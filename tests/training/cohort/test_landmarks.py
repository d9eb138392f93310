"""Landmarks: features know what was known on their day, labels what was known on the day of training."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.domain.unit import unit_table
from features import FULL_SCHEMA
from training.cohort.landmarks import Followed, describe, follow, labelled, landmarks
from training.cohort.spells import ENDED, RESTARTED

AS_OF = pd.Timestamp("2026-01-01")
TYPES = {"unit_id": "str", "kind": "str", "happened_on": "datetime64[s]", "known_on": "datetime64[s]"}


def log(*rows: tuple) -> pd.DataFrame:
    """Events of (unit, kind, happened, known, capacity share)."""
    frame = pd.DataFrame(
        [(unit, kind, day, known, share[0] if share else None) for unit, kind, day, known, *share in rows],
        columns=[*TYPES, "capacity_share"],
    )
    return frame.astype(TYPES | {"capacity_share": "float64"})


def register(*names: str, **fields: object) -> pd.DataFrame:
    rows = {"unit_id": list(names), "origin": "register", "status": "idle", "isic": "1030", "stopped_on": "2018-07-01"}
    place = {"province": "West Azerbaijan", "county": "Urmia", "as_of": "2019-01-01"}
    return unit_table(pd.DataFrame({**rows, **place, **fields}))


def followed(units: pd.DataFrame, events: pd.DataFrame, **options: object) -> Followed:
    options = {"as_of": AS_OF, "settled_months": 0, **options}
    schema = options.pop("schema", FULL_SCHEMA)
    return follow(lambda day: units[units["as_of"] <= day], events, schema, **options)


def told(found: Followed) -> dict[str, tuple[int, int]]:
    return {str(row.origin.date()): (row.periods, row.outcome) for row in found.rows.itertuples()}


def same(left: Followed, right: Followed) -> None:
    pd.testing.assert_frame_equal(left.rows, right.rows)
    pd.testing.assert_frame_equal(left.matrix, right.matrix)
    pd.testing.assert_frame_equal(left.restarts, right.restarts)


def test_landmarks_stand_on_the_first_day_of_each_quarter_whenever_one_trains():
    early = landmarks(pd.Timestamp("2020-02-01"), pd.Timestamp("2021-02-01"))
    late = landmarks(pd.Timestamp("2020-02-01"), pd.Timestamp("2024-02-01"))
    assert list(early) == list(late[: len(early)])
    assert early[0] == pd.Timestamp("2020-04-01")


def test_each_landmark_counts_its_own_periods_up_to_the_restart():
    events = log(
        ("a", "approached", "2020-01-20", "2020-01-20"), ("a", "restarted", "2021-02-01", "2021-03-01"),
    )  # fmt: skip
    assert told(followed(register("a"), events)) == {
        "2020-04-01": (2, RESTARTED),  # within ten months: the second period
        "2020-07-01": (2, RESTARTED),
        "2020-10-01": (1, RESTARTED),
        "2021-01-01": (1, RESTARTED),
    }


def test_a_restart_after_the_horizon_leaves_four_quiet_periods():
    events = log(("a", "approached", "2020-01-20", "2020-01-20"), ("a", "restarted", "2022-05-01", "2022-06-01"))
    found = told(followed(register("a"), events))
    assert found["2020-04-01"] == (4, 0)
    assert found["2020-07-01"] == (4, RESTARTED)


def test_an_end_for_good_is_a_competing_outcome():
    events = log(("a", "approached", "2020-01-20", "2020-01-20"), ("a", "liquidated", "2020-08-01", "2020-12-01"))
    assert told(followed(register("a"), events))["2020-04-01"] == (1, ENDED)


def test_an_open_spell_counts_whole_periods_up_to_the_last_look_only():
    events = log(("a", "approached", "2020-01-20", "2020-01-20"), ("a", "visited", "2021-05-01", "2021-05-01"))
    found = told(followed(register("a"), events))
    assert found == {"2020-04-01": (2, 0), "2020-07-01": (1, 0), "2020-10-01": (1, 0)}


def test_a_unit_of_which_nothing_was_heard_again_gives_no_row():
    events = log(("a", "approached", "2020-01-20", "2020-01-20"))
    assert len(followed(register("a"), events)) == 0


def test_periods_that_end_after_the_settled_day_do_not_count_whatever_happened_in_them():
    events = log(("a", "approached", "2020-01-20", "2020-01-20"), ("a", "restarted", "2020-08-01", "2020-08-01"))
    late = followed(register("a"), events, as_of=pd.Timestamp("2020-09-30"))
    assert len(late) == 0
    ripe = followed(register("a"), events, as_of=pd.Timestamp("2020-10-01"))
    assert told(ripe) == {"2020-04-01": (1, RESTARTED)}


def test_a_landmark_on_which_a_relapse_was_not_known_yet_does_not_count():
    events = log(
        ("a", "approached", "2020-01-20", "2020-01-20"), ("a", "restarted", "2020-03-01", "2020-03-02"),
        ("a", "stopped_again", "2021-02-01", "2021-08-01"), ("a", "visited", "2021-05-01", "2021-08-01"),
        ("a", "visited", "2023-08-01", "2023-08-01"),
    )  # fmt: skip
    found = followed(register("a"), events)
    assert found.rows["origin"].min() == pd.Timestamp("2021-10-01")
    # idle since the second stop, not the first
    assert found.matrix["idle_years"].iloc[0] == pytest.approx(242 / 365.25)


def test_a_fact_known_later_changes_neither_features_nor_labels_of_an_earlier_training():
    events = log(
        ("a", "approached", "2020-01-20", "2020-01-20"), ("a", "visited", "2022-01-20", "2022-01-20"),
        ("b", "approached", "2020-02-20", "2020-02-20"), ("b", "restarted", "2021-01-20", "2021-02-20"),
    )  # fmt: skip
    later = log(
        ("a", "restarted", "2020-12-01", "2026-01-02"), ("b", "stopped_again", "2021-03-01", "2026-02-01"),
        ("c", "approached", "2020-01-20", "2026-01-02"), ("c", "restarted", "2020-08-20", "2026-01-02"),
    )  # fmt: skip
    units = register("a", "b", "c")
    same(followed(units, events), followed(units, pd.concat([events, later])))


def test_a_fact_known_between_landmark_and_training_changes_labels_but_no_feature_of_the_landmark():
    base = log(("a", "approached", "2020-01-20", "2020-01-20"), ("a", "visited", "2022-01-20", "2022-01-20"))
    more = pd.concat([base, log(("a", "restarted", "2020-12-01", "2021-12-01"))])
    units = register("a")
    before, after = followed(units, base), followed(units, more)
    both = before.rows.merge(after.rows, on=["unit_id", "origin"], suffixes=("_before", "_after"))
    assert (both["outcome_after"] == RESTARTED).all()
    early = [frame.matrix[(frame.rows["origin"] < "2020-12-01").to_numpy()] for frame in (before, after)]
    pd.testing.assert_frame_equal(*early)


def test_a_record_imported_later_changes_no_feature_of_an_earlier_landmark():
    """Neither the unit's own values nor how many neighbours it has."""
    events = log(("a", "approached", "2020-01-20", "2020-01-20"), ("a", "visited", "2023-01-20", "2023-01-20"))
    old = register("a", bank_debt_rial=10**9)
    new = pd.concat([register("a", bank_debt_rial=10**12, as_of="2021-06-01"), register("b", as_of="2021-06-01")])

    def at(day: pd.Timestamp) -> pd.DataFrame:
        return new if day >= pd.Timestamp("2021-06-01") else old

    alone = follow(lambda day: old, events, FULL_SCHEMA, as_of=AS_OF, settled_months=0)
    moved = follow(at, events, FULL_SCHEMA, as_of=AS_OF, settled_months=0)
    early = (alone.rows["origin"] < "2021-06-01").to_numpy()
    pd.testing.assert_frame_equal(alone.matrix[early], moved.matrix[early])
    assert not alone.matrix[~early].equals(moved.matrix[~early])


def test_an_earlier_training_is_told_from_a_later_description():
    units, events = register("a", "b"), log(
        ("a", "approached", "2020-01-20", "2020-01-20"), ("a", "restarted", "2022-06-01", "2022-07-01"),
        ("b", "approached", "2020-01-20", "2020-01-20"), ("b", "visited", "2023-06-01", "2023-07-01"),
    )  # fmt: skip
    day = pd.Timestamp("2022-08-01")
    described = describe(lambda day: units, events, FULL_SCHEMA, as_of=AS_OF)
    then, again = followed(units, events, as_of=day), labelled(described, events, as_of=day, settled_months=0)
    pd.testing.assert_frame_equal(then.rows, again.rows)
    pd.testing.assert_frame_equal(then.matrix, again.matrix)


def test_the_order_of_units_and_events_decides_nothing():
    units = register("a", "b", "c")
    events = log(
        ("a", "approached", "2020-01-20", "2020-01-20"), ("a", "restarted", "2022-06-01", "2022-07-01"),
        ("b", "approached", "2020-01-20", "2020-01-20"), ("b", "visited", "2023-06-01", "2023-07-01"),
        ("c", "visited", "2020-05-20", "2020-05-20"), ("c", "liquidated", "2023-06-01", "2023-07-01"),
    )  # fmt: skip
    same(followed(units, events), followed(units.iloc[::-1], events.iloc[::-1]))


def test_a_unit_that_could_not_be_scored_on_a_landmark_is_not_learnt_from_and_counted():
    events = log(("a", "approached", "2020-01-20", "2020-01-20"), ("a", "visited", "2021-01-20", "2021-01-20"))
    found = followed(register("a", isic=None), events)
    assert len(found) == 0
    assert found.left_out["landmarks_not_scorable"] > 0


def test_overlapping_landmarks_count_each_month_once():
    events = log(("a", "approached", "2020-01-20", "2020-01-20"), ("a", "visited", "2024-04-02", "2024-04-02"))
    found = followed(register("a"), events)
    months = 6 * found.rows["periods"].sum()
    # from the first landmark (2020-04) to the last period that was seen to its end (2024-04)
    assert found.counted_once * months == pytest.approx(48)


def test_where_a_feature_tells_since_when_a_unit_was_tried_all_its_landmarks_count():
    events = log(("a", "approached", "2018-06-20", "2018-06-20"), ("a", "visited", "2022-02-01", "2022-02-01"))
    found = followed(register("a", as_of="2018-01-01"), events)
    assert found.rows["origin"].max() == pd.Timestamp("2021-07-01")
    tried = found.matrix["tried_log"]
    assert tried.is_monotonic_increasing
    assert tried.iloc[0] == pytest.approx(np.log10(1 + 11 / 365.25))


def test_without_it_a_unit_that_was_followed_for_two_years_without_result_gives_no_more_landmarks():
    events = log(
        ("a", "approached", "2018-06-20", "2018-06-20"), ("a", "restarted", "2022-02-01", "2022-02-01"),
        ("a", "stopped_again", "2023-02-01", "2023-02-01"), ("a", "visited", "2023-02-02", "2023-02-02"),
        ("a", "visited", "2025-02-01", "2025-02-01"),
    )  # fmt: skip
    untold = FULL_SCHEMA.subset([name for name in FULL_SCHEMA.names if name != "tried_log"])
    origins = followed(register("a", as_of="2018-01-01"), events, schema=untold).rows["origin"]
    assert origins.min() == pd.Timestamp("2018-07-01")
    assert origins[origins < "2023-01-01"].max() == pd.Timestamp("2020-04-01")
    assert origins.max() == pd.Timestamp("2024-07-01")


def test_the_restarts_stand_at_the_last_landmark_before_them():
    events = log(
        ("a", "approached", "2020-01-20", "2020-01-20"), ("a", "restarted", "2021-02-01", "2021-03-01"),
        ("a", "observed", "2022-03-01", "2022-03-01", 0.7),
    )  # fmt: skip
    found = followed(register("a"), events)
    assert found.rows.loc[found.restarts["row"], "origin"].tolist() == [pd.Timestamp("2021-01-01")]
    assert found.restarts["held"].tolist() == [1.0]
    some = found.where(np.arange(len(found)) > 0)
    assert some.rows.loc[some.restarts["row"], "origin"].tolist() == [pd.Timestamp("2021-01-01")]
    assert found.where((found.rows["origin"] < "2021-01-01").to_numpy()).restarts.empty


def test_an_empty_log_gives_no_landmark():
    found = followed(register("a"), log())
    assert len(found) == 0
    assert found.matrix.shape == (0, len(FULL_SCHEMA.names))
    assert (found.restarted, found.counted_once) == (0, 1.0)
