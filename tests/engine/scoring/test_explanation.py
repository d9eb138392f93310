"""Explanations sum to the score to the last digit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from engine.scoring.artefact import Model
from engine.scoring.design import clipped, design
from engine.scoring.explanation import BASE, contributions, tree_contributions
from engine.scoring.hazards import Head
from experiments.horizon import fit_horizon
from features.schema import FeatureKind, FeatureSchema, FeatureSpec
from training.models.hazard_spec import HazardRecipe, HeadKind

DRAW = np.random.default_rng(0)
X = pd.DataFrame(
    {"size": DRAW.normal(size=2000), "debt": DRAW.normal(size=2000), "place": DRAW.integers(0, 6, 2000).astype(float)}
)
X.loc[DRAW.random(2000) < 0.2, "debt"] = np.nan
KINDS = {"size": FeatureKind.NUMBER, "debt": FeatureKind.NUMBER, "place": FeatureKind.CATEGORY}
SCHEMA = FeatureSchema(tuple(FeatureSpec(name, "any", kind, "", "", "", ()) for name, kind in KINDS.items()))
CHANCE = 1 / (1 + np.exp(-(X["size"] * (X["place"] > 2) - 0.5 * X["debt"].fillna(0))))
LABEL = (DRAW.random(2000) < CHANCE).to_numpy(float)

RECIPES = {
    "line": HazardRecipe(),
    "free": HazardRecipe(learner=HeadKind.BLEND, iterations=40),
    "additive": HazardRecipe(learner=HeadKind.BLEND, iterations=40, additive=True, share=0.7),
}


@pytest.mark.parametrize("name", RECIPES)
def test_contributions_sum_to_the_score(name):
    model = fit_horizon(X, LABEL, SCHEMA, recipe=RECIPES[name], draws=5)
    told = contributions(model, X)
    assert list(told.columns) == [*SCHEMA.names, BASE]
    held, _ = clipped(X, model.document.ranges)
    score = Head.of(model, "restart").score(design(held, model.document.design), held)[:, 0]
    assert np.abs(told.sum(axis=1) - score).max() < 1e-12


def test_what_a_unit_was_sifted_by_is_credited_to_the_time_since_it_was_first_tried_and_parts_add_up():
    tried = X.rename(columns={"debt": "tried"}).assign(tried=X["debt"].abs())
    kinds = {"size": FeatureKind.NUMBER, "tried": FeatureKind.NUMBER, "place": FeatureKind.CATEGORY}
    schema = FeatureSchema(tuple(FeatureSpec(name, "any", kind, "", "", "", ()) for name, kind in kinds.items()))
    flat = fit_horizon(tried, LABEL, schema, draws=5)
    restart = flat.document.hazards.restart.changed(frailty=0.7, since="tried")
    model = Model(flat.heads, flat.document.changed(hazards=flat.document.hazards.changed(restart=restart)))
    told = contributions(model, tried)
    held, _ = clipped(tried, model.document.ranges)
    score = Head.of(model, "restart").score(design(held, model.document.design), held)[:, 0]
    assert np.abs(told.sum(axis=1) - score).max() < 1e-12
    assert np.ptp(told[BASE]) == 0
    before = contributions(flat, tried)
    assert (told["size"].abs() <= before["size"].abs() + 1e-12).all()
    assert (told["tried"] < before["tried"])[tried["tried"] > 0.5].mean() > 0.9


@pytest.mark.parametrize("name", ["line", "additive"])
def test_an_additive_score_credits_a_feature_for_its_own_value_alone(name):
    model = fit_horizon(X, LABEL, SCHEMA, recipe=RECIPES[name], draws=5)
    before, after = contributions(model, X), contributions(model, X.assign(size=X["size"].to_numpy()[::-1]))
    assert np.allclose(before[["debt", "place"]], after[["debt", "place"]], atol=1e-12)
    assert not np.allclose(before["size"], after["size"])


def test_trees_with_interactions_are_credited_along_the_way_down():
    boosting = HistGradientBoostingClassifier(max_iter=20, early_stopping=False).fit(X.to_numpy(), LABEL)
    told = tree_contributions(boosting, X.to_numpy())
    assert np.abs(told.sum(axis=1) - boosting.decision_function(X.to_numpy())).max() < 1e-12


def test_one_split_is_credited_with_the_distance_from_the_mean():
    stump = HistGradientBoostingClassifier(max_iter=1, max_leaf_nodes=2, learning_rate=1.0, early_stopping=False)
    ready = np.column_stack([np.repeat([0.0, 1.0], [300, 100]), np.zeros(400)])
    told = tree_contributions(stump.fit(ready, ready[:, 0]), ready)
    low, high = stump._predictors[0][0].nodes["value"][1:]
    mean = 0.75 * low + 0.25 * high
    assert told[[0, -1], 0] == pytest.approx([low - mean, high - mean])
