"""A province or a county by any of its names, Persian or English."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

import pandas as pd

from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import compact, fold
from engine.reference.tables import table

_PROVINCE_WORD = re.compile(r"^استان (?=\S)| province$")
PlaceKind = Literal["province", "county"]
"""What a place can be."""

_COUNTY_WORD = re.compile(r"^شهرستان (?=\S)| county$")


@dataclass(frozen=True, slots=True, order=True)
class Locality:
    """A province, or a county of it; written ``West Azerbaijan`` or ``West Azerbaijan/Urmia``.

    Parameters
    ----------
    province
        Canonical English name, as in the reference table ``provinces``.
    county
        Canonical English name, as in the reference table ``counties``; empty for the whole province.
    """

    province: str
    county: str = ""

    def __str__(self) -> str:
        return f"{self.province}/{self.county}" if self.county else self.province


def place(name: str, kind: PlaceKind | None = None) -> Locality:
    """Find a place by its name.

    Parameters
    ----------
    name
        English or Persian, in any spelling that :func:`engine.parsing.text.fold` brings together; with ``province``,
        ``county``, ``استان`` or ``شهرستان`` where the bare name means both; or ``Province/County``.
    kind
        What a bare name means; by default whatever bears it.

    Raises
    ------
    EhyaError
        ``place_unknown`` with the nearest names, ``place_ambiguous`` with the places that bear the name.

    Examples
    --------
    >>> str(place("اروميه")), str(place("استان آذربایجان غربی")), str(place("Tehran county"))
    ('West Azerbaijan/Urmia', 'West Azerbaijan', 'Tehran/Tehran')
    >>> str(place("Tehran", "province")), str(place("Tehran", "county"))
    ('Tehran', 'Tehran/Tehran')
    """
    found = _bearing(name, kind)
    if not found:
        raise EhyaError(ErrorCode.PLACE_UNKNOWN, given=name, nearest=_nearest(name, kind))
    if len(found) > 1:
        allowed = [str(one) if one.county else f"{one} province" for one in found]
        raise EhyaError(ErrorCode.PLACE_AMBIGUOUS, given=name, allowed=allowed)
    return found[0]


def _bearing(name: str, kind: PlaceKind | None) -> list[Locality]:
    folded = fold(name).strip()
    if "/" in folded:
        province, _, county = folded.partition("/")
        return [one for one in _counties().get(compact(county), []) if one.province in _province_names(province)]
    as_province = _PROVINCE_WORD.search(folded)
    as_county = _COUNTY_WORD.search(folded)
    bare = compact(_COUNTY_WORD.sub("", _PROVINCE_WORD.sub("", folded)))
    provinces = [] if as_county or kind == "county" else _provinces().get(bare, [])
    counties = [] if as_province or kind == "province" else _counties().get(bare, [])
    return sorted({*provinces, *counties})


def _province_names(name: str) -> set[str]:
    return {one.province for one in _provinces().get(compact(name), [])}


def _nearest(name: str, kind: PlaceKind | None) -> list[str]:
    names = _counties() if kind == "county" else _provinces() if kind == "province" else {**_counties(), **_provinces()}
    keys = difflib.get_close_matches(compact(name), list(names), n=3, cutoff=0.5)
    return sorted({str(one) for key in keys for one in names[key]})


@cache
def _provinces() -> dict[str, list[Locality]]:
    rows = table("provinces")
    return _index([Locality(name) for name in rows["province"]], [rows["province"], rows["name_fa"], rows["aliases"]])


@cache
def _counties() -> dict[str, list[Locality]]:
    rows = table("counties")
    places = [Locality(*pair) for pair in zip(rows["province"], rows["county"], strict=True)]
    return _index(places, [rows["county"], rows["name_fa"], rows["aliases_fa"]])


def _index(places: list[Locality], spellings: list[pd.Series]) -> dict[str, list[Locality]]:
    index: dict[str, list[Locality]] = {}
    for column in spellings:
        for one, names in zip(places, column.fillna("").str.split(";"), strict=True):
            for key in filter(None, map(compact, names)):
                if one not in index.setdefault(key, []):
                    index[key].append(one)
    return index
