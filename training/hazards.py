"""Fit a hazard: a pooled line, boosting beside it, and the same line in two hundred bootstrap worlds.

Generic over the matrix and its schema. With four periods it is a discrete-time hazard (Tutz and Schmid 2016, "Modeling
discrete time-to-event data"); with one period it is a plain classifier of "within the horizon", for data that hold no
times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logit
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from engine.artefact import TREES
from engine.design import levels_replaced
from engine.hazards import DRAWS, Link
from features.schema import FeatureSchema
from training.binomial import Prior, Rows, derivatives, fit_rows, information_of, unit_scores
from training.columns import first_precision, group_of, plain
from training.uncertainty import bootstrap_counts

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.intp]

PROFILE_SPREAD = 0.5
"""Standard deviation of a period's own intercept around the level of all, on the scale of the score; assumed."""

POOLING_ROUNDS = 6
POOLING_EVIDENCE = 1.0
"""Slopes that the first guess of a group's precision counts for, beside those of the group (assumed)."""

FULL_REFITS = 5e6
"""Rows times squared columns up to which every bootstrap world is fitted to its end; above, it takes one step."""

PINNED = 1e10
"""Precision that holds a slope at zero."""

LEAST_EVENTS_OF_TREES = 200
"""Events below which boosting is not fitted: each of its leaves would rest on a handful."""

TREE_WORLDS = 4
"""Bootstrap worlds in which the boosting is fitted anew, to see how much more it moves than the line."""

MOST_TREE_ROWS = 30_000
"""Rows of periods that the boosting reads at most, drawn at random: landmarks of one unit say much the same."""

FOLDS = 5


