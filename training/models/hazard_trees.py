"""Boosting beside the line of a hazard, on levels replaced by the line's effects; how much it adds to the intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from sklearn.ensemble import HistGradientBoostingClassifier

from engine.scoring.design import levels_replaced
from engine.scoring.hazards import sifted
from engine.scoring.sections import Block
from features.schema import FeatureSchema
from training.models.hazard_spec import HazardRecipe, Observed
from training.statistics.binomial import Prior, Rows, fit_rows
from training.statistics.bootstrap import bootstrap_counts

Floats = npt.NDArray[np.float64]

LEAST_EVENTS_OF_TREES = 200
"""Events below which boosting is not fitted: each of its leaves would rest on a handful."""

TREE_WORLDS = 4
"""Bootstrap worlds in which the boosting is fitted anew, to see how much more it moves than the line."""

MOST_TREE_ROWS = 30_000
"""Rows of periods that the boosting reads at most, drawn at random: landmarks of one unit say much the same."""

FOLDS = 5


def crossed_effects(
    seen: Observed, prior: Prior, blocks: Sequence[Block], schema: FeatureSchema, line: Floats, recipe: HazardRecipe,
    random_state: int,
) -> tuple[dict[str, dict[str, float]], Floats]:  # fmt: skip
    """Effects of levels for scoring, and the matrix in which each row has those of a line that did not see its unit."""
    whole = _level_effects(line, blocks, schema, seen.at_risk.shape[1])
    replaced = levels_replaced(seen.matrix, whole)
    fold = np.random.default_rng(random_state).permutation(seen.units) % FOLDS
    for out in range(FOLDS):
        held = fold[seen.unit] == out
        if held.any() and not held.all():
            other = fit_rows(rows_of(seen.where(~held)), prior, link=recipe.link, start=line)
            effects = _level_effects(other, blocks, schema, seen.at_risk.shape[1])
            replaced[held] = levels_replaced(seen.matrix[held], effects)
    return whole, replaced


def _level_effects(
    line: Floats, blocks: Sequence[Block], schema: FeatureSchema, periods: int
) -> dict[str, dict[str, float]]:
    effects: dict[str, dict[str, float]] = {name: {} for name in schema.categories}
    at = periods
    for block in blocks:
        if block.levels is not None:
            slopes = line[at : at + block.width]
            centred = slopes - slopes @ block.centre
            effects[block.column] = {str(k): float(v) for k, v in zip(block.levels.tolist(), centred, strict=True)}
        at += block.width
    return effects


def boosted(
    seen: Observed, replaced: Floats, schema: FeatureSchema, recipe: HazardRecipe, signs: Mapping[str, int],
    weights: Floats, random_state: int,
) -> HistGradientBoostingClassifier:  # fmt: skip
    """Boosting over rows of periods: the matrix with the number of the period behind it.

    Parameters
    ----------
    seen
        Rows.
    replaced
        Their matrix, shape (n, features), levels replaced by effects.
    schema, recipe, signs
        Kinds and order of the features, settings of the boosting, and feature -> expected direction.
    weights
        Shape (n,); rows without weight are left out.
    random_state
        Seed of the draw of rows, where there are more than ``MOST_TREE_ROWS``, and of the boosting.
    """
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


def interval_inflation(
    seen: Observed, replaced: Floats, schema: FeatureSchema, recipe: HazardRecipe, signs: Mapping[str, int],
    line: Floats, worlds: Floats, random_state: int,
) -> float:  # fmt: skip
    """By how much the blended score moves from world to world, for each unit by which the line moves: at least one."""
    if len(worlds) < TREE_WORLDS:
        return 1.0
    periods = seen.at_risk.shape[1]
    rows = np.random.default_rng(random_state).permutation(len(seen.unit))[:2000]
    counts = bootstrap_counts(np.ones(seen.units, dtype=bool), refits=TREE_WORLDS, random_state=random_state)
    ready = np.column_stack([replaced[rows], np.zeros(len(rows))])
    apart = worlds[:TREE_WORLDS, periods:] @ seen.columns[rows].T + worlds[:TREE_WORLDS, :1]
    if seen.exposure is not None:  # the line fades where a unit was tried before, the trees do not
        apart = sifted(apart, seen.exposure[rows, 0])
    moved = []
    for world in range(TREE_WORLDS):
        weights = seen.weights * counts[world][seen.unit]
        moved.append(boosted(seen, replaced, schema, recipe, signs, weights, random_state).decision_function(ready))
    blended = (1 - recipe.share) * apart + recipe.share * np.array(moved)
    alone, both = (float(np.sqrt(each.var(axis=0, ddof=1).mean())) for each in (apart, blended))
    return max(1.0, both / alone) if alone > 0 else 1.0


def rows_of(seen: Observed) -> Rows:
    """What the line of a hazard is fitted to."""
    return Rows(seen.columns, seen.at_risk, seen.event, seen.weights, seen.exposure)


def distinct_events(seen: Observed) -> int:
    """Units that had the event."""
    return len(np.unique(seen.unit[seen.event.any(axis=1)]))
