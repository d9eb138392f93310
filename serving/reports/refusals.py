"""Why a row or a cell of a register was refused, in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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
    return words.text(key, **facts)


def _placed(words: Speech, fact: Any) -> Any:
    return [words.place(name) for name in fact] if isinstance(fact, (list, tuple)) else words.place(fact)
