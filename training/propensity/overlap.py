"""How well the approached can speak for the others: support, balance before and after weighting, extreme weights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from features.schema import FeatureSchema
from training.propensity.model import Propensity
from training.propensity.weights import LARGEST, SelectionWarning, effective_size

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

LARGEST_DIFFERENCE = 0.1
"""Standardised difference from which a field counts as out of balance (Austin 2009, "Balance diagnostics for comparing
the distribution of baseline covariates between treatment groups in propensity-score matched samples", Statistics in
Medicine 28). Of few units chance alone makes larger ones: then the bar is what a hundredth of them would pass."""

LARGEST_OUTSIDE = 0.05
"""Share of the units never approached whose propensity no approached unit has; assumed."""

LEAST_EFFECTIVE = 0.5
"""Effective number of approached units, as a share of them; assumed."""

_TRIM = 0.005
_NORMAL_HUNDREDTH = 2.5758


@dataclass(frozen=True, slots=True)
class Overlap:
    """Overlap of the approached with all units.

    Parameters
    ----------
    totals
        ``units, approached, support_low, support_high`` (propensities between which all but half a hundredth of the
        approached on either side lie), ``below_share, above_share`` (of the units never approached),
        ``effective, effective_share, clipped, largest_weight, heaviest_share`` (share of all weight that the heaviest
        hundredth of the approached bear), ``auc`` (how well the propensity tells who was approached; one half under no
        selection).
    groups
        ``grouping, group, units, approached, below_share, above_share``: the same by group, worst first.
    balance
        ``feature, before, after``: (mean of the approached - mean of all) in standard deviations of all, unweighted and
        weighted, and ``bar``; largest ``before`` first.
    warnings
        What to be wary of, in the order of ``SelectionWarning``.
    """

    totals: Mapping[str, float]
    groups: pd.DataFrame
    balance: pd.DataFrame
    warnings: tuple[SelectionWarning, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain form for a card or a file."""
        return {
            "totals": dict(self.totals),
            "groups": _records(self.groups),
            "balance": _records(self.balance),
            "warnings": [warning.value for warning in self.warnings],
        }


