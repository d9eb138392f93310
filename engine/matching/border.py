"""How far a place is from the border."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.domain.gates import open_gates
from engine.domain.places import Place
from engine.matching.nearness import nearest_km, on_sphere


def border_km(places: Sequence[Place], points: NDArray[np.float64], gates: Sequence[str] = ()) -> NDArray[np.float64]:
    """Great-circle distance from the centre of each place to the nearest open border gate.

    Parameters
    ----------
    places, points
        The places and their centres, shape (places, 3) (`engine.matching.nearness.coordinates`).
    gates
        Codes of the gates that count; all where none is named.

    Returns
    -------
    numpy.ndarray
        km, shape (places,); NaN where the place has no centre. Without named gates also NaN in a province of which the
        reference table lists none: its own gates would be nearer.

    Examples
    --------
    >>> from engine.matching.nearness import coordinates
    >>> both = [Place("West Azerbaijan", "Piranshahr"), Place("Yazd", "Yazd")]
    >>> border_km(both, coordinates(both)).round().tolist()
    [7.0, nan]
    """
    rows = open_gates()
    counted = rows[rows["gate_code"].isin(list(gates))] if gates else rows
    centres = on_sphere(counted["latitude"].to_numpy(dtype=float), counted["longitude"].to_numpy(dtype=float))
    km = nearest_km(points, centres)
    if gates:
        return km
    listed = {*rows["province"]}
    return np.where([one.province in listed for one in places], km, np.nan)
