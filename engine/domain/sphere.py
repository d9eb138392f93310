"""Distances on the globe."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

EARTH_RADIUS_KM = 6371.0088
"""Mean radius of the Earth (IUGG)."""

Floats = NDArray[np.float64]


def haversine_km(latitude: ArrayLike, longitude: ArrayLike, to_latitude: ArrayLike, to_longitude: ArrayLike) -> Floats:
    """Great-circle distance on a sphere of the Earth's mean radius.

    Parameters
    ----------
    latitude, longitude, to_latitude, to_longitude
        Degrees; broadcast against each other.

    Returns
    -------
    numpy.ndarray
        km, within 0.6 % of the distance on the ellipsoid.

    Examples
    --------
    A quarter of the equator is a quarter of the circumference.

    >>> float(haversine_km(0, 0, 0, 90).round(3))
    10007.557
    """
    angles = (latitude, longitude, to_latitude, to_longitude)
    phi, lam, to_phi, to_lam = (np.radians(np.asarray(angle, dtype=np.float64)) for angle in angles)
    half = np.sin((to_phi - phi) / 2) ** 2 + np.cos(phi) * np.cos(to_phi) * np.sin((to_lam - lam) / 2) ** 2
    distance: Floats = 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))
    return distance


def on_sphere(latitude: Floats, longitude: Floats) -> Floats:
    """Points of the unit sphere, shape (points, 3), from degrees."""
    phi, lam = np.radians(latitude), np.radians(longitude)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def nearest_km(points: Floats, centres: Floats) -> Floats:
    """Great-circle distance from each point of the unit sphere to the nearest centre, km, shape (points,).

    Examples
    --------
    One degree of latitude is a 360th of the way around the earth.

    >>> pair = on_sphere(np.array([37.0, 38.0]), np.array([45.0, 45.0]))
    >>> nearest_km(pair[:1], pair[1:]).round(3).tolist()
    [111.195]
    """
    km: Floats = EARTH_RADIUS_KM * np.arccos((centres @ points.T).max(axis=0).clip(-1, 1))
    return km
