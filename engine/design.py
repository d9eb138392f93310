"""From the model matrix to a design in which a missing value says nothing: levels and numbers about their own mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


def design(matrix: pd.DataFrame, blocks: Sequence[Mapping[str, Any]]) -> Floats:
    """Spread a model matrix into the columns a linear head reads.

    Parameters
    ----------
    matrix
        Shape (n, features), float64; missing values are NaN.
    blocks
        One mapping per feature used: ``column``; ``levels`` (list of codes, or ``None`` for a number); ``centre`` (one
        mean per level, or one for the number); ``scale``; ``log`` (numbers only: taken as log(1 + value)).

    Returns
    -------
    numpy.ndarray
        Shape (n, columns). A level becomes ``1 - share of the level`` or ``- share``, a number its distance from the
        mean in units of ``scale``. A missing value and a level never seen become zeros, hence contribute nothing.

    Examples
    --------
    >>> blocks = [{"column": "idle", "levels": None, "centre": [2.0], "scale": 2.0, "log": False}]
    >>> design(pd.DataFrame({"idle": [4.0, None]}), blocks).tolist()
    [[1.0], [0.0]]
    """
    if not blocks:
        return np.empty((len(matrix), 0))
    return np.hstack([_block(matrix[block["column"]].to_numpy(np.float64), block) for block in blocks])


def _block(values: Floats, block: Mapping[str, Any]) -> Floats:
    centre = np.asarray(block["centre"], dtype=np.float64)
    if block["levels"] is None:
        number = np.log1p(values) if block["log"] else values
        spread = (number[:, None] - centre) / float(block["scale"])
        return np.where(np.isnan(values)[:, None], 0.0, spread)
    levels = np.asarray(block["levels"], dtype=np.float64)
    hit = values[:, None] == levels
    return np.where(hit.any(axis=1)[:, None], (hit - centre) / float(block["scale"]), 0.0)
