"""What a model leans on: only what moves its figures in the direction of what came true."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from engine.scoring.artefact import Model
from engine.scoring.document import HazardsDocument
from features.schema import FeatureKind, FeatureSchema, FeatureSpec
from training.evaluation.importance import REPEATS, Judging, importances

SCHEMA = FeatureSchema(
    tuple(
        FeatureSpec(name, family, FeatureKind.NUMBER, "", name, "not known", (), 0)
        for name, family in (("told", "one"), ("idle", "one"), ("noise", "other"), ("same", "other"))
    )
)


def model(slopes: list[float]) -> Model:
    """A hazard of one period: a line without intercept."""
    line = LogisticRegression(fit_intercept=False)
    line.classes_, line.coef_, line.intercept_ = np.array([0, 1]), np.array([[0.0, *slopes]]), np.zeros(1)
    blocks = [{"column": name, "levels": None, "centre": [0.0], "scale": 1.0} for name in SCHEMA.names]
    part = {
        "periods": 1, "link": "logit", "share": 0.0, "spread": 1.0, "effects": {}, "refits": [[0.0, *slopes]],
    }  # fmt: skip
    document = HazardsDocument(
        kind="outcomes", features=SCHEMA.names, ranges={}, design=blocks, hazards={"restart": part}
    )
    return Model({"restart": line}, document)


@pytest.fixture(scope="module")
def outcomes() -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(2)
    matrix = pd.DataFrame(rng.standard_normal((3000, 4)), columns=list(SCHEMA.names)).assign(same=1.0)
    label = (rng.random(3000) < expit(1.5 * matrix["told"])).astype(float).to_numpy()
    return matrix, label


def test_only_what_tells_something_loses_something(outcomes):
    matrix, label = outcomes
    fold = Judging(model([1.5, 0.0, 0.0, 0.0]), matrix, label, np.ones(len(label)))
    features, families = importances([fold], SCHEMA)
    found = {one.name: one for one in features}
    assert features[0].name == "told"
    assert found["told"].low > 0
    assert found["idle"].loss == found["noise"].loss == 0.0
    assert "same" not in found, "a column that is alike for all"
    assert [one.name for one in families] == ["one", "other"]


def test_leaning_on_noise_shows_as_nothing_lost(outcomes):
    matrix, label = outcomes
    fold = Judging(model([1.5, 0.0, 0.7, 0.0]), matrix, label, np.ones(len(label)))
    noise = {one.name: one for one in importances([fold], SCHEMA)[0]}["noise"]
    assert noise.low < 0.01


def test_a_case_by_hand():
    """Two rows, both said rightly; where a shuffle swaps them both are said wrongly."""
    matrix = pd.DataFrame({"told": [3.0, -3.0], "idle": 0.0, "noise": 0.0, "same": 1.0})
    fold = Judging(model([1.0, 0.0, 0.0, 0.0]), matrix, np.array([1.0, 0.0]), np.ones(2))
    right, wrong = (1 - expit(3.0)) ** 2, (1 - expit(-3.0)) ** 2
    generator = np.random.default_rng(0)
    swapped = np.mean([generator.permutation(2)[0] == 1 for _ in range(REPEATS)])
    found = importances([fold], SCHEMA)[0]
    assert found[0].loss == pytest.approx(swapped * (wrong - right))


def test_without_a_judged_outcome_nothing_is_said():
    assert importances([], SCHEMA) == ([], [])
