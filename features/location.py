"""Where a unit stands, and what stands near it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from engine.domain.unit import Field
from engine.parsing.text import fold
from features.batch import DIVISIONS, Batch, Floats
from features.catalogue import Feature
from features.places import counties, county_nearest_km


def province_level(batch: Batch) -> Floats:
    """Index of the province among the levels of fit."""
    return _levels(batch, Feature.PROVINCE_LEVEL, counties().province_numbers)[batch.provinces]


def county_level(batch: Batch) -> Floats:
    """Index of the county among the levels of fit."""
    return _levels(batch, Feature.COUNTY_LEVEL, counties().key_numbers)[batch.counties]


def gate_km(batch: Batch) -> Floats:
    """Distance to the nearest gate open at ``as_of``."""
    return _gathered(county_nearest_km("gate", batch.as_of), batch)


def rail_km(batch: Batch) -> Floats:
    """Distance to the nearest rail station open at ``as_of``."""
    return _gathered(county_nearest_km("rail_station", batch.as_of), batch)


def province_centre_km(batch: Batch) -> Floats:
    """Distance to the centre of the province."""
    return _gathered(counties().centre_km, batch)


def population_log(batch: Batch) -> Floats:
    """Persons in the county, log10(1 + persons)."""
    return _gathered(np.log10(1 + counties().population), batch)


def cluster_log(batch: Batch) -> Floats:
    """Units of the county in the records of fit, log10."""
    return _gathered(np.log10(_units_by_county(batch)), batch)


def competitor_share(batch: Batch) -> Floats:
    """Share of the county's units that work in the same division."""
    units, numbers = _units_by_county(batch), counties().key_numbers
    shares = np.append(np.repeat(1 / units, DIVISIONS), np.nan)
    for key, count in batch.fitted["county_division_units"].items():
        county, _, division = key.rpartition("/")
        if county in numbers:
            shares[numbers[county] * DIVISIONS + int(division)] = count / units[numbers[county]]
    known = (batch.counties >= 0) & (batch.divisions >= 0)
    return shares[np.where(known, batch.counties * DIVISIONS + batch.divisions, -1)]


def in_estate(batch: Batch) -> Floats:
    """1 for a unit whose register names an estate, 0 where it says that the unit stands outside of any.

    Examples
    --------
    >>> import pandas as pd
    >>> units = pd.DataFrame({"estate": ["شهرک صنعتی ارومیه", "خارج از شهرک", "-", None]})
    >>> in_estate(Batch(units, {}, pd.Timestamp("2025-01-01"))).tolist()
    [1.0, 0.0, nan, nan]
    """
    return batch.lookup(Field.ESTATE.value, _names_estate)


_OUTSIDE = ("خارج", "بیرون", "فاقد", "ندارد", "outside", "not in")


def _names_estate(text: str) -> float:
    folded = fold(text)
    if not any(letter.isalpha() for letter in folded):
        return np.nan
    return 0.0 if folded.startswith(_OUTSIDE) else 1.0


def _units_by_county(batch: Batch) -> Floats:
    numbers = counties().key_numbers
    units = np.ones(len(numbers))
    for key, count in batch.fitted["county_units"].items():
        if key in numbers:
            units[numbers[key]] = count
    return units


def _levels(batch: Batch, feature: Feature, numbers: Mapping[str, int]) -> Floats:
    levels = np.full(len(numbers) + 1, np.nan)
    for index, name in enumerate(batch.fitted["levels"][feature.value]):
        if name in numbers:
            levels[numbers[name]] = index
    return levels


def _gathered(by_county: Floats, batch: Batch) -> Floats:
    return np.append(by_county, np.nan)[batch.counties]


COLUMNS: dict[Feature, Callable[[Batch], Floats]] = {
    Feature.PROVINCE_LEVEL: province_level,
    Feature.COUNTY_LEVEL: county_level,
    Feature.GATE_KM: gate_km,
    Feature.PROVINCE_CENTRE_KM: province_centre_km,
    Feature.RAIL_KM: rail_km,
    Feature.COUNTY_POPULATION_LOG: population_log,
    Feature.CLUSTER_UNITS_LOG: cluster_log,
    Feature.COMPETITOR_SHARE: competitor_share,
    Feature.IN_ESTATE: in_estate,
}
