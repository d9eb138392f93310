"""Judge units: predict, diagnose, triage and rank them, in one table for the command line, HTTP and reports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from engine.ranking import Part
    from engine.scoring.artefact import Model


def appraise(
    units: pd.DataFrame,
    model: Model,
    *,
    as_of: pd.Timestamp,
    price_year: int | None = None,
    weights: Mapping[Part, float] | None = None,
    assumed_capital_rial: float | None = None,
    random_state: int = 0,
) -> pd.DataFrame:
    """Join prediction, triage and rank to each unit.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    model
        Promoted model.
    as_of
        The day of judgement.
    price_year
        Jalali year in whose money sums are compared; by default the register's own.
    weights
        Weight of each criterion; by default those of ``engine.ranking``.
    assumed_capital_rial
        Rial; stands in where a unit states no capital, and is flagged.
    random_state
        Seed of the draws of the prediction.

    Returns
    -------
    pandas.DataFrame
        Appraisal table, shape (n, unit columns + prediction, triage, ``completeness`` and score columns), index
        ``unit_id``, best first; units without a rank last.

    Raises
    ------
    EhyaError
        ``schema_mismatch`` when the model wants other features than this Ehya describes.
    """
    from engine import scoring
    from engine.diagnosis import diagnose
    from engine.health import completeness
    from engine.ranking import DEFAULT_WEIGHTS, rank, triage
    from features import matrix

    described = matrix(units, model.schema, model.fitted, as_of=as_of)
    predictions = scoring.predict(
        model, described, units, as_of=as_of, assumed_capital_rial=assumed_capital_rial, random_state=random_state
    )
    findings = diagnose(units, as_of=as_of)
    judged = units.join(predictions).join(triage(units, findings, predictions, as_of=as_of))
    judged["completeness"] = completeness(units)
    return rank(judged, weights=DEFAULT_WEIGHTS if weights is None else weights, price_year=price_year)
