"""Every act that can remove each barrier, whatever it costs: the choice among them is `engine.recourse.cheapest`."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd

from engine.domain.unit import Barrier
from engine.recourse.acts import by_barrier

COLUMNS = ["unit_id", "barrier", "intervention", "family", "owner", "low_months", "typical_months", "high_months"]


def interventions(findings: pd.DataFrame) -> pd.DataFrame:
    """List the acts that can remove each barrier found.

    Parameters
    ----------
    findings
        Table with ``unit_id`` and ``barrier``, shape (n, any): what ``engine.diagnosis.diagnose`` found, or the rows of
        ``unjudged`` whose barrier is ``unknown`` (the act is then a diagnosis on the spot).

    Returns
    -------
    pandas.DataFrame
        One row per (unit, barrier, act), units and barriers in the order of ``findings``, the shortest act first.
        ``owner`` is who carries it out, ``family`` the service it belongs to; ``low_months``, ``typical_months`` and
        ``high_months`` are how long it takes (months; the table says of each row whether that is assumed). The acts
        of a barrier are alternatives, and nothing is said here of their cost.

    Examples
    --------
    >>> findings = pd.DataFrame({"unit_id": ["a"], "barrier": ["seized_by_bank"]})
    >>> interventions(findings)[["intervention", "owner", "typical_months"]].values.tolist()
    [['return_from_bank', 'bank', 9]]
    """
    pairs = findings[["unit_id", "barrier"]].assign(place=np.arange(len(findings)))
    plan = pairs.merge(_acts(), on="barrier", how="inner").sort_values(["place", "order"], ignore_index=True)
    return plan[COLUMNS]


def barriers_without_act() -> list[Barrier]:
    """Barriers that no act of the reference table removes.

    Examples
    --------
    >>> barriers_without_act()
    []
    """
    return [barrier for barrier in Barrier if barrier.value not in set(_acts()["barrier"])]


@cache
def _acts() -> pd.DataFrame:
    """One row per (barrier, act), quickest first."""
    rows = (
        by_barrier()
        .rename(columns={"months_low": "low_months", "months_typical": "typical_months", "months_high": "high_months"})
        .sort_values(["typical_months", "intervention"], ignore_index=True)
    )
    return rows.assign(order=np.arange(len(rows)))
