"""Why a row or a cell of a register, or an event, was refused, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.codes import Code
from engine.errors import ErrorCode
from engine.parsing.rejection import NoteCode
from serving.i18n import Speech


def refusal_said(words: Speech, key: str, facts: Mapping[str, Any]) -> str:
    """The sentence of a refusal, places named in the language.

    Parameters
    ----------
    words
        Language.
    key
        Key of the text, such as ``rejection_code.out_of_range``.
    facts
        What the text names.
    """
    if key.endswith(("_county", "_province")):
        facts = {name: _placed(words, fact) for name, fact in facts.items()}
    elif key == NoteCode.SPELLING_CORRECTED.key:
        facts = {**facts, "taken": words.place(facts["taken"])}
    return words.text(key, **facts)


def _placed(words: Speech, fact: Any) -> Any:
    return [words.place(name) for name in fact] if isinstance(fact, (list, tuple)) else words.place(fact)


def event_facts_said(code: Code, facts: Mapping[str, Any], words: Speech) -> dict[str, Any]:
    """Facts of a refusal; of one about an event its field by the name of a sheet's column, and its range in words.

    Parameters
    ----------
    code, facts
        What is wrong.
    words
        Language.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> facts = {"given": 2_000_000, "field": "jobs", "allowed": [0, 1_000_000]}
    >>> event_facts_said(ErrorCode.OUTCOME_OUT_OF_RANGE, facts, speech("en"))
    {'given': 2000000, 'field': 'Persons at work', 'allowed': '0 to 1,000,000'}
    """
    named = dict(facts)
    if code in (ErrorCode.OUTCOME_OUT_OF_RANGE, ErrorCode.OUTCOME_DETAIL_MISPLACED):
        named["field"] = words.text(f"outcome_column.{named['field']}")
    if code is ErrorCode.OUTCOME_OUT_OF_RANGE:
        named["allowed"] = words.range(*named["allowed"])
    return named


def places_said(code: Code, facts: Mapping[str, Any], words: Speech) -> dict[str, Any]:
    """Facts of a refusal; of one about a place the places that it proposes, by their names in the language.

    Parameters
    ----------
    code, facts
        What is wrong.
    words
        Language.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> facts = {"given": "Xoy", "nearest": ["West Azerbaijan/Khoy"]}
    >>> places_said(ErrorCode.PLACE_UNKNOWN, facts, speech("fa"))
    {'given': 'Xoy', 'nearest': ['آذربایجان غربی/خوی']}
    """
    if code not in (ErrorCode.PLACE_UNKNOWN, ErrorCode.PLACE_AMBIGUOUS):
        return dict(facts)
    return {
        name: ["/".join(words.place(part) for part in one.split("/")) for one in fact]
        if isinstance(fact, list) and name != "given"
        else fact
        for name, fact in facts.items()
    }
