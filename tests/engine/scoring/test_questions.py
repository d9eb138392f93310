"""What to ask next: the field whose answer narrows most, and what would change the top of the list."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.reference import table
from engine.scoring.belief import of_units
from engine.scoring.questions import (
    crossings,
    edge_of_the_top,
    fields_of,
    narrowing,
    next_questions,
    of_belief,
    swings,
)
from tests.engine.scoring.test_points import BELIEF, X

UNITS = of_belief(BELIEF, X, ranges={})


def test_what_is_known_is_not_asked_and_what_is_not_narrows():
    gain = narrowing(UNITS)
    assert (gain.loc[["good", "bad"]] == 0).all(axis=None)
    assert (gain.loc["blank"] > 0).all()


def test_a_gain_is_what_the_interval_loses_when_the_answer_is_the_usual_one():
    answered = X.assign(has_title_deed=X["has_title_deed"].fillna(0.7))
    before, after = (of_units(BELIEF, each, ranges={}) for each in (X, answered))
    lost = (before.high - before.low) - (after.high - after.low)
    assert np.allclose(narrowing(UNITS)["has_title_deed"], lost)


def test_the_stronger_effect_of_what_varies_more_is_asked_first():
    asked = next_questions(narrowing(UNITS), fields_of(table("effects")), count=2)
    assert asked["unit_id"].tolist() == ["blank", "blank"]
    assert asked["feature"].tolist() == ["has_title_deed", "litigations"]
    assert asked["fields"].tolist() == ["title_deed", "litigation_count"]


def test_a_swing_is_nil_where_the_field_is_known():
    swing = swings(UNITS)
    assert (swing.loc["good"] == 0).all()
    assert swing.loc["blank", "has_title_deed"] > swing.loc["blank", "litigations"] > 0


def test_only_units_near_the_edge_can_change_the_top():
    swing = pd.DataFrame({"deed": [0.05] * 5}, index=list("abcde"))
    score = np.array([0.9, 0.52, 0.5, 0.1, np.nan])
    over = crossings(score, swing, edge_of_the_top(score, top=2))["deed"]
    assert over.idxmax() in ("b", "c")
    assert over["b"] > 0.3
    assert over["a"] < 1e-6
    assert over["e"] == 0.0


def test_where_everybody_is_in_the_top_nothing_can_change_it():
    swing = pd.DataFrame({"deed": [0.5] * 2}, index=list("ab"))
    score = np.array([0.9, 0.1])
    assert (crossings(score, swing, edge_of_the_top(score, top=20)) == 0).all(axis=None)
