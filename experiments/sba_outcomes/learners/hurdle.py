"""Forecast counts that are mostly zero: whether any, then how many, with intervals that keep their zeros."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor

from experiments.sba_outcomes.learners.blend import Plan, fit_blend
from experiments.sba_outcomes.learners.encoding import Encoding, Link, fit_encoding, fold_of_rows, out_of_fold
from experiments.sba_outcomes.learners.levelled import Levelled, fit_levelled
from experiments.sba_outcomes.learners.roles import Numbers, Roles, fit_numbers
from training.statistics.recency import recency_weights

Floats = npt.NDArray[np.float64]

LEVEL = 0.8
"""Coverage that intervals aim at."""

ZERO_MATTERS = 0.2
"""An interval may leave zero out only where zero is less likely than this."""

GROUPS = 3
"""Groups of equal size by predicted size; each has residuals of its own."""

DRIFT_MARGIN = 0.04
"""Added to ``LEVEL``: what later periods took off the coverage of the calibration rows in walk-forward trials."""

CALIBRATION_YEARS = 1.0
"""The latest rows, which intervals are calibrated on."""

MOST_FEW = 30
"""Non-zero counts that the calibration rows and the others must have; else a third of the rows calibrates."""

FOLDS = 3


@dataclass(frozen=True)
class Spread:
    """Residuals of log sizes that the learner had not seen, by group of predicted size, and the level that covers.

    Parameters
    ----------
    cuts
        Predicted log sizes between the groups, shape (groups - 1,).
    residuals, shares
        By group: residuals in order, and the share of weight up to the middle of each.
    level
        Nominal level at which the unconditional intervals covered the calibration rows as wanted.
    """

    cuts: Floats
    residuals: tuple[Floats, ...]
    shares: tuple[Floats, ...]
    level: float = LEVEL

    def quantile(self, location: Floats, share: Floats) -> Floats:
        """Quantile of the size, given that there is any, shape of ``location``."""
        group = np.searchsorted(self.cuts, location)
        residual = np.empty(len(location))
        for number, (values, upto) in enumerate(zip(self.residuals, self.shares, strict=True)):
            own = group == number
            # The quantile is a residual that occurred: counts have few values, a mean of two covers neither.
            at = np.minimum(np.searchsorted(upto, np.clip(share[own], 0.0, 1.0)), len(values) - 1)
            residual[own] = values[at]
        return np.asarray(np.maximum(np.exp(location + residual), 1.0))


@dataclass(frozen=True)
class Hurdle:
    """Fitted heads: ``any`` (a blend and its level), the size in the mean and in the log, and the spread of sizes."""

    any: Levelled
    numbers: Numbers
    encoding: Encoding
    mean: HistGradientBoostingRegressor
    mean_trees: ExtraTreesRegressor
    location: ExtraTreesRegressor
    spread: Spread

    def predict(self, table: pd.DataFrame, years: Floats) -> pd.DataFrame:
        """Forecast.

        Returns
        -------
        pandas.DataFrame
            Index of ``table``; ``any`` (probability), ``point`` (mean of the count), ``low, high`` (whole numbers, of
            the count), ``if_any_low, if_any_high`` (of the count if it is not zero).
        """
        design = _design(self.encoding.encode(table), table, years, self.numbers)
        chance = self.any.predict(table, years)
        point = chance * (self.mean.predict(design) + self.mean_trees.predict(design)) / 2
        location = self.location.predict(design)
        low, high = hurdle_interval(self.spread, location, chance, self.spread.level)
        if_any_low, if_any_high = size_interval(self.spread, location, LEVEL + DRIFT_MARGIN)
        columns = {"any": chance, "point": point, "low": low, "high": high}
        columns |= {"if_any_low": if_any_low, "if_any_high": if_any_high}
        return pd.DataFrame(columns, index=table.index)


def fit_hurdle(
    table: pd.DataFrame,
    count: Floats,
    weights: Floats,
    years: Floats,
    roles: Roles,
    *,
    until: float,
    plan: Plan | None = None,
    random_state: int = 0,
) -> Hurdle:
    """Fit both heads and the spread.

    Parameters
    ----------
    table
        n rows with the columns of ``roles``.
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
    count
        Shape (n,), whole numbers, not negative.

    Returns
    -------
    Hurdle
    """
    plan = plan or Plan()
    weights = weights / weights.mean()
    how: dict[str, Any] = {"until": until, "plan": plan, "random_state": random_state}
    chance, _ = fit_levelled(table, (count > 0).astype(float), weights, years, roles, **how)
    spread = walk_forward_spread(table, count, weights, years, roles, **how)
    some = count > 0
    sizes = _sizes(table[some], count[some], weights[some], years[some], roles, **how)
    boosting = HistGradientBoostingRegressor(
        loss="gamma", learning_rate=0.05, max_iter=100, max_leaf_nodes=6, min_samples_leaf=40, l2_regularization=10.0,
        early_stopping=False, random_state=random_state,
    )  # fmt: skip
    return Hurdle(
        chance, sizes.numbers, sizes.encoding,
        mean=boosting.fit(sizes.design, sizes.size, sizes.weights),
        mean_trees=_forest(plan, random_state).fit(sizes.design, sizes.size, sizes.weights),
        location=_forest(plan, random_state).fit(sizes.design, np.log(sizes.size), sizes.weights),
        spread=spread,
    )  # fmt: skip


def walk_forward_spread(
    table: pd.DataFrame,
    count: Floats,
    weights: Floats,
    years: Floats,
    roles: Roles,
    *,
    until: float,
    plan: Plan,
    random_state: int = 0,
) -> Spread:
    """Learn from all but the latest rows and see how far these fall from their forecast: drift is in it.

    Parameters
    ----------
    table, count, weights, years, roles, until, plan, random_state
        As for :func:`fit_hurdle`; the rows of the last ``CALIBRATION_YEARS`` calibrate.
    """
    # The last year by the calendar may hold no row; the last of the rows always does.
    last = years > years.max() - CALIBRATION_YEARS
    if not (_enough(count[last]) and _enough(count[~last])):
        last = fold_of_rows(len(table), folds=FOLDS, random_state=random_state) == 0
    how: dict[str, Any] = {"until": until, "plan": plan, "random_state": random_state}
    chance = fit_blend(
        table[~last], (count[~last] > 0).astype(float), weights[~last], years[~last], roles, **how
    ).predict(table[last], years[last])
    some = (count > 0) & ~last
    sizes = _sizes(table[some], count[some], weights[some], years[some], roles, **how)
    forest = _forest(plan, random_state).fit(sizes.design, np.log(sizes.size), sizes.weights)
    encoded = sizes.encoding.encode(table[last])
    location = forest.predict(_design(encoded, table[last], years[last], sizes.numbers))
    came, stands_for = count[last], weights[last]
    has = came > 0
    spread = fit_spread(location[has], np.log(came[has]), stands_for[has])
    return _covering(spread, location, chance, came, stands_for)


def fit_spread(location: Floats, log_size: Floats, weights: Floats) -> Spread:
    """Gather held-out residuals by group of predicted size (Mondrian conformal prediction).

    Parameters
    ----------
    location
        Shape (n,), predicted log sizes, held out.
    log_size
        Shape (n,), what came.
    weights
        Shape (n,), above zero.

    Examples
    --------
    >>> location = np.zeros(9)
    >>> spread = fit_spread(location, np.log(np.arange(1.0, 10.0)), np.ones(9))
    >>> spread.quantile(np.zeros(2), np.array([0.5, 0.9])).round(6).tolist()
    [5.0, 9.0]
    """
    cuts = np.unique(np.quantile(location, np.arange(1, GROUPS) / GROUPS))
    group = np.searchsorted(cuts, location)
    residuals, shares = [], []
    for number in range(len(cuts) + 1):
        own = group == number
        residual, heavy = log_size[own] - location[own], weights[own]
        order = np.argsort(residual, kind="stable")
        residuals.append(residual[order])
        shares.append((heavy[order].cumsum() - heavy[order] / 2) / heavy.sum() if own.any() else heavy)
    # A cut that equals its neighbour leaves a group empty; it borrows from the next.
    filled = [index for index, values in enumerate(residuals) if len(values)]
    nearest = [filled[int(np.abs(np.array(filled) - number).argmin())] for number in range(len(residuals))]
    return Spread(cuts, tuple(residuals[at] for at in nearest), tuple(shares[at] for at in nearest))


def size_interval(spread: Spread, location: Floats, level: float) -> tuple[Floats, Floats]:
    """Interval of the size if there is any: whole numbers that hold the middle ``level`` of its distribution."""
    tail = np.full(len(location), (1 - level) / 2)
    return _inwards(spread.quantile(location, tail), spread.quantile(location, 1 - tail))


def hurdle_interval(spread: Spread, location: Floats, chance: Floats, level: float) -> tuple[Floats, Floats]:
    """Interval of the count itself.

    Where zero is at least as likely as ``ZERO_MATTERS`` the interval starts there and ends where ``level`` is reached,
    at zero itself if zero alone reaches it. Elsewhere both tails are cut alike, zero counting to the lower one.

    Parameters
    ----------
    spread
        Of the sizes.
    location
        Shape (n,), predicted log size.
    chance
        Shape (n,), probability of any.
    level
        0 to 1.

    Returns
    -------
    low, high

    Examples
    --------
    Sizes 1 to 9 alike. Zero is certain enough, half likely, hardly likely:

    >>> spread = fit_spread(np.zeros(9), np.log(np.arange(1.0, 10.0)), np.ones(9))
    >>> low, high = hurdle_interval(spread, np.zeros(3), np.array([0.1, 0.5, 0.95]), 0.8)
    >>> low.tolist(), high.tolist()
    ([0.0, 0.0, 1.0], [0.0, 6.0, 9.0])
    """
    zero, sure = 1 - chance, np.maximum(chance, 1e-9)
    keeps = zero >= ZERO_MATTERS
    tail = (1 - level) / 2
    lower = np.where(keeps, 0.0, np.maximum(tail - zero, 0.0) / sure)
    upper = np.where(keeps, (level - zero) / sure, 1 - tail / sure)
    low, high = _inwards(spread.quantile(location, lower), spread.quantile(location, upper))
    return np.where(keeps, 0.0, low), np.where(keeps & (zero >= level), 0.0, high)


@dataclass(frozen=True)
class _Sizes:
    """Counts above zero as heads of sizes learn from them; no row's design knows its own count."""

    numbers: Numbers
    encoding: Encoding
    design: Floats
    size: Floats
    weights: Floats


