"""Jobs that are new to the province: gross jobs less what would have happened, or happens at others' cost.

Source of the formula: English Partnerships, Additionality Guide. The default rates are assumed, and arguments.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd

LEAKAGE = 0.10
"""Share of the jobs that goes to people outside the province: assumed."""
DISPLACEMENT = 0.25
"""Share of the jobs that rivals in the province lose: assumed."""
DISPLACEMENT_SAME_SECTOR = 0.40
"""The same where rivals of the same ISIC class work in the province: assumed."""
SUBSTITUTION = 0.05
"""Share of the jobs that replaces others inside the same firm: assumed."""
DEADWEIGHT = 0.15
"""Share of the jobs that would have come without the revival: assumed."""

Jobs = TypeVar("Jobs", float, np.ndarray, pd.Series)


def net_jobs(
    gross: Jobs,
    *,
    multiplier: Jobs | float = 1.0,
    leakage: Jobs | float = LEAKAGE,
    displacement: Jobs | float = DISPLACEMENT,
    substitution: Jobs | float = SUBSTITUTION,
    deadweight: Jobs | float = DEADWEIGHT,
) -> Jobs:
    """Jobs that the revival adds: ``gross (1-leakage)(1-displacement)(1-substitution) multiplier``, less deadweight.

    Parameters
    ----------
    gross
        Direct jobs, persons; a number or shape (n,).
    multiplier
        Type I or II of ``engine.economics.multipliers``; 1 counts direct jobs only.
    leakage, displacement, substitution
        Shares, 0..1.
    deadweight
        Share, 0..1, of the same jobs in the reference case, where nobody intervenes; it is taken off after the others.

    Returns
    -------
    float or array
        Net jobs, persons, of the shape of ``gross``.

    Examples
    --------
    >>> round(net_jobs(100.0, multiplier=1.3), 3)
    70.858
    """
    effect = gross * (1 - leakage) * (1 - displacement) * (1 - substitution) * multiplier
    reference = effect * deadweight
    return effect - reference


def indirect_jobs(direct: Jobs, multiplier: Jobs | float) -> Jobs:
    """Jobs at suppliers (type I), or also through wages (type II), that go with direct jobs.

    Parameters
    ----------
    direct
        Persons; a number or shape (n,).
    multiplier
        Type I or II.

    Returns
    -------
    float or array
        Persons, of the shape of ``direct``.

    Examples
    --------
    >>> round(indirect_jobs(100.0, 1.28), 6)
    28.0
    """
    return direct * (multiplier - 1)
