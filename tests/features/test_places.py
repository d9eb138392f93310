"""Distances: by hand, and against a published geodesic."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.places import counties, county_nearest_km

NOW = pd.Timestamp("2025-06-01")


def _of(county: str, kilometres: np.ndarray) -> float:
    return float(kilometres[counties().key_numbers[county]])


def test_urmia_lies_45_km_from_its_gate() -> None:
    """By hand on a flat map: 0.1587 and 0.4751 x cos(37.63) degrees of 111.195 km give 17.65 and 41.83, so 45.4 km."""
    assert _of("West Azerbaijan/Urmia", county_nearest_km("gate", NOW)) == pytest.approx(45.4, abs=0.1)


def test_a_centre_lies_at_no_distance_from_itself() -> None:
    assert _of("West Azerbaijan/Urmia", counties().centre_km) == 0
    assert _of("Fars/Shiraz", counties().centre_km) == 0


def test_a_station_counts_from_the_day_it_opened() -> None:
    before = county_nearest_km("rail_station", pd.Timestamp("2018-11-18"))
    after = county_nearest_km("rail_station", pd.Timestamp("2018-11-19"))
    assert _of("West Azerbaijan/Urmia", before) > 50
    assert _of("West Azerbaijan/Urmia", after) == 0


def test_a_province_whose_gates_are_not_listed_has_no_distance() -> None:
    assert np.isnan(_of("East Azerbaijan/Tabriz", county_nearest_km("gate", NOW)))


def test_a_county_without_a_coordinate_has_no_distance() -> None:
    assert np.isnan(_of("West Azerbaijan/Chaharborj", county_nearest_km("gate", NOW)))


def test_a_county_is_found_without_its_province_only_where_its_name_is_unique() -> None:
    atlas = counties()
    anywhere = atlas.numbers[-1]
    assert atlas.keys[anywhere[atlas.name_numbers["Miandoab"]]] == "West Azerbaijan/Miandoab"
    names = [key.partition("/")[2] for key in atlas.keys]
    shared = {name for name in names if names.count(name) > 1}
    assert all(anywhere[atlas.name_numbers[name]] == -1 for name in shared)
