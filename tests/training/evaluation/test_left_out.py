"""Judged rows by fits that saw everything but the unit: of the size that goes to work, and never of its own outcome."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.errors import EhyaError, ErrorCode
from engine.scoring import hazards
from training.evaluation.left_out import PARTS, by_model, left_out, part_of
from training.evaluation.walk_forward import plan
from training.models.outcomes import point_fit
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate


@pytest.fixture(scope="module")
def drawn(learnt):
    from features import FULL_SCHEMA
    from training.cohort.landmarks import describe

    described = describe(learnt.at, learnt.events, FULL_SCHEMA, as_of=learnt.as_of)
    return plan(described, learnt.events, as_of=learnt.as_of, folds=4)


def test_no_fit_knows_a_unit_that_it_is_asked_of_and_each_knows_three_quarters_of_the_others(drawn, learnt):
    priors = Priors(restart=restart_rate(), capacity=capacity_rate(), size=jobs_size())
    whole = set(learnt.followed.rows["unit_id"])
    fit, fits = point_fit(priors), []

    def kept(seen):
        fits.append((set(seen.rows["unit_id"]), seen.as_of, fit(seen)))
        return fits[-1][2]

    found = left_out(drawn, [2, 3], learnt.followed, by_model(kept))
    rows = np.concatenate([drawn.rows(2), drawn.rows(3)])
    assert found[["unit_id", "origin"]].equals(
        drawn.whole.rows.iloc[rows][["unit_id", "origin"]].reset_index(drop=True)
    )
    assert len(fits) == PARTS
    assert {day for _, day, _ in fits} == {learnt.as_of}
    assert all(0.65 < len(known) / len(whole) < 0.85 for known, _, _ in fits)
    for known, _, model in fits:
        unseen = ~found["unit_id"].isin(known) & found["unit_id"].isin(whole)
        assert unseen.any()
        said = hazards.point(model, drawn.whole.matrix.iloc[rows[unseen]], head="feasibility")
        assert np.allclose(found.loc[unseen, "left_out_probability"], said)


def test_one_unit_more_moves_no_other_to_another_part_and_a_seed_moves_many():
    units = pd.Series([f"U{number:04d}" for number in range(4000)])
    parts = part_of(units)
    assert np.array_equal(part_of(pd.concat([pd.Series(["A"]), units]))[1:], parts)
    assert np.array_equal(part_of(units[::-1])[::-1], parts)
    assert np.bincount(parts, minlength=PARTS).min() > 900
    assert 0.6 < (part_of(units, random_state=1) != parts).mean() < 0.9


def test_where_a_part_leaves_too_little_nothing_is_said_and_other_errors_are_not_hidden(drawn, learnt):
    def refuses(code):
        def learn(seen):
            raise EhyaError(code, given=0, allowed=1)

        return learn

    assert left_out(drawn, [3], learnt.followed, refuses(ErrorCode.TOO_FEW_ROWS))["left_out_probability"].isna().all()
    with pytest.raises(EhyaError):
        left_out(drawn, [3], learnt.followed, refuses(ErrorCode.LEARNER_FAILED))
