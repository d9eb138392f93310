"""Describe how the columns of any feature schema enter a line, which ranges they keep, and how far they are trusted."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import skew

from engine.scoring.sections import Block, Span
from features.schema import FeatureKind, FeatureSchema

Floats = npt.NDArray[np.float64]

LEAST_OF_LEVEL = 3
"""Units that a level needs before it gets a column of its own."""

LEVEL_PENALTY = 20.0
"""Units at which the own mean of a level (a sector, a county) gets half the weight (assumed)."""

MARGIN = 0.1
"""Share of a number's own spread by which its range goes beyond the smallest and largest that were learnt from."""

LEVELS, NUMBERS, FLAGS = "levels", "numbers", "flags"
PRECISION = {LEVELS: 10.0, NUMBERS: 4.0, FLAGS: 2.0}
"""Precision of the prior of a slope by what it belongs to, before the data have spoken: effects of a level about .3 on
the scale of the score, of a number about .5 for a standard deviation, of a flag about .7 (assumed)."""


def line_blocks(matrix: pd.DataFrame, schema: FeatureSchema) -> tuple[Block, ...]:
    """Describe how the matrix becomes a design in which a missing value says nothing.

    Parameters
    ----------
    matrix
        Shape (n, features), one row per unit so that long-followed units do not count for more.
    schema
        Kinds of the columns.

    Returns
    -------
    tuple of Block
        As ``engine.scoring.design.design`` takes them. A column that is constant or never known is left out. A number
        that is skewed to the right and not negative is taken in logarithms. No label is looked at.

    Examples
    --------
    >>> from features.schema import FeatureSpec
    >>> spec = FeatureSpec("age", "history", FeatureKind.NUMBER, "years", "age", "not known", ("established_on",))
    >>> [block.plain() for block in line_blocks(pd.DataFrame({"age": [1.0, 2.0, 3.0, None]}), FeatureSchema((spec,)))]
    [{'column': 'age', 'levels': None, 'centre': [2.0], 'scale': 0.816496580927726, 'log': False}]
    """
    described = [_block(matrix[spec.name].astype("float64"), spec.kind) for spec in schema.features]
    return tuple(block for block in described if block is not None)


def group_of(blocks: Sequence[Block], schema: FeatureSchema) -> npt.NDArray[np.str_]:
    """Name of the group of slopes that shares one prior, for each column of the design: levels of a category are one.

    Examples
    --------
    >>> from features.schema import FeatureSpec
    >>> spec = FeatureSpec("place", "location", FeatureKind.CATEGORY, "", "place", "not known", ("county",))
    >>> block = Block(column="place", levels=[0.0, 1.0], centre=[0.5, 0.5], scale=1.0)
    >>> group_of([block], FeatureSchema((spec,))).tolist()
    ['levels:place', 'levels:place']
    """
    kinds = {spec.name: spec.kind for spec in schema.features}
    named = {FeatureKind.NUMBER: NUMBERS, FeatureKind.FLAG: FLAGS}
    names = [
        f"{LEVELS}:{block.column}" if block.levels is not None else named[kinds[block.column]]
        for block in blocks
        for _ in range(block.width)
    ]
    return np.array(names, dtype=np.str_)


def first_precision(groups: npt.NDArray[np.str_]) -> Floats:
    """Precision of each slope's prior before the data have spoken, shape (columns,)."""
    return np.array([PRECISION[name.partition(":")[0]] for name in groups], dtype=np.float64)


def ranges(matrix: pd.DataFrame, schema: FeatureSchema) -> dict[str, Span]:
    """Range of each number that was learnt from, a tenth of its spread wider: beyond it nothing was learnt.

    What was never negative does not become so.

    Examples
    --------
    >>> from features.schema import FeatureSpec
    >>> spec = FeatureSpec("age", "history", FeatureKind.NUMBER, "years", "age", "not known", ("established_on",))
    >>> ranges(pd.DataFrame({"age": [0.0, 10.0, None]}), FeatureSchema((spec,)))
    {'age': (0.0, 11.0)}
    """
    numbers = [spec.name for spec in schema.features if spec.kind is FeatureKind.NUMBER]
    known = {name: matrix[name].dropna().astype("float64") for name in numbers}
    return {
        name: (
            float(max(values.min() - MARGIN * np.ptp(values), min(values.min(), 0.0))),
            float(values.max() + MARGIN * np.ptp(values)),
        )
        for name, values in known.items()
        if len(values)
    }


def nine_digits(values: Floats) -> Floats:
    """Numbers rounded to nine significant digits, as the document of a model holds them; any shape."""
    return np.array([float(f"{x:.9g}") for x in values.ravel()]).reshape(values.shape)


def _block(values: pd.Series, kind: FeatureKind) -> Block | None:
    known = values.dropna()
    if kind is FeatureKind.CATEGORY:
        counts = known.value_counts()
        levels = sorted(counts[counts >= LEAST_OF_LEVEL].index)
        if len(levels) < 2:
            return None
        listed = known[known.isin(levels)]
        centre = [float((listed == level).mean()) for level in levels]
        return Block(column=str(values.name), levels=levels, centre=centre, scale=1.0)
    if known.nunique() < 2:
        return None
    log = kind is FeatureKind.NUMBER and bool(known.min() >= 0) and float(skew(known)) > 1
    ready = pd.Series(np.log1p(known)) if log else known
    scale = float(ready.std(ddof=0)) if kind is FeatureKind.NUMBER else 1.0
    return Block(column=str(values.name), levels=None, centre=[float(ready.mean())], scale=scale, log=log)
