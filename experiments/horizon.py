"""A model of "within the horizon or not", for outcomes without times, behind the runtime of the hazards."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.scoring.artefact import Model
from engine.scoring.design import clipped, design
from engine.scoring.document import HazardsDocument
from engine.scoring.hazards import DRAWS
from engine.scoring.sections import Hazards
from features.schema import FeatureSchema
from training.models.hazard import fit_head
from training.models.hazard_spec import HazardLevel, HazardRecipe, Observed
from training.priors.prior_effects import Slopes
from training.statistics.design_blocks import line_blocks, ranges

Floats = npt.NDArray[np.float64]


def fit_horizon(
    matrix: pd.DataFrame,
    label: Floats,
    schema: FeatureSchema,
    *,
    level: HazardLevel | None = None,
    recipe: HazardRecipe = HazardRecipe(),  # noqa: B008 - frozen
    unit: npt.NDArray[np.intp] | None = None,
    weights: Floats | None = None,
    believed: Slopes | None = None,
    random_state: int = 0,
    draws: int = DRAWS,
) -> Model:
    """Fit P(event within the horizon) to events without times: of each row only whether it came is known.

    Parameters
    ----------
    matrix
        Shape (n, features), columns of ``schema``.
    label
        Shape (n,), 0 or 1.
    schema
        Kinds and expected directions of the columns: any, not only Ehya's own.
    level
        Prior of the level, one period; ``None`` for next to none.
    recipe
        How: learner, link and precisions.
    unit
        Shape (n,), number of each row's unit; a unit a row when ``None``.
    weights
        Shape (n,); ones when ``None``.
    believed
        Prior effects on the features; slopes are pulled towards zero where ``None``.
    random_state
        Seed.
    draws
        Bootstrap worlds.

    Returns
    -------
    Model
        One head, ``restart``, of one period, with no competing end: ``engine.scoring.hazards.point(model, matrix,
        head="restart")`` is the probability, ``engine.scoring.hazards.feasibility`` has its draws as well.

    Raises
    ------
    EhyaError
        ``schema_mismatch`` when the columns are not those of the schema, ``too_few_rows`` without any row,
        ``outcome_out_of_range`` for a label other than 0 and 1.

    Examples
    --------
    >>> from engine.scoring import hazards
    >>> from features.schema import FeatureKind, FeatureSpec
    >>> schema = FeatureSchema((FeatureSpec("size", "any", FeatureKind.NUMBER, "", "", "", ()),))
    >>> X = pd.DataFrame({"size": np.arange(100.0)})
    >>> model = fit_horizon(X, (X["size"] > 49.5).to_numpy(float), schema, draws=5)
    >>> hazards.point(model, X.iloc[[0, 99]], head="restart").round(1).tolist()
    [0.0, 1.0]
    """
    if tuple(matrix.columns) != schema.names:
        raise EhyaError(ErrorCode.SCHEMA_MISMATCH, given=list(matrix.columns), allowed=list(schema.names))
    if not len(matrix):
        raise EhyaError(ErrorCode.TOO_FEW_ROWS, given=0, allowed=1)
    if not np.isin(label, (0, 1)).all():
        wrong = float(label[~np.isin(label, (0, 1))][0])
        raise EhyaError(ErrorCode.OUTCOME_OUT_OF_RANGE, field="label", given=wrong, allowed=[0, 1])
    limits = ranges(matrix, schema)
    held, _ = clipped(matrix, limits)
    blocks = line_blocks(held, schema)
    event = (np.asarray(label) == 1)[:, None]
    observed = Observed(
        held,
        design(held, blocks),
        np.ones_like(event),
        event,
        np.ones(len(matrix)) if weights is None else weights,
        np.arange(len(matrix)) if unit is None else unit,
    )
    signs: Mapping[str, int] = dict(zip(schema.names, schema.signs, strict=True))
    head = fit_head(
        observed,
        level,
        blocks,
        schema,
        recipe=recipe,
        random_state=random_state,
        signs=signs,
        believed=believed,
        draws=draws,
    )
    document = HazardsDocument(
        features=schema.names,
        feature_schema=schema.to_json(),
        ranges=limits,
        design=blocks,
        hazards=Hazards(restart=head.part),
        prior_driven=head.own_share < 0.5,
    )
    return Model({f"restart{suffix}": each for suffix, each in head.estimators.items()}, document)
