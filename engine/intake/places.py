"""Recognise provinces and counties by their Persian or English names."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from engine.parsing.rejection import NoteCode, Refusal, RejectionCode, Remarked
from engine.parsing.text import compact, fold
from engine.reference.tables import table

SIMILARITY = 0.84
"""A misspelt name of five letters or more is taken for the one name that is this alike (Ratcliff-Obershelp), and the
report says so; assumed: one wrong letter of seven passes, two of seven do not."""

MARGIN = 0.05
"""The next name must be this much less alike; assumed."""

_SEPARATORS = re.compile(r"[()\[\]/|,;:]|\s*-\s*")
_PREFIX = re.compile(
    r"^(?:شهرستان|ش\.|شهر|استان|county of|province of|city of)\s+|\s+(?:county|province|city|shahrestan)$"
)


@dataclass(frozen=True, slots=True)
class CountyName:
    """A county in its province, by their canonical names."""

    province: str
    county: str


def read_province(cell: object) -> str | Remarked | Refusal:
    """Canonical name of a province.

    Examples
    --------
    >>> read_province("استان آذربايجان غربي"), read_province("west azerbaijan")
    ('West Azerbaijan', 'West Azerbaijan')
    """
    name = _name(cell)
    known = _provinces().get(name)
    if known:
        return known
    close = _close(name, _provinces())
    if close:
        return Remarked(_provinces()[close], NoteCode.SPELLING_CORRECTED, {"taken": _provinces()[close]})
    return Refusal(RejectionCode.UNKNOWN_PROVINCE, {"nearest": _nearest(name, _provinces())})


def read_county(cell: object, province: str | None = None) -> CountyName | Remarked | Refusal:
    """Canonical county, with its province.

    Parameters
    ----------
    cell
        The name as written.
    province
        Canonical province of the row, where it is known: it settles names that several provinces have, and a
        misspelt name is taken for one of its counties alone.

    Returns
    -------
    CountyName, Remarked or Refusal
        ``unknown_county`` with the nearest names, ``ambiguous_county``, ``county_outside_province``. A misspelt name
        that is taken where no province is known has the remark ``guessed_county``.

    Examples
    --------
    >>> read_county("مياندو آب"), read_county("زرزیران").code.value
    (CountyName(province='West Azerbaijan', county='Miandoab'), 'unknown_county')
    """
    name = _name(cell)
    places = _counties().get(name)
    if places:
        return _settled(places, province)
    if (pair := _paired(cell, province)) is not None:
        return pair
    pieces = [piece for piece in _SEPARATORS.split(fold(str(cell))) if piece.strip()]
    if len(pieces) > 1 and (read := _among(pieces, province)) is not None:
        return read
    near = _near(province)
    close = _close(name, near)
    if not close or (province is None and _rivalled(name, close)):
        return Refusal(RejectionCode.UNKNOWN_COUNTY, {"nearest": _nearest(name, near)})
    place = _settled(near[close], province)
    if isinstance(place, Refusal):
        return place
    if province is None:
        return Remarked(place, NoteCode.GUESSED_COUNTY, {"taken": place.county, "province": place.province})
    return Remarked(place, NoteCode.SPELLING_CORRECTED, {"taken": place.county})


def names_province(cell: object) -> bool:
    """Whether a cell is the name of a province, letter by letter.

    Examples
    --------
    >>> names_province("استان فارس"), names_province("راکد")
    (True, False)
    """
    return _name(cell) in _provinces()


def names_county(cell: object) -> bool:
    """Whether a cell is the name of a county, letter by letter.

    Examples
    --------
    >>> names_county("شهرستان خوی"), names_county("راکد")
    (True, False)
    """
    return _name(cell) in _counties()


def _paired(cell: object, province: str | None) -> CountyName | Refusal | None:
    """Province and county with a stroke between («اصفهان / کاشان»), also where a county has the province's name."""
    parts = [_name(part) for part in str(cell).split("/")]
    if len(parts) != 2:
        return None
    for stated, county in (parts, parts[::-1]):
        known = _provinces().get(stated)
        inside = [place for place in _counties().get(county, ()) if place.province == known]
        if inside:
            return _settled((inside[0],), province)
    return None


def _among(pieces: list[str], province: str | None) -> CountyName | Remarked | Refusal | None:
    """County among the parts of a cell («ارومیه - شهرک ۲», «آذربایجان غربی / خوی»); two counties settle nothing."""
    stated = {
        known for piece in pieces if (known := _provinces().get(_name(piece))) and _name(piece) not in _counties()
    }
    counties = [piece for piece in pieces if _name(piece) in _counties()]
    if len(stated) > 1 or not counties:
        return None
    province = province or (next(iter(stated)) if stated else None)
    read = [_settled(_counties()[_name(piece)], province) for piece in counties]
    if len(set(map(repr, read))) > 1 or isinstance(read[0], Refusal):
        return read[0] if isinstance(read[0], Refusal) and len(read) == 1 else None
    strange = [piece.strip() for piece in pieces if piece not in counties and _name(piece) not in _provinces()]
    return Remarked(read[0], NoteCode.PART_NOT_UNDERSTOOD, {"part": strange}) if strange else read[0]


