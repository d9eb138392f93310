"""Settle the ridge penalty of the first model and the share of the slopes to keep."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from training.statistics.ridge import Floats, ridge_logistic, shrunk, squares_of
from training.tuning.search import Real, tune

LOW, HIGH = 10.0, 100.0
"""Range of the ridge penalty: one unit's worth of evidence counts for a tenth of a level's effect at most (assumed)."""

SHARE = 0.5
"""Share of the slopes that is kept (assumed): all of them gain more on average, and lose more where they lose."""

FOLDS = 10


@dataclass(frozen=True, slots=True)
class PressRecipe:
    """What the search settles.

    Parameters
    ----------
    penalty
        Ridge penalty of the logistic head, 1 / C.
    share
        Share of the slopes that is kept, 0 (base rate) to 1.
    """

    penalty: float
    share: float


@dataclass(frozen=True, slots=True)
class Trial:
    """One penalty that was tried, and its log loss minus the base rate's: below zero is a gain."""

    recipe: PressRecipe
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
        How many penalties optuna's TPE sampler tries; none leaves the base rate.
    random_state
        Seed of the folds and of the sampler.

    Returns
    -------
    list of Trial
        Sorted by loss. Where no penalty gains, the first trial keeps no share of the slopes: the base rate.
    """
    base_rate = Trial(PressRecipe(HIGH, 0.0), 0.0)
    if trials == 0:
        return [base_rate]
    folds = _folds(group, rows, random_state)
    count = int(folds.max()) + 1
    excess = _excess(columns, label, rows, folds)
    found = tune(
        lambda recipe, fold: excess(recipe["penalty"], fold),
        {"penalty": Real(LOW, HIGH, log=True)},
        folds=count,
        trials=trials,
        prune=False,
        random_state=random_state,
    )
    tried = [Trial(PressRecipe(each.recipe["penalty"], SHARE), each.loss) for each in found.trials if each.complete]
    return tried if tried[0].loss < 0 else [base_rate, *tried]


def _excess(
    columns: Floats, label: Floats, rows: npt.NDArray[np.bool_], folds: npt.NDArray[np.intp]
) -> Callable[[float, int], float]:
    """Log loss above the base rate's on a fold, scaled so that the mean over folds is the mean over rows."""
    scale, squares = (int(folds.max()) + 1) / rows.sum(), squares_of(columns)

    def excess(penalty: float, fold: int) -> float:
        out = rows & (folds == fold)
        weights = (rows & ~out)[None].astype(np.float64)
        fitted = ridge_logistic(columns, label, weights, penalty, squares=squares)
        worse, base = (_score(fitted, share, columns, label, weights)[out] for share in (SHARE, 0.0))
        return float((_loss(worse, label[out]) - _loss(base, label[out])).sum() * scale)

    return excess


def _score(fitted: Floats, share: float, columns: Floats, label: Floats, weights: Floats) -> Floats:
    kept = np.full(columns.shape[1], share)
    kept[-1] = 1.0
    final = shrunk(fitted, columns, label, weights, kept)[0]
    return np.asarray(final[0] + columns @ final[1:], dtype=np.float64)


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
