"""Pairs that tell most: against lots, with triangles that can contradict, and no unit too often."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from engine.scoring.first_day import Belief, BeliefColumn, BeliefLine
from training.panel.pairs import MOST_OF_ONE, choose

WIDTH = 5


def believing(doubts: tuple[float, ...]) -> Belief:
    columns = tuple(
        BeliefColumn(feature=f"f{at}", transform="as_stated", centre=0.0, spread=1.0, means=[0.0] * 28)
        for at in range(len(doubts))
    )
    line = BeliefLine(intercept=-1.0, slopes=[0.0] * len(doubts), doubt=np.diag(doubts), level=0.3)
    width = len(doubts)
    return Belief(
        columns=columns,
        restart=line,
        durable=line,
        table=[0.0] * width,
        variances=np.square(doubts),
        basis=("assumed",) * width,
    )


SHOWN = np.random.default_rng(3).standard_normal((60, WIDTH))
BELIEF = believing((1.0, 0.7, 0.4, 0.4, 0.1))


def told(pairs: list[tuple[int, int]], belief: Belief = BELIEF) -> float:
    """Logarithm of the determinant of what is known of the slopes, by hand: a quarter of each squared difference."""
    away = np.array([SHOWN[a] - SHOWN[b] for a, b in pairs])
    return float(np.linalg.slogdet(np.diag(1 / belief.variances) + away.T @ away / 4)[1])


def test_chosen_pairs_tell_more_than_pairs_by_lot():
    chance = np.random.default_rng(0)
    lots = [[tuple(chance.choice(60, 2, replace=False)) for _ in range(24)] for _ in range(200)]
    assert told(choose(BELIEF, SHOWN, pairs=24)) > max(told(one) for one in lots)


def test_pairs_are_as_many_as_asked_different_and_share_no_unit_too_often():
    pairs = choose(BELIEF, SHOWN, pairs=30)
    assert len(pairs) == len({frozenset(pair) for pair in pairs}) == 30
    assert max(Counter(unit for pair in pairs for unit in pair).values()) <= MOST_OF_ONE
    assert all(a != b for a, b in pairs)


def test_some_triangles_close_so_that_a_contradiction_can_be_seen():
    pairs = {frozenset(pair) for pair in choose(BELIEF, SHOWN, pairs=30)}
    closed = [three for three in combinations(range(60), 3) if {frozenset(e) for e in combinations(three, 2)} <= pairs]
    assert len(closed) >= 5


def test_sides_are_left_to_chance():
    sides = [a < b for a, b in choose(BELIEF, SHOWN, pairs=60)]
    assert 15 < sum(sides) < 45


def test_the_effect_that_is_doubted_most_is_asked_about_most():
    pairs = choose(believing((2.0, 0.05, 0.05, 0.05, 0.05)), SHOWN, pairs=12)
    gaps = np.abs([SHOWN[a] - SHOWN[b] for a, b in pairs]).mean(axis=0)
    assert gaps[0] == gaps.max()


def test_equal_seeds_give_equal_pairs_and_others_others():
    assert choose(BELIEF, SHOWN, pairs=12) == choose(BELIEF, SHOWN, pairs=12)
    assert choose(BELIEF, SHOWN, pairs=12) != choose(BELIEF, SHOWN, pairs=12, random_state=1)


@pytest.mark.parametrize("units", [0, 1, 2, 5])
def test_few_units_give_few_pairs(units):
    pairs = choose(BELIEF, SHOWN[:units], pairs=30)
    assert len(pairs) <= units * (units - 1) / 2
    assert bool(pairs) is (units > 1)
