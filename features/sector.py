"""What a unit makes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from features.batch import DIVISIONS, Batch, Floats
from features.catalogue import Feature

GROUPS: dict[Feature, frozenset[int]] = {
    Feature.SECTOR_FOOD: frozenset({10, 11, 12}),
    Feature.SECTOR_TEXTILE: frozenset({13, 14, 15}),
    Feature.SECTOR_CHEMICAL: frozenset({19, 20, 21, 22}),
    Feature.SECTOR_MINERAL: frozenset({8, 23}),
    Feature.SECTOR_METAL: frozenset({7, 24, 25}),
    Feature.SECTOR_MACHINERY: frozenset({26, 27, 28, 29, 30, 33}),
}
"""Groups of ISIC divisions; a unit of any other division belongs to none of them."""


def division_level(batch: Batch) -> Floats:
    """Index of the unit's ISIC division among the levels of fit, NaN for one that fit did not meet."""
    levels = np.full(DIVISIONS + 1, np.nan)
    for index, division in enumerate(batch.fitted["levels"][Feature.SECTOR_DIVISION.value]):
        levels[int(division)] = index
    return levels[batch.divisions]


def in_group(divisions: frozenset[int]) -> Callable[[Batch], Floats]:
    """Make the feature that says whether a unit's division is one of these.

    Examples
    --------
    >>> import pandas as pd
    >>> units = pd.DataFrame({"isic": ["10", "2410", None]})
    >>> in_group(GROUPS[Feature.SECTOR_METAL])(Batch(units, {}, pd.Timestamp("2025-01-01"))).tolist()
    [0.0, 1.0, nan]
    """
    flags = np.zeros(DIVISIONS + 1)
    flags[list(divisions)] = 1
    flags[-1] = np.nan

    def column(batch: Batch) -> Floats:
        return flags[batch.divisions]

    return column


COLUMNS: dict[Feature, Callable[[Batch], Floats]] = {
    Feature.SECTOR_DIVISION: division_level,
    **{feature: in_group(divisions) for feature, divisions in GROUPS.items()},
}
