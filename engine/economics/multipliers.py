"""Jobs that follow from jobs: multipliers of a sector, as flagged defaults.

The figures of the United States (jobs per million dollars of final demand, Economic Policy Institute, updated
employment multipliers, appendix table A2) are shrunk towards 1, since supplier jobs there include capital services and
a province leaks. The shrinkage is assumed, and so are the ceilings and the default of other manufacturing.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

RETENTION = 0.25
"""Share of the US effect beyond the direct jobs that stays in the province: assumed."""
CEILING_I, CEILING_II = 2.0, 2.6
"""Highest multiplier of each type: assumed."""
DEFAULT_I, DEFAULT_II = 1.3, 1.6
"""Multipliers of the sectors that the table does not name: assumed."""

US_MULTIPLIERS: dict[str, tuple[float, float]] = {
    # ISIC Rev. 4 code: type I (direct and supplier jobs) / direct, type II (with induced jobs) / direct
    "103": (3.70, 5.14),  # fruit and vegetable preserving
    "105": (6.61, 9.17),  # dairy
    "101": (3.55, 4.81),  # meat
    "1071": (2.70, 3.70),  # bakery
    "11": (4.14, 5.73),  # beverages
    "1072": (3.13, 4.32),  # sugar
    "1073": (3.13, 4.32),  # confectionery
    "13": (2.10, 3.04),  # textiles
    "14": (2.68, 3.91),  # apparel
    "15": (2.68, 3.91),  # leather
    "1621": (2.37, 3.40),  # veneer and panels
    "16": (1.97, 2.83),  # other wood
    "08": (2.38, 3.35),  # quarrying
}


def multipliers(isic: pd.Series) -> pd.DataFrame:
    """Employment multipliers of each unit's sector.

    Parameters
    ----------
    isic
        ISIC Rev. 4 codes as strings, shape (n,); the longest prefix that the table knows decides.

    Returns
    -------
    pandas.DataFrame
        Shape (n, 3): ``type_i`` = (direct + supplier jobs) / direct, ``type_ii`` adds jobs induced by wages, and
        ``assumed`` (bool): whether the default stands in for a sector the table does not name.

    Examples
    --------
    >>> multipliers(pd.Series(["1050", "2599", None])).round(2).values.tolist()
    [[2.0, 2.6, False], [1.3, 1.6, True], [1.3, 1.6, True]]
    """
    numbers, distinct = pd.factorize(isic)
    rows = [_of_sector(str(code)) for code in distinct] + [(DEFAULT_I, DEFAULT_II, True)]
    table = pd.DataFrame(rows, columns=["type_i", "type_ii", "assumed"])
    return table.iloc[np.where(numbers < 0, len(rows) - 1, numbers)].set_axis(isic.index)


def _of_sector(code: str) -> tuple[float, float, bool]:
    prefix = next((code[:length] for length in range(len(code), 1, -1) if code[:length] in US_MULTIPLIERS), None)
    if prefix is None:
        return DEFAULT_I, DEFAULT_II, True
    first, second = US_MULTIPLIERS[prefix]
    return min(CEILING_I, 1 + RETENTION * (first - 1)), min(CEILING_II, 1 + RETENTION * (second - 1)), False
