"""What counts as jobs at month 12, case by case and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.domain.unit import unit_table
from engine.errors import EhyaError, ErrorCode
from experiments.province_simulator import simulate
from training.job_outcomes import COLUMNS, job_outcomes
from training.spells import month_12, spells, usable

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


def _jobs(*rows: tuple[object, ...], as_of: pd.Timestamp = AS_OF, status: str = "idle") -> dict[str, float]:
    return job_outcomes(_units(status), _events(*rows), as_of=as_of)["jobs"].to_dict()


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


@CASES
def test_the_spells_of_the_model_of_outcomes_count_the_same(later, jobs):
    """Feasibility and jobs are learnt from one reading of a log: what failed there is no count here."""
    log, _ = usable(_events(("a", "approached", "2022-01-01"), RESTART, *later), as_of=AS_OF)
    seen = month_12(spells(log, pd.Index([])), log, as_of=AS_OF)
    counted = seen.loc[seen["jobs"].notna() & (seen["held"] != 0), "jobs"]
    assert counted.tolist() == ([] if jobs is None else [jobs])


def test_a_restart_younger_than_twelve_months_has_no_count_yet():
    rows = (RESTART, ("a", "observed", "2023-03-10", 12, 0.6))
    assert _jobs(*rows, as_of=pd.Timestamp("2023-03-09")) == {}
    assert _jobs(*rows, as_of=pd.Timestamp("2023-03-10")) == {"a": 12}


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


def test_a_count_after_an_unseen_stop_and_a_second_restart_belongs_to_the_second():
    rows = [("a", "restarted", "2023-01-01"), ("a", "observed", "2023-06-01", 5, 0.6)]
    assert _jobs(RESTART, *rows) == {}


def test_a_half_active_unit_restarts_when_it_is_first_seen_at_half_or_more():
    rows = [
        ("a", "observed", "2021-01-01", 4, 0.3), ("a", "observed", "2022-01-01", 9, 0.55),
        ("a", "observed", "2023-02-01", 14, 0.6),
    ]  # fmt: skip
    found = job_outcomes(_units("semi_active"), _events(*rows), as_of=AS_OF)
    assert found["jobs"].to_dict() == {"a": 14}
    assert found.loc["a", "restarted_on"] == pd.Timestamp("2022-01-01")
    assert _jobs(*rows) == {}  # an idle unit of the same log never restarted


def test_a_restart_known_by_its_year_is_old_enough_only_a_year_after_that_year():
    loose = ("a", "restarted", "2022-01-01", None, None, "2022-06-01", "year")
    early, late = ("a", "observed", "2023-06-01", 12, 0.6), ("a", "observed", "2023-12-31", 15, 0.6)
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
    before, after = (job_outcomes(_units(), _events(*each), as_of=AS_OF) for each in (rows, rows + late))
    pd.testing.assert_frame_equal(before, after)


def test_a_count_is_known_when_restart_and_count_are():
    rows = [("a", "restarted", "2022-03-10", None, None, "2023-09-01"), ("a", "observed", "2023-05-01", 12, 0.6)]
    found = job_outcomes(_units(), _events(*rows), as_of=AS_OF).loc["a"]
    assert found["known_on"] == pd.Timestamp("2023-09-01")
    assert found["origin"] == pd.Timestamp("2022-01-01")


def test_the_unit_is_described_before_it_came_back():
    rows = [("a", "restarted", "2022-04-01"), ("a", "observed", "2023-05-01", 12, 0.6)]
    assert job_outcomes(_units(), _events(*rows), as_of=AS_OF).loc["a", "origin"] == pd.Timestamp("2022-01-01")


def test_order_and_repetition_of_events_change_nothing():
    rows = [
        RESTART, ("a", "observed", "2023-05-01", 12, 0.6), ("a", "stopped_again", "2023-06-01"),
        ("b", "restarted", "2021-01-01"), ("b", "observed", "2022-02-01", 3, 0.9),
    ]  # fmt: skip
    events = _events(*rows)
    shuffled = pd.concat([events, events]).sample(frac=1, random_state=np.random.RandomState(0))
    found, again = (job_outcomes(_units(), each, as_of=AS_OF) for each in (events, shuffled))
    pd.testing.assert_frame_equal(found, again)


def test_no_events_are_no_outcomes_and_a_missing_column_is_named():
    assert job_outcomes(_units(), _events(), as_of=AS_OF).empty
    with pytest.raises(EhyaError) as caught:
        job_outcomes(_units(), _events(RESTART).drop(columns="jobs"), as_of=AS_OF)
    assert caught.value.code is ErrorCode.UNKNOWN_COLUMN
    assert caught.value.facts["given"] == ["jobs"]
    assert set(COLUMNS) <= set(_events().columns)


@pytest.mark.parametrize("seed", [0, 1])
def test_a_whole_province_is_counted_as_its_spells_are(seed):
    """All that the spells count is counted here with the same number; here is more, from restarts nobody followed."""
    province = simulate(1500, seed=seed)
    mine = job_outcomes(province.units, province.events, as_of=province.as_of)["jobs"]
    below = province.units.index[province.units["status"] == "semi_active"]
    log, _ = usable(province.events, as_of=province.as_of)
    found = spells(log, below)
    seen = month_12(found, log, as_of=province.as_of).assign(unit_id=found.table["unit_id"])
    seen = seen[seen["jobs"].notna() & (seen["held"] != 0)].sort_values("restarted_on", kind="stable")
    theirs = seen.drop_duplicates("unit_id").set_index("unit_id")["jobs"]
    assert len(theirs) > 80
    both = theirs.index.intersection(mine.index)
    assert len(both) >= 0.97 * len(theirs)
    assert (theirs.loc[both] == mine.loc[both]).mean() > 0.97
