"""Quantities of a unit brought to 0..1: the parts of the fit that no mandate changes."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.domain.mandate import FitPart
from engine.domain.prediction import Output
from engine.domain.unit import Confidence, Field

STATIC_PARTS = (FitPart.FEASIBILITY, FitPart.JOBS, FitPart.JOBS_PER_BILLION, FitPart.CONFIDENCE)

USUAL_JOBS = 19.7
"""Jobs per revived idle unit, national, 1402: 35,621 / 1,811 (menafn 1108541077)."""

DECISION_FIELDS = (
    Field.CAPITAL_NEEDED_RIAL,
    Field.DEAL_FORMS,
    Field.JOBS_NOW,
    Field.LAND_M2,
    Field.POWER_KW,
    Field.STATUS,
    Field.STOP_CAUSES,
    Field.TITLE_DEED,
)
"""Fields an investor asks for first (assumed); their known share is the completeness of a record."""


def saturating(amount: NDArray[np.float64], half: float) -> NDArray[np.float64]:
    """``amount / (amount + half)``: nothing at 0, one half at ``half``, never above 1; not known counts as nothing.

    Examples
    --------
    >>> saturating(np.array([0.0, 10.0, 30.0, np.nan, -4.0]), 10.0).tolist()
    [0.0, 0.5, 0.75, 0.0, 0.0]
    """
    positive = np.nan_to_num(amount, nan=0.0, neginf=0.0).clip(min=0)
    return positive / (positive + half) if half > 0 else np.zeros_like(positive)


def middle(amounts: NDArray[np.float64]) -> float:
    """Median of what is known, 1 where nothing is.

    Examples
    --------
    >>> middle(np.array([3.0, np.nan, 1.0])), middle(np.array([np.nan]))
    (2.0, 1.0)
    """
    known = amounts[np.isfinite(amounts)]
    return float(np.median(known)) if known.size else 1.0


def static_parts(
    appraisal: pd.DataFrame, numbers: dict[str, NDArray[np.float64]], order: NDArray[np.intp], *, half: float
) -> NDArray[np.float32]:
    """Columns :data:`STATIC_PARTS` of all units.

    Feasibility is itself; expected jobs saturate at the national usual figure, jobs per billion rial at the median of
    all units (prices of different years have no fixed scale); confidence is half the record's level, half
    its completeness.

    Parameters
    ----------
    appraisal
        Appraisal table, shape (n, columns).
    numbers
        Number columns of the book, in the book's order.
    order
        Rows of ``appraisal`` in the book's order.
    half
        Jobs per billion rial of the unit in the middle (:func:`middle`).

    Returns
    -------
    numpy.ndarray
        Shape (n, 4), float32, 0..1.
    """
    per_billion = numbers[Output.JOBS_EXPECTED_PER_BILLION_RIAL]
    completeness = appraisal[list(DECISION_FIELDS)].notna().to_numpy().mean(axis=1)[order]
    level = numbers["confidence"] / (len(Confidence) - 1)
    parts = np.column_stack(
        [
            np.nan_to_num(numbers[Output.FEASIBILITY], nan=0.0).clip(0, 1),
            saturating(numbers[Output.JOBS_EXPECTED], USUAL_JOBS),
            saturating(per_billion, half),
            (level + completeness) / 2,
        ]
    )
    return np.ascontiguousarray(parts, dtype=np.float32)
