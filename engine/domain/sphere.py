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
