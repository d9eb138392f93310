"""Why a hazard is what it is: what each feature adds to its score, exact to the last digit.

The score of a line is a sum over features, and so is that of boosting whose trees read one feature each; both are then
the Shapley values of the score. Where trees read several features, each split on a row's way down a tree is credited
with the change in the tree's mean (Saabas 2014, "Interpreting random forests"): the sum is still exact, how an
interaction is shared between its features is then a convention.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.scoring.artefact import Model
from engine.scoring.design import Floats, clipped, design, levels_replaced
from engine.scoring.document import HazardsDocument, of_kind
from engine.scoring.hazards import Head, sifted

BASE = "base"
"""Column of what stands in the score whatever the features are: the level of the period."""

_NOTHING = 1e-9
"""Contributions whose sum is nearer to zero than this say nothing of how much is left of them."""


def contributions(model: Model, matrix: pd.DataFrame, *, head: str = "restart", period: int = 0) -> pd.DataFrame:
    """What each feature adds to the score of a hazard.

    Parameters
    ----------
    model
        Promoted model of kind ``outcomes``.
    matrix
        Shape (n, features), columns of the model.
    head
        ``restart``, ``end`` or, where it was fitted, ``capacity``.
    period
        Number of the period, 0 for the first six months.

    Returns
    -------
    pandas.DataFrame
        Shape (n, features + 1), index of ``matrix``: the features and ``BASE``, on the scale of the link (logarithm of
        the odds). A row sums to ``Head.score`` of the period. A feature that is not known adds nothing to a line.
    """
    document = of_kind(model.document, HazardsDocument)
    fitted = Head.of(model, head)
    within, _ = clipped(matrix, document.ranges)
    columns = design(within, document.design)
    added = np.zeros((len(matrix), len(model.features) + 1))
    places = {name: place for place, name in enumerate(model.features)}
    line_share = 1 - fitted.share
    raw = fitted.raw(columns)[:, period]
    exposure = fitted.exposure(within)
    share, base = _after_sifting(fitted, raw, exposure, period)
    slopes = fitted.line[fitted.periods :]
    at = 0
    for block in document.design:
        part = slice(at, at + block.width)
        added[:, places[block.column]] += line_share * share * (columns[:, part] @ slopes[part])
        at += block.width
    first = base if exposure is None else _first_attempt(fitted, period)
    added[:, -1] += line_share * first
    if fitted.since in places:
        added[:, places[fitted.since]] += line_share * (base - first)
    if fitted.trees is not None and fitted.share:
        number = np.full(len(within), float(period))
        ready = np.column_stack([levels_replaced(within, fitted.effects), number])
        added += fitted.share * tree_contributions(fitted.trees, ready)
    return pd.DataFrame(added, index=matrix.index, columns=[*model.features, BASE])


def _after_sifting(fitted: Head, raw: Floats, exposure: Floats | None, period: int) -> tuple[Floats, Floats]:
    """What is left of each unit's contributions after it was tried for so long, and of the level, shape (n,) each.

    All features of a unit fade alike, so that its parts still add up.
    """
    level = np.full(len(raw), fitted.line[period])
    if exposure is None:
        return np.ones(len(raw)), level
    here = exposure[:, period]
    after, base = sifted(raw, here), sifted(level, here)
    apart = raw - level
    # Where all contributions together are nothing, what is left of them is the slope there.
    slope = 1 / (1 + here * np.exp(np.minimum(level, 30.0)))
    far = np.abs(apart) > _NOTHING
    left = (after - base) / np.where(far, apart, 1.0)
    return np.where(far, left, slope), base


def _first_attempt(fitted: Head, period: int) -> float:
    """Score of a middling unit that nobody has tried yet."""
    tried = np.array([fitted.frailty * (period + 0.5)])
    return float(sifted(fitted.line[[period]], tried)[0])


def tree_contributions(boosting: Any, ready: Floats) -> Floats:
    """What each feature adds to the raw score of histogram boosting.

    Parameters
    ----------
    boosting
        Fitted ``HistGradientBoostingClassifier`` of two classes whose last column is the number of the period.
    ready
        Shape (n, features + 1).

    Returns
    -------
    numpy.ndarray
        Shape (n, features + 1): the features, and last what no feature but the period decides. Rows sum to
        ``boosting.decision_function(ready)``.
    """
    added = np.zeros(ready.shape)
    added[:, -1] = float(np.ravel(boosting._baseline_prediction)[0])
    for (tree,) in boosting._predictors:
        nodes = tree.nodes
        means = _means(nodes)
        added[:, -1] += means[0]
        _walk(nodes, means, ready, added)
    return added


def _means(nodes: npt.NDArray[Any]) -> Floats:
    """Mean of the leaves below each node, weighted by the rows they were fitted to."""
    total, count = np.zeros(len(nodes)), np.zeros(len(nodes))
    # Children stand behind their parent, so one pass from the back sees them first.
    for place in range(len(nodes) - 1, -1, -1):
        node = nodes[place]
        if node["is_leaf"]:
            count[place] = max(node["count"], 1)
            total[place] = node["value"] * max(node["count"], 1)
        else:
            below = [node["left"], node["right"]]
            count[place] = count[below].sum()
            total[place] = total[below].sum()
    return np.asarray(total / count)


def _walk(nodes: npt.NDArray[Any], means: Floats, ready: Floats, added: Floats) -> None:
    rows, at = np.arange(len(ready)), np.zeros(len(ready), dtype=np.intp)
    while True:
        inner = nodes["is_leaf"][at] == 0
        rows, at = rows[inner], at[inner]
        if not len(rows):
            return
        feature = nodes["feature_idx"][at]
        value = ready[rows, feature]
        unknown_left = nodes["missing_go_to_left"][at] == 1
        left = np.where(np.isnan(value), unknown_left, value <= nodes["num_threshold"][at])
        below = np.where(left, nodes["left"][at], nodes["right"][at]).astype(np.intp)
        added[rows, feature] += means[below] - means[at]
        at = below
