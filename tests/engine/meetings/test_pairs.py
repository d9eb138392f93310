"""Pairs of guests and hosts: published instances, a peer, every way of pairing by hand, and the laws."""

import json
from itertools import chain, combinations, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matching.games import HospitalResident

from engine.meetings.pairs import stable_pairs

CASES = Path(__file__).parents[4] / "shared/data/cases/methods"
shared = pytest.mark.skipif(not CASES.is_dir(), reason="the shared cases are not here")


def likes(lists, names, others):
    """Lists of names, best first, as numbers: more is better, NaN is not on the list."""
    table = np.full((len(names), len(others)), np.nan)
    for row, name in enumerate(names):
        for place, other in enumerate(lists[name]):
            table[row, others.index(other)] = -place
    return table


def solved(guests, hosts, most_there=None):
    names, others = list(guests), list(hosts)
    there = [1 if most_there is None else most_there[name] for name in others]
    found = stable_pairs(likes(guests, names, others), likes(hosts, others, names).T, [1] * len(names), there)
    return {host: sorted(np.array(names)[found[:, place]].tolist()) for place, host in enumerate(others)}


@shared
@pytest.mark.parametrize("name", ["readme", "issue_67", "loses_all"])
def test_published_hospitals_get_their_residents(name):
    """Wilde, Knight, Gillard (2020), Matching, JOSS 5(48) 2169."""
    case = json.loads((CASES / "e1_hospital_residents_matching_readme.json").read_text("utf-8"))
    inputs = case["inputs"][name]
    found = solved(inputs["residents"], inputs["hospitals"], inputs["capacity"])
    assert found == {host: sorted(guests) for host, guests in case["published"][name].items()}


@shared
@pytest.mark.parametrize("name", ["pride", "readme"])
def test_published_marriages_are_found(name):
    case = json.loads((CASES / "e2_stable_marriage_matching_docs.json").read_text("utf-8"))
    found = solved(case["inputs"][name]["suitors"], case["inputs"][name]["reviewers"])
    assert found == {host: [guest] for guest, host in case["published"][name].items()}


@pytest.mark.parametrize("seed", range(20))
def test_a_peer_finds_the_same_pairs_where_guests_meet_one_host(seed):
    random = np.random.default_rng(seed)
    names, others = [f"r{n}" for n in range(8)], [f"h{n}" for n in range(4)]
    listed = {name: random.permutation(others)[: random.integers(1, 5)].tolist() for name in names}
    wanted = {host: [name for name in names if host in listed[name]] for host in others}
    hosts = {host: random.permutation(wanted[host]).tolist() for host in others if wanted[host]}
    most = {host: int(random.integers(1, 4)) for host in hosts}
    guests = {name: [host for host in hosts_of if host in hosts] for name, hosts_of in listed.items()}
    peer = HospitalResident.create_from_dictionaries(guests, hosts, most).solve(optimal="resident")
    told = {str(host): sorted(str(guest) for guest in met) for host, met in peer.items()}
    assert solved(guests, hosts, most) == told


def stable(pairs, wish, welcome, most, there):
    """The definition, said once more in loops."""
    for guest, host in product(range(len(wish)), range(len(there))):
        if pairs[guest, host] or np.isnan(wish[guest, host]) or np.isnan(welcome[guest, host]):
            continue
        met, met_there = np.flatnonzero(pairs[guest]), np.flatnonzero(pairs[:, host])
        would = len(met) < most[guest] or any(wish[guest, host] > wish[guest, one] for one in met)
        would_there = len(met_there) < there[host] or any(
            welcome[guest, host] > welcome[one, host] for one in met_there
        )
        if would and would_there and most[guest] and there[host]:
            return False
    return True


@st.composite
def days(draw, most_guests=4, most_hosts=4):
    n, m = draw(st.integers(1, most_guests)), draw(st.integers(1, most_hosts))
    random = np.random.default_rng(draw(st.integers(0, 10_000)))
    wish, welcome = random.permutation(n * m).reshape(n, m) * 1.0, random.permutation(n * m).reshape(n, m) * 1.0
    if draw(st.booleans()):
        wish, welcome = np.round(wish / 3), np.round(welcome / 3)  # equal ones
    wish[random.random((n, m)) < 0.2] = np.nan
    welcome[random.random((n, m)) < 0.2] = np.nan
    return wish, welcome, random.integers(0, 4, n), random.integers(0, 4, m)


@settings(max_examples=150, deadline=None)
@given(days())
def test_no_two_would_rather_meet_and_nobody_meets_more_than_it_may(day):
    wish, welcome, most, there = day
    found = stable_pairs(*day)
    assert (found.sum(axis=1) <= most).all()
    assert (found.sum(axis=0) <= there).all()
    assert np.isfinite(wish[found]).all()
    assert np.isfinite(welcome[found]).all()
    assert stable(found, *day)


@settings(max_examples=40, deadline=None)
@given(days(most_guests=3, most_hosts=3))
def test_of_all_stable_ways_every_guest_likes_its_own_best(day):
    wish, welcome, most, there = day
    if len(np.unique(wish[np.isfinite(wish)])) < np.isfinite(wish).sum():
        return  # among equal ones there may be several best ways
    if len(np.unique(welcome[np.isfinite(welcome)])) < np.isfinite(welcome).sum():
        return
    possible = list(zip(*np.nonzero(np.isfinite(wish) & np.isfinite(welcome)), strict=True))
    found = stable_pairs(*day)
    for chosen in chain.from_iterable(combinations(possible, size) for size in range(len(possible) + 1)):
        pairs = np.zeros(wish.shape, dtype=bool)
        for guest, host in chosen:
            pairs[guest, host] = True
        if (pairs.sum(axis=1) > most).any() or (pairs.sum(axis=0) > there).any():
            continue
        if stable(pairs, *day):
            for guest in range(len(wish)):
                ours, others = (sorted(wish[guest, one[guest]], reverse=True) for one in (found, pairs))
                assert len(ours) == len(others)  # who meets how often is the same in all stable ways
                assert all(mine >= other for mine, other in zip(ours, others, strict=True))


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="wish"):
        stable_pairs([[1.0]], [[1.0]], [1, 1], [1])
    with pytest.raises(ValueError, match="less than no meeting"):
        stable_pairs([[1.0]], [[1.0]], [-1], [1])
