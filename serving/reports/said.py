"""Fields and their values, as the history keeps them, in words."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engine.domain.extras import ExtraKind
from engine.domain.items import PART, escape, unescape
from engine.domain.unit import FIELDS, Confidence, Field, Kind
from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import compact
from engine.settings import LANGUAGES
from engine.store.columns import EXTRA, is_extra
from serving.i18n import Speech, speech
from serving.reports.words import value_in_words

_NUMBERS = (Kind.COUNT, Kind.NUMBER, Kind.MONEY, Kind.SHARE, Kind.YEAR)


def field_said(name: str, words: Speech) -> str:
    """Name of a field; of a column that no field knows its heading.

    Examples
    --------
    >>> field_said("jobs_now", speech("en")), field_said("extra:Zone", speech("en"))
    ('Jobs now', 'Zone')
    """
    return unescape(name.removeprefix(EXTRA)) if is_extra(name) else words.text(f"field.{name}")


def field_named(given: str) -> str:
    """The field that a person names: by its code, its name or a register's heading, or as a further column.

    Examples
    --------
    >>> field_named("Jobs now"), field_named("زمین"), field_named("extra:Zone")
    ('jobs_now', 'land_m2', 'extra:Zone')

    Raises
    ------
    EhyaError
        ``unknown_option``.
    """
    if given in set(Field) or is_extra(given):
        return given
    known = {compact(speech(language).text(field)): field.value for language in LANGUAGES for field in Field}
    found = known.get(compact(given)) or _as_a_heading(given)
    if found is None:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="FIELD", given=given, allowed=[field.value for field in Field])
    return found


def _as_a_heading(given: str) -> str | None:
    from engine.intake.labels import fields_named

    fields = [match.field for match in fields_named((given,)) if match.field in set(Field)]
    return fields[0] if fields else None


def field_of_unit(given: str, told: pd.Index) -> str:
    """As `field_named`; a heading of a further column of the unit goes too.

    Parameters
    ----------
    given
        What the person wrote.
    told
        Names of all fields that the unit's history tells of.
    """
    heading = f"{EXTRA}{escape(given)}"
    return heading if heading in told else field_named(given)


def value_said(name: str, text: Any, precision: Any, words: Speech) -> str:
    """A value as the history keeps it, with its unit of measure.

    Examples
    --------
    >>> value_said("jobs_now", "12", None, speech("en")), value_said("extra:Waste", "money|5000000", None, speech("en"))
    ('12 persons', '5 million rial')
    """
    if pd.isna(text):
        return words.fact(None)
    if is_extra(name):
        kind, _, value = str(text).partition(PART)
        return extra_said(kind, unescape(value), words)
    kind = FIELDS[Field(name)].kind
    if kind is Kind.FLAG:
        return words.fact(text == "true")
    return value_in_words(Field(name), float(text) if kind in _NUMBERS else text, precision, words)


def extra_said(kind: str, value: str, words: Speech) -> str:
    """A value of a column that no field knows; numbers stay as they were written.

    Examples
    --------
    >>> extra_said("number", "1398", speech("fa")), extra_said("date", "2020-01-02", speech("en"))
    ('۱۳۹۸', '2020-01-02')
    """
    if kind == ExtraKind.MONEY:
        return words.money(float(value))
    if kind == ExtraKind.FLAG:
        return words.fact(value == "true")
    if kind in (ExtraKind.DATE, ExtraKind.MONTH):
        return words.date(value, "month" if kind == ExtraKind.MONTH else "day")
    return words.digits(value) if kind == ExtraKind.NUMBER else value


def source_said(line: dict[Any, Any], words: Speech) -> str:
    """Where a word is from, with its confidence where that is more than declared."""
    source = words.text("conflicts.by_person") if pd.isna(line["source"]) else str(line["source"])
    raised = line["confidence"] in (Confidence.REVIEWED.value, Confidence.VERIFIED.value)
    return f"{source} ({words.codes(line['confidence'], Confidence)})" if raised else source


def why_said(line: dict[Any, Any], words: Speech) -> str:
    """Why a value shows; empty beside one that does not."""
    if not line["shows"]:
        return ""
    why = words.fact(None) if pd.isna(line["why"]) else words.text(f"precedence.{line['why']}")
    return words.text("conflicts.shows", why=why)
