"""What has happened to the units of a frozen package since, and who would best take the place of one that is gone."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import pandas as pd

from engine.codes import Code
from engine.domain.unit import Status
from engine.packages.optimum import Optimum, optimum
from engine.packages.rules import PackageProblem


class Loss(Code):
    """Why a unit of a package cannot be offered any more."""

    NOT_IN_REGISTER = "not_in_register"
    WITHDRAWN = "withdrawn"
    RESTARTED = "restarted"
    LIQUIDATED = "liquidated"
    UNDER_CONSTRUCTION = "under_construction"


_BY_STATUS = {
    Status.OPERATING.value: Loss.RESTARTED,
    Status.LIQUIDATED.value: Loss.LIQUIDATED,
    Status.UNDER_CONSTRUCTION.value: Loss.UNDER_CONSTRUCTION,
}


def losses(unit_ids: Collection[str], units: pd.DataFrame) -> Mapping[str, Loss]:
    """Units of a package that are gone, with the reason.

    Parameters
    ----------
    unit_ids
        Units of the package.
    units
        Unit table as the units stand today, with the column ``withdrawn`` (`engine.domain.standing`).

    Examples
    --------
    >>> rows = {"status": ["idle", "operating"], "withdrawn": [True, False]}
    >>> found = losses(["a", "b", "c"], pd.DataFrame(rows, index=["a", "b"]))
    >>> {unit: loss.value for unit, loss in found.items()}
    {'a': 'withdrawn', 'b': 'restarted', 'c': 'not_in_register'}
    """
    withdrawn = set(units.index[units["withdrawn"]])
    status = units["status"].to_dict()
    found: dict[str, Loss] = {}
    for unit in unit_ids:
        if unit not in status:
            found[unit] = Loss.NOT_IN_REGISTER
        elif unit in withdrawn:
            found[unit] = Loss.WITHDRAWN
        elif (loss := _BY_STATUS.get(str(status[unit]))) is not None:
            found[unit] = loss
    return found


def replacement(
    problem: PackageProblem, chosen: Collection[int], gone: Collection[int], unfit: Collection[int]
) -> Optimum | None:
    """The best package that keeps the units which are still there.

    Parameters
    ----------
    problem
        Worth and rules of the frozen package.
    chosen
        Places of its units.
    gone
        Places of those that are gone.
    unfit
        Places of units outside it that are gone too, and so replace nobody.

    Returns
    -------
    Optimum or None
        ``None`` where no package with the others keeps the terms.

    Examples
    --------
    >>> import numpy as np
    >>> from engine.packages.rules import PackageRule, TermKind
    >>> two = PackageRule("count", TermKind.COUNT, np.arange(4), np.ones(4), low=2.0, high=2.0)
    >>> found = replacement(PackageProblem(np.array([4.0, 3.0, 2.0, 1.0]), (two,)), [0, 1], [0], [2])
    >>> np.flatnonzero(found.chosen).tolist()
    [1, 3]
    """
    return optimum(problem, inside=sorted({*chosen} - {*gone}), outside=sorted({*gone, *unfit}))
