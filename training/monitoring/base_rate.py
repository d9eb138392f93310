"""Did as many units restart as was predicted? A test that may be looked at after every outcome, however few there are.

Outcomes come in one by one and somebody looks each time: a test at five in a hundred, repeated, alarms sooner or later.
Here the evidence is a martingale: what a mixture of models, each with all its odds shifted alike, would have won
betting against the predictions. Whoever stops when he likes, the chance that it ever exceeds twenty is at most one in
twenty if the predictions are right (Ville's inequality; Howard, Ramdas, McAuliffe and Sekhon 2021, "Time-uniform,
nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from numpy.polynomial.hermite_e import hermegauss
from scipy.special import logsumexp

from training.statistics.feature_shift import holm
from training.statistics.reliability import share_interval

Floats = npt.NDArray[np.float64]

SHIFT_SPREAD = 0.5
"""Standard deviation of the shifts of the log odds that are bet on; assumed: a shift of one half is worth an alarm."""

SIGNIFICANCE = 0.05
LEAST_OUTCOMES = 10
"""Outcomes of a group below which it is pooled with the other small ones."""

OTHERS = "*"
_NODES = 41


@dataclass(frozen=True, slots=True)
class BaseRate:
    """Outcomes beside predictions.

    Parameters
    ----------
    overall
        ``outcomes, observed`` (how many came true), ``expected``, ``share, share_low, share_high`` (exact 95 %),
        ``predicted`` (mean), ``evidence`` (of the martingale), ``p_value`` (``1 / evidence``, at most one: valid at any
        look).
    groups
        The same by ``grouping`` and ``group``, with ``p_adjusted`` (Holm over the groups of a grouping); groups of
        fewer than ``LEAST_OUTCOMES`` together as ``*``.
    """

    overall: dict[str, float]
    groups: pd.DataFrame

    @property
    def alarming(self) -> bool:
        """Whether the outcomes, all together, contradict the predictions."""
        return self.overall["p_value"] < SIGNIFICANCE

    @property
    def alarming_groups(self) -> pd.DataFrame:
        """Groups that do."""
        return self.groups[self.groups["p_adjusted"] < SIGNIFICANCE]


def base_rate(judged: pd.DataFrame, groupings: tuple[str, ...] = ("county",)) -> BaseRate:
    """Compare matured outcomes with what was predicted of them.

    Parameters
    ----------
    judged
        Columns ``unit_id, origin, label`` (0 or 1), ``probability`` and the groupings; with a column ``period`` a row
        is one period of a unit, its probability that of the period. Of a unit judged from several origins the first one
        counts: its outcomes overlap.
    groupings
        Columns to look at by group.

    Examples
    --------
    >>> rows = pd.DataFrame({"unit_id": range(40), "origin": 0, "label": [1, 0] * 20, "probability": 0.1})
    >>> found = base_rate(rows, groupings=())
    >>> found.overall["observed"], round(found.overall["expected"], 6), found.alarming
    (20.0, 4.0, True)
    """
    ordered = judged.sort_values(["origin", "unit_id"], kind="stable")
    first = ordered[ordered["origin"] == ordered.groupby("unit_id")["origin"].transform("min")]
    once = first.drop_duplicates(["unit_id", "period"] if "period" in judged else "unit_id")
    columns = ["grouping", "group", *_figures(once.iloc[:0]), "p_adjusted"]
    tables = [_by_group(once, name) for name in groupings] if len(once) else []
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns, dtype="float64")
    return BaseRate(_figures(once), table)


def evidence(label: Floats, probability: Floats, *, spread: float = SHIFT_SPREAD) -> float:
    """Logarithm of the martingale after these outcomes.

    The mean over shifts t, normal with that spread, of ``prod (q / p)^y ((1 - q) / (1 - p))^(1 - y)`` with
    ``logit q = logit p + t``; the order of the outcomes does not matter.

    Parameters
    ----------
    label, probability
        Shape (n,); probabilities strictly between 0 and 1 (others are brought to 1e-6 of the ends).
    spread
        Of the shifts.

    Examples
    --------
    Nothing seen, nothing known; two hundred failures where half was predicted is a million to one and more:

    >>> evidence(np.zeros(0), np.zeros(0))
    0.0
    >>> evidence(np.zeros(200), np.full(200, 0.5)) > 13.8
    True
    """
    p = np.clip(probability, 1e-6, 1 - 1e-6)
    nodes, mass = hermegauss(_NODES)
    shifts = spread * nodes
    # log((1 - p) + p e^t) for each shift
    total = np.array([np.log1p(p * np.expm1(shift)).sum() for shift in shifts])
    return float(logsumexp(shifts * label.sum() - total, b=mass / mass.sum())) if len(p) else 0.0


def _figures(rows: pd.DataFrame) -> dict[str, float]:
    label, probability = (rows[name].to_numpy(dtype=np.float64) for name in ("label", "probability"))
    count = len(rows)
    share = label.mean() if count else np.nan
    low, high = share_interval(np.array([share]), np.array([float(count)])) if count else (np.zeros(1), np.ones(1))
    log_evidence = evidence(label, probability)
    return {
        "outcomes": float(count),
        "observed": float(label.sum()),
        "expected": float(probability.sum()),
        "share": float(share),
        "share_low": float(low[0]),
        "share_high": float(high[0]),
        "predicted": float(probability.mean()) if count else np.nan,
        "evidence": float(np.exp(min(log_evidence, 700.0))),
        "p_value": float(min(1.0, np.exp(-log_evidence))),
    }


def _by_group(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    group = rows[name].fillna(OTHERS).astype("str")
    sizes = group.value_counts()
    group = group.where(~group.isin(sizes.index[sizes < LEAST_OUTCOMES]), OTHERS)
    found: list[dict[str, Any]] = [{"group": key, **_figures(part)} for key, part in rows.groupby(group, sort=True)]
    table = pd.DataFrame(found)
    table.insert(0, "grouping", name)
    table["p_adjusted"] = holm(table["p_value"].to_numpy())
    return table.sort_values("p_value", kind="stable", ignore_index=True)
