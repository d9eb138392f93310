"""Lists inside a cell: compact text that whole columns can work on, objects at the edges.

Items are joined by ``;`` and the parts of an item by ``|``, in a fixed order and empty where not known. A text that
holds one of the two, or a percent sign, is escaped as in a web address, so that every text comes back as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

ITEM, PART = ";", "|"

NUMBERS = frozenset({"count", "year", "rial"})
"""Parts that are whole numbers."""

_ESCAPES = (("%", "%25"), (ITEM, "%3B"), (PART, "%7C"), ("\n", "%0A"))


def escape(text: str) -> str:
    """Escape a text that becomes a part of an item.

    Examples
    --------
    >>> escape("50%; or more"), unescape(escape("50%; or more"))
    ('50%25%3B or more', '50%; or more')
    """
    for plain, escaped in _ESCAPES:
        text = text.replace(plain, escaped)
    return text


def unescape(text: str) -> str:
    """The text that was escaped."""
    for plain, escaped in reversed(_ESCAPES):
        text = text.replace(escaped, plain)
    return text


def escape_column(texts: pd.Series) -> pd.Series:
    """Escape a column of texts; missing stays missing.

    Examples
    --------
    >>> escape_column(pd.Series(["a;b", None], dtype="str")).tolist()
    ['a%3Bb', nan]
    """
    for plain, escaped in _ESCAPES:
        texts = texts.str.replace(plain, escaped, regex=False)
    return texts


def unescape_column(texts: pd.Series) -> pd.Series:
    """The texts that were escaped; missing stays missing."""
    for plain, escaped in reversed(_ESCAPES):
        texts = texts.str.replace(escaped, plain, regex=False)
    return texts


def compact_item(item: Mapping[str, Any], parts: Sequence[str]) -> str:
    """One item in compact text.

    Examples
    --------
    >>> from engine.domain.unit import PARTS, Field
    >>> compact_item({"count": 2, "name": "press", "condition": "sound"}, PARTS[Field.EQUIPMENT])
    '2|press||sound'
    """
    return PART.join("" if item.get(part) is None else escape(str(item[part])) for part in parts)


def exploded(column: pd.Series, parts: Sequence[str]) -> pd.DataFrame:
    """Lists of a column as a long table, one line an item.

    Parameters
    ----------
    column
        Compact text or missing, shape (n,).
    parts
        Names of the parts, in order.

    Returns
    -------
    pandas.DataFrame
        Shape (items, parts), ``str``, still escaped; the index names the row that holds the item, in its order. What
        is not known is missing.

    Examples
    --------
    >>> from engine.domain.unit import PARTS, Field
    >>> lists = pd.Series(["2|press|2009|sound;1|saw||", None], index=["U1", "U2"], dtype="str")
    >>> exploded(lists, PARTS[Field.EQUIPMENT])["name"].to_dict()
    {'U1': 'saw'}
    >>> exploded(lists, PARTS[Field.EQUIPMENT])["year"].tolist()
    ['2009', nan]
    """
    items = column.dropna().astype("str").str.split(ITEM).explode().astype("str")
    split = items.str.split(PART, expand=True).reindex(columns=range(len(parts))).astype("str")
    split = split.where(split != "")
    return split.set_axis(list(parts), axis=1)


def item_objects(text: object, parts: Sequence[str]) -> list[dict[str, Any]]:
    """One list as objects, as JSON and people see it: numbers are numbers, what is not known is left out.

    Examples
    --------
    >>> from engine.domain.unit import PARTS, Field
    >>> item_objects("bank|Melli|12000;tax||300", PARTS[Field.DEBTS])
    [{'creditor': 'bank', 'name': 'Melli', 'rial': 12000}, {'creditor': 'tax', 'rial': 300}]
    >>> item_objects(None, PARTS[Field.DEBTS])
    []
    """
    if not isinstance(text, str) or not text:
        return []
    split = (dict(zip(parts, item.split(PART), strict=False)) for item in text.split(ITEM))
    return [{part: _value(part, value) for part, value in item.items() if value} for item in split]


def _value(part: str, value: str) -> Any:
    return int(value) if part in NUMBERS else unescape(value)
