"""Fit and ask a learner that nobody has looked at: what it raises, says or takes too long for has a name."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from sysconfig import get_path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from engine.errors import EhyaError, ErrorCode
from training.dataset.table import Landmarks
from training.learners.protocol import asked, fit_to, name_of
from training.statistics.reliability import Z90

Floats = npt.NDArray[np.float64]
T = TypeVar("T")

SECONDS = 600.0
"""Patience with one fit or one answer (assumed)."""

_NOT_THEIRS = (Path(__file__).parents[1], *(Path(get_path(name)) for name in ("stdlib", "purelib", "platlib")))
"""Folders of ours, of Python and of libraries."""

SCRAMBLES = 2
"""Times that labels are scrambled to see whether a learner knows more than it was shown."""


@dataclass(frozen=True, eq=False, slots=True)
class Guarded:
    """A learner with a limit on its time; its fitted models answer with probabilities or not at all.

    Parameters
    ----------
    learner
        What ``training.learners.protocol.check_learner`` lets pass.
    seconds
        Limit of each fit and each answer.
    name
        What it is called in errors and cards.
    """

    learner: Any
    seconds: float = SECONDS
    name: str = field(default="")

    @property
    def called(self) -> str:
        """Its name."""
        return self.name or name_of(self.learner)

    def fit(self, table: Landmarks, y: Floats | None = None) -> GuardedFit:
        """Fit a copy of it.

        Parameters
        ----------
        table
            Landmarks whose outcome is known.
        y
            Labels in place of those of the table.

        Raises
        ------
        EhyaError
            ``learner_failed``, ``learner_slow``; ``learner_unknown`` where what it gave cannot be asked.
        """
        label = table.y.to_numpy(np.float64) if y is None else y
        # Copies: what a learner does to its table is its own affair.
        X, weights = table.X.copy(), table.weights.to_numpy(np.float64).copy()
        dates, groups = table.dates.copy(), table.groups.copy()
        fitted = self._within(
            lambda: fit_to(self.learner, X, label.copy(), weights=weights, dates=dates, groups=groups)
        )
        if not (hasattr(fitted, "feasibility") or hasattr(fitted, "predict_proba")):
            lacks = f"fit_landmarks gave {type(fitted).__name__}, which has neither feasibility(X) nor predict_proba(X)"
            raise EhyaError(ErrorCode.LEARNER_UNKNOWN, given=self.called, why=lacks)
        return GuardedFit(fitted, self)

    def _within(self, work: Callable[[], T]) -> T:
        """Do it in a thread of its own; one that goes on for ever is left behind, and ends with the process."""
        done: list[T] = []
        failed: list[BaseException] = []

        def run() -> None:
            try:
                done.append(work())
            except BaseException as error:  # it may raise anything, SystemExit too
                failed.append(error)

        thread = threading.Thread(target=run, daemon=True, name=f"learner {self.called}")
        thread.start()
        thread.join(self.seconds)
        if failed:
            error = failed[0]
            why = f"{type(error).__name__}: {error}".splitlines()[0][:300] + _place_of(error)
            raise EhyaError(ErrorCode.LEARNER_FAILED, given=self.called, why=why) from error
        if not done:
            raise EhyaError(ErrorCode.LEARNER_SLOW, given=self.called, allowed=self.seconds)
        return done[0]


@dataclass(frozen=True, eq=False, slots=True)
class GuardedFit:
    """A fitted learner behind the guard; it has the face of a classifier.

    Parameters
    ----------
    fitted
        What the learner gave.
    guard
        The learner.
    """

    fitted: Any
    guard: Guarded

    def predict_proba(self, X: pd.DataFrame) -> Floats:
        """Shape (n, 2).

        Raises
        ------
        EhyaError
            ``learner_failed``, ``learner_slow``, ``learner_length``, ``learner_probability``.
        """
        found = self.guard._within(lambda: asked(self.fitted, X.copy()))
        if found.shape != (len(X),):
            shape = "x".join(map(str, found.shape))
            raise EhyaError(ErrorCode.LEARNER_LENGTH, name=self.guard.called, given=shape, allowed=len(X))
        wrong = ~((found >= 0) & (found <= 1))
        if wrong.any():
            first = float(found[wrong][0])
            raise EhyaError(
                ErrorCode.LEARNER_PROBABILITY, name=self.guard.called, given=str(first), count=int(wrong.sum())
            )
        return np.column_stack([1 - found, found])

    def interval(self, X: pd.DataFrame) -> Floats | None:
        """Its own 80 % interval, shape (n, 2); ``None`` where it has none.

        Raises
        ------
        EhyaError
            ``learner_failed``, ``learner_slow``, ``learner_length``, ``learner_probability``.
        """
        if not hasattr(self.fitted, "interval"):
            return None
        found = np.asarray(self.guard._within(lambda: self.fitted.interval(X.copy())), dtype=np.float64)
        if found.shape != (len(X), 2):
            shape = "x".join(map(str, found.shape))
            raise EhyaError(ErrorCode.LEARNER_LENGTH, name=self.guard.called, given=shape, allowed=len(X))
        low, high = found.T
        wrong = ~((low >= 0) & (low <= high) & (high <= 1))
        if wrong.any():
            given = str(found[wrong][0].tolist())
            raise EhyaError(ErrorCode.LEARNER_PROBABILITY, name=self.guard.called, given=given, count=int(wrong.sum()))
        return found


def _place_of(error: BaseException) -> str:
    """Where it was raised, in the last file that is neither ours nor a library's: what its author can mend."""
    theirs = [
        f" ({Path(frame.filename).name}, {frame.lineno})"
        for frame in traceback.extract_tb(error.__traceback__)
        if not any(Path(frame.filename).is_relative_to(place) for place in _NOT_THEIRS)
    ]
    return theirs[-1] if theirs else ""


