"""Jobs that follow from jobs: multipliers of a sector, as published, and as flagged defaults for a province.

The published figures stand in the reference table ``multipliers``. None is Iranian. Those of the United States are
shrunk towards 1, since supplier jobs there include capital services and a province leaks; the shrinkage is assumed, and
so are the ceilings and the default of other manufacturing. Scotland's stand beside them unshrunk, for comparison: a
small country, whose table counts what is bought elsewhere in Britain as a leak already.
"""

from __future__ import annotations

import pandas as pd

from engine.codes import Code
from engine.reference.activities import by_activity
from engine.reference.tables import table

RETENTION = 0.25
"""Share of the US effect beyond the direct jobs that stays in the province: assumed."""
CEILING_I, CEILING_II = 2.0, 2.6
"""Highest multiplier of each type: assumed."""
DEFAULT_I, DEFAULT_II = 1.3, 1.6
"""Multipliers of the sectors that the table does not name: assumed."""

_TYPES = ["employment_type_i", "employment_type_ii"]


class Economy(Code):
    """A place whose multipliers are published."""

    SCOTLAND = "scotland"
    UNITED_STATES = "united_states"


_PLACES = {Economy.SCOTLAND: "Scotland", Economy.UNITED_STATES: "United States"}


def published(isic: pd.Series, economy: Economy = Economy.SCOTLAND) -> pd.DataFrame:
    """Employment multipliers of each unit's sector as another economy publishes them.

    Parameters
    ----------
    isic
        ISIC Rev. 4 codes as strings, shape (n,).
    economy
        Whose table.

    Returns
    -------
    pandas.DataFrame
        Shape (n, 2): ``type_i`` = (direct + supplier jobs) / direct, ``type_ii`` adds jobs induced by wages; missing
        where the table does not name the sector. An activity that several published industries make up gets their mean
        by direct jobs, which needs their sizes (Scotland gives them, the United States' table does not).

    Examples
    --------
    >>> published(pd.Series(["2599", "10", "12"])).round(2).values.tolist()
    [[1.36, 1.64], [1.75, 2.01], [nan, nan]]
    """
    rows = table("multipliers")
    rows = rows[rows["place"] == _PLACES[economy]].reset_index(drop=True)
    jobs = rows["direct_jobs_per_million"] * rows["gross_output_million"]
    return by_activity(isic, rows, _TYPES, jobs).set_axis(["type_i", "type_ii"], axis=1)


def multipliers(isic: pd.Series) -> pd.DataFrame:
    """Employment multipliers of each unit's sector in an Iranian province: shrunk figures, or a flagged default.

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
    given = published(isic, Economy.UNITED_STATES)
    named = given.notna().all(axis=1)
    shrunk = (1 + RETENTION * (given - 1)).clip(upper=[CEILING_I, CEILING_II], axis=1)
    return shrunk.fillna({"type_i": DEFAULT_I, "type_ii": DEFAULT_II}).assign(assumed=~named)
