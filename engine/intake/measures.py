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

from engine.intake.lexicon import none_owned, shown_measures
from engine.intake.unit_words import written_factor
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

_NEARLY = 1e-9
_SCALED = 1000.0
"""From this factor on the heading may have a scale of its own."""

_Numbers = TypeVar("_Numbers", float, pd.Series)
_QUANTITY = re.compile(
    rf"(?P<before>(?:[^\W\d_]+\d?(?= )|[^\d+(-])*?)\s*(?<![^\W\d_])(?P<number>[-+(]?\s*{NUMERAL}\)?-?)\s*(?P<after>.*)"
)
_PLAIN = r"^\d{1,15}(?:\.\d{1,9})?$"
_GROUPED = r"^[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?$"
_APPROXIMATE_TAIL = re.compile(r"\s*\((?:تقریبی|حدودی|حدودا|تقریبا|approx\.?|about)\)$")


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
        return _no_measure(measure) if factor is None else scaled_by(float(cell), factor)
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
    """Numbers times a factor; a factor whose inverse is short divides by that, so that 47 percent are 0.47.

    Examples
    --------
    >>> scaled_by(47.0, 0.01), 47 * 0.01
    (0.47, 0.47000000000000003)
    """
    inverse = round(1 / factor, 4)
    return numbers / inverse if factor < 1 and abs(1 / factor - inverse) < _NEARLY else numbers * factor


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
        return _no_measure(measure)
    unit = unit or before
    if scale > 1 and not unit and factor is not None and factor >= _SCALED:
        return Refusal(RejectionCode.AMBIGUOUS_NUMBER)  # «2 هزار» below «هزار متر مربع»
    factor = factor if not unit else written_factor(unit, measure)
    if factor is None:
        return _no_measure(measure)
    value = float(number * scale * Decimal(repr(factor)))
    return Remarked(value, NoteCode.APPROXIMATE) if approximate else value


def _no_measure(measure: str) -> Refusal:
    return Refusal(RejectionCode.UNKNOWN_MEASURE, {"allowed": list(shown_measures(measure))})


def _sum(parts: list[float | Remarked | Refusal], otherwise: Refusal) -> float | Refusal:
    """«۳ سال و ۶ ماه»: each part with a unit of its own."""
    numbers = [part for part in parts if isinstance(part, float)]
    return sum(numbers) if len(numbers) == len(parts) else otherwise
