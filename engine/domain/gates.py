"""Border gates that are open, by any of their names."""

from __future__ import annotations

import difflib

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import compact
from engine.reference.tables import table


def open_gates() -> pd.DataFrame:
    """Gates of the reference table that are open and have a coordinate: rows of ``border_gates``.

    Examples
    --------
    >>> {"bazargan", "sero"} <= set(open_gates()["gate_code"])
    True
    """
    rows = table("border_gates")
    usable = (rows["kind"] == "gate") & (rows["status"] == "open") & rows["latitude"].notna()
    return rows[usable].reset_index(drop=True)


def gate(name: str) -> str:
    """Code of an open border gate by its code or one of its names.

    Raises
    ------
    EhyaError
        ``gate_unknown`` with the gates that are open, and the nearest of them.

    Examples
    --------
    >>> gate("بازرگان"), gate("Sero")
    ('bazargan', 'sero')
    """
    rows = open_gates()
    spelt = {compact(str(row[key])): str(row["gate_code"]) for row in rows.to_dict("records") for key in _NAMES}
    found = spelt.get(compact(name))
    if found is None:
        near = difflib.get_close_matches(compact(name), list(spelt), n=1, cutoff=0.5)
        nearest = [spelt[one] for one in near]
        raise EhyaError(ErrorCode.GATE_UNKNOWN, given=name, nearest=nearest, allowed=sorted(rows["gate_code"]))
    return found


_NAMES = ("gate_code", "name_fa", "name_en")
