"""A map of the province's counties: how many units of a list stand in each."""

from __future__ import annotations

import json
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
    drawn, shape, source = _outlines()
    counties = [
        {
            "name": speech.place(name),
            "outline": outline,
            "at": at,
            "count": speech.number(counts[name]) if name in counts else "",
            "weight": float(counts.get(name, 0)) / float(counts.max()),
        }
        for name, outline, at in drawn
    ]
    return {"counties": counties, "shape": shape, "source": source}


@cache
def _outlines() -> tuple[list[tuple[str, list[list[float]], list[float]]], float, str]:
    """Name, outline and middle of each county as shares of a box; height of the box by its width; who drew them."""
    path = resources.files("serving") / "static" / "maps" / "west_azerbaijan_counties.geojson"
    found = json.loads(path.read_text("utf-8"))
    rings = {one["properties"]["name_en"]: one["geometry"]["coordinates"][0][0] for one in found["features"]}
    points = [point for ring in rings.values() for point in ring]
    west, east = (end(point[0] for point in points) for end in (min, max))
    south, north = (end(point[1] for point in points) for end in (min, max))
    narrow = cos(radians((south + north) / 2))  # a degree of longitude is this much of one of latitude

    def placed(point: list[float]) -> list[float]:
        return [round((point[0] - west) / (east - west), 4), round((north - point[1]) / (north - south), 4)]

    drawn = [(name, [placed(point) for point in ring], placed(_middle(ring))) for name, ring in rings.items()]
    return drawn, (north - south) / ((east - west) * narrow), str(found["attribution"])


def _middle(ring: list[list[float]]) -> list[float]:
    """Centre of gravity of the area inside a closed outline."""
    area = across = up = 0.0
    for (x, y), (beside_x, beside_y) in zip(ring, [*ring[1:], ring[0]], strict=True):
        part = x * beside_y - beside_x * y
        area, across, up = area + part, across + (x + beside_x) * part, up + (y + beside_y) * part
    return [across / (3 * area), up / (3 * area)]