class Learner(StrEnum):
    """What a head is made of."""

    LINE = "line"
    BLEND = "blend"  # line and boosting, averaged on the scale of the score


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a hazard is fitted; what a search may settle.

    Parameters
    ----------
    learner
        The line alone, or with boosting beside it.
    link
        Of the line; boosting has the logit only.
    precision_factor
        Factor on the first guess of all precisions: above one, slopes are held nearer to zero.
    share
        Share of the boosting in the score of a blend.
    additive
        Boosting without interactions: each tree reads one feature, so that the score is a sum over features.
    iterations, rate, leaves, least_of_leaf
        Of the boosting: trees, learning rate, leaves of a tree, rows of a leaf.
    follow
        How far restarts are moved to what the latest periods went through, 0 to 1 (``training.following``).
    """

    learner: Learner = Learner.LINE
    link: Link = Link.LOGIT
    precision_factor: float = 1.0
    share: float = 0.5
    additive: bool = False
    iterations: int = 100
    rate: float = 0.06
    leaves: int = 8
    least_of_leaf: int = 80
    follow: float = 0.0


@dataclass(frozen=True, slots=True)
class Level:
    """Prior of a hazard: what is believed before any own record.

    Parameters
    ----------
    probability
        P(event in a period | at risk at its start), shape (periods,).
    spread
        Standard deviation of the common level on the scale of the score.
    draws
        Shape (DRAWS, periods): that probability in each world; ``None`` draws it from a normal.
    """

    probability: Floats
    spread: float
    draws: Floats | None = None


@dataclass(frozen=True, slots=True)
class Observed:
    """What a hazard is fitted to.

    Parameters
    ----------
    matrix
        Model matrix within its ranges, shape (n, features).
    spread
        Its design, shape (n, columns).
    at_risk, event
        Shape (n, periods).
    weights
        Shape (n,), not negative.
    unit
        Shape (n,), number of each row's unit: bootstrap and folds draw units, never rows.
    """

    matrix: pd.DataFrame
    spread: Floats
    at_risk: Flags
    event: Flags
    weights: Floats
    unit: Numbers

    @property
    def rows(self) -> Rows:
        """For the line."""
        return Rows(self.spread, self.at_risk, self.event, self.weights)

    def where(self, kept: Flags) -> Observed:
        """Only some rows."""
        return Observed(
            self.matrix[kept], self.spread[kept], self.at_risk[kept], self.event[kept], self.weights[kept],
            self.unit[kept],
        )  # fmt: skip

    @property
    def units(self) -> int:
        """How many numbers of units there may be."""
        return int(self.unit.max()) + 1 if len(self.unit) else 0


@dataclass(frozen=True, slots=True)
class FittedHead:
    """A fitted hazard.

    Parameters
    ----------
    estimators
        Scikit-learn estimators by suffix: empty for the line, ``engine.artefact.TREES`` for the boosting.
    document
        What ``engine.hazards.Head.of`` reads beside them.
    own_share
        Share of the level that own records decide, 0 (the prior speaks alone) to 1.
    events
        Events it learnt from, as weighted.
    """

    estimators: Mapping[str, Any]
    document: dict[str, Any]
    own_share: float
    events: float
    groups: Mapping[str, float] = field(default_factory=dict)


def fit_head(
    seen: Observed,
    level: Level | None,
    blocks: list[dict[str, Any]],
    schema: FeatureSchema,
    *,
    recipe: Recipe,
    random_state: int,
    signs: Mapping[str, int] | None = None,
    draws: int = DRAWS,
) -> FittedHead:
    """Fit one hazard.

    Parameters
    ----------
    seen
        Rows; none at all gives the prior.
    level
        Prior of the level; ``None`` for next to none.
    blocks
        Of the design.
    schema
        Kinds and order of the features.
    recipe
        How.
    random_state
        Seed of the bootstrap, the folds and the boosting.
    signs
        Expected directions of features, which line and boosting keep; none when ``None``. A slope that would go the
        other way is held at zero.
    draws
        Bootstrap worlds.

    Returns
    -------
    FittedHead
        The line is the mode under a normal prior: the level is pulled towards the prior's, each slope towards zero,
        those of one group (the counties, the sectors, the numbers, the flags) by a precision that the data settle
        (MacKay 1992, "Bayesian interpolation"). Each bootstrap world draws units with replacement and a level from the
        prior, so that without records the draws are the prior's and with many they are the data's.
    """
    groups = group_of(blocks, schema)
    prior, centres = _prior(level, seen.at_risk.shape[1], groups, recipe, draws, random_state)
    expected = np.array([(signs or {}).get(block["column"], 0) for block in blocks for _ in block["centre"]])
    line, prior, precisions = _pooled(seen.rows, prior, groups, recipe)
    line, prior = _directed(seen.rows, prior, line, expected, recipe)
    worlds = _worlds(seen, prior, centres, line, recipe.link, random_state)
    periods = seen.at_risk.shape[1]
    estimators: dict[str, Any] = {"": _line_estimator(line)}
    part: dict[str, Any] = {"periods": periods, "link": recipe.link.value, "share": 0.0, "spread": 1.0, "effects": {}}
    enough = seen.event.any(axis=1).sum() and _distinct_events(seen) >= LEAST_EVENTS_OF_TREES
    if recipe.learner is Learner.BLEND and enough:
        effects, replaced = _crossed_effects(seen, prior, blocks, schema, line, recipe, random_state)
        trees = _boosted(seen, replaced, schema, recipe, signs or {}, seen.weights, random_state)
        widened = _tree_spread(seen, replaced, schema, recipe, signs or {}, line, worlds, random_state)
        part |= {"share": recipe.share, "effects": effects, "spread": widened}
        estimators[TREES] = trees
    part["refits"] = plain(worlds)
    return FittedHead(estimators, part, own_share(seen.rows, prior, line, recipe.link), seen.rows.events, precisions)


def own_share(rows: Rows, prior: Prior, line: Floats, link: Link) -> float:
    """Share of the level that own records decide: their information on it, of theirs and the prior's together."""
    periods = rows.at_risk.shape[1]
    own = float(information_of(rows, line, link)[:periods, :periods].sum())
    believed = float(np.ones(periods) @ prior.precision[:periods, :periods] @ np.ones(periods))
    return own / (own + believed) if own + believed > 0 else 0.0


def _prior(
    level: Level | None, periods: int, groups: npt.NDArray[np.str_], recipe: Recipe, draws: int, random_state: int
) -> tuple[Prior, Floats]:
    """Prior of the parameters, and its centre in each world, shape (draws, periods + columns)."""
    slopes = recipe.precision_factor * first_precision(groups)
    if level is None:
        level = Level(np.full(periods, 0.5), 1e4, np.full((draws, periods), 0.5))
        profile = 1e4
    else:
        profile = PROFILE_SPREAD
    covariance = level.spread**2 * np.ones((periods, periods)) + profile**2 * np.eye(periods)
    precision = np.zeros((periods + len(slopes),) * 2)
    precision[:periods, :periods] = np.linalg.inv(covariance)
    precision[range(periods, periods + len(slopes)), range(periods, periods + len(slopes))] = slopes
    centre = np.concatenate([_link(level.probability, recipe.link), np.zeros(len(slopes))])
    if level.draws is None:
        moved = level.spread * np.random.default_rng(random_state).standard_normal(draws)
        believed = centre[:periods] + moved[:, None]
    else:
        believed = _link(level.draws, recipe.link)
    return Prior(centre, precision), np.hstack([believed, np.zeros((draws, len(slopes)))])


