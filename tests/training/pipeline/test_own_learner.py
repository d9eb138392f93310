"""A learner of somebody's own beside the model of outcomes, and alone where nothing else is read."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from engine.errors import EhyaError, ErrorCode
from engine.scoring import hazards
from features import FULL_SCHEMA
from training.cohort.landmarks import describe
from training.dataset.learnable import Learnable
from training.learners.guarded import Guarded
from training.models.outcomes import point_fit
from training.pipeline.own_learner import learner_alone, with_learner
from training.priors.official_rates import Priors, capacity_rate, jobs_size, restart_rate


@pytest.fixture(scope="module")
def found(learnt):
    described = describe(learnt.at, learnt.events, FULL_SCHEMA, as_of=learnt.as_of)
    units = learnt.units.assign(origin="synthetic")
    return Learnable(units, learnt.events, learnt.events, described, learnt.followed, None, {})


def test_alone_it_says_what_it_says_beside_the_model_of_outcomes(found, learnt):
    priors = Priors(restart=restart_rate(), capacity=capacity_rate(), size=jobs_size())
    guard = Guarded(HistGradientBoostingClassifier(max_iter=5, max_leaf_nodes=4, random_state=0))
    model = with_learner(point_fit(priors), guard, found)(learnt.followed)
    X = learnt.followed.matrix.iloc[:200] * 1.5
    said = learner_alone(guard, found)(learnt.followed)(X)
    assert np.allclose(said, hazards.point(model, X, head="feasibility"))
    assert np.ptp(said) > 0


def test_alone_it_fails_by_the_same_name(found, learnt):
    class Fails:
        def fit_landmarks(self, X, y, *, weights, dates, groups):
            raise MemoryError

    with pytest.raises(EhyaError) as raised:
        learner_alone(Guarded(Fails()), found)(learnt.followed)
    assert raised.value.code is ErrorCode.LEARNER_FAILED
