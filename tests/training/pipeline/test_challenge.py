"""A learner of somebody's own from its name to the model at work, and what meets it there."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

import training
from engine.reference.effects import effects
from engine.scoring.hazards import LEARNER
from engine.store import Register
from experiments.province_simulator.province import AS_OF
from training.evaluation.judged_table import CHAMPION_LEFT_OUT, LEFT_OUT, beside_champion
from training.gates.groups import no_group_worse
from training.gates.rules import Gate
from training.learners.guarded import Guarded
from training.learners.identity import identity
from training.learners.protocol import fit_to, learner_named
from training.pipeline.grounding import ground_of
from training.pipeline.own_learner import taught
from training.pipeline.rival import rival

pytestmark = pytest.mark.slow

AT = datetime(2026, 11, 25)
NEXT = AS_OF + pd.DateOffset(months=6)
KEYS = ["unit_id", "origin"]


@dataclass
class Life:
    """A workspace whose first champion is a learner of somebody's own."""

    register: Register
    settings: object
    first: training.Challenge
    model: object

    def judged(self, result):
        return pd.read_parquet(result.path.with_name("judged.parquet")).set_index(KEYS)


def small_trees():
    """Fitted in a moment."""
    return HistGradientBoostingClassifier(max_iter=15, max_leaf_nodes=4, random_state=0)


@pytest.fixture(scope="module")
def life(practice):
    with Register.open(practice.database_url) as register:
        first = training.challenge(register, practice, small_trees(), as_of=AS_OF, origin="synthetic")
        training.promote(
            register, practice, version=first.result.version, as_of=AS_OF, promoted_at=AT, force=True, reason="a test"
        )
        yield Life(register, practice, first, training.model_of(register, practice, first.result.version))


def test_a_learner_goes_to_work_and_speaks_of_feasibility(life):
    assert life.first.promotable
    assert life.register.promotions.champion().model_version == life.first.result.version
    assert life.model.document.learner.startswith("HistGradientBoostingClassifier(")


def test_a_champion_of_the_same_day_leaves_nothing_out_and_says_the_same(life):
    ground = ground_of(life.register, as_of=AS_OF, origin="synthetic", effects=effects())
    said = rival(life.model, life.model.document, ground).outcomes.set_index(KEYS)["probability"]
    own = life.judged(life.first.result)["probability"]
    assert np.allclose(said.reindex(own.index), own, atol=1e-6)


class UntilADay:
    """A learner that cannot be fitted to landmarks of a later day."""

    def __init__(self, last):
        self.last = last

    def fit_landmarks(self, X, y, *, weights, dates, groups):
        if dates.max() > self.last:
            raise MemoryError
        return fit_to(small_trees(), X, y, weights=weights, dates=dates, groups=groups)


def test_a_champion_whose_learner_fails_on_todays_log_is_met_on_the_folds_and_its_groups_by_time(life):
    """Else no training, no promotion and no evaluation would come to an end any more."""
    ground = ground_of(life.register, as_of=AS_OF, origin="synthetic", effects=effects())
    fails = UntilADay(taught(ground, ground.folds.folds[ground.judging[-1]][1]).dates.max())
    assert taught(ground, ground.seen).dates.max() > fails.last
    model = replace(
        life.model,
        heads={**life.model.heads, LEARNER: fails},
        document=life.model.document.changed(learner="UntilADay"),
    )  # fmt: skip
    found = rival(model, life.model.document, ground).outcomes
    assert len(found) == len(life.judged(life.first.result))
    assert found["probability"].notna().all()
    assert found[LEFT_OUT].isna().all()
    beside = beside_champion(life.judged(life.first.result).reset_index(), found)
    assert verdicts_of_groups(beside) == verdicts_of_groups(beside.drop(columns=[LEFT_OUT, CHAMPION_LEFT_OUT]))


def verdicts_of_groups(judged):
    return no_group_worse(judged, worlds=50).facts


@pytest.fixture(scope="module")
def later(life):
    return training.train(life.register, life.settings, as_of=NEXT, trials=1, origin="synthetic")


def test_a_training_meets_the_champions_own_learner_and_not_the_line_beside_it(life, later):
    """In each fold the learner is fitted to what the fold could see."""
    judged = life.judged(later)
    ground = ground_of(life.register, as_of=NEXT, origin="synthetic", effects=effects())
    fold = ground.judging[-1]
    seen, rows = ground.folds.folds[fold][1], ground.folds.rows(fold)
    fitted = Guarded(small_trees()).fit(taught(ground, seen))
    keys = pd.MultiIndex.from_frame(ground.folds.whole.rows.iloc[rows][KEYS])
    by_hand = fitted.predict_proba(ground.folds.whole.matrix.iloc[rows])[:, 1]
    assert np.allclose(judged.loc[keys, "champion_probability"], by_hand, atol=1e-6)
    assert not np.allclose(judged.loc[keys, "champion_probability"], judged.loc[keys, "probability"], atol=0.02)


def test_the_same_learner_half_a_year_on_is_judged_by_what_it_learnt_since(life, later):
    """The champion's side learns from half a year less; the digest of the data is that of a training of the day."""
    again = training.challenge(life.register, life.settings, small_trees(), as_of=NEXT, origin="synthetic")
    judged = life.judged(again.result)
    assert judged["champion_probability"].notna().any()
    assert not np.allclose(*judged[["probability", "champion_probability"]].dropna().to_numpy().T, atol=1e-3)
    newer = next(each for each in again.result.gates if each.gate is Gate.NOT_WORSE_AND_NEWER)
    assert newer.facts["newer"]
    assert newer.facts["units"] >= 30
    assert again.result.card["data_digest"] == later.card["data_digest"]
    done = training.promote(
        life.register, life.settings, version=again.result.version, as_of=NEXT, promoted_at=AT,
        verdicts=again.result.gates, force=not again.result.passed, reason="a test",
    )  # fmt: skip
    assert done.version == life.register.promotions.champion().model_version == again.result.version


def test_a_learner_of_another_setting_is_another_model(life):
    """By its name alone both would be one version, and the later would be taken for the file of the first."""
    named = learner_named("sklearn.ensemble:HistGradientBoostingClassifier")
    assert identity(named) != life.model.document.learner
    assert identity(small_trees()) == life.model.document.learner