def _pooled(
    rows: Rows, prior: Prior, groups: npt.NDArray[np.str_], recipe: Recipe
) -> tuple[Floats, Prior, dict[str, float]]:
    """Fit, and settle by how much the slopes of each group are pulled towards zero."""
    line = fit_rows(rows, prior, link=recipe.link)
    periods = rows.at_risk.shape[1]
    names, member = np.unique(groups, return_inverse=True)
    guess = recipe.precision_factor * first_precision(groups)
    slopes = np.arange(len(groups))
    for _ in range(POOLING_ROUNDS if len(groups) else 0):
        _, information = derivatives(rows, prior, line, recipe.link)
        variance = np.diag(np.linalg.inv(information))[periods:]
        now = prior.precision[periods + slopes, periods + slopes]
        told = np.bincount(member, np.clip(1 - now * variance, 0, 1))
        size = np.bincount(member, line[periods:] ** 2)
        first = np.array([guess[member == which][0] for which in range(len(names))])
        settled = (told + POOLING_EVIDENCE) / (size + POOLING_EVIDENCE / first)
        precision = prior.precision.copy()
        precision[periods + slopes, periods + slopes] = settled[member]
        prior = Prior(prior.centre, precision)
        line = fit_rows(rows, prior, link=recipe.link, start=line)
    held = prior.precision[periods + slopes, periods + slopes]
    return line, prior, {str(name): float(held[member == which][0]) for which, name in enumerate(names)}


def _directed(rows: Rows, prior: Prior, line: Floats, expected: Numbers, recipe: Recipe) -> tuple[Floats, Prior]:
    """Hold at zero every slope that goes against its expected direction, and fit the others anew."""
    periods = rows.at_risk.shape[1]
    pinned = np.zeros(len(expected), dtype=bool)
    while (wrong := ~pinned & (expected * line[periods:] < 0)).any():
        pinned |= wrong
        precision = prior.precision.copy()
        at = periods + np.flatnonzero(pinned)
        precision[at, at] = PINNED
        prior = Prior(prior.centre, precision)
        line = fit_rows(rows, prior, link=recipe.link, start=line)
        line[at] = 0.0
    return line, prior


def _worlds(seen: Observed, prior: Prior, centres: Floats, line: Floats, link: Link, random_state: int) -> Floats:
    """The line in each bootstrap world, shape (draws, periods + columns)."""
    draws = len(centres)
    if not len(seen.unit):
        return centres
    counts = bootstrap_counts(np.ones(seen.units, dtype=bool), refits=draws, random_state=random_state)
    if seen.spread.size * seen.spread.shape[1] > FULL_REFITS:
        return _one_step(seen, prior, centres, line, link, counts)
    found = np.empty_like(centres)
    for world in range(draws):
        drawn = Rows(seen.spread, seen.at_risk, seen.event, seen.weights * counts[world][seen.unit])
        found[world] = fit_rows(drawn, Prior(centres[world], prior.precision), link=link, start=line)
    return found


def _one_step(seen: Observed, prior: Prior, centres: Floats, line: Floats, link: Link, counts: Floats) -> Floats:
    # One Newton step from the mode with the mode's own curvature: the score bootstrap of Kline and Santos (2012), "A
    # score based approach to wild bootstrap inference", with resampled units for its weights.
    scores = unit_scores(seen.rows, line, seen.unit, seen.units, link=link)
    _, information = derivatives(seen.rows, prior, line, link)
    pushed = (counts - 1) @ scores + (centres - prior.centre) @ prior.precision
    return np.asarray(line + np.linalg.solve(information, pushed.T).T)


def _line_estimator(line: Floats) -> LogisticRegression:
    """A scikit-learn estimator that holds the line: a column for each period, then the design, no intercept."""
    held = LogisticRegression(fit_intercept=False)
    held.classes_ = np.array([0, 1])
    held.coef_, held.intercept_ = line[None].copy(), np.zeros(1)
    held.n_features_in_, held.n_iter_ = len(line), np.array([0], dtype=np.int32)
    return held


