"""Recognise lines of activity by ISIC Rev. 4 code or by words."""

from __future__ import annotations

import difflib
import re
from functools import cache

from engine.parsing.rejection import NoteCode, Refusal, RejectionCode, Remarked
from engine.parsing.text import compact, fold
from engine.reference.tables import table

_CODE = r"[a-u]?\d{2,4}"
_WORDED = re.compile(
    rf"(?P<before>{_CODE})\s*[-:(/]?\s*[^\W\d_]{{2}}[^\d]*|[^\d]*[^\W\d_]{{2}}\s*[-:(/]\s*(?P<behind>{_CODE})\s*\)?"
)
"""A code with its words: «10 - صنایع غذایی», «صنایع غذایی (10)»."""


def read_isic(cell: object) -> str | Remarked | Refusal:
    """Read an ISIC code of two to four digits, with or without its section letter; words are looked up as a sector.

    Examples
    --------
    >>> read_isic("C25"), read_isic("10.30"), read_isic(1.0), read_isic("99999").code.value
    ('25', '1030', '01', 'unknown_isic')
    """
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else fold(str(cell))
    worded = _WORDED.fullmatch(text.strip())
    text = (worded["before"] or worded["behind"]) if worded else re.sub(r"^(\d+)\.0$", r"\1", text)
    found = re.fullmatch(r"(?:isic\s*)?([a-u])?[\s-]*(\d{1,2})[.\-]?(\d{0,2})[.\-]?(\d{0,4})", text.strip())
    if not found:
        sector = read_sector(text) if re.search(r"[^\W\d]", text) and not re.search(r"\d", text) else None
        return Remarked(sector, NoteCode.SECTOR_FROM_WORDS, {"taken": sector}) if sector else _refused(text)
    section, digits = found[1], "".join(found.groups("")[1:])
    for code in (digits, f"0{digits}"):
        if code in _isic() and section in (None, _isic()[code].casefold()):
            return code
    return _refused(digits)


def read_sector(text: str) -> str | None:
    """ISIC code of a line of activity in words; ``None`` where the words are not known or point to two divisions.

    Examples
    --------
    >>> read_sector("کارخانه آرد و نان"), read_sector("چیز دیگر")
    ('10', None)
    """
    folded = re.sub(r"[()\[\]]", " ", fold(text))
    whole = _words().get(compact(folded))
    if whole:
        return whole
    words = re.findall(r"\w+", folded)
    for size in range(min(4, len(words)), 0, -1):
        spans = ("".join(words[start : start + size]) for start in range(len(words) - size + 1))
        hits = {_words()[span] for span in spans if span in _words()}
        if hits:
            return hits.pop() if len(hits) == 1 else None
    return None


def is_isic(code: str) -> bool:
    """Whether a code stands in ISIC Rev. 4.

    Examples
    --------
    >>> is_isic("239"), is_isic("2694")
    (True, False)
    """
    return code in _isic()


def _refused(given: str) -> Refusal:
    return Refusal(
        RejectionCode.UNKNOWN_ISIC, {"nearest": difflib.get_close_matches(given, _numeric(), n=3, cutoff=0.5)}
    )


@cache
def _isic() -> dict[str, str]:
    rows = table("isic")
    rows = rows[rows["level"] != "section"]
    return dict(zip(rows["code"], rows["section"], strict=True))


@cache
def _numeric() -> list[str]:
    return list(_isic())


@cache
def _words() -> dict[str, str]:
    rows = table("sector_words")
    return dict(zip((compact(word) for word in rows["word"]), rows["isic"], strict=True))
