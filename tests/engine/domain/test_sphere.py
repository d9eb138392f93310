"""Distances: by hand, and against a published geodesic."""

from __future__ import annotations

import numpy as np
import pytest

from engine.domain.sphere import haversine_km


def test_one_degree_of_latitude_is_a_360th_of_the_circumference() -> None:
    assert haversine_km(37, 45, 38, 45) == pytest.approx(2 * np.pi * 6371.0088 / 360)


def test_the_published_geodesic_from_flinders_peak_to_buninyong() -> None:
    """54,972.271 m on the ellipsoid (Vincenty's own example, Geoscience Australia); the sphere is within 0.6 %."""
    flinders = -(37 + 57 / 60 + 3.72030 / 3600), 144 + 25 / 60 + 29.52440 / 3600
    buninyong = -(37 + 39 / 60 + 10.15610 / 3600), 143 + 55 / 60 + 35.38390 / 3600
    assert haversine_km(*flinders, *buninyong) == pytest.approx(54.972271, rel=0.006)


def test_the_way_back_is_as_long_and_no_way_is_none() -> None:
    assert haversine_km(37.5, 45.1, 36.7, 45.2) == haversine_km(36.7, 45.2, 37.5, 45.1)
    assert haversine_km(37.5, 45.1, 37.5, 45.1) == 0
