"""What a field takes, from a complaint of pydantic, in signs of no language; and texts that are too long."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import EhyaError, ErrorCode

_SIGNS = {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "min_length": "length >=", "max_length": "length <="}
_KINDS = {
    "int": "integer",
    "float": "number",
    "bool": "true | false",
    "finite": "number",
    "string": "text",
    "tuple": "[...]",
    "list": "[...]",
    "dict": "{...}",
    "mapping": "{...}",
    "model": "{...}",
}


def allowed_by(error: Mapping[str, Any], kinds: Mapping[str, str] | None = None) -> str | list[str]:
    """What a field takes.

    Parameters
    ----------
    error
        One of ``ValidationError.errors()``.
    kinds
        Type of the complaint -> what to say instead, where a form knows better.

    Examples
    --------
    >>> allowed_by({"type": "greater_than_equal", "ctx": {"ge": 1}}), allowed_by({"type": "int_parsing", "msg": "..."})
    ('>= 1', 'integer')
    >>> allowed_by({"type": "enum", "ctx": {"expected": "'rial', 'usd' or 'eur'"}})
    ['rial', 'usd', 'eur']
    >>> allowed_by({"type": "too_short", "ctx": {"field_type": "List", "min_length": 2, "actual_length": 1}})
    'length >= 2'
    >>> allowed_by({"type": "value_error", "msg": "Value error, 09:30"})
    '09:30'
    """
    facts = error.get("ctx") or {}
    if "expected" in facts:
        return str(facts["expected"]).replace("'", "").replace(" or ", ", ").split(", ")
    kind = str(error["type"])
    bounds = " ".join(f"{_SIGNS[name]} {value}" for name, value in facts.items() if name in _SIGNS)
    said = bounds or (kinds or {}).get(kind) or _KINDS.get(kind.partition("_")[0])
    return said or str(error.get("msg", "")).removeprefix("Value error, ")


def refuse_longer(field: str, text: str, longest: int) -> None:
    """Refuse a text that is longer than its field may be: the one way in which that is said.

    Parameters
    ----------
    field, text
        Of which field, and what was given.
    longest
        Characters that are allowed.

    Raises
    ------
    EhyaError
        ``text_too_long`` with the field, the length that was given and the one that is allowed.

    Examples
    --------
    >>> refuse_longer("name", "x" * 300, 200)
    Traceback (most recent call last):
    ...
    engine.errors.EhyaError: text_too_long: option='name' length=300 allowed=200
    """
    if len(text) > longest:
        raise EhyaError(ErrorCode.TEXT_TOO_LONG, option=field, length=len(text), allowed=longest)


def too_long(error: Mapping[str, Any], key: str) -> EhyaError | None:
    """The same of a complaint of pydantic; ``None`` for any other complaint.

    Examples
    --------
    >>> complaint = {"type": "string_too_long", "input": "x" * 300, "ctx": {"max_length": 200}}
    >>> too_long(complaint, "name")
    EhyaError("text_too_long: option='name' length=300 allowed=200")
    """
    if error["type"] != "string_too_long":
        return None
    length, longest = len(str(error["input"])), error["ctx"]["max_length"]
    return EhyaError(ErrorCode.TEXT_TOO_LONG, option=key, length=length, allowed=longest)
