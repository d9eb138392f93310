"""Read quantities: a number, maybe approximate, maybe with its unit of measure."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine.intake.lexicon import measures, none_owned, other_measures
from engine.parsing.numerals import (
    APPROXIMATE_WORDS,
    DOTTED_THREE,
    NUMERAL,
    SCALES,
    is_bound,
    is_range,
    is_scientific,
    read_numeral,
    words_as_digits,
)
from engine.parsing.rejection import NoteCode, Refusal, RejectionCode, Remarked
from engine.parsing.text import arrow, fold

LONGEST = 100
"""A longer text is no quantity and no amount of money; looking for one in it would take its square in time."""

_Numbers = TypeVar("_Numbers", float, pd.Series)
_QUANTITY = re.compile(
    rf"(?P<before>(?:[^\W\d_]+\d?(?= )|[^\d+(-])*?)\s*(?<![^\W\d_])(?P<number>[-+(]?\s*{NUMERAL}\)?-?)\s*(?P<after>.*)"
)
_PLAIN = r"^\d{1,15}(?:\.\d{1,9})?$"
_GROUPED = r"^\d{1,3}(?:,\d{3})+(?:\.\d+)?$"
_BRACKETED = re.compile(r"[(\[]([^)\]]*)[)\]]")
_APPROXIMATE_TAIL = re.compile(r"\s*\((?:تقریبی|حدودی|حدودا|تقریبا|approx\.?|about)\)$")


def header_factor(levels: tuple[str, ...], measure: str) -> float | None:
    """What one written unit of a column is in the field's own unit of measure.

    Returns
    -------
    float or None
        1 where the heading names no unit; ``None`` where it names one that is not of this measure.

    Examples
    --------
    >>> header_factor(("متراژ زمین (هکتار)",), "m2"), header_factor(("برق (آمپر)",), "kW")
    (10000.0, None)
    >>> header_factor(("idle_years",), "months"), header_factor(("area_ha",), "m2")
    (12.0, 10000.0)
    """
    known = measures(measure)
    levels = tuple(level.replace("_", " ") for level in levels)  # idle_years, area_ha
    if measure == "months" and {"سال", "years", "year"} & set(fold(" ".join(levels)).split()):
        return 12.0
    for level in reversed(levels):
        folded = fold(level)
        brackets = [text.strip() for text in _BRACKETED.findall(folded)]
        for text in [*brackets, folded.strip("() "), *_tails(folded)]:
            if text in known:
                return known[text]
        if any(text in other_measures() for text in brackets):
            return None
    return 1.0


def read_quantity(cell: object, measure: str, factor: float | None) -> float | Remarked | Refusal:
    """Read one quantity into the field's own unit of measure; a unit in the cell overrides the column's.

    Examples
    --------
    >>> read_quantity("۳٫۲ هکتار", "m2", 1.0), read_quantity("۱۲ نفر", "persons", 1.0)
    (32000.0, 12.0)
    >>> read_quantity("نسبتاً بزرگ", "m2", 1.0).code.value
    'not_a_number'
    """
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if not math.isfinite(cell):
            return Refusal(RejectionCode.NOT_A_NUMBER)
        return Refusal(RejectionCode.UNKNOWN_MEASURE) if factor is None else scaled_by(float(cell), factor)
    text = fold(str(cell))
    if len(text) > LONGEST:
        return Refusal(RejectionCode.NOT_A_NUMBER)
    if text in none_owned():
        return 0.0
    text, bracketed = _APPROXIMATE_TAIL.subn("", text)
    text = words_as_digits(text)
    if is_range(text) or is_bound(text):
        return Refusal(RejectionCode.RANGE_OF_NUMBERS)
    if is_scientific(text):
        read = read_quantity(float(text), measure, factor)
        return Remarked(read, NoteCode.APPROXIMATE) if isinstance(read, float) else read
    found = _QUANTITY.fullmatch(text)
    if not found:
        return Refusal(RejectionCode.NOT_A_NUMBER)
    number = read_numeral(found["number"].replace(" ", "") if found["number"][0] in "-+(" else found["number"])
    if isinstance(number, Refusal):
        return number
    read = _with_unit(number, found["before"].strip(), found["after"].strip(), measure, factor)
    if isinstance(read, Refusal) and len(parts := re.split(r" و (?=\d)| and (?=\d)", text)) > 1:
        return _sum([read_quantity(part, measure, None) for part in parts], read)
    return Remarked(read, NoteCode.APPROXIMATE) if bracketed and isinstance(read, float) else read


def scaled_by(numbers: _Numbers, factor: float) -> _Numbers:
    """Numbers times a factor; a factor below one divides by its inverse, so that 47 percent are 0.47.

    Examples
    --------
    >>> scaled_by(47.0, 0.01), 47 * 0.01
    (0.47, 0.47000000000000003)
    """
    return numbers * factor if factor >= 1 else numbers / round(1 / factor, 9)


def plain_numbers(folded: pd.Series) -> pd.Series:
    """Numbers of the cells that are plain: digits, perhaps in groups of three, perhaps with a fraction.

    Parameters
    ----------
    folded
        Folded texts, ``str``, shape (n,).

    Returns
    -------
    pandas.Series
        float64, shape (n,); missing where a cell is not that plain.

    Examples
    --------
    >>> plain_numbers(pd.Series(["12", "1,200", "many", "3.5"], dtype="str")).tolist()
    [12.0, 1200.0, nan, 3.5]
    """
    texts = arrow(folded)
    grouped = pc.match_substring_regex(texts, _GROUPED)
    bare = pc.if_else(grouped, pc.replace_substring(texts, ",", ""), texts)
    plain = pc.and_not(pc.match_substring_regex(bare, _PLAIN), pc.match_substring_regex(bare, f"^(?:{DOTTED_THREE})$"))
    numbers = pc.cast(pc.if_else(plain, bare, None), pa.float64())
    return pd.Series(numbers.to_numpy(zero_copy_only=False).astype(np.float64), index=folded.index)


def _with_unit(
    number: Decimal, before: str, after: str, measure: str, factor: float | None
) -> float | Remarked | Refusal:
    approximate = False
    for word in APPROXIMATE_WORDS:
        if before == word or before.startswith(f"{word} "):
            before, approximate = before.removeprefix(word).strip(), True
    scale = 1
    words = after.split()
    while words and words[0] in SCALES:
        scale *= SCALES[words.pop(0)]
    unit = " ".join(words).strip(" .")
    if unit and before:  # «300 متر» is understood, «طول 300 متر» is not
        return Refusal(RejectionCode.UNKNOWN_MEASURE)
    unit = unit or before
    factor = factor if not unit else measures(measure).get(unit)
    if factor is None:
        return Refusal(RejectionCode.UNKNOWN_MEASURE if unit else RejectionCode.NOT_A_NUMBER)
    value = float(number * scale * Decimal(repr(factor)))
    return Remarked(value, NoteCode.APPROXIMATE) if approximate else value


def _sum(parts: list[float | Remarked | Refusal], otherwise: Refusal) -> float | Refusal:
    """«۳ سال و ۶ ماه»: each part with a unit of its own."""
    numbers = [part for part in parts if isinstance(part, float)]
    return sum(numbers) if len(numbers) == len(parts) else otherwise


def _tails(folded: str) -> list[str]:
    words = re.sub(r"[()\[\]:]", " ", folded).split()
    return [" ".join(words[-count:]) for count in (4, 3, 2, 1) if len(words) > count]