def peeks(guard: Guarded, seen: Landmarks, X: pd.DataFrame, label: Floats, rival: Floats, *, random_state: int) -> bool:
    """Whether a learner knows outcomes that it was not shown.

    It is fitted to its fold with the labels of each unit given to another unit, all of one together: the rows of a unit
    end alike, and scrambled by row they would not. Whoever learns from such labels learns nothing. One that still ranks
    the test fold better than an honest model that saw the true labels, by more than chance, each time, has the outcomes
    from elsewhere.

    Parameters
    ----------
    guard
        The learner.
    seen
        What it may see in the fold.
    X, label
        Rows of the test fold, and what came of them.
    rival
        What an honest model says of them.
    random_state
        Seed of the scrambling.
    """
    if len(np.unique(label)) < 2:
        return False
    honest = float(roc_auc_score(label, rival))
    bound = honest + Z90 * auc_error(max(honest, 0.5), int(label.sum()), int((1 - label).sum()))
    rng = np.random.default_rng(random_state)
    y, unit = seen.y.to_numpy(np.float64), pd.factorize(seen.groups["unit_id"])[0]
    for _ in range(SCRAMBLES):
        fitted = guard.fit(seen, scrambled(y, unit, rng))
        if roc_auc_score(label, fitted.predict_proba(X)[:, 1]) <= bound:
            return False
    return True


def scrambled(label: Floats, unit: npt.NDArray[np.intp], rng: np.random.Generator) -> Floats:
    """Labels of each unit given to another one, in their order; begun anew where the other has more rows.

    Parameters
    ----------
    label, unit
        Shape (n,): labels, and the number of each row's unit, 0 to units - 1.
    rng
        Draws who gets whose.

    Examples
    --------
    >>> scrambled(np.array([1.0, 1.0, 0.0]), np.array([0, 0, 1]), np.random.default_rng(3)).tolist()
    [0.0, 0.0, 1.0]
    """
    order = np.argsort(unit, kind="stable")
    count = np.bincount(unit)
    start = np.cumsum(count) - count
    place = np.empty(len(unit), dtype=np.intp)
    place[order] = np.arange(len(unit)) - start[unit[order]]
    giver = rng.permutation(len(count))[unit]
    return np.asarray(label[order][start[giver] + place % count[giver]])


def auc_error(auc: float, positive: int, negative: int) -> float:
    """Standard error of an AUC.

    Hanley and McNeil (1982), "The meaning and use of the area under a receiver operating characteristic (ROC) curve",
    equation 1.

    Examples
    --------
    >>> round(auc_error(0.85, 50, 50), 4)
    0.0391
    """
    first, second = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    inner = auc * (1 - auc) + (positive - 1) * (first - auc**2) + (negative - 1) * (second - auc**2)
    return float(np.sqrt(max(inner, 0.0) / (positive * negative)))
