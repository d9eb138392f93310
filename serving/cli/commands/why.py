"""Why a model of outcomes gives one unit its chance of a restart: what each feature adds, as codes and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from serving.i18n import Speech

if TYPE_CHECKING:
    from engine.scoring.artefact import Model

SHOWN = 6
"""Features named to a person; JSON has all that add anything."""


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


def weightiest(why: dict[str, Any], words: Speech) -> list[tuple[str, str]]:
    """The features that add or take most, in words: a name, and what it adds to the score.

    Parameters
    ----------
    why
        What ``explained`` gives.
    words
        Language.
    """
    strongest = list(why["features"].items())[:SHOWN]
    return [(words.text(f"feature.{name}"), words.number(value, 2)) for name, value in strongest]
