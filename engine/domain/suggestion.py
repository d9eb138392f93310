"""Which key a misspelt one means, and never one in another unit of measure."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

MEASURES = frozenset(
    {"rial", "toman", "usd", "eur", "million", "billion", "kw", "m2", "months", "probability", "rate", "year", "per"}
)
"""Words of keys that say in what an amount is counted."""

_OTHERS = frozenset({"trillion", "milliard", "thousand", "dollar", "dollars", "days", "years", "hectare", "percent"})
_LIKE, _NEAR = 0.85, 0.75
_SHORT = 4  # letters below which one letter makes another unit: kw, mw, m2, m3


def alike(given: str, allowed: Sequence[str]) -> str | None:
    """The allowed key nearest to a given one among those that count in the same unit of measure.

    A factor of a thousand is one letter away (million, billion), so a key whose unit of measure is not understood gets
    no suggestion that has one.

    Parameters
    ----------
    given
        The key that is not allowed.
    allowed
        Keys to choose from, words joined by underscores.

    Returns
    -------
    str or None
        ``None`` where every key counts in something else.

    Examples
    --------
    >>> keys = ["ticket_rial", "ticket_million_rial", "ticket_billion_rial", "ticket_usd", "risk_appetite"]
    >>> alike("ticket_bilion_rial", keys), alike("risk_apetite", keys)
    ('ticket_billion_rial', 'risk_appetite')
    >>> alike("ticket_lakh_rial", keys), alike("ticket", keys), alike("ticket_trillion_rial", keys)
    (None, None, None)
    """
    words = {word for key in allowed for word in key.split("_")}
    read = [_read(word, words) for word in given.split("_")]
    measures = {word for word in read if word in MEASURES}
    doubtful = not {*read} <= words
    open_to = [key for key in allowed if _measures(key) == measures and not (doubtful and measures | _measures(key))]
    nearest = difflib.get_close_matches("_".join(read), open_to, n=1, cutoff=_NEAR)
    return nearest[0] if nearest else None


def _measures(key: str) -> set[str]:
    return {*key.split("_")} & MEASURES


def _read(word: str, words: set[str]) -> str:
    """A word of a key as it is spelt among the allowed ones, where only one comes near."""
    if word in words or len(word) < _SHORT:
        return word
    near = difflib.get_close_matches(word, sorted(words | MEASURES | _OTHERS), n=1, cutoff=_LIKE)
    return near[0] if near else word
