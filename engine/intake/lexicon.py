"""The words of ``words.toml``, folded once."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from engine.parsing.text import compact, fold


@cache
def nothing() -> frozenset[str]:
    """Cells that say "not known".

    Examples
    --------
    >>> "-" in nothing(), "ندارد" in nothing()
    (True, False)
    """
    return frozenset(fold(word) for word in _document()["nothing"])


@cache
def none_owned() -> frozenset[str]:
    """Cells that say "none", which is zero for a number.

    Examples
    --------
    >>> "ندارد" in none_owned()
    True
    """
    return frozenset(fold(word) for word in _document()["none_owned"])


@cache
def in_names(place: str) -> tuple[str, ...]:
    """Folded words of a name without which two names may be one unit's: ``anywhere`` in it, or ``first``.

    Examples
    --------
    >>> "شرکت" in in_names("anywhere"), "کارخانه" in in_names("first")
    (True, True)
    """
    return tuple(fold(word) for word in _document()["in_names"][place])


@cache
def code_words(family: str) -> dict[str, str]:
    """Compact word -> code of one family: ``flag``, ``status``, ``event``, ``cause`` or ``deal_form``.

    Examples
    --------
    >>> code_words("status")["نیمهفعال"], code_words("flag")["بلی"]
    ('semi_active', 'yes')
    """
    found: dict[str, str] = {}
    for code, words in _document()[family].items():
        for word in (*words, code):
            found.setdefault(compact(word) or fold(word), code)
    return found


@cache
def phrases(family: str) -> dict[str, str]:
    """Folded phrase -> code of one family whose words stand inside a longer text: ``condition`` or ``creditor``.

    Examples
    --------
    >>> phrases("condition")["نیاز به تعمیر"], phrases("creditor")["بانک"]
    ('needs_repair', 'bank')
    """
    return {fold(word): code for code, words in _document()[family].items() for word in words}


@cache
def stems() -> list[tuple[str, tuple[str, ...]]]:
    """Causes by words that must all stand in a phrase, in order of the file.

    Examples
    --------
    >>> ("utilities", ("برق",)) in stems()
    True
    """
    return [
        (code, tuple(fold(word) for word in group)) for code, groups in _document()["stems"].items() for group in groups
    ]


@cache
def measures(measure: str) -> dict[str, float]:
    """Unit of measure as written -> how many of the field's own unit it is.

    Examples
    --------
    >>> measures("m2")["هکتار"]
    10000.0
    """
    table = _document()["measure"].get(measure, {})
    return {fold(word): float(factor) for word, factor in table.items()}


@cache
def shown_measures(measure: str) -> tuple[str, ...]:
    """Units of measure that a refusal offers for a field.

    Examples
    --------
    >>> shown_measures("kW")
    ('kW', 'MW', 'W', 'hp')
    """
    return tuple(_document()["shown_measures"].get(measure, ()))


@cache
def measure_table(family: str) -> dict[str, float | str]:
    """Folded words of one table: ``volume`` -> cubic metres, ``period`` -> name of a span of time.

    Examples
    --------
    >>> measure_table("volume")["لیتر"], measure_table("period")["ماه"]
    (0.001, 'month')
    """
    return {fold(word): value for word, value in _document()[family].items()}


@cache
def other_measures() -> frozenset[str]:
    """Units of measure that no field keeps and that none can be turned into.

    Examples
    --------
    >>> "kva" in other_measures()
    True
    """
    return frozenset(fold(word) for word in _document()["other_measures"])


@cache
def negations() -> frozenset[str]:
    """Words that take away what stands beside them.

    Examples
    --------
    >>> "نیست" in negations(), "بدون" in negations()
    (True, True)
    """
    return frozenset(fold(word) for word in _document()["negations"])


@cache
def fillers(family: str) -> frozenset[str]:
    """Words of a phrase that do not change its code.

    Examples
    --------
    >>> "است" in fillers("status")
    True
    """
    return frozenset(fold(word) for word in _document()["fillers"][family])


@cache
def layout(role: str) -> frozenset[str]:
    """Compact headings of one column of a table with a row for each attribute: ``attribute``, ``value``, ``measure``.

    Examples
    --------
    >>> "ویژگی" in layout("attribute")
    True
    """
    return frozenset(compact(word) for word in _document()["layout"][role])


@cache
def _document() -> dict[str, Any]:
    return tomllib.loads((resources.files(__package__) / "words.toml").read_text("utf-8"))
