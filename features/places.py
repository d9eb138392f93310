"""Counties by number, and how far each lies from gates, rails and its province's centre."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from engine.domain.sphere import haversine_km
from engine.reference.tables import table

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Counties:
    """The reference table ``counties`` as arrays; a county's number is its row.

    Parameters
    ----------
    keys
        ``Province/County`` of each number.
    key_numbers
        The number of each key.
    province_numbers, name_numbers
        Number of each province name and of each county name (several counties may share a name).
    numbers
        Shape (provinces + 1, names + 1): the county that a province and a name stand for, -1 for none. The last
        column stands for an unknown name, the last row for an unknown province: there, a name that only one county
        bears is enough.
    population
        Persons, census of 1395, NaN where no figure is at hand.
    centre_km
        Distance to the centre of the province.
    """

    keys: tuple[str, ...]
    key_numbers: dict[str, int]
    province_numbers: dict[str, int]
    name_numbers: dict[str, int]
    numbers: NDArray[np.intp]
    population: Floats
    centre_km: Floats


@cache
def counties() -> Counties:
    """All counties of Iran.

    Examples
    --------
    >>> atlas = counties()
    >>> atlas.keys[atlas.numbers[atlas.province_numbers["West Azerbaijan"], atlas.name_numbers["Urmia"]]]
    'West Azerbaijan/Urmia'
    """
    rows = table("counties")
    province_numbers = {name: i for i, name in enumerate(table("provinces")["province"])}
    name_numbers = {name: i for i, name in enumerate(sorted(set(rows["county"])))}
    province, name = rows["province"].map(province_numbers).to_numpy(), rows["county"].map(name_numbers).to_numpy()
    numbers = np.full((len(province_numbers) + 1, len(name_numbers) + 1), -1, dtype=np.intp)
    numbers[province, name] = np.arange(len(rows))
    bearers = np.bincount(name, minlength=len(name_numbers))
    numbers[-1, :-1] = np.where(bearers == 1, numbers[:-1, :-1].max(axis=0), -1)
    centre = table("provinces").set_index("province").loc[rows["province"]]
    keys = tuple(rows["province"] + "/" + rows["county"])
    return Counties(
        keys=keys,
        key_numbers={key: number for number, key in enumerate(keys)},
        province_numbers=province_numbers,
        name_numbers=name_numbers,
        numbers=numbers,
        population=rows["population_1395"].to_numpy(dtype=np.float64, na_value=np.nan),
        centre_km=haversine_km(rows["latitude"], rows["longitude"], centre["latitude"], centre["longitude"]),
    )


@lru_cache(maxsize=64)
def county_nearest_km(kind: str, as_of: pd.Timestamp) -> Floats:
    """Distance of every county to the nearest place of one kind in its own province.

    Parameters
    ----------
    kind
        ``gate``, ``rail_station`` or ``airport`` of the reference table ``border_gates``.
    as_of
        Places opened later are left out; a place without an opening day counts as always open.

    Returns
    -------
    numpy.ndarray
        km, shape (counties,); NaN where the county has no coordinate or the table lists none of its province.

    Examples
    --------
    >>> km = county_nearest_km("gate", pd.Timestamp("2025-01-01"))
    >>> float(km[counties().keys.index("West Azerbaijan/Piranshahr")].round(1))
    7.0
    """
    rows, gates = table("counties"), table("border_gates")
    opened = gates["open_since"].isna() | (gates["open_since"] <= as_of)
    usable = gates[(gates["kind"] == kind) & (gates["status"] == "open") & opened & gates["latitude"].notna()]
    if usable.empty:
        return np.full(len(rows), np.nan)
    origin = rows[["latitude", "longitude"]].to_numpy(dtype=np.float64)
    target = usable[["latitude", "longitude"]].to_numpy(dtype=np.float64)
    km = haversine_km(origin[:, :1], origin[:, 1:], target[:, 0], target[:, 1])
    same = rows["province"].to_numpy(dtype=object)[:, None] == usable["province"].to_numpy(dtype=object)
    nearest = np.where(same, km, np.inf).min(axis=1)
    return np.where(np.isfinite(nearest), nearest, np.nan)
