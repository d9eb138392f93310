"""What a learner of a data scientist's must be: two methods, or any classifier of scikit-learn."""

from __future__ import annotations

import importlib
import inspect
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.base import BaseEstimator, clone

from engine.errors import EhyaError, ErrorCode
from engine.scoring.hazards import PERIODS

Floats = npt.NDArray[np.float64]


@runtime_checkable
class Learner(Protocol):
    """Fits feasibility to landmarks.

    A classifier of scikit-learn, or a pipeline that ends in one, is a learner as it is: it is given the weights where
    it takes any, and asked for ``predict_proba``. Anything else has the method below.

    Examples
    --------
    One that knows nothing but the rate:

    >>> class Rate:
    ...     def fit_landmarks(self, X, y, *, weights, dates, groups):
    ...         self.rate = float(np.average(y, weights=weights))
    ...         return self
    ...     def feasibility(self, X):
    ...         return np.full(len(X), self.rate)
    >>> isinstance(Rate(), Learner), name_of(Rate())
    (True, 'Rate')
    """

    def fit_landmarks(
        self, X: pd.DataFrame, y: Floats, *, weights: Floats, dates: pd.Series, groups: pd.DataFrame
    ) -> FittedLearner:
        """Learn from landmarks whose outcome is known: those of ``training.data`` as of an earlier day.

        Parameters
        ----------
        X
            Shape (n, features), as ``training.data`` gives it: NaN is not known.
        y
            Shape (n,), 0 or 1.
        weights
            Shape (n,), above zero.
        dates, groups
            Day of each landmark; its ``unit_id, county, sector, size``.

        Returns
        -------
        Fitted
            May be the learner itself, or a fitted classifier of scikit-learn: only the latter can go to work.
        """


@runtime_checkable
class FittedLearner(Protocol):
    """A fitted learner.

    It may also have ``interval(X)``, shape (n, 2): ends of its own 80 % interval of the probability.
    """

    def feasibility(self, X: pd.DataFrame) -> Floats:
        """Say how feasible each row is.

        Parameters
        ----------
        X
            Shape (n, features).

        Returns
        -------
        numpy.ndarray
            Shape (n,): P(y = 1); or shape (n, 4): P(y comes true in this half-year | it did not before), whose
            complement multiplied over the four half-years is P(y = 0).
        """


def learner_named(words: str) -> Any:
    """Import a learner by ``module:Class``, from the folder one stands in or from what is installed.

    Parameters
    ----------
    words
        A class or function without arguments that gives a learner, or a learner.

    Raises
    ------
    EhyaError
        ``learner_unknown`` when it cannot be imported, or is no learner.

    Examples
    --------
    >>> learner_named("sklearn.linear_model:LogisticRegression")
    LogisticRegression()
    """
    module, _, name = words.partition(":")
    here = str(Path.cwd())
    added = here not in sys.path
    if added:
        sys.path.insert(0, here)
    try:
        found: Any = importlib.import_module(module)
        for part in name.split("."):
            found = getattr(found, part)
        made = found if is_learner(found) and not inspect.isclass(found) else found()
    except Exception as error:  # a module of somebody's may raise anything when it is imported
        why = f"{type(error).__name__}: {error}".splitlines()[0]
        raise EhyaError(ErrorCode.LEARNER_UNKNOWN, given=words, why=why) from error
    finally:
        if added:
            sys.path.remove(here)
    check_learner(made)
    return made


def is_learner(thing: Any) -> bool:
    """Whether it has what a learner must have."""
    return hasattr(thing, "fit_landmarks") or (hasattr(thing, "fit") and hasattr(thing, "predict_proba"))


def check_learner(thing: Any) -> None:
    """Refuse what is no learner.

    Raises
    ------
    EhyaError
        ``learner_unknown`` with what it lacks.
    """
    if not is_learner(thing) or inspect.isclass(thing):
        lacks = "fit_landmarks(X, y, *, weights, dates, groups); or fit and predict_proba"
        raise EhyaError(ErrorCode.LEARNER_UNKNOWN, given=type(thing).__name__, why=lacks)


def name_of(learner: Any) -> str:
    """Name of a learner: its class, and of a pipeline that of its steps.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> name_of(make_pipeline(StandardScaler(), LogisticRegression()))
    'StandardScaler+LogisticRegression'
    """
    steps = getattr(learner, "steps", None)
    return "+".join(type(step).__name__ for _, step in steps) if steps else type(learner).__name__


def fit_to(learner: Any, X: pd.DataFrame, y: Floats, *, weights: Floats, dates: pd.Series, groups: pd.DataFrame) -> Any:
    """Fit a copy of a learner to landmarks, whichever of the two kinds it is.

    Parameters
    ----------
    learner
        What ``check_learner`` lets pass.
    X, y, weights, dates, groups
        Those of ``Learner.fit_landmarks``.
    """
    if hasattr(learner, "fit_landmarks"):
        return deepcopy(learner).fit_landmarks(X, y, weights=weights, dates=dates, groups=groups)
    made = clone(learner) if isinstance(learner, BaseEstimator) else deepcopy(learner)
    last = made.steps[-1] if hasattr(made, "steps") else None
    takes = inspect.signature((made if last is None else last[1]).fit).parameters
    name = "sample_weight" if last is None else f"{last[0]}__sample_weight"
    # In an early fold nobody may have stated a field at all, and boosting cannot bin what has no value: a constant
    # tells it as little. What is not known of single rows stays NaN.
    X = X.fillna(dict.fromkeys(X.columns[X.isna().all()], 0.0))
    return made.fit(X, y, **({name: weights} if "sample_weight" in takes else {}))


def asked(fitted: Any, X: pd.DataFrame) -> Floats:
    """Probability of each row by a fitted learner of either kind, shape (n,) where it keeps to its promise."""
    if hasattr(fitted, "feasibility"):
        found = np.asarray(fitted.feasibility(X), dtype=np.float64)
        return np.asarray(1 - np.prod(1 - found, axis=1)) if found.ndim == 2 and found.shape[1] == PERIODS else found
    found = np.asarray(fitted.predict_proba(X), dtype=np.float64)
    return np.asarray(found[:, 1]) if found.ndim == 2 and found.shape[1] == 2 else found
