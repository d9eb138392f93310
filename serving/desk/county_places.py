"""What stands in a province beside its units: border gates with a coordinate, industrial estates by county."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from engine.reference.tables import table


@dataclass(frozen=True, eq=False, slots=True)
class CountyPlaces:
    """What stands in a province.

    Parameters
    ----------
    gates
        Rows of ``border_gates`` that have a coordinate.
    estates
        Rows of ``estates``; their table has no coordinates, only the county.
    """

    gates: pd.DataFrame
    estates: pd.DataFrame


def county_places(province: str) -> CountyPlaces:
    """Gather what the reference tables hold of a province.

    Examples
    --------
    >>> found = county_places("West Azerbaijan")
    >>> "bazargan" in set(found.gates["gate_code"]), set(found.estates["province"])
    (True, {'West Azerbaijan'})
    """
    gates, estates = table("border_gates"), table("estates")
    placed = gates["latitude"].notna() & gates["longitude"].notna()
    return CountyPlaces(
        gates[(gates["province"] == province) & placed].reset_index(drop=True),
        estates[estates["province"] == province].reset_index(drop=True),
    )
