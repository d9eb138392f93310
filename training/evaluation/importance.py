"""What a model leans on: by how much its error grows when one feature no longer belongs to its unit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.scoring import hazards
from engine.scoring.artefact import Model
from features.schema import FeatureSchema
from training.statistics.reliability import Z90

Floats = npt.NDArray[np.float64]

REPEATS = 2
"""Times that a column is shuffled; what shuffling leaves to chance is small beside the luck of the outcomes."""


@dataclass(frozen=True, slots=True)
class Judging:
    """A fold of a walk forward: a model of an earlier day, and outcomes that it did not see.

    Parameters
    ----------
    model
        Of kind ``outcomes``.
    matrix
        Shape (n, features).
    label, weight
        Shape (n,): outcome, and for how many it speaks.
    """

    model: Model
    matrix: pd.DataFrame
    label: Floats
    weight: Floats


@dataclass(frozen=True, slots=True)
class Importance:
    """By how much the Brier score grows where these features are shuffled among units.

    Parameters
    ----------
    name
        A feature, or a family of features that were shuffled together.
    loss
        Mean growth of the squared error; at zero or below nothing is lost without it.
    low, high
        90 % interval over the judged outcomes.
    """

    name: str
    loss: float
    low: float
    high: float

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


def importances(
    folds: Sequence[Judging], schema: FeatureSchema, *, random_state: int = 0
) -> tuple[list[Importance], list[Importance]]:
    """Shuffle features in outcomes of later days, one by one and family by family.

    Breiman (2001), "Random forests", for one feature; features that say the same thing twice stand in for each other
    (Strobl et al. 2008, "Conditional variable importance for random forests"), which is why families are shuffled too.

    Parameters
    ----------
    folds
        Models of earlier days with outcomes of later ones: nothing is judged by what it was fitted to.
    schema
        Names the families.
    random_state
        Seed of the shuffles.

    Returns
    -------
    features, families
        Largest loss first. A column that is alike for all rows loses nothing and is left out.
    """
    judged = [fold for fold in folds if len(fold.label)]
    families = dict.fromkeys(spec.family for spec in schema.features)
    alone = [(spec.name, (spec.name,)) for spec in schema.features]
    together = [(family, tuple(spec.name for spec in schema.features if spec.family == family)) for family in families]
    return (
        _ordered(_shuffled(judged, name, columns, random_state) for name, columns in alone),
        _ordered(_shuffled(judged, name, columns, random_state) for name, columns in together),
    )


def _ordered(found: Iterable[Importance | None]) -> list[Importance]:
    return sorted((one for one in found if one is not None), key=lambda one: (-one.loss, one.name))


def _shuffled(folds: Sequence[Judging], name: str, columns: tuple[str, ...], random_state: int) -> Importance | None:
    grown, weights = [], []
    generator = np.random.default_rng(random_state)
    for fold in folds:
        varied = [column for column in columns if _varies(fold.matrix[column].to_numpy())]
        if not varied:
            continue
        before = _errors(fold, fold.matrix)
        after = np.zeros(len(before))
        for _ in range(REPEATS):
            order = generator.permutation(len(fold.matrix))
            # Rows of a family move together, so that what belongs together stays so.
            moved = {column: fold.matrix[column].to_numpy()[order] for column in varied}
            after += _errors(fold, fold.matrix.assign(**moved)) / REPEATS
        grown.append(after - before)
        weights.append(fold.weight)
    if not grown:
        return None
    growth, weight = np.concatenate(grown), np.concatenate(weights)
    loss = float(np.average(growth, weights=weight))
    error = float(np.sqrt((weight**2 * (growth - loss) ** 2).sum()) / weight.sum())
    return Importance(name, loss, loss - Z90 * error, loss + Z90 * error)


def _errors(fold: Judging, matrix: pd.DataFrame) -> Floats:
    said = hazards.point(fold.model, matrix, head="feasibility")
    return np.asarray((said - fold.label) ** 2)


def _varies(values: Floats) -> bool:
    known = values[~np.isnan(values)]
    return len(known) > 0 and (len(known) < len(values) or bool(np.ptp(known) > 0))
