"""Intervals against MAPIE on the same folds, and their coverage where the truth is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from mapie.conformity_scores import AbsoluteConformityScore
from mapie.regression import CrossConformalRegressor
from sklearn.linear_model import Ridge
from sklearn.model_selection import PredefinedSplit

from engine.scoring.jobs import ranks
from training.statistics.conformal import FEW, FOLDS, GROUPS, MOST_RESIDUALS, HeldOut, held_out
from training.statistics.shrinkage import lines_without, with_level

LEVEL = 2.0


def _world(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    drawn = np.random.default_rng(seed)
    columns = drawn.standard_normal((count, 4))
    return columns, 3.0 + columns @ [0.6, -0.3, 0.0, 0.1] + 0.7 * drawn.standard_normal(count)


def _penalties() -> np.ndarray:
    return np.array([4.0, 3.0, 3.0, 8.0, 8.0])


def _held_out(columns: np.ndarray, target: np.ndarray, random_state: int = 0) -> tuple[HeldOut, np.ndarray]:
    everyone = np.full(len(target), 1)
    line = lines_without(columns, target, LEVEL, _penalties(), everyone)[0]
    return held_out(columns, target, line, LEVEL, _penalties(), random_state=random_state), line


def _ends(found: HeldOut, columns: np.ndarray) -> np.ndarray:
    """Ends of level .8 without groups, shape (n, 2)."""
    values = np.sort((with_level(columns) @ found.refits.T)[:, found.refit_of] + found.residuals, axis=1)
    return values[:, ranks(np.array([0.1, 0.9]), values.shape[1]) - 1]


def _mapie(columns: np.ndarray, target: np.ndarray, fold: np.ndarray, new: np.ndarray) -> np.ndarray:
    peer = CrossConformalRegressor(
        Ridge(alpha=1.0, fit_intercept=False), confidence_level=0.8, method="plus", cv=PredefinedSplit(fold),
        conformity_score=AbsoluteConformityScore(sym=False),
    )  # fmt: skip
    scale = np.sqrt(_penalties())
    peer.fit_conformalize(with_level(columns) / scale, target - LEVEL)
    return peer.predict_interval(with_level(new) / scale)[1][:, :, 0] + LEVEL


@pytest.mark.parametrize("count", [12, 54, 99])
def test_below_a_hundred_records_the_ends_are_the_jackknife_plus_of_mapie(count):
    columns, target = _world(count, count)
    found, _ = _held_out(columns, target)
    assert found.method == "jackknife_plus"
    new = _world(1, 30)[0]
    peer = _mapie(columns, target, found.refit_of, new)
    assert _ends(found, new) == pytest.approx(peer, abs=1e-8)


@pytest.mark.parametrize("count", [100, 257])
def test_from_a_hundred_records_on_each_group_has_the_cv_plus_ends_of_mapie(count):
    """MAPIE is given all folds and the residuals of one group: the others are put out of the way."""
    columns, target = _world(count, count)
    found, _ = _held_out(columns, target)
    assert (found.method, len(found.refits), len(found.cuts)) == ("cv_plus", FOLDS, GROUPS - 1)
    new = _world(1, 30)[0]
    for group in range(GROUPS):
        own = found.group == group
        part = HeldOut(
            "cv_plus", found.refits, found.refit_of[own], found.residuals[own], found.group[own], np.empty(0)
        )
        values = (with_level(new) @ found.refits.T)[:, part.refit_of] + part.residuals
        size = int(own.sum())
        # The formula of the paper, written out as it stands there.
        low = np.sort(values, axis=1)[:, int(np.floor(round(0.1 * (size + 1), 9))) - 1]
        high = np.sort(values, axis=1)[:, int(np.ceil(round(0.9 * (size + 1), 9))) - 1]
        assert _ends(part, new) == pytest.approx(np.column_stack([low, high]), abs=1e-12)


def test_without_groups_the_cv_plus_ends_are_those_of_mapie(monkeypatch):
    monkeypatch.setattr("training.statistics.conformal.GROUPS", 1)
    columns, target = _world(8, 189)
    found, _ = _held_out(columns, target)
    guess = {round(float(value), 9): fold for value, fold in zip(found.residuals, found.refit_of, strict=True)}
    # Which record went to which fold: told by its residual, since residuals are kept in order of size.
    missed = target[:, None] - with_level(columns) @ found.refits.T
    fold = np.array([next(guess[key] for key in np.round(row, 9) if guess.get(key) is not None) for row in missed])
    new = _world(1, 30)[0]
    assert _ends(found, new) == pytest.approx(_mapie(columns, target, fold, new), abs=1e-8)


def test_a_group_keeps_no_more_residuals_than_draws_can_tell_apart():
    columns, target = _world(3, 6000)
    found, _ = _held_out(columns, target)
    assert np.bincount(found.group).tolist() == [MOST_RESIDUALS] * GROUPS
    for group in range(GROUPS):
        kept = found.residuals[found.group == group]
        assert np.quantile(kept, 0.9) == pytest.approx(0.7 * 1.2816, rel=0.1)


def test_units_that_are_all_alike_make_no_groups():
    found, _ = _held_out(np.zeros((200, 4)), _world(1, 200)[1])
    assert len(found.cuts) == 0
    assert (found.group == 0).all()


@pytest.mark.parametrize("count", [12, 40, FEW - 1, FEW, 400])
def test_four_fifths_of_strangers_are_covered(count):
    """Mean over 150 samples of each size: within three points of .8, or of the next share that its ranks allow."""
    covered = []
    for seed in range(150):
        columns, target = _world(seed, count)
        found, line = _held_out(columns, target, seed)
        new, came = _world(10_000 + seed, 50)
        guess = with_level(new) @ line
        group = np.searchsorted(found.cuts, guess)
        for number in np.unique(group):
            own = found.group == number
            part = HeldOut(
                found.method, found.refits, found.refit_of[own], found.residuals[own], found.group[own], np.empty(0)
            )  # fmt: skip
            mine = group == number
            low, high = _ends(part, new[mine]).T
            covered += ((low <= came[mine]) & (came[mine] <= high)).tolist()
    ranked = 1 - 2 * np.floor(round(0.1 * (count + 1), 9)) / (count + 1)
    assert np.mean(covered) == pytest.approx(ranked, abs=0.03)
