"""The champion of the day beside what a trained model was judged on."""

from __future__ import annotations

import pandas as pd

from engine.reference.effects import effects
from engine.scoring.artefact import Model
from engine.scoring.document import OutcomesDocument
from engine.settings import Settings
from engine.store import Register
from training.evaluation.evidence import JudgedTables
from training.gates.champion import Opponent, side_by_side
from training.panel.comparisons import Panel
from training.pipeline.grounding import ground_of
from training.pipeline.rival import rival


def beside_champion(
    model: Model,
    own: JudgedTables,
    before: Opponent,
    register: Register,
    settings: Settings,
    *,
    as_of: pd.Timestamp,
) -> JudgedTables:
    """Put the champion of the day beside what a model was judged on at its training.

    Parameters
    ----------
    model
        A trained model.
    own
        What it was judged on.
    before
        The champion of the day.
    register, settings
        Where units, events and prior effects are.
    as_of
        Day of the comparison.

    Returns
    -------
    JudgedTables
        As they are where the same champion stood beside it at its training; else its recipe is fitted anew.
    """
    if before.champion is None:
        return own.alone()
    if own.champion == before.digest:
        return own
    found, document = None, model.document
    if isinstance(document, OutcomesDocument) and document.recipe is not None:
        ground = ground_of(
            register, as_of=model.data_until, origin=str(document.origin), random_state=document.recipe.random_state,
            effects=effects(settings.effects),
        )  # fmt: skip
        found = None if ground is None else rival(before.champion, document, ground, Panel.of(settings.panel))
    return side_by_side(own, str(model.card.get("label", "")), before, register, as_of=as_of, rival=found)
