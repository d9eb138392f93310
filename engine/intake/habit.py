"""One habit a column: where a cell shows what its commas or points mean, those that could mean either do not decide."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from engine.intake.distinct import contains_pattern
from engine.parsing.text import arrow

_Mask = np.ndarray[Any, np.dtype[np.bool_]]

_BEGIN, _END = r"(?:^|[^0-9.,/'])", r"(?:$|[^0-9.,/'])"
_COMMA_ENDS_WHOLE = (
    rf"{_BEGIN}(?:[0-9]+,[0-9]{{1,2}}|0,[0-9]+|[0-9]+,[0-9]{{4,}}|[0-9]{{1,3}}(?:\.[0-9]{{3}})+,[0-9]+){_END}"
)
"""«1,5», «0,426», «1.234,5»: here a comma stands before the fraction."""

_POINT_PARTS_THOUSANDS = rf"{_BEGIN}[1-9][0-9]{{0,2}}(?:(?:\.[0-9]{{3}}){{2,}}|(?:\.[0-9]{{3}})+,[0-9]+){_END}"
"""«1.234.567»: here a point parts thousands."""

_EITHER_COMMA = rf"{_BEGIN}[1-9][0-9]{{0,2}},[0-9]{{3}}{_END}"
_EITHER_POINT = rf"{_BEGIN}[1-9][0-9]{{0,2}}\.[0-9]{{3}}{_END}"


def against_habit(cells: pd.Series, folded: pd.Series) -> _Mask:
    """Cells that can be read in two ways in a column whose other cells write numbers in the rarer of them.

    Parameters
    ----------
    cells
        Distinct cells of a column, object or ``str``, shape (n,).
    folded
        Their folded texts.

    Returns
    -------
    numpy.ndarray
        Boolean, shape (n,): «1,250» beside «1,5», and «1.234» beside «1.234.567» or «1,5».

    Examples
    --------
    >>> cells = pd.Series(["1,5", "1,250", "12,75"], dtype="str")
    >>> against_habit(cells, cells).tolist(), against_habit(cells[1:2], cells[1:2]).tolist()
    ([False, True, False], [False])
    """
    nothing = np.zeros(len(folded), dtype=bool)
    marked = pc.match_substring_regex(arrow(folded), r"[0-9][,.][0-9]")
    if not pc.any(marked).as_py():
        return nothing
    comma, point = (
        contains_pattern(folded, _COMMA_ENDS_WHOLE).any(),
        contains_pattern(folded, _POINT_PARTS_THOUSANDS).any(),
    )
    if not (comma or point):
        return nothing
    either = contains_pattern(folded, _EITHER_POINT)
    if comma:
        either |= contains_pattern(folded, _EITHER_COMMA)
    if cells.dtype == object:  # a number has no habit of writing
        either &= np.array([isinstance(cell, str) for cell in cells], dtype=bool)
    return np.asarray(either, dtype=bool)
