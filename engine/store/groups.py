"""Names of units that were merged: who is in one group, and the name that a group shows under."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd


def members(root_of: Mapping[str, str], unit_id: str) -> list[str]:
    """All units that show as the one that this unit shows as, that one first.

    Examples
    --------
    >>> members({"U2": "U1"}, "U2"), members({"U2": "U1"}, "U9")
    (['U1', 'U2'], ['U9'])
    """
    root = root_of.get(unit_id, unit_id)
    return [root, *sorted(lost for lost, kept in root_of.items() if kept == root)]


def renamed(frame: pd.DataFrame, root_of: Mapping[str, str]) -> pd.DataFrame:
    """The same rows, each under the unit that its unit shows as.

    Examples
    --------
    >>> renamed(pd.DataFrame({"unit_id": ["U2", "U3"]}), {"U2": "U1"})["unit_id"].tolist()
    ['U1', 'U3']
    """
    if not root_of or frame.empty:
        return frame
    named = frame["unit_id"].map(root_of)
    return frame.assign(unit_id=named.where(named.notna(), frame["unit_id"]).astype(frame["unit_id"].dtype))
