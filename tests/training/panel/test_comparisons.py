"""Paired comparisons as a likelihood: a published case, and slopes that follow answers and give way to outcomes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from training.models.belief import Source, trust, updated
from training.panel.answers import ANSWER_COLUMNS, QUESTION_COLUMNS
from training.panel.comparisons import PANEL_WEIGHT, comparisons
from training.priors.prior_effects import Slopes

TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
WINS = {
    (0, 1): (7, 6), (0, 2): (9, 4), (0, 3): (7, 6), (0, 4): (7, 6), (0, 5): (9, 4), (0, 6): (11, 2),
    (1, 2): (7, 6), (1, 3): (5, 8), (1, 4): (11, 2), (1, 5): (9, 4), (1, 6): (9, 4),
    (2, 3): (7, 6), (2, 4): (7, 6), (2, 5): (8, 5), (2, 6): (12, 1),
    (3, 4): (6, 7), (3, 5): (7, 6), (3, 6): (10, 3),
    (4, 5): (7, 6), (4, 6): (12, 1),
    (5, 6): (6, 7),
}  # fmt: skip
PUBLISHED = (1.58, 1.44, 1.29, 1.25, 1.11, 0.68, 0.0)


def test_games_of_a_season_give_the_published_strengths():
    """American League 1987: Agresti, "Categorical Data Analysis", 2nd ed. (2002), 10.6, Bradley and Terry's model."""
    rows, label, weight = [], [], []
    for (a, b), won in WINS.items():
        for side, games in zip((1.0, 0.0), won, strict=True):
            rows.append(np.eye(7)[a] - np.eye(7)[b])
            label.append(side)
            weight.append(float(games))
    flat = Slopes(TEAMS, ("as_stated",) * 7, np.zeros(7), 1e4 * np.eye(7), np.zeros(7, dtype=int))
    found = updated(flat, Source("panel", np.array(rows), np.array(label), np.array(weight), intercept=False)).mean
    assert found - found[-1] == pytest.approx(PUBLISHED, abs=0.01)


def panel(answer, count: int = 40, experts: tuple[str, ...] = ("E1",)):
    """Pairs of units that differ in one feature, and what experts say of them."""
    asked = [("p", n, f"a{n}", f"b{n}") for n in range(1, count + 1)]
    given = [(expert, "p", n, "restart", answer(n)) for expert in experts for n in range(1, count + 1)]
    shown = {f"a{n}": [1.0 if n % 2 else 0.0] for n in range(1, count + 1)}
    shown |= {f"b{n}": [0.0 if n % 2 else 1.0] for n in range(1, count + 1)}
    return (
        pd.DataFrame(given, columns=ANSWER_COLUMNS),
        pd.DataFrame(asked, columns=QUESTION_COLUMNS),
        pd.DataFrame.from_dict(shown, orient="index", columns=["deed"]),
    )


BELIEF = Slopes(("deed",), ("as_stated",), np.array([0.2]), np.array([[0.5**2]]), np.array([0]))


def for_the_deed(number: int) -> str:
    return "first_much" if number % 2 else "second_much"


def test_answers_pull_a_slope_towards_the_odds_that_they_stand_for():
    moved = updated(BELIEF, comparisons(*panel(for_the_deed, 4000)))
    assert moved.mean[0] == pytest.approx(np.log(5), abs=0.02)
    equal = updated(BELIEF, comparisons(*panel(lambda n: "first" if n % 4 < 2 else "second", 4000)))
    assert equal.mean[0] == pytest.approx(0.0, abs=0.02)


def test_one_answer_by_hand_counts_half_of_an_outcome():
    source = comparisons(*panel(for_the_deed, 1))
    assert source.away.tolist() == [[1.0], [1.0]]
    assert source.weights.tolist() == pytest.approx([PANEL_WEIGHT * 5 / 6, PANEL_WEIGHT / 6])
    assert not source.intercept


def test_ten_experts_who_read_the_same_records_are_not_ten_witnesses():
    experts = tuple(f"E{n}" for n in range(1, 11))
    one, ten = comparisons(*panel(for_the_deed)), comparisons(*panel(for_the_deed, experts=experts))
    assert ten.weights.sum() == pytest.approx(one.weights.sum() * 10 / (1 + 9 * 0.3))


def test_who_says_always_equal_moves_next_to_nothing_and_takes_nothing_from_others():
    still = updated(BELIEF, comparisons(*panel(lambda n: "equal")))
    assert still.mean[0] == pytest.approx(BELIEF.mean[0], abs=0.02)
    answers, asked, shown = panel(for_the_deed)
    idle = answers.assign(expert="E2", answer="equal")
    alone = updated(BELIEF, comparisons(answers, asked, shown)).mean[0]
    beside = updated(BELIEF, comparisons(pd.concat([answers, idle]), asked, shown)).mean[0]
    assert beside == pytest.approx(alone, abs=0.02)


def test_what_is_not_known_is_not_compared_and_a_unit_that_is_gone_is_left_out():
    answers, asked, shown = panel(for_the_deed, 2)
    assert (comparisons(answers, asked, shown.assign(deed=np.nan)).away == 0).all()
    assert len(comparisons(answers, asked, shown.drop("a1")).label) == 2
    assert len(comparisons(answers, asked, shown.iloc[:0]).label) == 0


def outcomes(slope: float, count: int = 400) -> Source:
    chance = np.random.default_rng(2)
    x = chance.integers(0, 2, (count, 1)) - 0.5
    return Source("register", x, (chance.random(count) < expit(slope * x[:, 0] - 1)).astype(float), np.ones(count))


def test_outcomes_that_contradict_a_panel_take_its_weight_and_those_that_agree_leave_it():
    told = comparisons(*panel(for_the_deed, 60))
    none = Source("register", np.zeros((0, 1)), np.zeros(0), np.zeros(0))
    assert trust(BELIEF, told, none) == 1.0
    assert trust(BELIEF, told, outcomes(1.6)) == 1.0
    assert trust(BELIEF, told, outcomes(-1.6)) < 0.05


def test_many_outcomes_decide_whatever_the_panel_said():
    told, seen = comparisons(*panel(for_the_deed, 60)), outcomes(-1.0, 50_000)
    with_panel = updated(updated(BELIEF, told.weighed(trust(BELIEF, told, seen))), seen).mean
    assert with_panel == pytest.approx(updated(BELIEF, seen).mean, abs=0.01)
