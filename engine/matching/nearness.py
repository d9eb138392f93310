"""How near a sector or a place is to what an investor likes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.domain.places import Place
from engine.domain.sectors import DEPTHS, lineage
from engine.domain.sphere import EARTH_RADIUS_KM
from engine.domain.unit import unit_table
from engine.economics.jobs import labour_market
from engine.matching.tree import Line, Tree
from engine.reference.tables import table

FADING_KM = 50.0
"""Distance over which liking a place fades to 1/e (assumed)."""

SAME_PROVINCE = 0.25
"""Nearness of another county of the liked county's province, when it is not near on the map (assumed)."""


def sector_tree(codes: Sequence[str]) -> Tree:
    """Tree of ISIC codes, down to classes."""
    return Tree.of([lineage(code) for code in codes], DEPTHS, lineage)


def place_tree(places: Sequence[Place]) -> Tree:
    """Tree of provinces and their counties; a county without its province counts as not known."""
    return Tree.of([place_line(str(one)) if one.province else () for one in places], 2, place_line)


def place_line(name: str) -> Line:
    """Names from the province down to the place.

    Examples
    --------
    >>> place_line("West Azerbaijan/Urmia"), place_line("Yazd")
    (('West Azerbaijan', 'West Azerbaijan/Urmia'), ('Yazd',))
    """
    province = name.partition("/")[0]
    return (name,) if province == name else (province, name)


def sector_column(tree: Tree, liked: Sequence[str]) -> NDArray[np.float32]:
    """Nearness of every sector to the nearest liked one: the share of the liked code's levels that it shares.

    Returns
    -------
    numpy.ndarray
        Shape (sectors,), 1 inside a liked branch, 0 for an unknown sector.

    Examples
    --------
    >>> sector_column(sector_tree(["1030", "1040", "2011", ""]), ["1030"]).tolist()
    [1.0, 0.5, 0.25, 0.0]
    """
    return np.asarray(tree.nearness(liked), dtype=np.float32)


def place_column(tree: Tree, points: NDArray[np.float64], liked: Sequence[str]) -> NDArray[np.float32]:
    """Nearness of every place to the nearest liked one.

    1 inside the liked county or province; ``exp(-km / 50)`` between centres of counties, at least 0.25 inside the liked
    county's province; 0 for an unknown place.

    Parameters
    ----------
    tree, points
        :func:`place_tree` and :func:`coordinates` of the places.
    liked
        Canonical names.

    Returns
    -------
    numpy.ndarray
        Shape (places,), 0..1.

    Examples
    --------
    >>> places = [Place("West Azerbaijan", "Urmia"), Place("Tehran", "Tehran")]
    >>> place_column(place_tree(places), coordinates(places), ["West Azerbaijan"]).tolist()
    [1.0, 0.0]
    """
    shared = tree.nearness(liked)  # of a liked county: 1 the county, 0.5 another one of its province
    best = np.where(shared == 1, 1.0, np.where(shared > 0, SAME_PROVINCE, 0.0))
    centres = [_centres()[name] for name in liked if name in _centres()]
    if centres:
        np.fmax(best, np.exp(nearest_km(points, np.array(centres)) / -FADING_KM), out=best)
    return best.astype(np.float32)


def unemployment_column(places: Sequence[Place]) -> NDArray[np.float32]:
    """Unemployment of each county, or of its province, against twice the country's, 0..1; 0 where it is not known.

    Examples
    --------
    >>> [round(float(one), 2) for one in unemployment_column([Place("West Azerbaijan", "Bukan"), Place("")])]
    [0.51, 0.0]
    """
    names = {"unit_id": range(len(places)), "province": [one.province or None for one in places],
             "county": [one.county or None for one in places]}  # fmt: skip
    around = labour_market(unit_table(pd.DataFrame(names)))
    return np.nan_to_num(around.unemployment / (2 * around.of_country), nan=0.0).clip(0, 1).astype(np.float32)


def coordinates(places: Sequence[Place]) -> NDArray[np.float64]:
    """Centres of the places as points of the unit sphere, shape (places, 3); NaN where not known."""
    known, nowhere = _centres(), (np.nan, np.nan, np.nan)
    return np.array([known.get(str(one), nowhere) for one in places], dtype=np.float64).reshape(-1, 3)


def on_sphere(latitude: NDArray[np.float64], longitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points of the unit sphere, shape (points, 3), from degrees."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def nearest_km(points: NDArray[np.float64], centres: NDArray[np.float64]) -> NDArray[np.float64]:
    """Great-circle distance from each point of the unit sphere to the nearest centre, km, shape (points,).

    Examples
    --------
    One degree of latitude is a 360th of the way around the earth.

    >>> pair = on_sphere(np.array([37.0, 38.0]), np.array([45.0, 45.0]))
    >>> nearest_km(pair[:1], pair[1:]).round(3).tolist()
    [111.195]
    """
    km: NDArray[np.float64] = EARTH_RADIUS_KM * np.arccos((centres @ points.T).max(axis=0).clip(-1, 1))
    return km


@cache
def _centres() -> dict[str, tuple[float, ...]]:
    rows = table("counties").dropna(subset=["latitude", "longitude"])
    points = on_sphere(rows["latitude"].to_numpy(dtype=float), rows["longitude"].to_numpy(dtype=float))
    names = (f"{province}/{county}" for province, county in zip(rows["province"], rows["county"], strict=True))
    return dict(zip(names, map(tuple, points.tolist()), strict=True))
