"""Judged tables: outcomes that the judged model did not see, beside a champion and the prior."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.errors import EhyaError
from features import FULL_SCHEMA
from training.cohort.landmarks import MATURE_MONTHS, describe, labelled
from training.evaluation.walk_forward import Judged, Split, fold_models, plan, walk_forward
from training.models.outcomes import point_fit
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate

COLUMNS = {
    "unit_id", "origin", "label", "probability", "champion_probability", "prior_probability", "weight", "county",
    "sector", "size", "fold",
}  # fmt: skip


@pytest.fixture(scope="module")
def priors() -> Priors:
    return Priors(restart_rate(), capacity_rate(), jobs_size())


def judged_by(described, events, priors: Priors, **options) -> Judged:
    return walk_forward(described, events, point_fit(priors), prior_probability=priors.feasibility, **options)


@pytest.fixture(scope="module")
def described(learnt):
    return describe(learnt.at, learnt.events, FULL_SCHEMA, as_of=learnt.as_of)


@pytest.fixture(scope="module", params=list(Split))
def judged(request, described, learnt, priors) -> Judged:
    return judged_by(described, learnt.events, priors, as_of=learnt.as_of, split=request.param)


def test_a_table_has_one_row_for_each_unit_and_fold_with_all_that_gates_read(judged):
    table = judged.outcomes
    assert set(table.columns) == COLUMNS
    assert not table.duplicated(["unit_id", "fold"]).any()
    assert table["label"].isin([0.0, 1.0]).all()
    assert table["probability"].between(0, 1).all()
    assert table["champion_probability"].isna().all()
    assert (table["prior_probability"] == table["prior_probability"].iloc[0]).all()
    assert (table["weight"] >= 1).all()


def test_only_outcomes_whose_horizon_has_passed_are_judged(judged, learnt):
    assert (judged.outcomes["origin"] + pd.DateOffset(months=MATURE_MONTHS) <= learnt.as_of).all()


def test_jobs_are_judged_where_they_were_counted(judged):
    jobs = judged.jobs
    assert len(jobs) > 0
    assert (jobs["jobs"] >= 0).all()
    assert ((jobs["low"] <= jobs["point"]) & (jobs["point"] <= jobs["high"])).all()
    assert jobs["champion_point"].isna().all()


def test_by_time_a_fold_judges_nothing_from_before_its_training(described, learnt, priors):
    table = judged_by(described, learnt.events, priors, as_of=learnt.as_of).outcomes
    assert (table["origin"] >= pd.to_datetime(table["fold"])).all()
    assert table["fold"].nunique() == 3


def test_by_time_what_became_known_after_a_fold_changes_none_of_its_predictions(described, learnt, priors):
    """Outcomes of the future are permuted: labels change, probabilities of the first fold do not."""
    judged = judged_by(described, learnt.events, priors, as_of=learnt.as_of).outcomes
    first = judged[judged["fold"] == judged["fold"].min()].set_index("unit_id")
    later = learnt.events["known_on"] > first["fold"].iloc[0]
    other = learnt.events.copy()
    kinds = other.loc[later, "kind"].to_numpy()
    other.loc[later, "kind"] = np.random.default_rng(0).permutation(kinds)
    known = describe(learnt.at, learnt.events, FULL_SCHEMA, as_of=learnt.as_of)
    again = judged_by(known, other, priors, as_of=learnt.as_of).outcomes
    again = again[again["fold"] == first["fold"].iloc[0]].set_index("unit_id")
    both = first.index.intersection(again.index[again["origin"].eq(first["origin"].reindex(again.index))])
    assert len(both) > 50
    assert np.allclose(first.loc[both, "probability"], again.loc[both, "probability"])


@pytest.mark.parametrize("split", [Split.UNIT, Split.COUNTY])
def test_a_unit_or_a_county_is_judged_in_one_fold_alone(described, learnt, priors, split):
    table = judged_by(described, learnt.events, priors, as_of=learnt.as_of, split=split).outcomes
    key = "unit_id" if split is Split.UNIT else "county"
    assert not table[[key, "fold"]].drop_duplicates().duplicated(key).any()


def test_the_weights_make_up_for_outcomes_that_nobody_knows(described, learnt, priors):
    """Of the judged and the lost landmarks together the weights sum to the number, about."""
    judged = judged_by(described, learnt.events, priors, as_of=learnt.as_of, split=Split.UNIT)
    whole = labelled(described, learnt.events, as_of=learnt.as_of, least_periods=0).rows
    old = whole[(whole["origin"] + pd.DateOffset(months=MATURE_MONTHS) <= learnt.as_of)]
    followed = old.groupby("unit_id").size().index
    assert judged.outcomes["weight"].sum() == pytest.approx(len(followed), rel=0.15)


def test_a_log_that_is_too_young_to_judge_by_is_refused(described, learnt, priors):
    with pytest.raises(EhyaError, match="too_few_rows"):
        judged_by(described, learnt.events, priors, as_of=learnt.as_of - pd.DateOffset(months=60))


def test_folds_are_fitted_side_by_side_in_their_order(described, learnt, workers):
    drawn = plan(described, learnt.events, as_of=learnt.as_of, folds=3)
    which = range(len(drawn.folds))
    ways = ({"workers": 1}, {"workers": 2}, {"cluster": workers})
    one, two, elsewhere = (fold_models(drawn, seen_by, which, **way) for way in ways)
    assert one == two == elsewhere == [seen_by(seen) for _, seen, _ in drawn.folds]


def seen_by(seen) -> tuple[int, str]:
    return len(seen.rows), str(seen.rows["unit_id"].iloc[-1])
