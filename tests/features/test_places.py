"""Distances: by hand, and against a published geodesic."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.places import counties, haversine_km, nearest_km

NOW = pd.Timestamp("2025-06-01")


def _of(county: str, kilometres: np.ndarray) -> float:
    return float(kilometres[counties().key_numbers[county]])


def test_one_degree_of_latitude_is_a_360th_of_the_circumference() -> None:
    assert haversine_km(37, 45, 38, 45) == pytest.approx(2 * np.pi * 6371.0088 / 360)


def test_the_published_geodesic_from_flinders_peak_to_buninyong() -> None:
    """54,972.271 m on the ellipsoid (Vincenty's own example, Geoscience Australia); the sphere is within 0.6 %."""
    flinders = -(37 + 57 / 60 + 3.72030 / 3600), 144 + 25 / 60 + 29.52440 / 3600
    buninyong = -(37 + 39 / 60 + 10.15610 / 3600), 143 + 55 / 60 + 35.38390 / 3600
    assert haversine_km(*flinders, *buninyong) == pytest.approx(54.972271, rel=0.006)


def test_urmia_lies_45_km_from_its_gate() -> None:
    """By hand on a flat map: 0.1587 and 0.4751 x cos(37.63) degrees of 111.195 km give 17.65 and 41.83, so 45.4 km."""
    assert _of("West Azerbaijan/Urmia", nearest_km("gate", NOW)) == pytest.approx(45.4, abs=0.1)


def test_the_way_back_is_as_long_and_no_way_is_none() -> None:
    assert haversine_km(37.5, 45.1, 36.7, 45.2) == haversine_km(36.7, 45.2, 37.5, 45.1)
    assert haversine_km(37.5, 45.1, 37.5, 45.1) == 0


def test_a_centre_lies_at_no_distance_from_itself() -> None:
    assert _of("West Azerbaijan/Urmia", counties().centre_km) == 0
    assert _of("Fars/Shiraz", counties().centre_km) == 0


def test_a_station_counts_from_the_day_it_opened() -> None:
    before = nearest_km("rail_station", pd.Timestamp("2018-11-18"))
    after = nearest_km("rail_station", pd.Timestamp("2018-11-19"))
    assert _of("West Azerbaijan/Urmia", before) > 50
    assert _of("West Azerbaijan/Urmia", after) == 0


def test_a_province_whose_gates_are_not_listed_has_no_distance() -> None:
    assert np.isnan(_of("East Azerbaijan/Tabriz", nearest_km("gate", NOW)))


def test_a_county_without_a_coordinate_has_no_distance() -> None:
    assert np.isnan(_of("West Azerbaijan/Chaharborj", nearest_km("gate", NOW)))


def test_a_county_is_found_without_its_province_only_where_its_name_is_unique() -> None:
    atlas = counties()
    anywhere = atlas.numbers[-1]
    assert atlas.keys[anywhere[atlas.name_numbers["Miandoab"]]] == "West Azerbaijan/Miandoab"
    names = [key.partition("/")[2] for key in atlas.keys]
    shared = {name for name in names if names.count(name) > 1}
    assert all(anywhere[atlas.name_numbers[name]] == -1 for name in shared)
