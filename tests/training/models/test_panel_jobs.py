"""Answers about jobs move jobs: by kind, within the schema's signs, and as far as counted jobs leave them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.scoring.first_day import SizeRatio, SizeSign, SizeSigns
from engine.scoring.size import jobs, opinion
from training.models.panel_jobs import Expected, kinds, panel_jobs
from training.panel.answers import ANSWER_COLUMNS, QUESTION_COLUMNS
from training.panel.comparisons import comparisons, sides
from training.priors.prior_effects import Slopes

STAFF = SizeSign(feature="jobs_before_log", per_worker=0.0, error=0.25)
SIGNS = SizeSigns(level=float(np.log(12.0)), spread=1.0, ratio=SizeRatio(mean=-0.3, down=0.9, up=0.6), signs=(STAFF,))
RESTART = Slopes(
    ("sector_food", "title_deed", "jobs_before_log"), ("as_stated",) * 3, np.zeros(3), np.eye(3), np.array([0, 1, 0])
)
BEFORE, CENTRES = kinds(RESTART, np.array([0.5, 0.5, 0.4]), ("jobs_before_log",)), np.array([0.5, 0.5, 1.3])
PAIRS = 40


def world(answer, *, expert: str = "E1", staff=(20.0, 20.0)):
    """Pairs of a food unit with the others, sides drawn in turn; staff of the food unit and of the other."""
    asked, shown, given = [], {}, []
    for n in range(1, PAIRS + 1):
        food, other = f"f{n}", f"o{n}"
        first = n % 2
        asked.append(("p", n, *((food, other) if first else (other, food))))
        shown[food] = [1.0, float(n % 3 == 0), np.log10(1 + staff[0])]
        shown[other] = [0.0, float(n % 3 == 0), np.log10(1 + staff[1])]
        given.append((expert, "p", n, "jobs", answer(n, bool(first))))
    table = pd.DataFrame.from_dict(shown, orient="index", columns=RESTART.features)
    return (
        pd.DataFrame(given, columns=ANSWER_COLUMNS),
        pd.DataFrame(asked, columns=QUESTION_COLUMNS),
        table - CENTRES,
        Expected(jobs(SIGNS, table), table),
    )


def listened(given, asked, shown, expected, **more):
    source = comparisons(given, asked, shown, output="jobs")
    return panel_jobs(BEFORE, CENTRES, source, sides(given, asked, shown, output="jobs"), expected, **more)


def for_food(n: int, first: bool) -> str:
    return "first_much" if first else "second_much"


def heard(answer, **more):
    given, asked, shown, expected = world(answer, **more)
    return listened(given, asked, shown, expected), expected.matrix


def test_a_panel_that_always_calls_one_kind_the_one_with_more_jobs_raises_it():
    found, matrix = heard(for_food)
    before, after = jobs(SIGNS, matrix), jobs(SIGNS.changed(panel=found), matrix)
    food = matrix["sector_food"] == 1
    assert found.answers == PAIRS
    assert np.exp(after.centre - before.centre)[food].min() > 1.1
    assert np.exp(after.centre - before.centre)[~food].max() < 0.95
    assert after.up == pytest.approx(before.up)


def test_twice_as_many_jobs_for_a_kind_than_its_staff_says_is_what_many_such_answers_come_to():
    """By hand: five to one stands for log 5 on the scale of a difference's error, and a prior of .5 holds it back."""
    found, matrix = heard(for_food)
    scale = np.sqrt(3) / np.pi * np.hypot(*[float((jobs(SIGNS, matrix).down + jobs(SIGNS, matrix).up)[0] / 2)] * 2)
    slope = found.slopes[0]
    weight, chance = 0.5 * PAIRS, 1 / (1 + np.exp(-slope / scale))
    assert weight * (5 / 6 - chance) / scale == pytest.approx(slope / 0.5**2, rel=1e-4)


def test_experts_who_did_not_compare_weigh_next_to_nothing():
    for nonsense in (lambda n, first: "equal", lambda n, first: "first_much"):
        found, matrix = heard(nonsense)
        assert np.abs(opinion(found, matrix)).max() < 0.02


def test_answers_that_only_repeat_what_the_staff_says_move_nothing():
    found, matrix = heard(for_food, staff=(2000.0, 5.0))
    assert np.abs(opinion(found, matrix)).max() < 0.02


def test_no_panel_turns_size_or_a_deed_against_its_sign():
    def against(n: int, first: bool) -> str:
        return "second_much" if first else "first_much"

    found, _ = heard(against, staff=(400.0, 100.0))
    assert found.slopes[2] >= 0
    assert found.slopes[1] >= 0


def test_jobs_that_were_counted_take_the_weight_of_a_panel_that_was_wrong():
    given, asked, shown, expected = world(for_food)
    food = expected.matrix["sector_food"] == 1
    said = np.exp(expected.jobs.centre)
    wrong = listened(given, asked, shown, expected, seen=expected, counted=said * np.where(food, 0.2, 5.0))
    right = listened(given, asked, shown, expected, seen=expected, counted=said * np.where(food, 2.0, 0.5))
    assert right.trust == 1.0
    assert wrong.trust < 0.05
    assert np.abs(opinion(wrong, expected.matrix)).max() < 0.1 * np.abs(opinion(right, expected.matrix)).max()


def test_who_answered_nothing_about_jobs_adds_nothing():
    given, asked, shown, expected = world(for_food)
    assert listened(given.assign(output="restart"), asked, shown, expected) is None
    assert opinion(None, expected.matrix).tolist() == [0.0] * len(expected.matrix)
