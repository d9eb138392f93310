"""Lines that group the rows below them («شهرستان خوی»): they are no units, and they say where those rows' units are."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from engine.domain.unit import Status
from engine.intake.estates import find_estate
from engine.intake.phrases import read_status
from engine.intake.places import CountyName, names_county, read_county, read_province
from engine.parsing.rejection import Refusal, Remarked
from engine.parsing.text import fold

_LONGEST = 80
_TAIL = re.compile(r"[\s:*.\-–—_=]+$|^[\s:*.\-–—_=]+|\s*\(\s*\d*\s*(?:واحد|units?|مورد|فقره)?\s*\)\s*$")
_LEAD = re.compile(
    r"^(?:\(?(?:\d{1,2}|[اآبپجد]|الف)\s*[-.)]\s*)?"
    r"(?:(?:فهرست|لیست)\s+)?(?:واحد ?های\s+(?:(?:صنعتی|تولیدی|راکد|مستقر در|واقع در|در)\s+)*)?"
    r"(?:(?:idle\s+|production\s+)?units\s+(?:of|in)\s+)?"
)
_COUNTY = re.compile(r"^(?:شهرستان|county(?: of)?\s*:?|district\s*:?)\s*:?\s+(.+)$|^(.+?)\s+(?:county|district)$")
_PROVINCE = re.compile(r"^(?:استان|province(?: of)?\s*:?)\s*:?\s+(.+)$|^(.+?)\s+province$")
_ESTATE = re.compile(
    r"^(?:شهرک|ناحیه)\s+(?:صنعتی|تخصصی|های)\b.*|^(?:estate|industrial (?:estate|park|town|zone))\s*:?\s+.+|"
    r".+\s(?:industrial (?:estate|park|town|zone)|estate)$"
)
_UNITS = re.compile(r"^(?:\(?(?:\d{1,2}|[اآبپجد]|الف)\s*[-.)]\s*)?واحد ?های\s+(?P<fa>.+)$|^(?P<en>.+)\s+units$")


@dataclass(frozen=True, slots=True)
class Group:
    """What a line says of the rows below it; ``None`` where it says nothing.

    Parameters
    ----------
    province, county, estate
        Canonical province and county; an estate by its canonical name, or as given.
    status
        Code of a status.
    """

    province: str | None = None
    county: str | None = None
    estate: str | None = None
    status: str | None = None


@lru_cache(maxsize=10_000)
def read_group(text: str) -> Group | None:
    """What a text that stands alone in its row groups; ``None`` where it may be the name of a unit.

    Examples
    --------
    >>> read_group("شهرستان خوی").county, read_group("Khoy county").county, read_group("آرد خوی") is None
    ('Khoy', 'Khoy', True)
    >>> read_group("شهرک صنعتی پیرانشهر").county, read_group("واحدهای نیمه‌فعال").status
    ('Piranshahr', 'semi_active')
    """
    if len(text) > _LONGEST:
        return None
    folded = _TAIL.sub("", _TAIL.sub("", fold(text)))
    if (named := _UNITS.match(folded)) is not None:
        status = read_status(named["fa"] or named["en"])
        if isinstance(status, str) and status != Status.UNKNOWN:
            return Group(status=status)
    bare = _LEAD.sub("", folded)
    if (county := _COUNTY.match(bare)) is not None:
        place = read_county(county[1] or county[2])
        place = place.reading if isinstance(place, Remarked) else place
        return None if isinstance(place, Refusal) else Group(place.province, place.county)
    if (province := _PROVINCE.match(bare)) is not None:
        read = read_province(province[1] or province[2])
        read = read.reading if isinstance(read, Remarked) else read
        return None if isinstance(read, Refusal) else Group(read)
    if _ESTATE.match(bare):
        known = find_estate(bare)
        return (
            Group(known.province, known.county, known.name)
            if known
            else Group(estate=" ".join(text.split()).strip(" :"))
        )
    if names_county(bare) and isinstance(place := read_county(bare), CountyName):
        return Group(place.province, place.county)
    return None


def group_lines(texts: pd.Series) -> pd.Series:
    """The groups among texts that stand alone in their rows.

    Parameters
    ----------
    texts
        Shape (n,), index: rows.

    Returns
    -------
    pandas.Series
        `Group`, object, index of the rows that are such lines.
    """
    found = {row: group for row, text in texts.items() if (group := read_group(str(text))) is not None}
    return pd.Series(found, dtype=object)


def given_below(groups: pd.Series, rows: pd.Index) -> pd.DataFrame:
    """What each row is given by the lines above it: a county ends the estate above it, a province also the county.

    Parameters
    ----------
    groups
        From :func:`group_lines`.
    rows
        Rows of the table, in order.

    Returns
    -------
    DataFrame
        ``province, county, estate, status``, object, missing where nothing was given; index ``rows``.

    Examples
    --------
    >>> groups = pd.Series({1: Group("Fars", "Shiraz"), 4: Group("Fars", "Kazerun")}, dtype=object)
    >>> given_below(groups, pd.RangeIndex(1, 7))["county"].tolist()
    ['Shiraz', 'Shiraz', 'Shiraz', 'Kazerun', 'Kazerun', 'Kazerun']
    """
    table = pd.DataFrame(None, index=rows, columns=["province", "county", "estate", "status"], dtype=object)
    starts = [*groups.index, None]
    held = Group()
    for start, end, group in zip(starts, starts[1:], groups, strict=False):
        if group.status is not None:
            held = Group(held.province, held.county, held.estate, group.status)
        elif group.county is None and group.estate is not None:
            held = Group(held.province, held.county, group.estate, held.status)
        else:
            held = Group(group.province, group.county, group.estate, held.status)
        below = (rows >= start) & ((rows < end) if end is not None else True)
        table.loc[below, :] = [held.province, held.county, held.estate, held.status]
    return table.where(table.notna(), None)


def place_of(titles: list[str]) -> Group:
    """Where the units of a table are, as its own titles say; a title that names two places says nothing.

    Examples
    --------
    >>> place_of(["فهرست واحدهای راکد شهرستان خوی"]).county, place_of(["شهرک صنعتی پیرانشهر - ۱۴۰۲"]).estate
    ('Khoy', 'شهرک صنعتی پیرانشهر')
    """
    found = {place for title in titles for place in _places_in(title)}
    estates = {place for place in found if place.estate is not None}
    counties = {(place.province, place.county) for place in found if place.county is not None}
    if len(counties) > 1 or len(estates) > 1:
        return Group()
    if estates:
        return estates.pop()
    return Group(*counties.pop()) if counties else Group()


def _places_in(title: str) -> set[Group]:
    words = _words(title)
    found: set[Group] = set()
    for at, word in enumerate(words):
        if word in ("شهرستان", "شهرک", "ناحیه"):
            for count in range(min(7, len(words) - at), 1, -1):
                group = read_group(" ".join(words[at : at + count]))
                exact = group is not None and (group.county is not None)
                if group is not None and exact:
                    found.add(group)
                    break
        elif word == "county" and at:
            spans = [" ".join(words[at - count : at]) for count in (2, 1) if at >= count]
            known = next((read_group(f"{span} county") for span in spans if names_county(span)), None)
            found |= {known} if known else set()
    return found


def _words(title: str) -> list[str]:
    return re.findall(r"\w+", fold(title)) if len(title) <= 4 * _LONGEST else []
