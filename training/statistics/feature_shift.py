"""Has the world moved away from what a model was made of? Features of the present register beside those of the
training.

Tests are exact at any number of units: a present sample is compared with random splits of present and past together.
Over all features at once a false alarm comes in at most one of twenty registers (Holm's correction), and an alarm
needs a shift that is large as well: in a register of a hundred thousand units everything is significant.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.codes import Code
from engine.scoring.sections import DriftReference, FeatureReference
from features.schema import FeatureSchema

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

CELLS = 10
FEW_VALUES = 12
"""A feature of so few different values is compared value by value."""

LARGE_SHIFT = 0.25
MODERATE_SHIFT = 0.10
"""Usual readings of the population stability index (Siddiqi 2006, "Credit risk scorecards", ch. 9)."""

SIGNIFICANCE = 0.05
SPLITS = 4999
LEAST_UNITS = 20
LARGEST_UNSEEN = 0.05
"""Share of units in a category that the training did not meet; assumed."""


class DriftCode(Code):
    """What was found."""

    MORE_THAN_PREDICTED = "more_than_predicted"
    FEWER_THAN_PREDICTED = "fewer_than_predicted"
    FEATURE_SHIFTED = "feature_shifted"
    CATEGORY_UNSEEN = "category_unseen"
    UNLIKE_PRESS_SAMPLE = "unlike_press_sample"
    NOTHING_MATURED = "nothing_matured"
    LOG_ENDED = "log_ended"
    TOO_FEW_UNITS = "too_few_units"
    NO_REFERENCE = "no_reference"
    STEADY = "steady"


ALARMING = frozenset(
    {
        DriftCode.MORE_THAN_PREDICTED,
        DriftCode.FEWER_THAN_PREDICTED,
        DriftCode.FEATURE_SHIFTED,
        DriftCode.CATEGORY_UNSEEN,
    }
)
"""Findings after which a model should be trained anew, or not trusted."""


def reference(
    X: pd.DataFrame, schema: FeatureSchema, *, units: Sequence[str] | pd.Index | pd.Series | None = None
) -> DriftReference:
    """Describe a training table so that a later register can be compared with it: what a model's document carries.

    Parameters
    ----------
    X
        Model matrix, shape (n, features).
    schema
        Its columns.
    units
        Unit of each row where a unit has several: every unit then counts once, and so many units were seen.

    Returns
    -------
    DriftReference
        Units, and the distribution of each feature in cells.

    Examples
    --------
    >>> from features.schema import FeatureKind, FeatureSpec
    >>> schema = FeatureSchema((FeatureSpec("flag", "f", FeatureKind.FLAG, "", "", "", ()),))
    >>> reference(pd.DataFrame({"flag": [0.0, 1.0, 1.0, None]}), schema).features["flag"].plain()
    {'cells': [0.0, 1.0], 'values': True, 'shares': [0.25, 0.5, 0.0], 'missing': 0.25}
    """
    number = np.arange(len(X)) if units is None else pd.factorize(pd.Index(units))[0]
    weight = 1.0 / np.bincount(number)[number] if len(X) else np.zeros(0)
    count = int(number.max()) + 1 if len(X) else 0
    described = {name: _described(X[name], weight, name in schema.categories) for name in schema.names}
    return DriftReference(count=count, features=described)


def feature_drift(
    then: DriftReference, X: pd.DataFrame, *, random_state: int = 0, splits: int = SPLITS
) -> pd.DataFrame:
    """Compare a present matrix with the training's, feature by feature.

    Parameters
    ----------
    then
        Of :func:`reference`.
    X
        Model matrix of the present register, shape (n, features), one row per unit.
    random_state
        Seed of the splits.
    splits
        Random splits of past and present together.

    Returns
    -------
    pandas.DataFrame
        Index feature, most shifted first: ``psi`` (population stability index, half a unit added to each cell),
        ``chance`` (what it would be on average without drift), ``p_value`` (share of splits at least as large),
        ``p_adjusted`` (Holm), ``missing_then, missing_now`` (shares), ``alarming``: adjusted p below ``SIGNIFICANCE``
        and the index above what chance makes by ``LARGE_SHIFT`` or more.
    """
    names = [name for name in then.features if name in X.columns]
    seeds = np.random.SeedSequence(random_state).spawn(len(names))
    rows = []
    for name, seed in zip(names, seeds, strict=True):
        before, now = _cells(then, name, X[name])
        found, chance, p_value = homogeneity(before, now, rng=np.random.default_rng(seed), splits=splits)
        past, present = int(before.sum()), int(now.sum())
        rows.append((name, found, chance, p_value, before[-1] / max(past, 1), now[-1] / max(present, 1)))
    columns = ["feature", "psi", "chance", "p_value", "missing_then", "missing_now"]
    table = pd.DataFrame(rows, columns=columns).set_index("feature").astype("float64")
    table.insert(3, "p_adjusted", holm(table["p_value"].to_numpy()))
    table["alarming"] = (table["p_adjusted"] < SIGNIFICANCE) & (table["psi"] - table["chance"] >= LARGE_SHIFT)
    return table.sort_values("psi", ascending=False, kind="stable")


def unseen(X: pd.DataFrame, units: pd.DataFrame, schema: FeatureSchema) -> pd.DataFrame:
    """Share of units whose category the training did not meet: the field is stated, the feature does not know it.

    Parameters
    ----------
    X
        Model matrix of the present register.
    units
        Unit table of the same units.
    schema
        Its columns.

    Returns
    -------
    pandas.DataFrame
        Index feature (categories only): ``stated`` (units whose fields are all stated), ``unseen`` (of them),
        ``share``, ``alarming`` (above ``LARGEST_UNSEEN``).
    """
    rows = []
    for spec in schema.features:
        if spec.name in schema.categories:
            sources = [name for name in spec.sources if name in units]
            stated = units.loc[X.index, sources].notna().all(axis=1).to_numpy(dtype=bool)
            lost = int((stated & X[spec.name].isna().to_numpy()).sum())
            rows.append((spec.name, int(stated.sum()), lost, lost / max(int(stated.sum()), 1)))
    table = pd.DataFrame(rows, columns=["feature", "stated", "unseen", "share"]).set_index("feature")
    return table.assign(alarming=table["share"] > LARGEST_UNSEEN)


def homogeneity(
    then: Counts, now: Counts, *, rng: np.random.Generator, splits: int = SPLITS
) -> tuple[float, float, float]:
    """Population stability index of two samples in cells, its mean under random splits, and the share of splits above.

    Parameters
    ----------
    then, now
        Shape (cells,), counts.
    rng
        Source of randomness.
    splits
        Random splits; the permutation test's p-value, (1 + splits as large) / (1 + splits), is exact at any size
        (Phipson and Smyth 2010, "Permutation p-values should never be zero", SAGMB 9).

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> same = homogeneity(np.array([50, 50]), np.array([5, 5]), rng=rng)
    >>> other = homogeneity(np.array([50, 50]), np.array([40, 0]), rng=rng)
    >>> same[2] > 0.9, other[2] < 0.001
    (True, True)
    """
    both = then + now
    kept = both > 0
    then, now, both = then[kept], now[kept], both[kept]
    if now.sum() == 0 or then.sum() == 0 or len(both) < 2:
        return 0.0, 0.0, 1.0
    found = float(_stability(then, now))
    drawn = rng.multivariate_hypergeometric(both, int(now.sum()), size=splits)
    chance = _stability(both - drawn, drawn)
    return found, float(chance.mean()), float((1 + (chance >= found - 1e-12).sum()) / (1 + splits))


def holm(p_values: Floats) -> Floats:
    """Holm's adjusted p-values: the chance that any of them be false, whatever their dependence.

    Examples
    --------
    >>> holm(np.array([0.01, 0.04, 0.03])).round(3).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    stepped = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def _stability(then: Counts, now: Counts) -> Floats:
    cells = now.shape[-1]
    past, present = (
        (each + 0.5) / (each.sum(axis=-1, keepdims=True) + 0.5 * cells) for each in (np.asarray(then), np.asarray(now))
    )
    return np.asarray(((present - past) * np.log(present / past)).sum(axis=-1))