def overlap(
    X: pd.DataFrame,
    schema: FeatureSchema,
    approached: Flags,
    found: Propensity,
    *,
    groups: Mapping[str, pd.Series] | None = None,
    largest: float = LARGEST,
) -> Overlap:
    """Compare the approached with all units.

    Parameters
    ----------
    X, schema
        Model matrix that the propensity was fitted on, shape (n, features), and its schema.
    approached
        Shape (n,).
    found
        Of ``training.propensity.model.propensity``.
    groups
        Name of a grouping (county, sector) to the group of each unit; a unit without one is left out of it.
    largest
        At which 1 / e was clipped.
    """
    weights, score = found.weights(largest=largest), found.horizon
    low, high = (float(np.quantile(score[approached], share)) for share in (_TRIM, 1 - _TRIM))
    below, above = ~approached & (score < low), ~approached & (score > high)
    mine = weights[approached]
    balance = _balance(X, schema, approached, weights)
    rest = max(int((~approached).sum()), 1)
    totals = {
        "units": float(len(X)),
        "approached": float(approached.sum()),
        "support_low": low,
        "support_high": high,
        "below_share": float(below.sum() / rest),
        "above_share": float(above.sum() / rest),
        "effective": effective_size(mine),
        "effective_share": effective_size(mine) / len(mine),
        "clipped": float((found.comparable[approached] < 1 / largest).sum()),
        "largest_weight": float(mine.max()),
        "heaviest_share": float(np.sort(mine)[-max(len(mine) // 100, 1) :].sum() / mine.sum()),
        "auc": _auc(score, approached),
    }
    warnings = {
        SelectionWarning.OUTSIDE_SUPPORT: totals["below_share"] + totals["above_share"] > LARGEST_OUTSIDE,
        SelectionWarning.UNBALANCED: bool((balance["after"].abs() > balance["bar"]).any()),
        SelectionWarning.FEW_EFFECTIVE: totals["effective_share"] < LEAST_EFFECTIVE,
        SelectionWarning.WEIGHTS_CLIPPED: totals["clipped"] > 0,
    }
    by_group = [_by_group(name, group, approached, below, above) for name, group in (groups or {}).items()]
    table = (
        pd.concat(by_group, ignore_index=True) if by_group else _by_group("", pd.Series([], dtype="str"), *[_NONE] * 3)
    )
    return Overlap(totals, table, balance, tuple(code for code, raised in warnings.items() if raised))


_NONE = np.zeros(0, dtype=np.bool_)


def standardised_differences(columns: Floats, approached: Flags, weights: Floats) -> Floats:
    """(Weighted mean of the approached - mean of all) / standard deviation of all, each over the known values.

    Parameters
    ----------
    columns
        Shape (n, k), NaN where not known.
    approached, weights
        Shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (k,); NaN where a column does not vary or no approached unit has a value.

    Examples
    --------
    Half of the units have a 1; of the approached three in four, until the weights say otherwise:

    >>> column = np.array([[1.0], [1.0], [1.0], [0.0], [1.0], [0.0], [0.0], [0.0]])
    >>> met = np.arange(8) < 4
    >>> float(standardised_differences(column, met, np.ones(8))[0])
    0.5
    >>> float(standardised_differences(column, met, np.array([1, 1, 1, 3, 0, 0, 0, 0.0]))[0])
    0.0
    """
    known = ~np.isnan(columns)
    heavy = known * np.where(approached, weights, 0.0)[:, None]
    values = np.where(known, columns, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        count = known.sum(axis=0)
        mean = values.sum(axis=0) / count
        spread = np.sqrt((known * (values - mean) ** 2).sum(axis=0) / count)
        difference = (heavy * values).sum(axis=0) / heavy.sum(axis=0) - mean
        return np.asarray(np.where(spread > 0, difference / spread, np.nan))


def _balance(X: pd.DataFrame, schema: FeatureSchema, approached: Flags, weights: Floats) -> pd.DataFrame:
    names: list[str] = []
    columns: list[Floats] = []
    for name in schema.names:
        values = X[name].to_numpy(dtype=np.float64)
        if name not in schema.categories:
            names.append(name)
            columns.append(values)
            continue
        for level in np.unique(values[~np.isnan(values)]):
            names.append(f"{name}={level:.0f}")
            columns.append(np.where(np.isnan(values), np.nan, values == level))
    together = np.column_stack(columns) if columns else np.zeros((len(X), 0))
    counted = [np.ones(len(X)), weights]
    before, after = (standardised_differences(together, approached, each) for each in counted)
    # Under no selection a difference has variance 1 / effective size - 1 / n.
    size = effective_size(weights[approached])
    chance = _NORMAL_HUNDREDTH * np.sqrt(max(1 / size - 1 / max(len(X), 1), 0.0))
    table = pd.DataFrame({"feature": names, "before": before, "after": after, "bar": max(LARGEST_DIFFERENCE, chance)})
    return table.sort_values("before", key=abs, ascending=False, kind="stable", na_position="last", ignore_index=True)


def _by_group(name: str, group: pd.Series, approached: Flags, below: Flags, above: Flags) -> pd.DataFrame:
    rows = pd.DataFrame(
        {"group": group.to_numpy(), "approached": approached, "rest": ~approached, "below": below, "above": above}
    ).dropna(subset="group")
    sums = rows.groupby("group")[["approached", "rest", "below", "above"]].sum()
    rest = sums["rest"].clip(lower=1)
    table = pd.DataFrame(
        {
            "grouping": name,
            "group": sums.index.astype("str"),
            "units": (sums["approached"] + sums["rest"]).to_numpy(),
            "approached": sums["approached"].to_numpy(),
            "below_share": (sums["below"] / rest).to_numpy(),
            "above_share": (sums["above"] / rest).to_numpy(),
        }
    )
    outside = table["below_share"] + table["above_share"]
    return table.loc[outside.sort_values(ascending=False, kind="stable").index].reset_index(drop=True)


def _auc(score: Floats, approached: Flags) -> float:
    ranks = pd.Series(score).rank().to_numpy()
    met, rest = int(approached.sum()), int((~approached).sum())
    return float((ranks[approached].sum() - met * (met + 1) / 2) / max(met * rest, 1))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    plain = table.astype(object).where(table.notna(), None)
    return [dict(zip(table.columns, row, strict=True)) for row in plain.itertuples(index=False)]
