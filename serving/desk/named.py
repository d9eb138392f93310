"""Units by their ids and names."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import compact

if TYPE_CHECKING:
    from engine.store import Register


def find_unit(units: pd.DataFrame, given: str) -> str:
    """Id of the unit that bears this id, or this name in any spelling.

    Raises
    ------
    EhyaError
        ``unknown_unit`` when there is none, ``several_units`` with their ids when the name is not enough.

    Examples
    --------
    >>> units = pd.DataFrame({"name": ["فولاد كاوه", "نان"]}, index=["U1", "U2"])
    >>> find_unit(units, "U2"), find_unit(units, "فولاد کاوه")
    ('U2', 'U1')
    """
    if given in units.index:
        return given
    names = units["name"].map(compact, na_action="ignore")
    bearing = units.index[(names == compact(given)).fillna(False).astype(bool) & (names != "")]
    if bearing.empty:
        raise EhyaError(ErrorCode.UNKNOWN_UNIT, given=given)
    if len(bearing) > 1:
        raise EhyaError(ErrorCode.SEVERAL_UNITS, given=given, allowed=list(bearing[:10]))
    return str(bearing[0])


def names_of(register: Register, unit_ids: Collection[str]) -> pd.Series:
    """Name of each unit that is known, index ``unit_id``: one that was merged has the other's."""
    shown = register.units.resolved(unit_ids) if unit_ids else {}
    units = register.units.some(set(shown.values()))["name"] if shown else pd.Series(dtype="str")
    return pd.Series({one: units[shows] for one, shows in shown.items() if shows in units.index}, dtype="str")