def _described(column: pd.Series, weight: Floats, category: bool) -> FeatureReference:
    values = column.to_numpy(dtype=np.float64)
    known = ~np.isnan(values)
    distinct = np.unique(values[known])
    by_value = category or len(distinct) <= FEW_VALUES
    cells = distinct if by_value else _quantiles(values[known], weight[known])
    place = _place(values[known], cells, by_value)
    total = weight.sum() or 1.0
    shares = np.bincount(place, weights=weight[known], minlength=len(cells) + 1) / total
    missing = float(weight[~known].sum() / total)
    return FeatureReference(cells=cells, values=by_value, shares=shares, missing=missing)


def _quantiles(values: Floats, weight: Floats) -> Floats:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weight[order]) / weight.sum()
    at = np.searchsorted(reached, np.arange(1, CELLS) / CELLS - 1e-12)
    return np.unique(values[order][at])


def _place(values: Floats, cells: Floats, by_value: bool) -> npt.NDArray[np.intp]:
    place = np.searchsorted(cells, values, side="left")
    if not by_value or not len(cells):
        return place
    hit = cells[np.minimum(place, len(cells) - 1)] == values
    return np.where(hit, place, len(cells))


def _cells(then: DriftReference, name: str, column: pd.Series) -> tuple[Counts, Counts]:
    """Counts of both samples in the same cells, the missing last."""
    described = then.features[name]
    cells = described.cells
    values = column.to_numpy(dtype=np.float64)
    known = ~np.isnan(values)
    place = _place(values[known], cells, described.values)
    now = np.append(np.bincount(place, minlength=len(cells) + 1), int((~known).sum()))
    shares = np.append(described.shares, described.missing)
    return np.rint(shares * then.count).astype(np.int64), now.astype(np.int64)
