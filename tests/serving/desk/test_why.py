"""Why a unit has its chance: codes and numbers that add up, in either language."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from engine.scoring.artefact import Model
from engine.scoring.design import clipped, design
from engine.scoring.document import Document
from engine.scoring.hazards import Head
from experiments.province_simulator.province import simulate
from features import FULL_SCHEMA, fit, matrix
from serving.cli.commands.show import _REASONS as SHOWN
from serving.cli.commands.show import _weightiest as weightiest
from serving.desk.why import explained
from serving.i18n import speech
from training.models.horizon import fit_horizon

DAY = pd.Timestamp("2026-03-21")


@pytest.fixture(scope="module")
def judged() -> tuple[Model, pd.DataFrame]:
    units = simulate(300, seed=2).units
    fitted = fit(units, FULL_SCHEMA, as_of=DAY)
    X = matrix(units, FULL_SCHEMA, fitted, as_of=DAY)
    label = (np.random.default_rng(0).random(300) < 0.2 + 0.5 * (X["sector_food"] == 1)).to_numpy(float)
    model = fit_horizon(X, label, FULL_SCHEMA, draws=2)
    return Model(model.heads, model.document.changed(fitted=fitted)), units.iloc[[0]]


def test_what_is_told_adds_up_to_the_score_of_the_unit(judged):
    model, unit = judged
    why = explained(model, unit, as_of=DAY)
    assert why["score"] == pytest.approx(why["base"] + sum(why["features"].values()), abs=1e-12)
    held, _ = clipped(matrix(unit, model.schema, model.fitted, as_of=DAY), model.document.ranges)
    score = Head.of(model, "restart").score(design(held, model.document.design), held)
    assert why["score"] == pytest.approx(float(score[0, 0]), abs=1e-12)
    sizes = [abs(value) for value in why["features"].values()]
    assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("language", ["fa", "en"])
def test_the_weightiest_features_have_names_in_both_languages(judged, language):
    model, unit = judged
    said = weightiest(explained(model, unit, as_of=DAY), speech(language))
    assert len(said) == SHOWN
    assert all(name and not name.startswith("feature.") for name, _ in said)


def test_the_first_model_is_not_explained_so(judged):
    model, unit = judged
    assert explained(Model({}, Document(features=model.features)), unit, as_of=DAY) is None
