"""Estimate a probability as the plain mean of three learners that err differently.

Ridge logistic regression on all levels at once knows who is who; boosting and extra trees on the encodings find what
goes together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from experiments.sba_outcomes.learners.encoding import Encoding, fit_encoding, out_of_fold
from experiments.sba_outcomes.learners.roles import Numbers, Roles, fit_numbers, scaled
from training.statistics.recency import recency_weights

Floats = npt.NDArray[np.float64]

WORDS = HashingVectorizer(n_features=2**12, binary=True, norm=None, alternate_sign=False)
"""Words of names, by their hash: there is nothing to fit, and no vocabulary to keep."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How to fit.

    Parameters
    ----------
    half_life
        Years in which a category's evidence loses half its weight.
    recency
        The same for the rows that the learners see.
    strength
        Precision of a category's prior, see :func:`experiments.sba_outcomes.learners.encoding.fit_encoding`.
    ridge
        Inverse penalty of the ridge regression on categories.
    trees
        Extra trees.
    rounds
        Rounds of boosting.
    """

    half_life: float = 3.0
    recency: float = 3.0
    strength: float = 5.0
    ridge: float = 0.15
    trees: int = 150
    rounds: int = 150


@dataclass(frozen=True)
class Crossed:
    """Ridge logistic regression on numbers and on all categories at once: crossed effects, partly pooled."""

    roles: Roles
    numbers: Numbers
    scaler: StandardScaler
    categories: OneHotEncoder
    ridge: LogisticRegression

    def predict(self, table: pd.DataFrame, years: Floats) -> Floats:
        """Probability of the outcome, shape (n,)."""
        design = _crossed(self.scaler, self.categories, table, self.numbers.design(table, years), self.roles)
        return np.asarray(self.ridge.predict_proba(design)[:, 1])


@dataclass(frozen=True)
class Blend:
    """Three fitted learners behind one door."""

    numbers: Numbers
    encoding: Encoding
    crossed: Crossed
    boosting: HistGradientBoostingClassifier
    trees: ExtraTreesClassifier

    def predict(self, table: pd.DataFrame, years: Floats) -> Floats:
        """Probability of the outcome, shape (n,): the mean of :meth:`members`."""
        return np.asarray(np.mean(list(self.members(table, years).values()), axis=0))

    def members(self, table: pd.DataFrame, years: Floats) -> dict[str, Floats]:
        """Probability by learner, each of shape (n,)."""
        encoded = np.column_stack([self.numbers.design(table, years), self.encoding.encode(table).to_numpy()])
        return {
            "crossed": self.crossed.predict(table, years),
            "boosting": self.boosting.predict_proba(encoded)[:, 1],
            "trees": self.trees.predict_proba(encoded)[:, 1],
        }


def fit_crossed(
    table: pd.DataFrame,
    label: Floats,
    weights: Floats,
    years: Floats,
    roles: Roles,
    *,
    until: float,
    plan: Plan | None = None,
) -> Crossed:
    """Fit the ridge regression alone: quick, and nearly as good as the blend.

    Parameters
    ----------
    table
        n rows with the columns of ``roles``.
    label
        Shape (n,), 0 to 1; a share between counts as a row of each outcome.
    weights
        Shape (n,), not negative: the population that a row stands for, on any scale.
    years
        Shape (n,), time of the row.
    roles
        What the columns are for.
    until
        End of the evidence, in years as ``years``.
    plan
        How to fit.
    """
    plan = plan or Plan()
    seen = _seen(weights, years, until, plan)
    numbers = fit_numbers(table, weights, roles)
    scaler = StandardScaler().fit(numbers.design(table, years))
    categories = OneHotEncoder(handle_unknown="ignore").fit(table[list(roles.crossed)].to_numpy(dtype=object))
    rows, outcome, share = split_shares(label, seen)
    design = _crossed(scaler, categories, table, numbers.design(table, years), roles)
    ridge = LogisticRegression(C=plan.ridge, max_iter=500).fit(design[rows], outcome, share)
    return Crossed(roles, numbers, scaler, categories, ridge)


def fit_blend(
    table: pd.DataFrame,
    label: Floats,
    weights: Floats,
    years: Floats,
    roles: Roles,
    *,
    until: float,
    plan: Plan | None = None,
    random_state: int = 0,
) -> Blend:
    """Fit all three learners.

    Parameters
    ----------
    table
        n rows with the columns of ``roles``.
    label
        Shape (n,), 0 to 1; a share between counts as a row of each outcome (see :mod:`training.cohort.soft_labels`).
    weights
        Shape (n,), not negative: the population that a row stands for, on any scale.
    years
        Shape (n,), time of the row.
    roles
        What the columns are for.
    until
        End of the evidence, in years as ``years``.
    plan
        How to fit.
    random_state
        Seed of folds and trees.

    Returns
    -------
    Blend
    """
    plan = plan or Plan()
    weights = weights / weights.mean()
    seen = _seen(weights, years, until, plan)
    how: dict[str, Any] = {"until": until, "half_life": plan.half_life, "strength": plan.strength}
    encoding = fit_encoding(table, label, weights, years, roles.paths, **how)
    held_out = out_of_fold(table, label, weights, years, roles.paths, **how, random_state=random_state)
    numbers = fit_numbers(table, weights, roles)
    encoded = np.column_stack([numbers.design(table, years), held_out.to_numpy()])
    rows, outcome, share = split_shares(label, seen)
    boosting = HistGradientBoostingClassifier(
        learning_rate=0.04, max_iter=plan.rounds, max_leaf_nodes=8, min_samples_leaf=40, l2_regularization=10.0,
        max_features=0.5, early_stopping=False, random_state=random_state,
    )  # fmt: skip
    trees = ExtraTreesClassifier(plan.trees, min_samples_leaf=15, max_features=0.3, random_state=random_state)
    return Blend(
        numbers, encoding,
        crossed=fit_crossed(table, label, weights, years, roles, until=until, plan=plan),
        boosting=boosting.fit(encoded[rows], outcome, share),
        trees=trees.fit(encoded[rows], outcome, share),
    )  # fmt: skip


def split_shares(label: Floats, weights: Floats) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Write each fractional label as a row of each outcome.

    Returns
    -------
    rows, outcome, weights
        Positions in ``label``, 0 or 1, and weights above zero.

    Examples
    --------
    >>> rows, outcome, weights = split_shares(np.array([1.0, 0.25]), np.array([2.0, 4.0]))
    >>> rows.tolist(), outcome.tolist(), weights.tolist()
    ([0, 1, 1], [1, 1, 0], [2.0, 1.0, 3.0])
    """
    rows = np.tile(np.arange(len(label)), 2)
    outcome = np.repeat([1, 0], len(label))
    share = np.concatenate([weights * label, weights * (1 - label)])
    present = share > 0
    return rows[present], outcome[present], share[present]


def _seen(weights: Floats, years: Floats, until: float, plan: Plan) -> Floats:
    seen = weights * recency_weights(years, until=until, half_life=plan.recency)
    return np.asarray(seen / seen.mean())


def _crossed(
    scaler: StandardScaler, categories: OneHotEncoder, table: pd.DataFrame, numbers: Floats, roles: Roles
) -> Any:
    parts = [
        sparse.csr_matrix(scaled(scaler, numbers)),
        categories.transform(table[list(roles.crossed)].to_numpy(dtype=object)),
        *(WORDS.transform(table[name]) for name in roles.words),
    ]
    return sparse.hstack(parts, format="csr")
