"""The plan of an event: stable, in slots, with a reason for every wish; made anew it moves little."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.meetings.gathering import Gathering, without
from engine.meetings.planning import Unmet, plan_meetings
from engine.meetings.timetable import Free


def gathering(seed, guests=12, hosts=8, slots=8, tables=4, *, most=4, busy=0.2, alike=True):
    """An event at random; both sides like by one measure, or each by its own."""
    random = np.random.default_rng(seed)
    wish, welcome = random.random((guests, hosts)), random.random((guests, hosts))
    if alike:
        welcome = wish.copy()
    wish[random.random(wish.shape) < 0.3] = np.nan
    welcome[random.random(wish.shape) < 0.2] = np.nan
    free = Free.of(
        random.random((guests, slots)) > busy,
        random.random((hosts, slots)) > busy,
        tables,
        third=random.integers(-1, 2, hosts),
        thirds=np.full((2, slots), 1),
    )
    names = pd.Index([f"g{n}" for n in range(guests)]), pd.Index([f"h{n}" for n in range(hosts)])
    return Gathering(*names, wish, welcome, np.full(guests, most), np.full(hosts, most + 2), free)


def assert_sound(day, plan):
    met = plan.meetings
    guest, host = day.guests.get_indexer(met["guest"]), day.hosts.get_indexer(met["host"])
    slot = met["slot"].to_numpy()
    assert not met.duplicated(["guest", "slot"]).any()
    assert not met.duplicated(["host", "slot"]).any()
    assert not met.duplicated(["guest", "host"]).any()
    assert not met.duplicated(["slot", "table"]).any()
    assert (met["table"] <= day.free.tables[slot]).all()
    assert day.free.guests[guest, slot].all()
    assert day.free.hosts[host, slot].all()
    beside = met[met["third"] >= 0]
    assert (beside.groupby(["third", "slot"]).size() <= 1).all()
    assert (met["guest"].value_counts() <= day.most.max()).all()
    assert np.isfinite(day.wish[guest, host]).all()
    assert plan.blocking.empty
    wishes = np.isfinite(day.wish).sum()
    assert len(met) + len(plan.unmet) == wishes
    assert set(plan.unmet["why"]) <= {why.value for why in Unmet}


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.3, 0.7]), st.sampled_from([1, 4, 20]))
def test_every_wish_is_a_meeting_or_has_its_reason_and_nobody_would_rather_swap(seed, busy, tables):
    day = gathering(seed, busy=busy, tables=tables)
    plan = plan_meetings(day)
    assert_sound(day, plan)
    again = plan_meetings(day)
    pd.testing.assert_frame_equal(again.meetings, plan.meetings)


@pytest.mark.parametrize("seed", range(6))
def test_after_a_no_show_what_can_stay_stays(seed):
    day = gathering(seed, tables=20, busy=0.1)
    plan = plan_meetings(day)
    gone = str(plan.meetings["guest"].mode()[0])
    left = without(day, gone, since=3)
    anew = plan_meetings(left, kept=plan.meetings, since=3)
    assert_sound(left, anew)
    key = ["guest", "host", "slot"]
    past = plan.meetings[plan.meetings["slot"] < 3][key]
    assert past.merge(anew.meetings[key]).shape == past.shape  # what was, was
    others = plan.meetings[plan.meetings["guest"] != gone][["guest", "host"]]
    assert others.merge(anew.meetings[["guest", "host"]]).shape == others.shape  # nobody else loses a meeting
    assert not ((anew.meetings["guest"] == gone) & (anew.meetings["slot"] >= 3)).any()
    stayed = plan.meetings[key].merge(anew.meetings[key])
    assert (
        len(plan.meetings) - len(stayed)
        == len(plan.meetings)
        - len(plan.meetings[["guest", "host"]].merge(anew.meetings[["guest", "host"]]))
        + anew.moved
    )


def test_the_same_day_planned_again_moves_nothing():
    day = gathering(3)
    plan = plan_meetings(day)
    again = plan_meetings(day, kept=plan.meetings)
    assert again.moved == 0
    pd.testing.assert_frame_equal(again.meetings, plan.meetings)


def test_reasons_are_those_of_the_case():
    """By hand: two investors, four units, one slot with one table."""
    guests, hosts = pd.Index(["x", "y"]), pd.Index(["shy", "away", "no bank", "liked"])
    wish = np.array([[4.0, 3.0, 2.0, 1.0], [np.nan, np.nan, np.nan, 1.0]])
    welcome = np.array([[np.nan, 1.0, 1.0, 2.0], [1.0, 1.0, 1.0, 1.0]])
    free = Free.of(np.ones((2, 1)), [[1], [0], [1], [1]], 1, third=[-1, -1, 0, -1], thirds=[[0]])
    plan = plan_meetings(Gathering(guests, hosts, wish, welcome, np.array([2, 2]), np.array([1, 1, 1, 1]), free))
    assert plan.meetings[["guest", "host"]].values.tolist() == [["x", "liked"]]
    assert plan.unmet.values.tolist() == [
        ["x", "shy", "not_wanted_there"],
        ["x", "away", "not_there"],
        ["x", "no bank", "third_never_free"],
        ["y", "liked", "better_ones_met_there"],
    ]


def test_whom_nobody_knows_cannot_be_gone():
    with pytest.raises(KeyError):
        without(gathering(0), "nobody")


@pytest.mark.parametrize(("interpreters", "why"), [(0, "no_common_language"), (1, "no_interpreter_left")])
def test_who_shares_no_language_needs_an_interpreter_or_is_told_why_not(interpreters, why):
    """By hand: two pairs without a common language, one slot, tables enough."""
    names, likes = (pd.Index(["x", "y"]), pd.Index(["a", "b"])), np.array([[0.9, np.nan], [np.nan, 0.8]])
    free = Free.of(np.ones((2, 1)), np.ones((2, 1)), 2, foreign=np.ones((2, 2)), interpreters=interpreters)
    plan = plan_meetings(Gathering(*names, likes, likes, np.ones(2, int), np.ones(2, int), free))
    assert len(plan.meetings) == interpreters
    assert set(plan.unmet["why"]) == {why}
