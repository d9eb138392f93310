"""Encodings are shrunken, out of fold, and forget."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from experiments.sba_outcomes.learners.encoding import Link, Path, fit_encoding, fold_of_rows, out_of_fold
from training.statistics.recency import recency_weights

PATHS = [Path("place", ("state", "town"))]


def _rows(count: int = 200) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    generator = np.random.default_rng(0)
    town = generator.integers(0, 20, count)
    table = pd.DataFrame({"state": [f"s{each % 4}" for each in town], "town": [f"t{each}" for each in town]})
    label = (generator.random(count) < 0.2 + 0.03 * town).astype(float)
    return table, label, generator.uniform(0, 8, count)


def test_evidence_decays_as_reckoned_by_hand():
    # No trend can be told at one time; three years are one half-life, so the old row counts half: 4 x .5 / (.5 + 1).
    table, ones = pd.DataFrame({"state": ["a", "b"], "town": ["x", "y"]}), np.ones(2)
    fitted = fit_encoding(
        table, np.array([4.0, -4.0]), ones, np.zeros(2), [Path("p", ("state",))], until=3.0, half_life=3.0,
        strength=1.0, link=Link.IDENTITY,
    )  # fmt: skip
    np.testing.assert_allclose(fitted.encode(table)["p_state"], [4 / 3, -4 / 3])
    np.testing.assert_allclose(recency_weights(np.array([0.0]), until=6.0, half_life=3.0), [0.25])


def test_an_effect_under_the_logit_link_is_the_posterior_mode():
    # 30 of 40 against an even trend: the mode b solves 40 (.75 - expit(b)) = 2 b.
    table = pd.DataFrame({"state": ["a"] * 40 + ["b"] * 40})
    label = np.r_[np.repeat([1.0, 0.0], [30, 10]), np.repeat([1.0, 0.0], [10, 30])]
    fitted = fit_encoding(
        table, label, np.ones(80), np.zeros(80), [Path("p", ("state",))], until=0.0, half_life=3.0, strength=2.0
    )
    effect = fitted.effects["p"][0]["a"]
    assert 40 * (0.75 - 1 / (1 + np.exp(-effect))) == pytest.approx(2 * effect, abs=0.06)


def test_a_level_never_seen_has_its_parents_effect_and_at_the_top_the_prior():
    table, label, years = _rows()
    how = {"until": 8.0, "half_life": 3.0, "strength": 5.0}
    fitted = fit_encoding(table, label, np.ones(200), years, PATHS, **how)
    strange = fitted.encode(pd.DataFrame({"state": ["s1", "nowhere"], "town": ["new", "new"]}))
    assert strange["place_town"].tolist() == [fitted.effects["place"][0]["s1"], 0.0]


def test_no_row_meets_its_own_outcome():
    table, label, years = _rows()
    how = {"until": 8.0, "half_life": 3.0, "strength": 5.0, "folds": 4, "random_state": 3}
    before = out_of_fold(table, label, np.ones(200), years, PATHS, **how)
    own = fold_of_rows(200, folds=4, random_state=3) == 2
    changed = np.where(own, 1 - label, label)
    after = out_of_fold(table, changed, np.ones(200), years, PATHS, **how)
    pd.testing.assert_frame_equal(before[own], after[own])
    assert not before[~own].equals(after[~own])
    assert before.index.equals(table.index)


def test_a_fold_is_encoded_by_the_others_alone():
    table, label, years = _rows()
    how = {"until": 8.0, "half_life": 3.0, "strength": 5.0}
    held = fold_of_rows(200, folds=5, random_state=0) == 0
    fitted = fit_encoding(table[~held], label[~held], np.ones(200)[~held], years[~held], PATHS, **how)
    found = out_of_fold(table, label, np.ones(200), years, PATHS, **how)
    pd.testing.assert_frame_equal(found[held], fitted.encode(table[held]))
