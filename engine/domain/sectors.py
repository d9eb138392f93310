"""A sector by its ISIC code, at any level of the tree: section, division, group, class."""

from __future__ import annotations

import difflib
import re
from functools import cache

from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import latin_digits
from engine.reference.tables import table

DEPTHS = 4
"""Levels of ISIC Rev.4: section (letter), division (two digits), group (three), class (four)."""


def sector(code: object) -> str:
    """Bring a stated ISIC code to its canonical spelling.

    Parameters
    ----------
    code
        ``C``, ``10``, ``103``, ``1030``, with or without dots and Persian digits; a number read from a spreadsheet. A
        lost leading zero of a division is put back.

    Raises
    ------
    EhyaError
        ``sector_unknown``, with the nearest codes.

    Examples
    --------
    >>> sector("10.30"), sector("۱۰"), sector("c"), sector(8)
    ('1030', '10', 'C', '08')
    """
    text = re.sub(r"[\s.]+", "", latin_digits(str(code))).upper()
    for candidate in (text, f"0{text}"):
        if candidate in _sections():
            return candidate
    nearest = difflib.get_close_matches(text, list(_sections()), n=3, cutoff=0.5)
    raise EhyaError(ErrorCode.SECTOR_UNKNOWN, given=str(code), nearest=nearest)


def lineage(code: str) -> tuple[str, ...]:
    """Codes from the section down to the code itself.

    A code that the table does not hold keeps its prefixes, and its section where the division is known.

    Examples
    --------
    >>> lineage("1030")
    ('C', '10', '103', '1030')
    >>> lineage("C"), lineage("")
    (('C',), ())
    """
    if not code or code.isalpha():
        return (code,) if code else ()
    return (_sections().get(code[:2], ""), *(code[:length] for length in range(2, len(code) + 1)))


@cache
def _sections() -> dict[str, str]:
    rows = table("isic")
    return dict(zip(rows["code"], rows["section"], strict=True))
