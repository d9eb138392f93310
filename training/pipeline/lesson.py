"""What a register teaches on a day: its table of landmarks, with a datasheet of where it comes from."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engine.domain.unit import Origin
from engine.errors import EhyaError, ErrorCode
from engine.store import Register
from features.schema import FeatureKind
from training.cohort.landmarks import LEAST_RESTARTS
from training.dataset.learnable import Learnable
from training.dataset.ripe import ripe
from training.dataset.table import Landmarks
from training.evaluation.judged_table import LEAST_OUTCOMES
from training.pipeline.grounding import learnable

LIMITS = (
    "a unit stands on every quarter on which it was idle: split by unit and by date, never by row",
    "outcomes are known of units that somebody visited; weights correct for recorded fields, not for hidden causes",
    "features of a row know what was known on its date; a cell that is not known is empty, never zero",
    "stated capital is not among the features (decision 0010)",
)


def data(
    register: Register, *, as_of: pd.Timestamp | str, origin: str = Origin.REGISTER.value, random_state: int = 0
) -> Landmarks:
    """Read what a register teaches: ``data = training.data(register, as_of="2026-11-23")``.

    Parameters
    ----------
    register
        Read only, as it stood at the end of ``as_of``.
    as_of
        The last day whose facts may be seen.
    origin
        Whose outcomes: ``register`` or, only when somebody says so, ``synthetic``.
    random_state
        Seed of the weights.

    Returns
    -------
    Landmarks
        ``X, y, weights, groups, dates`` and the ``datasheet``.

    Raises
    ------
    EhyaError
        ``too_few_outcomes`` when no unit has a ripe outcome; ``unknown_option`` for an origin that there is none of.
    """
    day = pd.Timestamp(as_of).as_unit("s")
    found = learnable(register, as_of=day, origin=origin, random_state=random_state)
    if found is None:
        raise EhyaError(ErrorCode.TOO_FEW_OUTCOMES, given=origin, allowed=LEAST_RESTARTS)
    table = ripe(found.described, found.events, as_of=day, unit_weights=found.weights)
    if not len(table):
        raise EhyaError(ErrorCode.TOO_FEW_OUTCOMES, given=origin, allowed=LEAST_OUTCOMES)
    table.datasheet.update(_datasheet(found, origin))
    return table


def _datasheet(found: Learnable, origin: str) -> dict[str, Any]:
    """What the datasheet says beyond the table itself."""
    schema, levels = found.described.schema, found.described.fitted.get("levels", {})
    features = [
        {
            "name": spec.name,
            "family": spec.family,
            "kind": spec.kind.value,
            "measure": spec.measure,
            "meaning": spec.meaning,
            "missing": spec.missing,
            "expected_sign": spec.sign,
            "fields": list(spec.sources),
        }
        for spec in schema.features
    ]
    categories = {spec.name for spec in schema.features if spec.kind is FeatureKind.CATEGORY}
    return {
        "origin": origin,
        "synthetic": origin == Origin.SYNTHETIC.value,
        "events": len(found.events),
        "approach": found.approached,
        "left_out": {name: int(count) for name, count in found.seen.left_out.items()},
        "limits": list(LIMITS),
        "schema_digest": schema.digest,
        "features": features,
        "levels": {name: list(values) for name, values in levels.items() if name in categories},
    }
