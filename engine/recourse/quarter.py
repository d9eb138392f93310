"""The work of a quarter: which acts of all plans each owner should begin, for the most jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from engine.domain.intervention import Owner
from engine.errors import EhyaError, ErrorCode

QUARTER_MONTHS = 3


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many acts each owner can begin in the quarter.

    Parameters
    ----------
    acts
        Owner -> acts; an owner that is not named has no limit.

    Examples
    --------
    >>> Capacity({"bank": 10}).of("bank"), Capacity().of("bank")
    (10.0, inf)
    """

    acts: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an owner that there is not, and a capacity below nil.

        Raises
        ------
        EhyaError
            ``unknown_option``, ``value_unreadable``.
        """
        for owner, count in self.acts.items():
            if owner not in set(Owner):
                allowed = [one.value for one in Owner]
                raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="--capacity", given=owner, allowed=allowed)
            if count < 0:
                raise EhyaError(ErrorCode.VALUE_UNREADABLE, option="--capacity", given=count, allowed=["0..."])

    def of(self, owner: str) -> float:
        """How many acts an owner can begin."""
        return float(self.acts.get(owner, np.inf))


def work(steps: pd.DataFrame, jobs: pd.Series, capacity: Capacity) -> pd.DataFrame:
    """Order what can begin in the quarter by the jobs it adds.

    Parameters
    ----------
    steps
        Of plans (`engine.recourse.cheapest.Plans`).
    jobs
        Jobs of each unit if it is revived, index ``unit_id``, persons; NaN counts as nil.
    capacity
        How many acts each owner can begin.

    Returns
    -------
    pandas.DataFrame
        ``unit_id, owner, intervention, family, start, months, cost_rial, cost_gap, lift, jobs, taken``: acts that begin
        within the quarter, by owner and then the most jobs first. ``jobs`` is the lift of the act times the jobs of its
        unit: what it adds to the expected jobs, if the rest of the plan is done too. ``taken`` are the first of each
        owner up to its capacity, which is the most jobs there are, since acts of different owners do not compete.

    Examples
    --------
    >>> steps = pd.DataFrame({"unit_id": ["a", "b"], "owner": "bank", "intervention": "debt_rescheduling",
    ...     "family": "financial", "start": [0.0, 0.0], "months": 4.0, "cost_rial": 1.0, "cost_gap": "", "effect": 0.5,
    ...     "lift": [0.1, 0.2]})
    >>> found = work(steps, pd.Series({"a": 50.0, "b": 10.0}), Capacity({"bank": 1}))
    >>> found[["unit_id", "jobs", "taken"]].values.tolist()
    [['a', 5.0, True], ['b', 2.0, False]]
    """
    due = steps[steps["start"] < QUARTER_MONTHS].drop(columns="effect")
    due = due.assign(jobs=due["lift"] * jobs.reindex(due["unit_id"]).fillna(0.0).to_numpy())
    due = due.sort_values(["owner", "jobs", "unit_id", "intervention"], ascending=[True, False, True, True])
    due = due.reset_index(drop=True)
    place = due.groupby("owner").cumcount()
    return due.assign(taken=(place < due["owner"].map(capacity.of)).astype(bool))
