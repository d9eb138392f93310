"""Held-out residuals that intervals are made of: each record left out while there are few, folds and groups after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from training.statistics.shrinkage import Floats, lines_without, with_level

FEW = 100
"""Records below which each is left out by itself (jackknife+)."""

FOLDS = 10
"""Folds from ``FEW`` records on (CV+)."""

GROUPS = 3
"""Groups of equal size by predicted size from ``FEW`` records on; each has residuals of its own (Mondrian)."""

LEAST_OF_GROUP = 25
"""Records that every group has, or there are no groups."""

MOST_RESIDUALS = 400
"""Residuals of a group that are kept, evenly spaced in order: a quantile of more is no finer than its 200 draws."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Residuals of records that a refit had not seen, as ``engine.scoring.jobs`` reads them.

    Parameters
    ----------
    method
        ``jackknife_plus`` or ``cv_plus``.
    refits
        Shape (folds, 1 + columns), intercept first.
    refit_of, residuals, group
        Shape (m,): which refit, what it missed by, and the group by predicted size.
    cuts
        Predictions between the groups, shape (groups - 1,).
    """

    method: str
    refits: Floats
    refit_of: npt.NDArray[np.intp]
    residuals: Floats
    group: npt.NDArray[np.intp]
    cuts: Floats

    def rounded(self) -> dict[str, Any]:
        """Fields by name, to ten decimals."""
        return {
            "method": self.method,
            "refits": np.round(self.refits, 10),
            "refit_of": self.refit_of,
            "residuals": np.round(self.residuals, 10),
            "group": self.group,
            "cuts": np.round(self.cuts, 10),
        }


def held_out(
    columns: Floats, target: Floats, line: Floats, level: float, penalties: Floats, weights: Floats | None = None, *,
    wider: Floats | None = None, random_state: int = 0,
) -> HeldOut:  # fmt: skip
    """Leave records out and keep what the refits missed by.

    Barber, Candès, Ramdas and Tibshirani (2021), "Predictive inference with the jackknife+": a forecast of a new record
    gathers, from every old one, the prediction of the refit that left that one out plus its residual. Residuals keep
    their signs: what shrinkage pulls the refits to one side by, the residuals give back. From ``FEW`` records on there
    are folds, and groups of predicted size.

    Parameters
    ----------
    columns, target, level, penalties, weights
        What :func:`training.statistics.shrinkage.lines_without` takes. Weights move the fits, not the ranks.
    line
        Shape (1 + columns,), the line fitted to all records: it tells a record's group, as it tells that of a new one.
    wider
        Shape (n,): by how much a record is expected to miss by more than others, as one does of which less is known.
        Residuals are kept divided by it (Lei and others 2018, "Distribution-free predictive inference for regression",
        5.2, "locally weighted"); ones where ``None``.
    random_state
        Seed of the folds.
    """
    count = len(target)
    folds = count if count < FEW else FOLDS
    own = np.random.default_rng(random_state).permutation(count) % folds
    refits = lines_without(columns, target, level, penalties, own, weights)
    ready = with_level(columns)
    missed = (target - (ready * refits[own]).sum(axis=1)) / (1.0 if wider is None else wider)
    if count < FEW:
        return HeldOut("jackknife_plus", refits, own, missed, np.zeros(count, dtype=np.intp), np.empty(0))
    guess = ready @ line
    cuts = np.unique(np.quantile(guess, np.arange(1, GROUPS) / GROUPS))
    group = np.searchsorted(cuts, guess)
    if np.bincount(group, minlength=len(cuts) + 1).min() < LEAST_OF_GROUP:
        # Predictions that are nearly all alike make no groups.
        cuts, group = np.empty(0), np.zeros(count, dtype=np.intp)
    kept = np.concatenate([_thinned(np.flatnonzero(group == number), missed) for number in range(len(cuts) + 1)])
    return HeldOut("cv_plus", refits, own[kept], missed[kept], group[kept], cuts)


def _thinned(rows: npt.NDArray[np.intp], missed: Floats) -> npt.NDArray[np.intp]:
    ordered = rows[np.argsort(missed[rows], kind="stable")]
    if len(ordered) <= MOST_RESIDUALS:
        return ordered
    return ordered[((np.arange(MOST_RESIDUALS) + 0.5) * len(ordered) / MOST_RESIDUALS).astype(np.intp)]
