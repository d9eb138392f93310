"""What a cell of a reference table can break."""

from __future__ import annotations

from engine.codes import Code


class TableRule(Code):
    """A rule of a reference table."""

    DTYPE = "dtype"
    REQUIRED = "required"
    KEY = "key"
    RANGE = "range"
    WORDS = "words"
    PATTERN = "pattern"
    REFERS = "refers"
    PLACE = "place"
    PARTS = "parts"
    RISING = "rising"
    GAP = "gap"
    DATED = "dated"
    SPELLING = "spelling"
    SIGN = "sign"
    SPREAD = "spread"
    POINT = "point"
    ROW = "row"
