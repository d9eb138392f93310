"""Units of measure in words: how many of a field's own unit one written unit is."""

from __future__ import annotations

import re
from functools import cache

from engine.intake.lexicon import measure_table, measures, other_measures
from engine.parsing.numerals import leading_scale

HOURS_A_DAY = 24.0
HOURS_A_YEAR = 365 * HOURS_A_DAY
"""A year has 365 days and a month is a twelfth of it, so that 31,536 m3 a year are one litre a second."""

_HOURS = {
    "second": 1 / 3600, "minute": 1 / 60, "hour": 1.0, "day": HOURS_A_DAY, "week": 7 * HOURS_A_DAY,
    "month": HOURS_A_YEAR / 12, "quarter": HOURS_A_YEAR / 4, "year": HOURS_A_YEAR,
}  # fmt: skip
_FLOWS = {"m3/h": 1.0, "L/s": 1000 / 3600}
"""Measures that are a volume in a time, and how many of them one cubic metre an hour is."""

_LEADS = re.compile(r"^(?:به|بر ?حسب|واحد|unit|measured in|expressed in|in|of)\s*:?\s+")
_PER = re.compile(r"\s*(?:/|(?<!\w)(?:در هر|به ازای هر|به ازای|در|بر|هر|per|a|an|each)(?!\w))\s*")
_NOISE = re.compile(r"[.\u200c]+(?=\s|$)|^[\s:\-,]+|[\s:\-,]+$")


def written_factor(text: str, measure: str) -> float | None:
    """How many of a field's own unit of measure one unit is that stands in words.

    Parameters
    ----------
    text
        Folded: ``هزار متر مربع``, ``m3/month``, ``hp``.
    measure
        Unit of measure of the field.

    Returns
    -------
    float or None
        ``None`` where the words are no unit of this measure.

    Examples
    --------
    >>> written_factor("acres", "m2"), written_factor("هزار متر مربع", "m2"), written_factor("هفته", "months")
    (4046.8564224, 1000.0, 0.23076923076923078)
    >>> round(written_factor("متر مکعب در سال", "L/s") * 31536, 9), written_factor("جریب", "m2")
    (1.0, None)
    """
    known = _once(text, measure)
    if known is not None:
        return known
    text = _NOISE.sub("", _LEADS.sub("", text.strip())).strip()
    known = _once(text, measure)
    if known is not None:
        return known
    if (scaled := leading_scale(text)) is not None:
        scale, rest = scaled
        one = written_factor(rest, measure) if rest and rest != text else None
        return None if one is None else scale * one
    return _flow(text, measure)


def names_unit(text: str) -> bool:
    """Whether a folded text is a unit of some measure, known here or not one of ours.

    Examples
    --------
    >>> names_unit("هکتار"), names_unit("جریب"), names_unit("ارومیه")
    (True, True, False)
    """
    text = text.strip("() .")
    return text in other_measures() or any(written_factor(text, measure) is not None for measure in _measures())


@cache
def unit_tokens() -> frozenset[str]:
    """Single words, of two letters or more, that are units of measure other than of time.

    Examples
    --------
    >>> "هکتار" in unit_tokens(), "آمپر".replace("آ", "ا") in unit_tokens(), "سال" in unit_tokens()
    (True, True, False)
    """
    tables = [measures(measure) for measure in _measures() if measure != "months"]
    words = {word for table in tables for word in table} | set(other_measures()) | set(measure_table("volume"))
    return frozenset(word for word in words if len(word) > 1 and " " not in word and not word.isdigit()) - time_words()


@cache
def time_words() -> frozenset[str]:
    """Words for spans of time.

    Examples
    --------
    >>> "سال" in time_words()
    True
    """
    return frozenset(measure_table("period"))


def _once(text: str, measure: str) -> float | None:
    table = measures(measure)
    if text in table:
        return table[text]
    return table.get(text.replace(".", "").replace("^", "").strip())


def _flow(text: str, measure: str) -> float | None:
    """A volume in a time: «متر مکعب در ماه», ``L/min``."""
    if measure not in _FLOWS:
        return None
    parts = [part for part in _PER.split(text) if part]
    if len(parts) != 2:
        words = text.rsplit(" ", 1)  # «متر مکعب ساعت»
        parts = words if len(words) == 2 else []
    if len(parts) != 2:
        return None
    scale, volume = leading_scale(parts[0]) or (1, parts[0])
    cubic_metres, period = (
        measure_table("volume").get(volume.strip(" .")),
        measure_table("period").get(parts[1].strip(" .")),
    )
    if cubic_metres is None or period is None:
        return None
    return scale * float(cubic_metres) / _HOURS[str(period)] * _FLOWS[measure]


@cache
def _measures() -> tuple[str, ...]:
    return ("m2", "kW", "m3/h", "L/s", "persons", "months", "share", "revivals", "cases")
