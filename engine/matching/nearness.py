"""How near a sector or a place is to what an investor likes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.domain.places import Place
from engine.domain.sectors import DEPTHS, lineage
from engine.reference.tables import table

EARTH_RADIUS_KM = 6371.0
FADING_KM = 50.0
"""Distance over which liking a place fades to 1/e (assumed)."""

SAME_PROVINCE = 0.25
"""Nearness of another county of the liked county's province, when it is not near on the map (assumed)."""


def sector_nearness(code: str, liked: str) -> float:
    """Share of the liked code's levels that a unit's code shares with it.

    Parameters
    ----------
    code, liked
        ISIC codes at any level. A unit inside the liked branch is at 1; an unknown sector is at 0.

    Examples
    --------
    >>> sector_nearness("1030", "10"), sector_nearness("1040", "1030"), sector_nearness("2011", "1030")
    (1.0, 0.5, 0.25)
    """
    own, wanted = lineage(code)[:DEPTHS], lineage(liked)
    shared = sum(1 for mine, theirs in zip(own, wanted, strict=False) if mine == theirs)
    return shared / len(wanted) if wanted else 0.0


def sector_column(codes: Sequence[str], liked: Sequence[str]) -> NDArray[np.float32]:
    """Nearness of every code to the nearest liked one, shape (codes,)."""
    return np.array([max(sector_nearness(code, one) for one in liked) for code in codes], dtype=np.float32)


def place_column(places: Sequence[Place], liked: Sequence[str]) -> NDArray[np.float32]:
    """Nearness of every place to the nearest liked one, shape (places,).

    1 inside the liked county or province; ``exp(-km / 50)`` between centres of counties, at least 0.25 inside the liked
    county's province; 0 for an unknown place.

    Examples
    --------
    >>> urmia, tehran = Place("West Azerbaijan", "Urmia"), Place("Tehran", "Tehran")
    >>> place_column([urmia, tehran], ["West Azerbaijan"]).tolist()
    [1.0, 0.0]
    """
    best = np.zeros(len(places), dtype=np.float32)
    province = np.array([one.province for one in places], dtype=object)
    county = np.array([one.county for one in places], dtype=object)
    coordinates = _coordinates(places) if any("/" in name for name in liked) else np.empty((0, 2))
    for name in liked:
        liked_province, _, liked_county = name.partition("/")
        inside = province == liked_province
        if not liked_county:
            best[inside] = 1.0
            continue
        near = np.where(inside, SAME_PROVINCE, 0.0)
        km = _distance_km(coordinates, _coordinates([Place(liked_province, liked_county)])[0])
        near = np.fmax(near, np.exp(-km / FADING_KM))
        near[inside & (county == liked_county)] = 1.0
        best = np.maximum(best, near.astype(np.float32))
    return best


def _coordinates(places: Sequence[Place]) -> NDArray[np.float64]:
    rows = table("counties").set_index(["province", "county"])[["latitude", "longitude"]]
    return rows.reindex([(one.province, one.county) for one in places]).to_numpy(dtype=np.float64)


def _distance_km(points: NDArray[np.float64], centre: NDArray[np.float64]) -> NDArray[np.float64]:
    latitude, longitude = np.radians(points).T
    centre_latitude, centre_longitude = np.radians(centre)
    half = (
        np.sin((latitude - centre_latitude) / 2) ** 2
        + np.cos(latitude) * np.cos(centre_latitude) * np.sin((longitude - centre_longitude) / 2) ** 2
    )
    km: NDArray[np.float64] = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))
    return km
