"""Whether a model with a learner of a data scientist's could be served: our list of types decides, not the file."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import skops.io

from engine.errors import EhyaError
from engine.scoring.artefact import PACKAGES, TRUSTED, Model, save
from engine.scoring.integrity import load_whole


@dataclass(frozen=True, slots=True)
class Servable:
    """What came of the question.

    Parameters
    ----------
    promotable
        Whether the service would open the model.
    types
        Types that it does not load.
    place
        What else it does not accept of the file; empty where nothing.
    """

    promotable: bool
    types: tuple[str, ...] = ()
    place: str = ""


def servable(model: Model, learner: Any) -> Servable:
    """Write the model aside and open it as the service would.

    Parameters
    ----------
    model
        With the fitted learner among its heads; card and metrics may be missing.
    learner
        The fitted learner itself.

    Examples
    --------
    >>> class Mine:
    ...     pass
    >>> strange(Mine())
    ('training.learners.promotable.Mine',)
    """
    foreign = strange(learner)
    if foreign:
        return Servable(False, foreign)
    document = model.document.changed(card={"trial": True}, metrics={"trial": True}, version="trial")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trial" / "model.ehya"
        try:
            digest = save(path, model.heads, document)
            load_whole(path, digest=digest)
        except EhyaError as error:
            return Servable(False, place=str(error.facts.get("place", error.code.value)))
    return Servable(True)


def strange(learner: Any) -> tuple[str, ...]:
    """Types in a fitted learner that the service does not load, sorted."""
    try:
        found = skops.io.get_untrusted_types(data=skops.io.dumps(learner))
    except Exception:  # what skops cannot even write is of a type that it does not know
        return (f"{type(learner).__module__}.{type(learner).__qualname__}",)
    foreign = {name for name in found if name not in TRUSTED}
    own = f"{type(learner).__module__}.{type(learner).__qualname__}"
    if own.partition(".")[0] not in PACKAGES:
        foreign.add(own)
    return tuple(sorted(foreign))
