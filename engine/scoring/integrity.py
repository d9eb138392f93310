"""Whether a model may be put to work: every part is there, of its size, and answers when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from engine.domain.unit import unit_table
from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import MODEL, Model, content_of, opened
from engine.scoring.document import HazardsDocument, missing_section
from engine.scoring.hazards import DRAWS, PERIODS, feasibility, incidences
from engine.scoring.jobs import JobsHeads, jobs_forecast
from engine.scoring.sections import CapacityPrior, HazardPart

PERIODS_OF: Mapping[str, int] = {"restart": PERIODS, "end": PERIODS, "capacity": 1}
"""Hazards of a model of outcomes, and how many periods each speaks of."""

KEPT = 2
"""Models that stay open: each change of the register asks for the one at work again, and opening one takes .05 s."""


def load_whole(path: Path | str, *, digest: str) -> Model:
    """Open a model that is to be put to work: as ``load``, and nothing that scoring reads may be missing.

    Parameters
    ----------
    path
        The file.
    digest
        sha256 that was recorded when the model was promoted.

    Raises
    ------
    EhyaError
        What ``engine.scoring.artefact.load`` raises; ``not_a_model`` also when a section that only models at work have
        is missing, or when a model of outcomes holds a hazard of other periods or worlds than the runtime has, or does
        not answer for a unit of which nothing is known. It names the ``place`` in the document.
    """
    return _whole(content_of(path, digest=digest), digest, Path(path).name)


@lru_cache(maxsize=KEPT)
def _whole(content: bytes, digest: str, file: str) -> Model:
    model = opened(content, digest, file)
    place = missing_section(model.document)
    if not place and isinstance(model.document, HazardsDocument):
        place = _wrong_size(model, model.document) or ("" if _answers(model) else MODEL)
    if place:
        raise EhyaError(ErrorCode.NOT_A_MODEL, given=file, place=place)
    return model


def _wrong_size(model: Model, document: HazardsDocument) -> str:
    """Where the document claims another size of its hazards than the runtime makes room for; empty where nowhere."""
    if len(set(model.features)) < len(model.features):
        return "features"
    for name, periods in PERIODS_OF.items():
        part = getattr(document.hazards, name)
        if isinstance(part, CapacityPrior):
            continue
        place = f"hazards.{name}"
        if not isinstance(part, HazardPart) or part.periods != periods:
            return place
        line = np.atleast_2d(getattr(model.heads.get(name), "coef_", np.empty((1, 0))))[0]
        if len(line) < periods or part.refits.shape != (DRAWS, len(line)):
            return f"{place}.refits"
    return ""


def _answers(model: Model) -> bool:
    """Ask for a unit of which nothing is known, and for one of zeros and a promise: what does not fit fails here."""
    stated = {"province": [None, "Gilan"], "county": [None, "Rasht"], "jobs_promised": [None, 10]}
    units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], **stated}))
    try:
        X = pd.DataFrame({name: [np.nan, 0.0] for name in model.features}, index=units.index)
        with np.errstate(all="ignore"):
            ways, jobs = incidences(model, X), jobs_forecast(JobsHeads.of(model), X, units)
            chance, draws = feasibility(model, X)
    except Exception:  # a document made to harm may raise anything, at worst MemoryError
        return False
    chances = np.column_stack([ways.restarted, ways.ended, chance, draws, jobs["zero_probability"]])
    sizes = jobs[["low", "point", "high", "mean"]].to_numpy()
    return bool(((chances >= 0) & (chances <= 1)).all() and np.isfinite(sizes).all() and (sizes >= 0).all())
