"""Whether a model may be put to work: every part is there, of its size, and answers when it is asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from engine.domain.unit import unit_table
from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import OUTCOMES, REPORTED, Model, load
from engine.scoring.hazards import DRAWS, PERIODS, incidences
from engine.scoring.jobs import jobs_forecast

_OF_BOTH: Mapping[str, type] = {
    "version": str, "data_until": str, "schema": dict, "features": list, "fitted": dict, "fold_of": dict,
    "population": dict, "prior_driven": bool, "metrics": dict, "card": dict,
}  # fmt: skip
PARTS: Mapping[str, Mapping[str, type]] = {
    REPORTED: {**_OF_BOTH, "promoted": dict, "held_out": dict},
    OUTCOMES: {**_OF_BOTH, "ranges": dict, "design": list, "hazards": dict, "jobs": dict},
}
"""What the document of a model that is put to work holds, by kind."""

PERIODS_OF: Mapping[str, int] = {"restart": PERIODS, "end": PERIODS, "capacity": 1}
"""Hazards of a model of outcomes, and how many periods each speaks of."""


def load_whole(path: Path | str, *, digest: str) -> Model:
    """Open a model that is to be put to work: as ``load``, and nothing that scoring reads may be missing.

    Parameters
    ----------
    path, digest
        As for ``engine.scoring.artefact.load``.

    Raises
    ------
    EhyaError
        As for ``load``; ``not_a_model`` also when a part of the document is missing or of another kind, or when a model
        of outcomes holds a hazard of other periods or worlds than the runtime has, or does not answer for a unit of
        which nothing is known.
    """
    model = load(path, digest=digest)
    parts = PARTS.get(model.kind, {})
    whole = parts and all(isinstance(model.document.get(name), kind) for name, kind in parts.items())
    if not whole or (model.kind == OUTCOMES and not (_of_their_size(model) and _answers(model))):
        raise EhyaError(ErrorCode.NOT_A_MODEL, given=Path(path).name)
    return model


def _of_their_size(model: Model) -> bool:
    """Whether what the document claims of its hazards is what the runtime makes room for."""
    hazards = model.document["hazards"]
    try:
        if hazards.keys() != PERIODS_OF.keys() or len(set(model.features)) < len(model.features):
            return False
        for name, part in hazards.items():
            if name == "capacity" and "prior" in part:
                if not all(float(part["prior"][end]) > 0 for end in ("a", "b")):
                    return False
                continue
            refits = np.asarray(part["refits"], dtype=np.float64)
            line = np.asarray(model.heads[name].coef_)[0]
            claimed = part["periods"]
            if type(claimed) is not int or claimed != PERIODS_OF[name] or len(line) < claimed:
                return False
            if refits.shape != (DRAWS, len(line)) or not np.isfinite(refits).all():
                return False
    except (KeyError, TypeError, ValueError, AttributeError, IndexError):
        return False
    return True


def _answers(model: Model) -> bool:
    """Ask for a unit of which nothing is known, and for one of zeros and a promise: what does not fit fails here."""
    stated = {"province": [None, "Gilan"], "county": [None, "Rasht"], "jobs_promised": [None, 10]}
    units = unit_table(pd.DataFrame({"unit_id": ["a", "b"], **stated}))
    try:
        X = pd.DataFrame({name: [np.nan, 0.0] for name in model.features}, index=units.index)
        with np.errstate(all="ignore"):
            ways, jobs = incidences(model, X), jobs_forecast(model, X, units)
    except Exception:  # a document made to harm may raise anything, at worst MemoryError
        return False
    chances = np.column_stack([ways.restarted, ways.ended, ways.feasibility_draws, jobs["zero_probability"]])
    sizes = jobs[["low", "point", "high", "mean"]].to_numpy()
    return bool(((chances >= 0) & (chances <= 1)).all() and np.isfinite(sizes).all() and (sizes >= 0).all())
