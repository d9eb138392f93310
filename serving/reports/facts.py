"""Words for the reference tables: titles of columns, and cells as people of a language read them."""

from __future__ import annotations

from datetime import date
from typing import Any

from engine.reference import TableSpec
from serving.i18n import Speech
from serving.reports.cells import plain

_FAMILIES = {
    "barriers.barrier": "barrier",
    "barriers.family": "service_family",
    "interventions.family": "service_family",
    "interventions.intervention": "intervention_code",
    "interventions.owner": "owner",
    "interventions.cost_basis": "cost_basis",
}
_PLACES = ("provinces.province", "counties.county")
_SAID_BY_THE_TITLE = ("Jalali year", "year")
_LONG_NUMBER = 10_000  # from here on thousands are set apart: no year is this large


def title(name: str, speech: Speech) -> str:
    """Title of a column, without its unit of measure.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> title("county", speech("fa")), title("months_low", speech("en"))
    ('شهرستان', 'months low')
    """
    return speech.text(f"fact_column.{name}")


def header(described: TableSpec, name: str, speech: Speech) -> str:
    """Title of a column with its unit of measure."""
    measure = described.columns[name].measure
    known = not measure or measure in _SAID_BY_THE_TITLE
    return title(name, speech) if known else f"{title(name, speech)} [{speech.text(f'measure.{measure}')}]"


def family(described: TableSpec, name: str) -> str:
    """Family of texts that the words of a column stand in; ``place`` for places, empty for free text and numbers."""
    column = described.columns[name]
    own = f"{described.name}.{name}"
    pairs = {part: kind for pair in described.places for part, kind in zip(pair, _PLACES, strict=True)}
    if found := _FAMILIES.get(column.refers) or _FAMILIES.get(own):
        return found
    if column.refers in _PLACES or own in _PLACES or name in pairs:
        return "place"
    if name == "measure":
        return "measure"
    return "fact_word" if column.allowed else ""


def said(described: TableSpec, name: str, value: Any, speech: Speech) -> str:
    """One cell in the reader's words: codes become words, places their names, numbers keep all their digits.

    Examples
    --------
    >>> from engine.reference import spec
    >>> from serving.i18n import speech
    >>> said(spec("estates"), "kind", "free_zone", speech("fa")), said(spec("multipliers"), "year", 2019, speech("fa"))
    ('منطقهٔ آزاد', '۲۰۱۹')
    """
    known = plain(value)
    if known is None or isinstance(known, date):
        return speech.date(known)
    if isinstance(known, int | float):
        return _number(known, speech)
    kind = family(described, name)
    parts = str(known).split(";") if described.columns[name].many else [str(known)]
    if not kind:
        dated = name in described.dates or name.startswith("period")
        return speech.join(_dated(part, speech) if dated else part for part in parts)
    return speech.join(word(part, kind, speech) for part in parts)


def word(code: str, kind: str, speech: Speech) -> str:
    """A code of a family in words; a place by its name."""
    if kind != "place":
        return speech.text(f"{kind}.{code}")
    named = speech.place(code)
    return speech.text("fact_word.Iran") if named == "Iran" else named


def _dated(text: str, speech: Speech) -> str:
    """A year or period with the digits of the language."""
    return speech.text("fact_word.undated") if text == "undated" else speech.digits(text)


def _number(value: float, speech: Speech) -> str:
    text = f"{value:,.12g}" if abs(value) >= _LONG_NUMBER else f"{value:.12g}"
    return speech.decimals(text)
