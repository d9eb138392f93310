"""Parts of an explanation add up to the figure, and each says what it rests on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from engine.scoring.belief import Line, Standing
from engine.scoring.first_day import Belief, BeliefColumn, BeliefLine, SizeRatio, SizeSign, SizeSigns
from engine.scoring.points import BASE, OFFICIAL, RATIO, Basis, bases, feasibility_parts, jobs_parts, split
from engine.scoring.size import jobs

DEED = BeliefColumn(feature="has_title_deed", transform="as_stated", centre=0.7, spread=0.46, means=[0.7] * 28)
CASES = BeliefColumn(feature="litigations", transform="log1p", centre=0.5, spread=0.5, means=[0.5] * 28)


def line(*slopes: float, intercept: float = -1.0) -> BeliefLine:
    return BeliefLine(intercept=intercept, slopes=slopes, doubt=0.1 * np.eye(2), level=0.3)


BELIEF = Belief(
    columns=(DEED, CASES), restart=line(0.4, -0.3), durable=line(0.0, -0.1, intercept=0.7), table=[0.35, -0.3],
    variances=[0.04, 0.01], basis=("assumed", "elicited"), overridden=("restart.litigations",),
)  # fmt: skip
SIGNS = SizeSigns(
    level=float(np.log(12.0)), spread=1.0, ratio=SizeRatio(mean=float(np.log(0.7)), down=0.9, up=0.6),
    signs=(SizeSign(feature="jobs_before_log", per_worker=0.0, error=0.25),),
)  # fmt: skip
X = pd.DataFrame(
    {
        "has_title_deed": [1.0, 0.0, np.nan],
        "litigations": [0.0, 4.0, np.nan],
        "jobs_before_log": np.log10([41, 6, np.nan]),
    },
    index=["good", "bad", "blank"],
)


def test_parts_add_up_to_feasibility_and_point_the_right_way():
    parts = feasibility_parts(BELIEF, X, ranges={})
    away = np.array([[0.3, -0.5], [-0.7, np.log(5) - 0.5], [0.0, 0.0]])
    point = expit(-1 + away @ [0.4, -0.3]) * expit(0.7 + away @ [0.0, -0.1])
    assert parts.sum(axis=1).to_numpy() == pytest.approx(point, abs=1e-15)
    assert (parts.loc["good", ["has_title_deed", "litigations"]] > 0).all()
    assert (parts.loc["bad", ["has_title_deed", "litigations"]] < 0).all()
    assert parts.loc["blank"].tolist() == [0.0, 0.0, parts.loc["blank", BASE]]


def test_parts_of_many_features_add_up_whatever_the_distance():
    rng = np.random.default_rng(0)
    lines = [Line(float(rng.normal()), rng.normal(size=30), np.zeros((30, 30)), 0.0) for _ in range(2)]
    seen = Standing(rng.normal(size=(500, 30)), np.zeros((500, 30), dtype=bool), np.ones(30))
    point = np.prod([expit(line.intercept + seen.away @ line.slopes) for line in lines], axis=0)
    assert split(*lines, seen).sum(axis=1) == pytest.approx(point, abs=1e-13)


def test_parts_of_jobs_add_up_to_their_mean():
    parts = jobs_parts(SIGNS, X, ranges={}, shift=np.array([0.2, 0.0, 0.0]))
    found = jobs(SIGNS, X, np.array([0.2, 0.0, 0.0]))
    assert parts.sum(axis=1).to_numpy() == pytest.approx(found.mean)
    assert parts.loc["good", "jobs_before_log"] > 0 > parts.loc["bad", "jobs_before_log"]
    assert parts.loc["blank", ["jobs_before_log", OFFICIAL]].tolist() == [0.0, 0.0]
    assert parts[BASE].tolist() == pytest.approx([12.0] * 3)
    assert (parts[RATIO] < parts[BASE]).all()


def test_each_effect_says_its_basis_what_was_learnt_and_whose_row_it_is():
    found = bases(BELIEF)
    assert found["basis"].tolist() == [Basis.ASSUMED, Basis.ELICITED]
    assert found["learnt"].tolist() == pytest.approx([0.75, 0.0])
    assert found["overridden"].tolist() == [False, True]
