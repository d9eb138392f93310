"""A data scientist's learner beside the model of outcomes, as one way of fitting."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import Model
from engine.scoring.design import clipped
from engine.scoring.hazards import LEARNER
from training.cohort.landmarks import LEAST_RESTARTS, Followed
from training.dataset.learnable import Learnable
from training.dataset.ripe import ripe
from training.dataset.table import Landmarks
from training.learners.guarded import Guarded
from training.statistics.design_blocks import ranges

Floats = npt.NDArray[np.float64]


def with_learner(line: Callable[[Followed], Model], guard: Guarded, found: Learnable) -> Callable[[Followed], Model]:
    """Fit a model of outcomes and, beside it, a learner that gives the point of feasibility.

    Parameters
    ----------
    line
        Fits the model of outcomes: jobs, and the width of the interval, stay its own.
    guard
        The learner.
    found
        Whose landmarks it learns from: those whose outcome was known whole on the day of what is fitted to.

    Returns
    -------
    Callable
        Raises ``learner_failed``, ``learner_slow`` and ``too_few_outcomes``.
    """

    def fit(seen: Followed) -> Model:
        model = line(seen)
        return Model({**model.heads, LEARNER: guard.fit(taught(found, seen))}, model.document)

    return fit


def learner_alone(guard: Guarded, found: Learnable) -> Callable[[Followed], Callable[[pd.DataFrame], Floats]]:
    """The learner as ``training.evaluation.left_out`` wants it, where nothing but its feasibility is read.

    Parameters
    ----------
    guard, found
        Those of ``with_learner``.

    Returns
    -------
    Callable
        Raises what that of ``with_learner`` does. Says what a model with this learner would: rows are held within the
        ranges of what was learnt from.
    """

    def learn(seen: Followed) -> Callable[[pd.DataFrame], Floats]:
        fitted, limits = guard.fit(taught(found, seen)), ranges(seen.matrix, seen.schema)
        return lambda X: np.asarray(fitted.predict_proba(clipped(X, limits)[0])[:, 1], dtype=np.float64)

    return learn


def taught(found: Learnable, seen: Followed) -> Landmarks:
    """What a learner may see on the day of what is fitted to.

    Parameters
    ----------
    found
        Its landmarks.
    seen
        Tells the day and the units.

    Raises
    ------
    EhyaError
        ``too_few_outcomes`` where nothing or everything came back.
    """
    units = pd.Index(seen.rows["unit_id"].unique())
    table = ripe(found.described, found.events, as_of=seen.as_of, unit_weights=found.weights, units=units)
    if table.y.nunique() < 2:
        raise EhyaError(ErrorCode.TOO_FEW_OUTCOMES, given=str(found.units["origin"].iloc[0]), allowed=LEAST_RESTARTS)
    return table
