"""Settle the ridge penalty and the share of the slopes to keep: the only importer of optuna."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import optuna

from training.model import Recipe
from training.regression import Floats, ridge_logistic, shrunk

LOW, HIGH = 10.0, 100.0
"""Range of the ridge penalty: one unit's worth of evidence counts for a tenth of a level's effect at most (assumed)."""

SHARE = 0.5
"""Share of the slopes that is kept (assumed): all of them gain more on average, and lose more where they lose."""

FOLDS = 10


@dataclass(frozen=True, slots=True)
class Trial:
    """One penalty that was tried, and its log loss minus the base rate's: below zero is a gain."""

    recipe: Recipe
    loss: float


def search(
    columns: Floats,
    label: Floats,
    group: npt.NDArray[np.str_],
    rows: npt.NDArray[np.bool_],
    *,
    trials: int,
    random_state: int,
) -> list[Trial]:
    """Try penalties by cross-validation over provinces; the best trial comes first.

    Parameters
    ----------
    columns
        Design with the sampling column last, shape (n, columns).
    label, group, rows
        Shape (n,): outcome, province, and which units may be seen.
    trials
        How many penalties optuna's TPE sampler tries.
    random_state
        Seed of the folds and of the sampler.

    Returns
    -------
    list of Trial
        Sorted by loss. Where no penalty gains, the first trial keeps no share of the slopes: the base rate.
    """
    folds = _folds(group, rows, random_state)
    weights = np.stack([rows & (folds != fold) for fold in range(folds.max() + 1)]).astype(np.float64)
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=random_state, n_startup_trials=max(trials // 2, 1))
    study = optuna.create_study(sampler=sampler)
    tried = []
    for _ in range(trials):
        trial = study.ask()
        recipe = Recipe(trial.suggest_float("penalty", LOW, HIGH, log=True), SHARE)
        tried.append(Trial(recipe, _loss_against_base_rate(columns, label, rows, folds, weights, recipe)))
        study.tell(trial, tried[-1].loss)
    tried.sort(key=lambda each: each.loss)
    return tried if tried[0].loss < 0 else [Trial(Recipe(HIGH, 0.0), 0.0), *tried]


def _loss_against_base_rate(
    columns: Floats,
    label: Floats,
    rows: npt.NDArray[np.bool_],
    folds: npt.NDArray[np.intp],
    weights: Floats,
    recipe: Recipe,
) -> float:
    fitted = ridge_logistic(columns, label, weights, recipe.penalty)
    worse = _out_of_fold(fitted, recipe.share, columns, label, folds, weights)[rows]
    worse = worse - _out_of_fold(fitted, 0.0, columns, label, folds, weights)[rows]
    return float(worse.mean())


def _out_of_fold(
    fitted: Floats, share: float, columns: Floats, label: Floats, folds: npt.NDArray[np.intp], weights: Floats
) -> Floats:
    kept = np.full(columns.shape[1], share)
    kept[-1] = 1.0
    final = shrunk(fitted, columns, label, weights, kept)
    return _loss(final[folds, 0] + (columns * final[folds, 1:]).sum(axis=1), label)


def _loss(score: Floats, label: Floats) -> Floats:
    return np.logaddexp(0.0, score) - label * score


def _folds(group: npt.NDArray[np.str_], rows: npt.NDArray[np.bool_], random_state: int) -> npt.NDArray[np.intp]:
    names, sizes = np.unique(group[rows], return_counts=True)
    order = np.random.default_rng(random_state).permutation(len(names))
    load = np.zeros(min(FOLDS, len(names)), dtype=np.intp)
    fold_of = {}
    for which in order[np.argsort(-sizes[order], kind="stable")]:
        fold_of[names[which]] = int(load.argmin())
        load[fold_of[names[which]]] += sizes[which]
    return np.array([fold_of.get(name, 0) for name in group], dtype=np.intp)
