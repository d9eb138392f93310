"""What a place has of what an investor wants to change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.domain.places import Locality
from engine.domain.unit import unit_table
from engine.economics.jobs import labour_market


def unemployment_column(places: Sequence[Locality]) -> NDArray[np.float32]:
    """Unemployment of each county, or of its province, against twice the country's, 0..1; 0 where it is not known.

    Examples
    --------
    >>> [round(float(one), 2) for one in unemployment_column([Locality("West Azerbaijan", "Bukan"), Locality("")])]
    [0.51, 0.0]
    """
    names = {"unit_id": range(len(places)), "province": [one.province or None for one in places],
             "county": [one.county or None for one in places]}  # fmt: skip
    around = labour_market(unit_table(pd.DataFrame(names)))
    return np.nan_to_num(around.unemployment / (2 * around.of_country), nan=0.0).clip(0, 1).astype(np.float32)
