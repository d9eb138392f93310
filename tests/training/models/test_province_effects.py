"""What a province's outcomes say of effects, beside a plain logistic regression."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from engine.scoring.belief import Standing
from training.models.province_effects import contribution
from training.priors.prior_effects import Slopes


@pytest.mark.parametrize("believed", [-0.5, 0.3, 1.5])
def test_outcomes_say_what_a_regression_without_a_prior_says_whatever_was_believed(believed):
    rng = np.random.default_rng(2)
    x = rng.standard_normal((3000, 3))
    y = (rng.random(3000) < 1 / (1 + np.exp(0.7 - x @ [1.0, -0.4, 0.0]))).astype(float)
    names = ("a", "b", "c")
    belief = Slopes(names, ("as_stated",) * 3, np.full(3, believed), np.eye(3), np.ones(3, dtype=np.intp))
    found = contribution(belief, Standing(x, np.zeros_like(x, dtype=bool), np.ones(3)), y)
    plain = LogisticRegression(C=np.inf).fit(x, y)
    chance = plain.predict_proba(x)[:, 1]
    ready = np.column_stack([np.ones(len(x)), x])
    error = np.sqrt(np.diag(np.linalg.inv((ready.T * chance * (1 - chance)) @ ready)))[1:]
    assert found.estimate == pytest.approx(plain.coef_[0], abs=0.01)
    assert found.error == pytest.approx(error, rel=0.02)


def test_outcomes_that_say_nothing_of_a_column_have_no_figure():
    x = np.column_stack([np.arange(40.0) % 7, np.ones(40)])
    belief = Slopes(("a", "b"), ("as_stated",) * 2, np.zeros(2), np.eye(2), np.zeros(2, dtype=np.intp))
    found = contribution(
        belief, Standing(x, np.zeros_like(x, dtype=bool), np.ones(2)), (np.arange(40) % 2).astype(float)
    )
    assert np.isnan(found.estimate).tolist() == [False, True]
    assert found.few.tolist() == [False, True]
