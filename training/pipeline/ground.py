"""What a model of outcomes is learnt from and judged on: landmarks, folds and weights of a register's own log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from training.dataset.learnable import Learnable
from training.evaluation.walk_forward import FoldPlan
from training.priors.official_rates import Priors

FOLDS = 4
SEARCHED = 2
"""Folds by time, and how many of them, from the first, settings are chosen on. The model is judged on the others only:
what is found there owes nothing to the choice, and a fold of a few dozen restarts speaks of another model."""


@dataclass(frozen=True, eq=False, slots=True)
class Ground(Learnable):
    """What a model of outcomes is learnt from and judged on.

    Parameters
    ----------
    units, events, everything, described, seen, weights, approached
        Those of ``training.dataset.learnable.Learnable``.
    as_of, origin
        Last day whose facts are seen, and whose outcomes they are.
    units_at
        From a day to the units of all origins as they were known on it.
    folds
        How a walk forward is drawn.
    priors, effects
        Official counts, and prior effects.
    digest
        SHA-256 of what is learnt from.
    """

    as_of: pd.Timestamp
    origin: str
    units_at: Callable[[pd.Timestamp], pd.DataFrame]
    folds: FoldPlan
    priors: Priors
    effects: pd.DataFrame | None
    digest: str

    @property
    def searched(self) -> range:
        """Folds that settings are chosen on: the earlier ones."""
        return range(searched_folds(self.folds))

    @property
    def judging(self) -> range:
        """Folds that a model is judged on: the later ones, whose fits knew most of what the model knows."""
        return judged_folds(self.folds)


def judged_folds(folds: FoldPlan) -> range:
    """Numbers of the folds that a model is judged on: the later ones, which the choice of settings never saw."""
    return range(searched_folds(folds), len(folds.folds))


def searched_folds(folds: FoldPlan) -> int:
    """How many folds settings are chosen on; at least one is left to judge by."""
    return min(SEARCHED, max(len(folds.folds) - 1, 0))
