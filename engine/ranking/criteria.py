"""The parts of a score: each a value from 0 (worst) to 1 (best) on bounds that no list of units can move.

Fixed bounds are what keeps two units in their order when a third one comes or goes. A part is the plain mean of its
criteria; a criterion that is not known takes a stated value and the interval [0, 1].
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.codes import Code
from engine.diagnosis.rules import standing_causes, stated_causes
from engine.domain.prediction import Output, columns
from engine.domain.unit import Field
from engine.economics.balance import balance
from engine.economics.prices import RIAL_PER_BILLION_RIAL
from engine.ranking.reasons import BLOCKS
from engine.ranking.sectors import belongs

Array = NDArray[np.float64]

FEASIBILITY_BOUNDS = (0.0, 0.6)
"""Probabilities, ends of the feasibility scale (linear): from none to what the best of idle Iranian units show, so that
a weight is for the swing between units that there are (swing weighting; von Winterfeldt and Edwards 1986, "Decision
analysis and behavioral research", 8). Assumed: of 2,000 made-up units on the first day the best has .55, one in a
hundred more than .43, of 173 reported ones the best .31. Better ones count as the best end."""
JOBS_BOUND = 500.0
"""Persons, best end of the jobs scale (logarithmic, from 0): assumed; larger units count as this."""
JOBS_PER_BILLION_BOUNDS = (0.003, 3.0)
"""Persons per billion rial, ends of the logarithmic scale: the range .003 to 2.0 that was reported of revived units in
1396-1404, rounded outwards. It spans three powers of ten since the rial lost one in these years. Money owed is measured
on the scale of money asked for."""
COURT_CASES_BOUND = 6.0
"""Cases, worst end of the scale: assumed."""
BLOCKING_CAUSES_BOUND = 2.0
"""Stated causes of legal, ownership, debt or utility kind, worst end of the scale: assumed."""
MISSING_VALUE = 0.5
"""What a criterion that is not known counts: the middle of [worst, best], and so the mean of what stability draws."""


class Part(Code):
    """Part of a score."""

    FEASIBILITY = "feasibility"
    JOBS = "jobs"
    FINANCE = "finance"
    READINESS = "readiness"
    FIT = "fit"


@dataclass(frozen=True, slots=True)
class Values:
    """Values of the parts of n units, columns in the order of ``Part``.

    Parameters
    ----------
    low, point, high
        Shape (n, 5), 0..1.
    unknown
        Shape (n, 5): share of the part's criteria that are not known.
    """

    low: Array
    point: Array
    high: Array
    unknown: Array


Criterion = tuple[Array, Array, Array]
"""Low, point, high of one criterion, shape (n,) each, NaN where it is not known."""


def values(
    appraisal: pd.DataFrame,
    *,
    money_factor: Array | float = 1.0,
    debt_factor: Array | float | None = None,
    priorities: Sequence[str] = (),
    missing_value: float = MISSING_VALUE,
) -> Values:
    """Values of all parts.

    Parameters
    ----------
    appraisal
        Unit table with prediction columns, shape (n, any).
    money_factor
        Rial of the common year for one rial of the record's capital, shape (n,); NaN where money cannot be compared.
    debt_factor
        The same for its debts, which are never assumed; by default ``money_factor``.
    priorities
        ISIC codes, of any level, of the sectors the planner wants; decides ``fit``.
    missing_value
        What a criterion that is not known counts, 0..1.

    Returns
    -------
    Values
        Shape (n, 5).

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> frame = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["1030"]})).assign(feasibility_point=0.3)
    >>> found = values(frame, priorities=["10"])
    >>> found.point.tolist(), found.unknown.tolist()
    ([[0.5, 0.5, 0.5, 0.5, 1.0]], [[0.0, 1.0, 1.0, 1.0, 0.0]])
    """
    parts = {
        Part.FEASIBILITY: [_feasibility(appraisal)],
        Part.JOBS: [_jobs(appraisal)],
        Part.FINANCE: [
            _jobs_for_money(appraisal, money_factor),
            _jobs_for_debts(appraisal, money_factor if debt_factor is None else debt_factor),
        ],
        Part.READINESS: [_exact(criterion) for criterion in _readiness(appraisal)],
        Part.FIT: [_exact(_fit(appraisal, priorities))],
    }
    averaged = [_mean(parts[part], missing_value) for part in Part]
    low, point, high, unknown = (np.column_stack([part[place] for part in averaged]) for place in range(4))
    return Values(low, point, high, unknown)


def _mean(criteria: list[Criterion], missing_value: float) -> tuple[Array, Array, Array, Array]:
    known = np.array([~np.isnan(point) for _, point, _ in criteria])
    low, point, high = (
        np.where(known, np.array([criterion[place] for criterion in criteria]), fallback).mean(axis=0)
        for place, fallback in enumerate((0.0, missing_value, 1.0))
    )
    return low, point, high, 1 - known.mean(axis=0)


def _predicted(appraisal: pd.DataFrame, output: Output) -> Criterion:
    """An output as arrays; an end of the interval that is missing falls back to the point."""
    low, point, high = (_column(appraisal, name) for name in columns(output))
    return np.where(np.isnan(low), point, low), point, np.where(np.isnan(high), point, high)


def _feasibility(appraisal: pd.DataFrame) -> Criterion:
    worst, best = FEASIBILITY_BOUNDS
    low, point, high = (
        np.clip((x - worst) / (best - worst), 0.0, 1.0) for x in _predicted(appraisal, Output.FEASIBILITY)
    )
    return low, point, high


def _jobs(appraisal: pd.DataFrame) -> Criterion:
    low, point, high = (_log_scale(1 + x, 1, 1 + JOBS_BOUND) for x in _predicted(appraisal, Output.JOBS_IF_REVIVED))
    return low, point, high


def _jobs_for_money(appraisal: pd.DataFrame, money_factor: Array | float) -> Criterion:
    # money in the denominator: dearer rials make fewer jobs a billion
    low, point, high = (
        _log_scale(x / money_factor, *JOBS_PER_BILLION_BOUNDS)
        for x in _predicted(appraisal, Output.JOBS_PER_BILLION_RIAL)
    )
    return low, point, high


def _jobs_for_debts(appraisal: pd.DataFrame, debt_factor: Array | float) -> Criterion:
    """Persons for each billion rial owed. Debts against the capital asked for would reward who asks for more."""
    owed = balance(appraisal)["total_debt_rial"].to_numpy(dtype=np.float64)
    billions = owed * debt_factor / RIAL_PER_BILLION_RIAL
    low, point, high = (
        np.where(owed == 0, 1.0, _log_scale(x / np.where(billions > 0, billions, np.nan), *JOBS_PER_BILLION_BOUNDS))
        for x in _predicted(appraisal, Output.JOBS_IF_REVIVED)
    )
    return low, point, high


def _readiness(appraisal: pd.DataFrame) -> list[Array]:
    causes = stated_causes(appraisal)
    blocking = standing_causes(appraisal)[[barrier.value for barrier in BLOCKS]].sum(axis=1).to_numpy(dtype=np.float64)
    cases = _column(appraisal, Field.LITIGATION_COUNT)
    power = _column(appraisal, Field.POWER_KW)
    return [
        np.where(causes.any(axis=1), 1 - np.minimum(blocking / BLOCKING_CAUSES_BOUND, 1), np.nan),
        1 - _column(appraisal, Field.BANK_OWNED),
        _column(appraisal, Field.TITLE_DEED),
        1 - np.minimum(cases / COURT_CASES_BOUND, 1),
        np.where(np.isnan(power), np.nan, power > 0),
    ]


def _fit(appraisal: pd.DataFrame, priorities: Sequence[str]) -> Array:
    inside = belongs(appraisal[Field.ISIC.value], priorities)
    return inside.to_numpy(dtype=np.float64, na_value=np.nan)


def _exact(point: Array) -> Criterion:
    return point, point, point


def _log_scale(x: Array, worst: float, best: float) -> Array:
    clipped = np.clip(x, worst, best)
    scaled: Array = (np.log(clipped) - np.log(worst)) / (np.log(best) - np.log(worst))
    return scaled


def _column(appraisal: pd.DataFrame, name: str) -> Array:
    if name not in appraisal.columns:
        return np.full(len(appraisal), np.nan)
    return appraisal[str(name)].to_numpy(dtype=np.float64, na_value=np.nan)
