"""Two who would both rather meet in a slot: by hand, against a count one by one, and a plan without such two."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.meetings.gathering import Gathering
from engine.meetings.planning import plan_meetings
from engine.meetings.swaps import swapped, swaps
from engine.meetings.timetable import NOWHERE, Free
from tests.engine.meetings.test_planning import gathering


def event(wish, welcome, most, most_there, free):
    shape = np.shape(wish)
    names = pd.Index([f"g{n}" for n in range(shape[0])]), pd.Index([f"h{n}" for n in range(shape[1])])
    return Gathering(
        *names, np.array(wish, float), np.array(welcome, float), np.array(most), np.array(most_there), free
    )


def slots_of(day, plan):
    at = np.full(day.wish.shape, NOWHERE)
    met = plan.meetings
    at[day.guests.get_indexer(met["guest"]), day.hosts.get_indexer(met["host"])] = met["slot"]
    return at


def gives_up(liked, at, most, one, slot):
    """Whom a party gives up to meet ``one`` in a slot: a list, or None where it would rather not."""
    met = [other for other in range(len(at)) if at[other] >= 0]
    there = [other for other in met if at[other] == slot]
    if there:
        return there if liked[one] > liked[there[0]] else None
    if len(met) < most:
        return []
    least = min(met, key=lambda other: liked[other], default=None)
    return [least] if least is not None and liked[one] > liked[least] else None


def by_one(day, at):
    """Pairs that would both rather meet, found without any array."""
    found = set()
    free = day.free
    for guest in range(len(day.guests)):
        for host in range(len(day.hosts)):
            if at[guest, host] >= 0 or not np.isfinite(day.wish[guest, host] + day.welcome[guest, host]):
                continue
            for slot in np.flatnonzero(free.together(np.array([guest]), np.array([host]))[0]):
                most, most_there = day.most[guest], day.most_there[host]
                ours = gives_up(day.wish[guest], at[guest], most, host, slot)
                theirs = gives_up(day.welcome[:, host], at[:, host], most_there, guest, slot)
                if ours is None or theirs is None or not most or not most_there:
                    continue
                left = at.copy()
                left[guest, ours] = NOWHERE
                left[theirs, host] = NOWHERE
                who, where = np.nonzero(left == slot)
                beside = free.third[where] == free.third[host]
                seats = free.thirds[free.third[host], slot] if free.third[host] >= 0 else len(who) + 1
                spoken = free.foreign[who, where].sum() < free.interpreters[slot] or not free.foreign[guest, host]
                if len(who) < free.tables[slot] and (beside.sum() < seats or free.third[host] < 0) and spoken:
                    found.add((guest, host))
    return found


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 0.4]), st.sampled_from([1, 3, 20]), st.booleans())
def test_pairs_left_are_those_that_a_count_one_by_one_finds(seed, busy, tables, alike):
    day = gathering(seed, 7, 5, 5, tables, most=3, busy=busy, alike=alike)
    plan = plan_meetings(day)
    left = zip(
        day.guests.get_indexer(plan.blocking["guest"]), day.hosts.get_indexer(plan.blocking["host"]), strict=True
    )
    assert set(left) == by_one(day, slots_of(day, plan))
    if alike:
        assert plan.blocking.empty


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0, 1, 2]))
def test_interpreters_are_never_more_than_there_are_and_no_two_would_rather_share_one(seed, interpreters):
    plain = gathering(seed, 7, 5, 4, 3, most=3)
    foreign = np.random.default_rng(seed).random((7, 5)) < 0.5
    free = replace(plain.free, foreign=foreign, interpreters=np.full(4, interpreters))
    day = replace(plain, free=free)
    plan = plan_meetings(day)
    at = slots_of(day, plan)
    assert all((at[foreign] == slot).sum() <= interpreters for slot in range(4))
    assert plan.blocking.empty
    assert by_one(day, at) == set()
    reasons = set(plan.unmet["why"])
    assert ("no_common_language" in reasons) <= (interpreters == 0)
    fewer = replace(day, free=replace(free, interpreters=np.maximum(free.interpreters - 1, 0)))
    again = plan_meetings(fewer, kept=plan.meetings, since=1)  # one of them went home after the first slot
    at = slots_of(fewer, again)
    assert all((at[foreign] == slot).sum() <= max(interpreters - 1, 0) for slot in range(1, 4))


def test_a_pair_that_is_late_in_time_meets_where_both_would_rather():
    """By hand: both of g0's pairs want slot 0 alone; the timetable keeps two others, and yet g0 and h0 like best."""
    free = Free.of([[1, 0], [1, 1]], [[1, 0], [1, 1]], 1)
    day = event([[0.9, 0.2], [0.1, 0.3]], [[0.9, 0.2], [0.1, 0.3]], [1, 1], [1, 1], free)
    at = np.array([[NOWHERE, 0], [NOWHERE, NOWHERE]])
    possible, stays = np.ones((2, 2), bool), np.zeros((2, 2), bool)
    assert swaps(day, possible, stays, at, 0).any(axis=2).tolist() == [[True, False], [False, True]]
    assert swapped(day, possible, stays, at, 0).tolist() == [[0, NOWHERE], [NOWHERE, 1]]


def test_a_meeting_that_stays_is_given_up_by_nobody():
    free = Free.of([[1]], [[1], [1]], 2)
    day = event([[0.9, 0.2]], [[0.9, 0.2]], [1], [1, 1], free)
    at, possible = np.array([[NOWHERE, 0]]), np.ones((1, 2), bool)
    assert swaps(day, possible, np.array([[False, False]]), at, 0).any()
    assert not swaps(day, possible, np.array([[False, True]]), at, 0).any()


def test_tastes_that_run_in_a_circle_end_and_say_which_pairs_are_left():
    """Nobody can be content: one table, and each would rather meet another than whom it gets."""
    wish = [[0.9, 0.1, 0.5], [0.1, 0.8, 0.6]]
    welcome = [[0.1, 0.9, 0.5], [0.8, 0.1, 0.7]]
    day = event(wish, welcome, [1, 1], [1, 1, 1], Free.of(np.ones((2, 1)), np.ones((3, 1)), 1))
    plan = plan_meetings(day)
    left = zip(
        day.guests.get_indexer(plan.blocking["guest"]), day.hosts.get_indexer(plan.blocking["host"]), strict=True
    )
    assert set(left) == by_one(day, slots_of(day, plan))


@pytest.mark.parametrize("seed", range(3))
def test_a_great_event_ends_without_such_a_pair(seed):
    day = gathering(seed, 60, 30, 12, 10, most=8)
    assert plan_meetings(day).blocking.empty