def province_in(text: str) -> str | None:
    """The one province that a title names («استان آذربایجان غربی»), else ``None``.

    Examples
    --------
    >>> province_in("فهرست واحدهای راکد استان آذربایجان غربی")
    'West Azerbaijan'
    """
    folded = fold(text)
    named = re.findall(r"(?:استان|province of)\s+((?:\S+\s?){1,4})", folded) + re.findall(
        r"((?:\S+\s){1,4})province", folded
    )
    found = set()
    for words in (phrase.split() for phrase in named):
        spans = {compact("".join(words[i:j])) for i in range(len(words)) for j in range(i + 1, len(words) + 1)}
        known = [name for name in spans if name in _provinces()]
        found |= {_provinces()[max(known, key=len)]} if known else set()
    return found.pop() if len(found) == 1 else None


def _settled(places: tuple[CountyName, ...], province: str | None) -> CountyName | Refusal:
    inside = [place for place in places if place.province == province]
    if inside or len(places) == 1:
        place = (inside or list(places))[0]
        if province is not None and place.province != province:
            return Refusal(RejectionCode.COUNTY_OUTSIDE_PROVINCE, {"province": place.province, "stated": province})
        return place
    return Refusal(RejectionCode.AMBIGUOUS_COUNTY, {"allowed": [place.province for place in places]})


def _name(cell: object) -> str:
    return _latin(compact(_PREFIX.sub("", fold(str(cell)))))


def _latin(name: str) -> str:
    """One spelling for the ways Persian sounds are written in Latin letters."""
    name = "".join(letter for letter in unicodedata.normalize("NFD", name) if not unicodedata.combining(letter))
    if not name.isascii():
        return name
    for written, taken in (
        ("iya", "ia"),
        ("ou", "u"),
        ("oo", "u"),
        ("ee", "i"),
        ("iy", "y"),
        ("gh", "q"),
        ("ie", "e"),
        ("eh", "e"),
        ("dj", "j"),
    ):
        name = name.replace(written, taken)
    return name


def _close(name: str, known: Iterable[str]) -> str | None:
    if len(name) < 5:
        return None
    close = difflib.get_close_matches(name, list(known), n=2, cutoff=SIMILARITY)
    ratios = [difflib.SequenceMatcher(None, name, other).ratio() for other in close]
    return close[0] if close and (len(close) == 1 or ratios[0] - ratios[1] >= MARGIN) else None


def _rivalled(name: str, close: str) -> bool:
    """Whether a county of another name is almost as near as the nearest, though it might be too far to be taken."""
    counties = _counties()
    ratio = difflib.SequenceMatcher(None, name, close).ratio()
    others = [key for key, places in counties.items() if not set(places) & set(counties[close])]
    return bool(difflib.get_close_matches(name, others, n=1, cutoff=ratio - MARGIN))


def _near(province: str | None) -> dict[str, tuple[CountyName, ...]]:
    """Counties by name: those of a province, or all where it is not known."""
    if province is None:
        return _counties()
    inside = {key: tuple(p for p in found if p.province == province) for key, found in _counties().items()}
    return {key: found for key, found in inside.items() if found}


def _nearest(name: str, known: dict[str, str] | dict[str, tuple[CountyName, ...]]) -> list[str]:
    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.4)
    names = [known[key] for key in close]
    return list(dict.fromkeys(found if isinstance(found, str) else found[0].county for found in names))


@cache
def _provinces() -> dict[str, str]:
    rows = table("provinces")[["province", "name_fa", "aliases"]].fillna("")
    found: dict[str, str] = {}
    for row in rows.itertuples():
        for name in (row.province, row.name_fa, *str(row.aliases).split(";")):
            if compact(str(name)):
                found.setdefault(_latin(compact(str(name))), str(row.province))
    return found


@cache
def _counties() -> dict[str, tuple[CountyName, ...]]:
    rows = table("counties")[["province", "county", "name_fa", "aliases_fa", "aliases_en"]].fillna("")
    official: dict[str, list[CountyName]] = {}
    others: dict[str, list[CountyName]] = {}
    for row in rows.itertuples():
        place = CountyName(str(row.province), str(row.county))
        for name in (row.county, row.name_fa):
            official.setdefault(_name(name), []).append(place)
        for name in f"{row.aliases_fa};{row.aliases_en}".split(";"):
            if compact(name):
                others.setdefault(_name(name), []).append(place)
    return {name: tuple(dict.fromkeys(places)) for name, places in (others | official).items() if name}