def _sizes(
    table: pd.DataFrame,
    size: Floats,
    weights: Floats,
    years: Floats,
    roles: Roles,
    *,
    until: float,
    plan: Plan,
    random_state: int,
) -> _Sizes:
    weights = weights / weights.mean()
    rows: tuple[Any, ...] = (table, np.log(size), weights, years, roles.paths)
    how: dict[str, Any] = {"until": until, "half_life": plan.half_life, "strength": plan.strength}
    encoding = fit_encoding(*rows, **how, link=Link.IDENTITY)
    encoded = out_of_fold(*rows, **how, link=Link.IDENTITY, random_state=random_state)
    numbers = fit_numbers(table, weights, roles)
    design = _design(encoded, table, years, numbers)
    recent = recency_weights(years, until=until, half_life=plan.recency)
    return _Sizes(numbers, encoding, design, size, weights * recent)


def _inwards(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    # A count inside the real interval is inside the whole numbers it holds: nothing is lost, and the width is honest.
    low, high = np.ceil(low - 1e-9), np.floor(high + 1e-9)
    return np.minimum(low, np.maximum(high, 1.0)), np.maximum(high, 1.0)


def _covering(spread: Spread, location: Floats, chance: Floats, count: Floats, weights: Floats) -> Spread:
    for level in np.arange(0.6, 0.98, 0.01):
        low, high = hurdle_interval(spread, location, chance, level)
        if np.average((low <= count) & (count <= high), weights=weights) >= LEVEL + DRIFT_MARGIN:
            break
    return Spread(spread.cuts, spread.residuals, spread.shares, float(level))


def _enough(count: Floats) -> bool:
    return bool((count > 0).sum() >= MOST_FEW and (count == 0).any())


def _forest(plan: Plan, random_state: int) -> ExtraTreesRegressor:
    return ExtraTreesRegressor(plan.trees, min_samples_leaf=5, max_features=0.4, random_state=random_state)


def _design(encoded: pd.DataFrame, table: pd.DataFrame, years: Floats, numbers: Numbers) -> Floats:
    return np.column_stack([numbers.design(table, years), encoded.to_numpy()])
