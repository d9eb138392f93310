"""Why a model of outcomes gives one unit its chance of a restart: what each feature adds, as codes and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from engine.scoring.artefact import Model


def explained(model: Model, unit: pd.DataFrame, *, as_of: pd.Timestamp) -> dict[str, Any] | None:
    """Contributions to the score of a restart in the first six months.

    Parameters
    ----------
    model
        Promoted model.
    unit
        Unit table of one row.
    as_of
        The day of judgement.

    Returns
    -------
    dict or None
        ``head``, ``link``, ``base``, ``features`` (name -> what it adds, largest first) and ``score``, which is
        ``base`` and all features added; ``None`` for the first model, whose figures are moved to the population.
    """
    from engine.scoring.document import HazardsDocument
    from engine.scoring.explanation import BASE, contributions
    from features import matrix

    if not isinstance(model.document, HazardsDocument):
        return None
    hazards = model.document.hazards
    told = contributions(model, matrix(unit, model.schema, model.fitted, as_of=as_of)).iloc[0]
    features = told.drop(BASE)
    features = features[features != 0].sort_values(key=abs, ascending=False, kind="stable")
    return {
        "head": "restart",
        "link": hazards.restart.link.value,
        "base": float(told[BASE]),
        "features": {str(name): float(value) for name, value in features.items()},
        "score": float(told.sum()),
    }
