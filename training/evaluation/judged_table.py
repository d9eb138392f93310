"""The judged table: one row per matured outcome that the judged model did not see; what gates, cards and plots read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.metrics import roc_auc_score

from engine.ranking.terms import TOP
from training.statistics.reliability import (
    Z90,
    calibration_error,
    calibration_slope,
    log_loss,
    share_interval,
    wilson_interval,
)

Floats = npt.NDArray[np.float64]

KEYS = ("unit_id", "origin")
GROUPS = ("county", "sector", "size")
COLUMNS = (*KEYS, "label", "probability", "champion_probability", "prior_probability", "weight", *GROUPS)
"""``label`` 0 or 1, probabilities 0..1, ``champion_probability`` NaN where there is none, ``weight`` above zero, groups
by name. A unit stands once for each origin (landmark) at which its outcome was later seen."""

LEFT_OUT, CHAMPION_LEFT_OUT = "left_out_probability", "champion_left_out_probability"
"""What model and champion say when fitted to all that is known but for the unit's part, beside ``COLUMNS`` where there
are folds by time (``training.evaluation.left_out``)."""

JOBS_COLUMNS = (
    *KEYS, "jobs", "low", "point", "high", "champion_low", "champion_point", "champion_high", "zero_probability",
)  # fmt: skip
"""Persons; ``low`` and ``high`` are the ends of the 80 % interval."""

RESAMPLES = 2000
LEVEL = 0.90
"""Of the paired interval: its lower end is a one-sided test at 5 %, which is what "better" asks."""

_AT_ONCE = 200

LEAST_OUTCOMES = 30
"""Units with matured outcomes that a group needs to be judged alone."""


@dataclass(frozen=True, slots=True)
class Gain:
    """How much one model's loss is below another's on the same outcomes.

    Parameters
    ----------
    own, other
        Weighted mean losses.
    gain, low, high
        ``other - own`` (above zero is better) and its bootstrap interval by unit.
    rows, units
        How many outcomes, of how many units.
    """

    own: float
    other: float
    gain: float
    low: float
    high: float
    rows: int
    units: int


def brier(label: Floats, probability: Floats) -> Floats:
    """Squared error of each row.

    Examples
    --------
    >>> brier(np.array([1.0, 0.0]), np.array([0.8, 0.5])).round(2).tolist()
    [0.04, 0.25]
    """
    return np.asarray((probability - label) ** 2, dtype=np.float64)


def paired_gain(
    judged: pd.DataFrame,
    own: str = "probability",
    other: str = "prior_probability",
    *,
    loss: Callable[[Floats, Floats], Floats] = brier,
    level: float = LEVEL,
    random_state: int = 0,
) -> Gain:
    """Compare two columns of a judged table on the rows that have both.

    Parameters
    ----------
    judged
        Judged table, shape (n, columns), in any order.
    own, other
        Columns with probabilities.
    loss
        Of a row, shape (n,).
    level
        Of the interval.
    random_state
        Seed of the bootstrap.

    Returns
    -------
    Gain
        Units are drawn with all their rows, so that the quarters of one unit do not count as strangers.

    Examples
    --------
    Own losses .01 and .01, other's .25 and .25, the same for both units, so that every resample says .24:

    >>> rows = pd.DataFrame({"unit_id": ["a", "b"], "origin": 0, "label": [1.0, 0.0], "weight": 1.0,
    ...                      "probability": [0.9, 0.1], "prior_probability": 0.5})
    >>> gain = paired_gain(rows)
    >>> round(gain.gain, 4), round(gain.low, 4), gain.rows, gain.units
    (0.24, 0.24, 2, 2)
    """
    both = in_order(judged[judged[own].notna() & judged[other].notna()])
    label, weight = _column(both, "label"), _column(both, "weight")
    losses = np.stack([loss(label, _column(both, name)) for name in (own, other)])
    unit, _ = pd.factorize(both["unit_id"])
    sums = np.stack([np.bincount(unit, weights=weight * row) for row in (*losses, np.ones(len(both)))])
    total = sums.sum(axis=1)
    mine, others = float(total[0] / total[2]), float(total[1] / total[2])
    low, high = _resampled(
        lambda drawn: (drawn @ (sums[1] - sums[0])) / (drawn @ sums[2]), sums.shape[1], level, random_state
    )
    return Gain(mine, others, others - mine, low, high, len(both), sums.shape[1])


def probability_metrics(judged: pd.DataFrame, column: str, *, random_state: int = 0) -> dict[str, Any]:
    """Figures of one column of probabilities.

    Parameters
    ----------
    judged
        Judged table.
    column
        Which probabilities; rows without are left out.
    random_state
        Seed of the bootstrap.

    Returns
    -------
    dict
        ``brier`` with ``brier_low`` and ``_high`` (90 % bootstrap by unit), ``log_loss``, ``brier_skill`` (against the
        prior-only model, 0 is none), ``auc`` (``None`` when only one outcome occurs), ``ece`` (bins of equal count),
        ``rows``, ``units``, and what :func:`calibration` says. All but ``ece`` are weighted.
    """
    known = in_order(judged[judged[column].notna()])
    label, probability, weight = (_column(known, name) for name in ("label", column, "weight"))
    unit, names = pd.factorize(known["unit_id"])
    loss = brier(label, probability)
    top, bottom = np.bincount(unit, weights=weight * loss), np.bincount(unit, weights=weight)
    low, high = _resampled(lambda drawn: (drawn @ top) / (drawn @ bottom), len(names), LEVEL, random_state)
    prior = np.average(brier(label, _column(known, "prior_probability")), weights=weight)
    return {
        "brier": float(np.average(loss, weights=weight)),
        "brier_low": low,
        "brier_high": high,
        "log_loss": float(np.average(log_loss(label, probability), weights=weight)),
        "brier_skill": float(1 - np.average(loss, weights=weight) / prior) if prior > 0 else None,
        "auc": _auc(label, probability, weight),
        "ece": calibration_error(label, probability),
        "rows": len(known),
        "units": len(names),
        **calibration(label, probability, weight, unit),
    }


def calibration(label: Floats, probability: Floats, weight: Floats, unit: npt.NDArray[np.intp]) -> dict[str, Any]:
    """Are differences as large as they are said to be, and are the first of the list as good as they are said to be?

    Parameters
    ----------
    label, probability, weight
        Shape (n,): 0 or 1, 0..1, above zero.
    unit
        Shape (n,), number of each row's unit.

    Returns
    -------
    dict
        ``calibration_slope`` (``training.statistics.reliability``) with its 90 % interval by unit (``_low, _high``);
        ``top_units``, of ``engine.appraisal.TOP`` units with the highest figures ``top_said`` (mean) and
        ``top_happened`` (share) with ``_low, _high`` (95 %, exact). ``None`` where one outcome or one figure is all.

    Examples
    --------
    What was said as .2 and .8 came true in .5 of all cases:

    >>> label, said = np.array([0.0, 1.0] * 20), np.repeat([0.2, 0.8], 20)
    >>> found = calibration(label, said, np.ones(40), np.arange(40))
    >>> round(found["calibration_slope"], 6), round(found["top_said"], 3), found["top_happened"]
    (0.0, 0.8, 0.5)
    """
    slope, error = calibration_slope(label, probability, weight, unit)
    # Of a unit the row on which most was said of it.
    order = np.argsort(-probability, kind="stable")
    first = order[np.sort(np.unique(unit[order], return_index=True)[1])][:TOP]
    share = float(np.average(label[first], weights=weight[first])) if len(first) else np.nan
    effective = weight[first].sum() ** 2 / (weight[first] ** 2).sum() if len(first) else 1.0
    low, high = share_interval(np.array([share]), np.array([effective]))
    found = {
        "calibration_slope": slope,
        "calibration_slope_low": slope - Z90 * error,
        "calibration_slope_high": slope + Z90 * error,
        "top_said": float(np.average(probability[first], weights=weight[first])) if len(first) else np.nan,
        "top_happened": share,
        "top_happened_low": float(low[0]),
        "top_happened_high": float(high[0]),
    }
    return {"top_units": len(first)} | {name: value if np.isfinite(value) else None for name, value in found.items()}


def coverage_metrics(jobs: pd.DataFrame, prefix: str = "") -> dict[str, Any]:
    """How often the interval of jobs held what came.

    Parameters
    ----------
    jobs
        Second judged table, of jobs.
    prefix
        ``champion_`` for the champion's interval.

    Returns
    -------
    dict
        ``coverage_80`` with the ends of its 95 % Wilson interval, ``above`` and ``below`` (shares that came out beyond
        either end), ``mean_width`` (persons), ``mean_absolute_error`` (persons), ``rows``, ``units``. Each unit counts
        once, however many origins it was judged at.

    Examples
    --------
    >>> seen = pd.DataFrame({"unit_id": ["a", "b", "b"], "jobs": [5, 30, 9], "low": 1, "point": 8, "high": 10})
    >>> [coverage_metrics(seen)[name] for name in ("coverage_80", "above", "below")]
    [0.75, 0.25, 0.0]
    """
    known = jobs[jobs[f"{prefix}low"].notna() & jobs["jobs"].notna()]
    ends = {name: known[f"{prefix}{name}"].to_numpy(np.float64) for name in ("low", "point", "high")}
    seen = known["jobs"].to_numpy(np.float64)
    found = {
        "coverage_80": (ends["low"] <= seen) & (seen <= ends["high"]),
        "above": seen > ends["high"],
        "below": seen < ends["low"],
        "mean_width": ends["high"] - ends["low"],
        "mean_absolute_error": np.abs(ends["point"] - seen),
    }
    of_units = pd.DataFrame(found, index=known["unit_id"]).groupby(level=0).mean()
    if of_units.empty:
        names = ("coverage_80", "coverage_80_low", "coverage_80_high", "above", "below", "mean_width")
        nothing = dict.fromkeys(names)
        return {**nothing, "mean_absolute_error": None, "rows": 0, "units": 0}
    low, high = wilson_interval(float(of_units["coverage_80"].sum()), len(of_units))
    means = {name: float(of_units[name].mean()) for name in found}
    return {
        "coverage_80": means.pop("coverage_80"),
        "coverage_80_low": low,
        "coverage_80_high": high,
        **means,
        "rows": len(known),
        "units": len(of_units),
    }


def beside_champion(judged: pd.DataFrame, champions: pd.DataFrame) -> pd.DataFrame:
    """Put a champion's own out-of-sample probabilities beside the challenger's, row by row.

    Parameters
    ----------
    judged
        Judged table of the challenger.
    champions
        Judged table of the champion, whose ``probability`` (and ``LEFT_OUT``) is taken for the same unit and origin.

    Returns
    -------
    pandas.DataFrame
        ``judged`` with ``champion_probability`` filled where the champion was judged too, NaN elsewhere.
    """
    keys = pd.MultiIndex.from_frame(judged[list(KEYS)])
    theirs = champions.set_index(list(KEYS))
    theirs = theirs[~theirs.index.duplicated()].reindex(keys)
    judged = judged.assign(champion_probability=theirs["probability"].to_numpy(np.float64))
    if LEFT_OUT not in judged.columns:
        return judged
    said = theirs[LEFT_OUT].to_numpy(np.float64) if LEFT_OUT in theirs.columns else np.nan
    return judged.assign(**{CHAMPION_LEFT_OUT: said})


def in_order(judged: pd.DataFrame) -> pd.DataFrame:
    """Rows by unit and origin, so that no figure depends on the order in which they came."""
    return judged.sort_values(list(KEYS), kind="stable", ignore_index=True)


def _resampled(figure: Callable[[Floats], Floats], units: int, level: float, random_state: int) -> tuple[float, float]:
    generator = np.random.default_rng(random_state)
    even = np.full(units, 1 / units)
    drawn = [
        figure(generator.multinomial(units, even, size=_AT_ONCE).astype(np.float64))
        for _ in range(RESAMPLES // _AT_ONCE)
    ]
    low, high = np.quantile(np.concatenate(drawn), [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _auc(label: Floats, probability: Floats, weight: Floats) -> float | None:
    if label.min() == label.max():
        return None
    return float(roc_auc_score(label, probability, sample_weight=weight))


def _column(frame: pd.DataFrame, name: str) -> Floats:
    return frame[name].to_numpy(np.float64)
