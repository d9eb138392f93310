"""The champion of the day beside what a trained model was judged on."""

from __future__ import annotations

import pandas as pd

from engine.domain.reported import reported_units
from engine.reference.effects import effects
from engine.scoring.artefact import Model
from engine.scoring.document import OUTCOMES
from engine.scoring.sections import HazardSettings
from engine.settings import Settings
from engine.store import Register
from training.cohort.press_sample import sample
from training.evaluation.evidence import JudgedTables
from training.gates.champion import Against, side_by_side
from training.pipeline.ground import Ground
from training.pipeline.grounding import ground_of
from training.pipeline.reported import fit_sample
from training.pipeline.rival import rival


def rebuilt(ground: Ground, day: pd.Timestamp) -> Model:
    """A model of press reports that knows the register as it stood on a day.

    Parameters
    ----------
    ground
        Whose units and events are read.
    day
        What was known later is not seen; the press pages are all of today, since they are about other units.
    """
    units, events = ground.units_at(day), ground.everything
    seen = sample(reported_units(), units, events[events["known_on"] <= day], as_of=ground.as_of)
    # Feasibility and jobs rest on beliefs, not on the press heads whose penalty a search would settle.
    return fit_sample(seen, as_of=ground.as_of, trials=1, register=units, effects=ground.effects).model


def beside_champion(
    model: Model,
    own: JudgedTables,
    before: Against,
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
    found, recipe = None, getattr(model.document, "recipe", None)
    if model.kind == OUTCOMES and isinstance(recipe, HazardSettings):
        day = model.data_until
        ground = ground_of(
            register, register.units(known_by=day), register.events(known_by=day), as_of=day,
            origin=str(model.document.origin), random_state=recipe.random_state, effects=effects(settings.effects),
        )  # fmt: skip
        found = None if ground is None else rival(before.champion, recipe, ground, rebuilt)
    return side_by_side(own, str(model.card.get("label", "")), before, register, as_of=as_of, rival=found)