def _crossed_effects(
    seen: Observed, prior: Prior, blocks: list[dict[str, Any]], schema: FeatureSchema, line: Floats, recipe: Recipe,
    random_state: int,
) -> tuple[dict[str, dict[str, float]], Floats]:  # fmt: skip
    """Effects of levels for scoring, and the matrix in which each row has those of a line that did not see its unit."""
    whole = _level_effects(line, blocks, schema, seen.at_risk.shape[1])
    replaced = levels_replaced(seen.matrix, whole)
    fold = np.random.default_rng(random_state).permutation(seen.units) % FOLDS
    for out in range(FOLDS):
        held = fold[seen.unit] == out
        if held.any() and not held.all():
            other = fit_rows(seen.where(~held).rows, prior, link=recipe.link, start=line)
            effects = _level_effects(other, blocks, schema, seen.at_risk.shape[1])
            replaced[held] = levels_replaced(seen.matrix[held], effects)
    return whole, replaced


def _level_effects(
    line: Floats, blocks: list[dict[str, Any]], schema: FeatureSchema, periods: int
) -> dict[str, dict[str, float]]:
    effects: dict[str, dict[str, float]] = {name: {} for name in schema.categories}
    at = periods
    for block in blocks:
        width = len(block["centre"])
        if block["levels"] is not None:
            slopes = line[at : at + width]
            own = slopes - slopes @ np.asarray(block["centre"])
            effects[block["column"]] = {str(k): float(v) for k, v in zip(block["levels"], own, strict=True)}
        at += width
    return effects


def _boosted(
    seen: Observed, replaced: Floats, schema: FeatureSchema, recipe: Recipe, signs: Mapping[str, int], weights: Floats,
    random_state: int,
) -> HistGradientBoostingClassifier:  # fmt: skip
    row, period = np.nonzero(seen.at_risk & (weights > 0)[:, None])
    if len(row) > MOST_TREE_ROWS:
        some = np.sort(np.random.default_rng(random_state).permutation(len(row))[:MOST_TREE_ROWS])
        row, period = row[some], period[some]
    boosting = HistGradientBoostingClassifier(
        learning_rate=recipe.rate, max_iter=recipe.iterations, max_leaf_nodes=recipe.leaves,
        min_samples_leaf=recipe.least_of_leaf, l2_regularization=1.0, early_stopping=False,
        monotonic_cst=[*(signs.get(name, 0) for name in schema.names), 0],
        interaction_cst="no_interactions" if recipe.additive else None, random_state=random_state,
    )  # fmt: skip
    # scikit-learn cannot bin a column of which nothing is known; as a constant it is never split on.
    blank = np.isnan(replaced).all(axis=0)
    ready = np.column_stack([np.where(blank, 0.0, replaced)[row], period])
    return boosting.fit(ready, seen.event[row, period].astype(int), sample_weight=weights[row])


def _tree_spread(
    seen: Observed, replaced: Floats, schema: FeatureSchema, recipe: Recipe, signs: Mapping[str, int], line: Floats,
    worlds: Floats, random_state: int,
) -> float:  # fmt: skip
    """By how much the blended score moves from world to world, for each unit by which the line moves: at least one."""
    if len(worlds) < TREE_WORLDS:
        return 1.0
    periods = seen.at_risk.shape[1]
    rows = np.random.default_rng(random_state).permutation(len(seen.unit))[:2000]
    counts = bootstrap_counts(np.ones(seen.units, dtype=bool), refits=TREE_WORLDS, random_state=random_state)
    ready = np.column_stack([replaced[rows], np.zeros(len(rows))])
    apart = worlds[:TREE_WORLDS, periods:] @ seen.spread[rows].T + worlds[:TREE_WORLDS, :1]
    moved = []
    for world in range(TREE_WORLDS):
        weights = seen.weights * counts[world][seen.unit]
        moved.append(_boosted(seen, replaced, schema, recipe, signs, weights, random_state).decision_function(ready))
    blended = (1 - recipe.share) * apart + recipe.share * np.array(moved)
    alone, both = (float(np.sqrt(each.var(axis=0, ddof=1).mean())) for each in (apart, blended))
    return max(1.0, both / alone) if alone > 0 else 1.0


def _distinct_events(seen: Observed) -> int:
    return len(np.unique(seen.unit[seen.event.any(axis=1)]))


def _link(probability: Floats, link: Link) -> Floats:
    if link is Link.LOGIT:
        return np.asarray(logit(probability))
    return np.asarray(np.log(-np.log1p(-probability)))
