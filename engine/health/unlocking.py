"""What it would take to score the units that cannot be scored."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pandas as pd

from engine.domain.prediction import NotScorable
from engine.domain.unit import Field

NEEDED: dict[NotScorable, Field] = {
    NotScorable.NO_SECTOR: Field.ISIC,
    NotScorable.NO_PLACE: Field.COUNTY,
    NotScorable.NO_STATUS: Field.STATUS,
    NotScorable.NO_IDLE_TIME: Field.IDLE_MONTHS,
}
"""The field whose want is each reason; of idle time, the date of the stop does as well."""


def lacking(units: pd.DataFrame, reasons: pd.Series) -> npt.NDArray[np.int64]:
    """What each unit lacks to be scored, as bits in the order of ``NEEDED``.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    reasons
        What `engine.domain.scorable.not_scorable` says of them, shape (n,).

    Returns
    -------
    numpy.ndarray
        int64, shape (n,). 0: nothing; -1: filling empty fields would not help, because the unit is not idle, or
        because its idle time is stated but cannot be true on that day.

    Examples
    --------
    >>> from engine.domain.scorable import not_scorable
    >>> from engine.domain.unit import unit_table
    >>> rows = {"unit_id": ["a", "b"], "isic": ["10", None], "county": ["Khoy"] * 2, "status": ["idle", "operating"]}
    >>> units = unit_table(pd.DataFrame(rows))
    >>> lacking(units, not_scorable(units, pd.Timestamp("2026-01-01"))).tolist()
    [8, -1]
    """
    pattern, said = pd.factorize(reasons)
    codes = [set(one.split(";")) for one in said]
    bits = np.array([sum(1 << at for at, code in enumerate(NEEDED) if code in one) for one in codes], dtype=np.int64)
    hopeless = np.array([NotScorable.NOT_IDLE in one for one in codes], dtype=bool)
    stated = (units[Field.IDLE_MONTHS.value].notna() | units[Field.STOPPED_ON.value].notna()).to_numpy(dtype=bool)
    idle_bit = 1 << list(NEEDED).index(NotScorable.NO_IDLE_TIME)
    found = bits[pattern]
    blocked = hopeless[pattern] | (stated & (found & idle_bit > 0))
    return np.where(blocked, -1, found)


def unlocks(lacks: npt.NDArray[np.int64]) -> pd.DataFrame:
    """How many units would become scorable if only one field, or only two, were filled.

    Parameters
    ----------
    lacks
        From :func:`lacking`, shape (n,).

    Returns
    -------
    pandas.DataFrame
        One line a field and a pair, the most units first: ``fields`` (``Field``, joined by ``;``), ``count`` (1 or 2
        fields), ``units`` (units that would become scorable; of a pair also those that lack only one of both),
        ``alone`` (units that lack exactly these). A unit whose status is filled is taken to stand idle.

    Examples
    --------
    >>> unlocks(np.array([0, 1, 3, 3, -1])).head(3).values.tolist()
    [['isic;county', 2, 3, 2], ['isic', 1, 1, 1], ['isic;status', 2, 1, 0]]
    """
    size = 1 << len(NEEDED)
    exact = np.bincount(lacks[lacks > 0], minlength=size)
    masks = np.arange(1, size)
    rows = []
    for count in (1, 2):
        for chosen in combinations(range(len(NEEDED)), count):
            bits = sum(1 << at for at in chosen)
            inside = masks[(masks & ~bits) == 0]
            names = ";".join(list(NEEDED.values())[at].value for at in chosen)
            rows.append((names, count, int(exact[inside].sum()), int(exact[bits])))
    table = pd.DataFrame(rows, columns=["fields", "count", "units", "alone"])
    return table.sort_values(["units", "count"], ascending=[False, True], kind="stable", ignore_index=True)


def unlocked_alone(lacks: npt.NDArray[np.int64]) -> dict[Field, npt.NDArray[np.bool_]]:
    """Per field, the units that would become scorable if only it were filled; shape (n,) each."""
    return {field: lacks == 1 << at for at, field in enumerate(NEEDED.values())}
