"""What a unit has: machinery, land and buildings."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from engine.domain.unit import Field
from engine.parsing.capacity import tonnes_a_year
from features.arithmetic import log10_1p, log_of, ratio, stated
from features.batch import Batch, Floats
from features.catalogue import Feature


def machinery_age(batch: Batch) -> Floats:
    """Years since the machinery was made, by calendar years."""
    age = batch.as_of.year - batch.number(Field.MACHINERY_YEAR.value)
    return np.where(age >= 0, age, np.nan)


def building_to_land(batch: Batch) -> Floats:
    """m2 of buildings for each m2 of land."""
    return ratio(batch.number(Field.BUILDING_M2.value), batch.number(Field.LAND_M2.value))


def capacity_tonnes(batch: Batch) -> Floats:
    """``log10(1 + tonnes a year)`` of nominal capacity; NaN where it is not told in tonnes."""
    codes, texts = batch.codes(Field.CAPACITY_TEXT.value)
    return np.append(log10_1p(tonnes_a_year(pd.Series(texts, dtype="str"))), np.nan)[codes]


COLUMNS: dict[Feature, Callable[[Batch], Floats]] = {
    Feature.MACHINERY_AGE_YEARS: machinery_age,
    Feature.CAPACITY_USED_SHARE: stated(Field.CAPACITY_SHARE),
    Feature.LAND_LOG: log_of(Field.LAND_M2),
    Feature.BUILDING_LOG: log_of(Field.BUILDING_M2),
    Feature.BUILDING_TO_LAND: building_to_land,
    Feature.CAPACITY_TONNES_LOG: capacity_tonnes,
}
