"""What an investor's answers to the units of its lists say of the weights of its mandate."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from engine.domain.mandate import FitPart, Mandate
from engine.domain.reaction import ReactionKind
from engine.matching.fit import weights_of
from engine.matching.learned import learned_weights
from engine.store import Register
from engine.store.clock import utc

_FIGURES = (FitPart.TICKET, FitPart.FEASIBILITY, FitPart.JOBS, FitPart.JOBS_PER_BILLION)
"""Parts that are nil where the figure is not known, and only there."""

ANSWERS = 200
"""Answers that count, the newest first: what an investor wanted long ago is not what it wants."""


def weighed_by_answers(
    register: Register, owner: str, name: str, mandate: Mandate, *, before: datetime | None = None
) -> Mandate:
    """A mandate with the weights that its owner's answers show; without answers it stays as it was stated.

    Of several answers to a unit the last counts, with what was known of the unit when the list was made. Lists of a
    time when that was not kept say nothing.

    Parameters
    ----------
    register, owner, name
        The saved mandate.
    mandate
        What it states now.
    before
        Only answers that were given before a moment, UTC.
    """
    of_this = {kept.list_id: kept for kept in register.lists.answered(owner, name)}
    if not of_this:
        return mandate
    said = register.lists.reactions(owner)
    if before is not None:
        said = said[pd.to_datetime(said["made_at"]) < utc(before)]
    said = said[said["list_id"].isin(list(of_this))].drop_duplicates(["unit_id"], keep="last").tail(ANSWERS)
    places = {
        (kept.list_id, place["unit_id"]): place["agreement"]
        for kept in of_this.values()
        for place in kept.places
        if "agreement" in place
    }
    rows = [
        (places[key], kind == ReactionKind.INTERESTED)
        for key, kind in zip(zip(said["list_id"], said["unit_id"], strict=True), said["kind"], strict=True)
        if key in places
    ]
    if not rows:
        return mandate
    stated = weights_of(mandate)
    agreement = np.array([[agrees.get(part.value, np.nan) for part in FitPart] for agrees, _ in rows])
    figures = [place for place, part in enumerate(FitPart) if part in _FIGURES]
    agreement[:, figures] = np.where(agreement[:, figures] == 0, np.nan, agreement[:, figures])
    weights = learned_weights(stated, agreement, [wanted for _, wanted in rows])
    return mandate.model_copy(update={"weights": weights})


def declined_now(register: Register, owner: str, *, before: datetime | None = None) -> tuple[str, ...]:
    """Units of which an owner's last word was that it declines them, the newest `ANSWERS` of them, by id.

    Parameters
    ----------
    register, owner
        Whose word.
    before
        Only what was said before a moment, UTC.
    """
    said = register.lists.reactions(owner)
    if before is not None:
        said = said[pd.to_datetime(said["made_at"]) < utc(before)]
    last = said.drop_duplicates(["unit_id"], keep="last")
    declined = last.loc[last["kind"] == ReactionKind.DECLINED, "unit_id"].tail(ANSWERS)
    return tuple(sorted(declined.astype(str)))
