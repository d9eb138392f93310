"""Which units can be predicted at all, and what stands in the way of the others."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.domain.joined import joined_names
from engine.domain.prediction import NotScorable
from engine.domain.unit import Status, idle_months

_NOT_IDLE = [Status.OPERATING.value, Status.LIQUIDATED.value, Status.UNDER_CONSTRUCTION.value]


def not_scorable(units: pd.DataFrame, as_of: pd.Timestamp) -> pd.Series:
    """Why units get no prediction.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    as_of
        Day to which idle time is counted.

    Returns
    -------
    pandas.Series
        Codes of ``NotScorable`` joined by ``;``, empty where nothing is in the way. ``no_jobs_now`` withholds jobs.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["10"], "county": ["Khoy"], "status": ["idle"]}))
    >>> not_scorable(units, pd.Timestamp("2026-01-01")).tolist()
    ['no_idle_time']
    """
    status = units["status"]
    unknown = status.isna() | (status == Status.UNKNOWN.value)
    masks = {
        NotScorable.NO_SECTOR: units["isic"].isna(),
        NotScorable.NO_PLACE: units["county"].isna(),
        NotScorable.NO_STATUS: unknown,
        NotScorable.NO_IDLE_TIME: idle_months(units, as_of).isna(),
        NotScorable.NOT_IDLE: status.isin(_NOT_IDLE),
        NotScorable.NO_JOBS_NOW: (status == Status.SEMI_ACTIVE.value) & units["jobs_now"].isna(),
    }
    marks = np.column_stack([mask.fillna(False).to_numpy(dtype=bool) for mask in masks.values()])
    return joined_names(marks, [code.value for code in masks], units.index)


def scorable(reasons: pd.Series) -> pd.Series:
    """Whether none of the reasons forbids a prediction; ``no_jobs_now`` does not.

    Examples
    --------
    >>> scorable(pd.Series(["", "no_jobs_now", "no_place;no_jobs_now"])).tolist()
    [True, True, False]
    """
    return reasons.isin(["", NotScorable.NO_JOBS_NOW.value])
