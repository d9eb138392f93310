"""The work of a quarter: which acts of all plans each owner should begin, for the most jobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain.intervention import Owner
from engine.errors import EhyaError, ErrorCode
from engine.recourse.order import waits

Places = npt.NDArray[np.intp]

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
        ``unit_id, owner, intervention, family, start, months, ..., lift, jobs, opens, taken``: acts that begin within
        the quarter, by owner and then the most jobs first. ``jobs`` is the lift of the act times the jobs of its unit:
        what it adds to the expected jobs, if the rest of the plan is done too; missing where a unit has no figure of
        feasibility, and such acts come last. ``opens`` are the jobs of the acts of
        the same unit that are due in the quarter and wait for this one; an owner's acts are ordered by both together.
        ``taken`` are the first of each owner up to its capacity, passing over an act that waits for one of its own unit
        that is due and not taken. Where nobody's act waits for another's, that is the most jobs there are; where one
        does, it is the choice of this order, which another choice may outdo.

    Examples
    --------
    >>> steps = pd.DataFrame({"unit_id": ["a", "b"], "owner": "bank", "intervention": "debt_rescheduling",
    ...     "family": "financial", "start": [0.0, 0.0], "months": 4.0, "cost_rial": 1.0, "cost_gap": "", "effect": 0.5,
    ...     "lift": [0.1, 0.2]})
    >>> found = work(steps, pd.Series({"a": 50.0, "b": 10.0}), Capacity({"bank": 1}))
    >>> found[["unit_id", "jobs", "taken"]].values.tolist()
    [['a', 5.0, True], ['b', 2.0, False]]
    """
    due = steps[steps["start"] < QUARTER_MONTHS].drop(columns="effect").reset_index(drop=True)
    due = due.assign(jobs=due["lift"] * jobs.reindex(due["unit_id"]).fillna(0.0).to_numpy())
    later, sooner = _chains(due)
    opens = np.bincount(sooner, weights=due["jobs"].to_numpy(np.float64)[later], minlength=len(due))
    due = due.assign(opens=opens, worth=due["jobs"] + opens)
    turn = due.sort_values(["owner", "worth", "unit_id", "intervention"], ascending=[True, False, True, True]).index
    taken = pd.Series(_taken(due["owner"].loc[turn], later, sooner, capacity), index=turn)
    return due.loc[turn].assign(taken=taken).drop(columns="worth").reset_index(drop=True)


def _chains(due: pd.DataFrame) -> tuple[Places, Places]:
    """Places of acts that wait for another of the same unit, and of the acts that they wait for."""
    pairs = [(act, other) for act, others in waits().items() for other in others]
    waiting = pd.DataFrame(pairs, columns=["intervention", "first"]).astype("str")
    rows = due[["unit_id", "intervention"]].astype("str").assign(place=np.arange(len(due)))
    asked = rows.merge(waiting, on="intervention")
    met = asked.merge(rows, left_on=["unit_id", "first"], right_on=["unit_id", "intervention"])
    return met["place_x"].to_numpy(np.intp), met["place_y"].to_numpy(np.intp)


def _taken(owners: pd.Series, later: Places, sooner: Places, capacity: Capacity) -> npt.NDArray[np.bool_]:
    """Which acts are taken, in the order of ``owners``, whose index are the places of acts."""
    room = owners.map(capacity.of).to_numpy(np.float64)
    at, free = owners.index.to_numpy(), np.ones(len(owners), dtype=bool)
    while True:
        place = pd.Series(free, index=owners.index).groupby(owners).cumsum().to_numpy()
        taken = free & (place <= room)
        chosen = np.zeros(len(owners), dtype=bool)
        chosen[at] = taken
        blocked = np.zeros(len(owners), dtype=bool)
        blocked[later[chosen[later] & ~chosen[sooner]]] = True
        if not blocked.any():
            return taken
        # Whose place falls free goes to the owner's next; what was passed over does not come back.
        free &= ~blocked[at]
