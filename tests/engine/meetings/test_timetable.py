"""Slots of meetings: nobody is twice at once, as many as possible, as few moved as possible."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.meetings.timetable import NOWHERE, Free, timetable


def fits(guest, host, slot, free):
    taken = [(one, at) for one, at in zip(guest, slot, strict=True) if at >= 0]
    there = [(one, at) for one, at in zip(host, slot, strict=True) if at >= 0]
    beside = [(free.third[one], at) for one, at in there if free.third[one] >= 0]
    return (
        len(set(taken)) == len(taken)
        and len(set(there)) == len(there)
        and all(free.guests[who, at] for who, at in taken)
        and all(free.hosts[who, at] for who, at in there)
        and all(sum(at == one for _, at in taken) <= free.tables[one] for one in range(free.slots))
        and all(beside.count(one) <= free.thirds[one] for one in set(beside))
    )


@st.composite
def afternoons(draw):
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    slots, n, m = int(random.integers(1, 4)), 3, 3
    free = Free.of(
        random.random((n, slots)) < 0.8,
        random.random((m, slots)) < 0.8,
        random.integers(0, 3, slots),
        third=random.integers(-1, 1, m),
        thirds=random.integers(0, 3, (1, slots)),
    )
    pairs = np.array(list(product(range(n), range(m))))
    pairs = pairs[random.permutation(len(pairs))[:5]]
    before = np.where(random.random(5) < 0.5, random.integers(0, slots, 5), NOWHERE)
    return pairs[:, 0], pairs[:, 1], 1.0 + random.integers(0, 32, 5) / 32.0, free, before


@settings(max_examples=60, deadline=None)
@given(afternoons())
def test_no_other_timetable_holds_dearer_meetings_or_moves_fewer(day):
    guest, host, worth, free, before = day
    found = timetable(guest, host, worth, free, before=before)
    assert found.proven
    assert fits(guest, host, found.slot, free)

    def judged(slot):
        held = slot >= 0
        return worth[held].sum(), -((before >= 0) & held & (slot != before)).sum()

    ways = (np.array(way) for way in product(range(-1, free.slots), repeat=len(guest)))
    assert judged(found.slot) == max(judged(way) for way in ways if fits(guest, host, way, free))


def test_fixed_meetings_stay_and_others_come_after():
    free = Free.of(np.ones((2, 3)), np.ones((2, 3)), 1)
    found = timetable([0, 1], [0, 1], [1, 1], free, before=[1, NOWHERE], fixed=[True, False], since=1)
    assert found.slot.tolist() == [1, 2]


def test_a_third_party_sits_at_one_table_at_a_time():
    free = Free.of(np.ones((2, 2)), np.ones((2, 2)), 5, third=[0, 0], thirds=[[1, 1]])
    assert sorted(timetable([0, 1], [0, 1], [1, 1], free).slot) == [0, 1]
    gone = Free.of(np.ones((2, 2)), np.ones((2, 2)), 5, third=[0, -1], thirds=[[0, 0]])
    assert timetable([0, 1], [0, 1], [1, 1], gone).slot.tolist()[0] == NOWHERE


def test_when_all_are_free_everybody_meets_everybody_in_as_many_slots_as_there_are_hosts():
    """König: the edges of a bipartite graph need no more colours than its largest degree."""
    guest, host = np.nonzero(np.ones((6, 6)))
    found = timetable(guest, host, np.ones(36), Free.of(np.ones((6, 6)), np.ones((6, 6)), 6))
    assert (found.slot >= 0).all()


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Free.of([[1, 1]], [[1]], 1), "guests"),
        (lambda: Free.of([[1]], [[1]], 1, third=[2]), "third party that is none"),
        (lambda: timetable([0], [0], [0.0], Free.of([[1]], [[1]], 1)), "more than nil"),
        (lambda: timetable([0], [0], [1.0], Free.of([[1]], [[1]], 1), fixed=[True]), "cannot stay"),
    ],
)
def test_what_cannot_be_is_refused(make, said):
    with pytest.raises(ValueError, match=said):
        make()
