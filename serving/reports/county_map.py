"""A map of the province's counties: how many units of a list stand in each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from math import cos, radians
from typing import Any

import pandas as pd

from serving.i18n import Speech

PROVINCE = "West Azerbaijan"
"""The one province whose outlines ship (OpenStreetMap, ODbL 1.0; `serving/static/maps/ODbL.txt`)."""


def county_map(units: pd.DataFrame, speech: Speech) -> dict[str, Any] | None:
    """What a template draws: outlines of the counties in a box, and the number of units in each.

    Parameters
    ----------
    units
        Table with ``province`` and ``county`` (canonical names), shape (n, columns).
    speech
        Language of names and numbers.

    Returns
    -------
    dict or None
        ``counties`` (``outline``: points as shares of the box, from its upper left corner; ``at``: place of the name;
        ``name``; ``count`` in words, empty for none; ``weight``: share of the largest count), ``shape`` (height of the
        box by its width), ``source``. ``None`` where no unit stands in the province.

    Examples
    --------
    >>> from serving.i18n import speech
    >>> drawn = county_map(pd.DataFrame({"province": ["West Azerbaijan"], "county": ["Khoy"]}), speech("en"))
    >>> len(drawn["counties"]), [(one["name"], one["count"]) for one in drawn["counties"] if one["count"]]
    (20, [('Khoy', '1')])
    """
    counts = units.loc[units["province"] == PROVINCE, "county"].value_counts()
    if counts.empty:
        return None
    found = outlines()
    counties = [
        {
            "name": speech.place(name),
            "outline": outline,
            "at": at,
            "count": speech.number(counts[name]) if name in counts else "",
            "weight": float(counts.get(name, 0)) / float(counts.max()),
        }
        for name, outline, at in found.drawn
    ]
    return {"counties": counties, "shape": found.shape, "source": found.source}


@dataclass(frozen=True, eq=False, slots=True)
class Outlines:
    """Outlines of the province's counties in a box.

    Parameters
    ----------
    drawn
        Of each county its name, its outline and its middle, as shares of the box from its upper left corner.
    shape
        Height of the box by its width.
    source
        Who drew them.
    west, east, south, north
        Ends of the box, degrees.
    """

    drawn: list[tuple[str, list[list[float]], list[float]]]
    shape: float
    source: str
    west: float
    east: float
    south: float
    north: float

    def placed(self, point: Sequence[float]) -> list[float]:
        """A longitude and latitude (degrees) as shares of the box, outside 0..1 where it lies outside.

        Examples
        --------
        >>> found = outlines()
        >>> found.placed([found.west, found.north]), found.placed([found.east, found.south])
        ([0.0, 0.0], [1.0, 1.0])
        """
        across = (point[0] - self.west) / (self.east - self.west)
        return [round(across, 4), round((self.north - point[1]) / (self.north - self.south), 4)]


@cache
def outlines() -> Outlines:
    """The outlines that ship, read once."""
    path = resources.files("serving") / "static" / "maps" / "west_azerbaijan_counties.geojson"
    found = json.loads(path.read_text("utf-8"))
    rings = {one["properties"]["name_en"]: one["geometry"]["coordinates"][0][0] for one in found["features"]}
    points = [point for ring in rings.values() for point in ring]
    west, east = (end(point[0] for point in points) for end in (min, max))
    south, north = (end(point[1] for point in points) for end in (min, max))
    narrow = cos(radians((south + north) / 2))  # a degree of longitude is this much of one of latitude
    shape = (north - south) / ((east - west) * narrow)
    box = Outlines([], shape, str(found["attribution"]), west, east, south, north)
    drawn = [(name, [box.placed(point) for point in ring], box.placed(_middle(ring))) for name, ring in rings.items()]
    return replace(box, drawn=drawn)


def _middle(ring: list[list[float]]) -> list[float]:
    """Centre of gravity of the area inside a closed outline."""
    area = across = up = 0.0
    for (x, y), (beside_x, beside_y) in zip(ring, [*ring[1:], ring[0]], strict=True):
        part = x * beside_y - beside_x * y
        area, across, up = area + part, across + (x + beside_x) * part, up + (y + beside_y) * part
    return [across / (3 * area), up / (3 * area)]
