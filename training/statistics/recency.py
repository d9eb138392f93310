"""Weigh evidence by its age."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def recency_weights(years: Floats, *, until: float, half_life: float) -> Floats:
    """Halve the weight of a row for every half-life between it and the end of the evidence.

    Parameters
    ----------
    years
        Shape (n,), time of each row in years from any origin.
    until
        End of the evidence on the same scale; no row is later.
    half_life
        Years, above zero; ``inf`` keeps all evidence alike.

    Returns
    -------
    numpy.ndarray
        Shape (n,), in (0, 1].

    Examples
    --------
    >>> recency_weights(np.array([4.0, 1.0, -2.0]), until=4.0, half_life=3.0).tolist()
    [1.0, 0.5, 0.25]
    """
    return np.asarray(0.5 ** ((until - np.asarray(years, dtype=np.float64)) / half_life))
