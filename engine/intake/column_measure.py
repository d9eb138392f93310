"""Tell from a heading what its numbers are measured in; what is not understood is refused, never counted as one."""

from __future__ import annotations

import re
from functools import cache

from engine.intake.labels import heading_words
from engine.intake.lexicon import fillers, measures, other_measures
from engine.intake.unit_words import time_words, unit_tokens, written_factor
from engine.parsing.text import fold

_BRACKETED = re.compile(r"[(\[{]([^)\]}]*)[)\]}]?")
_DATED = re.compile(
    r"(?:سال|سال های|year|fy|ماه)?\s*"
    r"(?<!\d)(?:(?:1[34]|19|20)\d\d(?:\s*[-/]\s*\d{1,4})*|\d{2}/\d{1,2}(?:/\d{1,2})?)(?!\d)"
)
_FLOWING = ("m3/h", "L/s")
_LONGEST_UNIT = 6
_UNKNOWN = "unknown"
_STROKE = re.compile(r"\s*[/|:،,]\s*|\s+-\s+")
_RATE = re.compile(r"(?<!\w)(?:در هر|به ازای|هر|per)(?!\w)|(?<!\w)در\s+(?:ماه|سال|روز|هفته|ساعت)(?!\w)")


def header_factor(levels: tuple[str, ...], measure: str) -> float | None:
    """What one written unit of a column is in the field's own unit of measure.

    Parameters
    ----------
    levels
        Group labels and heading, top first.
    measure
        Unit of measure of the field.

    Returns
    -------
    float or None
        1 where the heading names no unit; ``None`` where it names one that is not of this measure, or where words stand
        in a bracket or behind a stroke that may be one.

    Examples
    --------
    >>> header_factor(("متراژ زمین (هکتار)",), "m2"), header_factor(("برق (آمپر)",), "kW")
    (10000.0, None)
    >>> header_factor(("idle_years",), "months"), header_factor(("area_ha",), "m2")
    (12.0, 10000.0)
    >>> header_factor(("زمین (جریب)",), "m2"), header_factor(("زمین/هکتار",), "m2")
    (None, 10000.0)
    """
    for level in reversed(levels):  # idle_years, area_ha; a break of a line parts two words
        said = _said(re.sub(r"[\n\r]+", " / ", level).replace("_", " "), measure, alone=level is not levels[0])
        if said == _UNKNOWN:
            return None
        if said is not None:
            return float(said)
    words = set(fold(" ".join(levels)).replace("_", " ").split())
    if measure == "months" and words & {"سال", "years", "year"}:
        return 12.0
    return 1.0


def _said(level: str, measure: str, *, alone: bool) -> float | str | None:
    """Factor, ``unknown``, or missing where a line of the heading says nothing of units."""
    folded = fold(level)
    if measure in ("share", "revivals", "cases"):
        folded = folded.replace("%", " % ")
    brackets = [_verdict(text.strip(), measure) for text in _BRACKETED.findall(folded)]
    told = [one for one in brackets if one is not None]
    if told:
        return told[0] if len(set(told)) == 1 else _UNKNOWN
    outside = " ".join(_BRACKETED.sub(" ", folded).split())
    words = outside.split()
    for count in range(min(_LONGEST_UNIT, len(words)), 0, -1):
        if count < len(words) or alone or len(words) <= 2:
            factor = written_factor(" ".join(words[-count:]).strip(":,-/ "), measure)
            if factor is not None:
                return factor
    parts = [part.strip() for part in _STROKE.split(outside) if part.strip()]
    behind = [_verdict(part, measure) for part in parts[1:]]
    told = [one for one in behind if one is not None]
    if told:
        return told[0] if len(set(told)) == 1 else _UNKNOWN
    return _standing(words, measure, alone=alone)


def _verdict(text: str, measure: str) -> float | str | None:
    """What words in a bracket or behind a stroke say."""
    if not text or text in fillers("heading"):
        return None
    factor = written_factor(text, measure)
    if factor is not None:
        return factor
    parts = [part for part in re.split(r"\s*[/,،;]\s*| - ", text) if part]
    if len(parts) > 1:  # «(هکتار، طبق سند)»; a volume in a time was read above
        said = [_verdict(part, measure) for part in parts]
        told = [one for one in said if one is not None]
        return None if not told else told[0] if len(set(told)) == 1 else _UNKNOWN
    bare = _DATED.sub(" ", text).strip(" .:-?!*")
    words = re.findall(r"[^\W\d_]+\d?|%", bare)
    if not words and not re.search(r"\d", bare):
        return None
    time = time_words() if measure not in ("months", *_FLOWING) and not _RATE.search(bare) else frozenset()
    harmless = all(word in time or is_harmless(word) for word in words)
    measured = any(word in unit_tokens() and word not in time for word in words) or text in other_measures()
    number = re.search(r"\d", re.sub(r"[^\W\d_]+\d", "", bare))
    return None if harmless and not measured and not number and not _RATE.search(bare) else _UNKNOWN


def _standing(words: list[str], measure: str, *, alone: bool) -> float | str | None:
    """A unit that stands among the words of a heading: «هکتار زمین», "HP of motors"."""
    found: set[float | str] = set()
    for word in (word.strip(":,-/.") for word in words):
        if word in measures(measure) and len(word) > 1:
            found.add(measures(measure)[word])
        elif (word in unit_tokens() or word in other_measures()) and not is_harmless(word):
            found.add(_UNKNOWN)
    if not found:
        return None
    return found.pop() if len(found) == 1 else _UNKNOWN


@cache
def is_harmless(word: str) -> bool:
    """Whether a word belongs to headings and to no unit of measure.

    Examples
    --------
    >>> is_harmless("پروانه"), is_harmless("جریب")
    (True, False)
    """
    return len(word) == 1 or word in fillers("heading") or (word not in unit_tokens() and word in heading_words())
