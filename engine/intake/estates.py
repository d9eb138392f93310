"""Recognise industrial estates by name, code or misspelling; one that no reference table has stays as given."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache

from engine.intake.places import MARGIN, SIMILARITY
from engine.parsing.text import compact, fold
from engine.reference.tables import table

_KINDS = ("شهرک", "ناحیه", "محدوده", "منطقه")
_EMPTY = {"صنعتی", "شماره", "ش", "ص", "no", "industrial", "estate", "town", "park", "zone", "rural"}
_LEAST = 5
"""Letters that a misspelt name has at least, as for counties."""


@dataclass(frozen=True, slots=True)
class Estate:
    """An estate of the reference table.

    Parameters
    ----------
    name, county, province
        Canonical names.
    exact
        Whether it was written as the table has it, but for spelling that is folded anyway.
    """

    name: str
    county: str
    province: str
    exact: bool = True


def find_estate(cell: object) -> Estate | None:
    """The estate that a cell names, by its code, its words in any order, or one near spelling.

    Examples
    --------
    >>> find_estate("شهرك صنعتي اروميه 2").name, find_estate("wa-kho-1").county
    ('شهرک صنعتی شماره ۲ ارومیه', 'Khoy')
    >>> find_estate("شهرک صنعتی پیرانشعر").name, find_estate("شهرک صنعتی ارومیه") is None
    ('شهرک صنعتی پیرانشهر', True)
    """
    text = fold(str(cell))
    coded = _by_code().get(text.strip())
    words = _words(text)
    known = coded or _by_words().get(words) or _by_words().get(frozenset(words - set(_KINDS))) or _close(words)
    if known is None:
        return None
    return Estate(known.name, known.county, known.province, exact=compact(known.name) == compact(text))


def _close(words: frozenset[str]) -> Estate | None:
    """An estate of the same kind and number whose name is nearly the same."""
    fixed = {word for word in words if word in _KINDS or word.isdigit()}
    name = "".join(sorted(words - fixed))
    if len(name) < _LEAST or not fixed & set(_KINDS):
        return None
    same = {
        "".join(sorted(own - fixed)): estate
        for own, estate in _by_words().items()
        if fixed == {word for word in own if word in _KINDS or word.isdigit()}
    }
    near = difflib.get_close_matches(name, list(same), n=2, cutoff=SIMILARITY)
    ratios = [difflib.SequenceMatcher(None, name, other).ratio() for other in near]
    sure = near and (len(near) == 1 or ratios[0] - ratios[1] >= MARGIN)
    return same[near[0]] if sure else None


def _words(folded: str) -> frozenset[str]:
    joined = re.sub(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", " ", folded)
    return frozenset(word for word in re.findall(r"\w+", joined) if word not in _EMPTY)


@cache
def _estates() -> list[tuple[str, str, Estate]]:
    rows = table("estates")
    return [
        (str(row.estate_code), name, Estate(str(row.name_fa), str(row.county), str(row.province)))
        for row in rows.itertuples()
        for name in (str(row.name_fa), str(row.name_en))
    ]


@cache
def _by_code() -> dict[str, Estate]:
    return {fold(code): estate for code, _, estate in _estates()}


@cache
def _by_words() -> dict[frozenset[str], Estate]:
    """Estates by the words of their names; also without the kind, where two words are left that no other estate has."""
    full = {_words(fold(name)): estate for _, name, estate in _estates()}
    bare: dict[frozenset[str], set[Estate]] = {}
    for words, estate in full.items():
        bare.setdefault(frozenset(words - set(_KINDS)), set()).add(estate)
    sure = {words: found.pop() for words, found in bare.items() if len(found) == 1 and len(words) > 1}
    return sure | full
