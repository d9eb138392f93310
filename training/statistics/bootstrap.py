"""Bootstrap counts: which units a refit sees, and how often."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

REFITS = 200
"""Refits of the promoted heads, and draws of every interval."""

HELD_OUT_REFITS = 100
"""The same for the heads that leave a province out: there are some thirty pairs of them."""


def bootstrap_counts(rows: npt.NDArray[np.bool_], *, refits: int, random_state: int) -> npt.NDArray[np.float64]:
    """Draw units with replacement, as counts.

    Parameters
    ----------
    rows
        Shape (n,): units that may be drawn.
    refits
        How many samples.
    random_state
        Seed.

    Returns
    -------
    numpy.ndarray
        Shape (refits, n), each row summing to the number of units that may be drawn.

    Examples
    --------
    >>> bootstrap_counts(np.array([True, False, True]), refits=2, random_state=0).sum(axis=1).tolist()
    [2.0, 2.0]
    """
    count = int(rows.sum())
    generator = np.random.default_rng(random_state)
    return generator.multinomial(count, rows / count, size=refits).astype(np.float64)
