"""Which units belong to some sectors, at any level of ISIC."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from engine.domain.sectors import lineage, sector


def belongs(isic: pd.Series, sectors: Sequence[str]) -> pd.Series:
    """Whether each unit's sector is one of ``sectors``, or lies below one.

    Parameters
    ----------
    isic
        ISIC codes, shape (n,); text or missing.
    sectors
        Codes of sections, divisions, groups or classes, in any spelling that ``engine.domain.sectors.sector`` takes.

    Returns
    -------
    pandas.Series
        boolean, shape (n,), missing where the unit's sector is.

    Raises
    ------
    EhyaError
        ``sector_unknown``, with the nearest codes.

    Examples
    --------
    >>> belongs(pd.Series(["1030", "10", None]), ["103"]).tolist()
    [True, False, <NA>]
    """
    wanted = {sector(code) for code in sectors}
    numbers, distinct = pd.factorize(isic)
    answers = [not wanted.isdisjoint(lineage(str(code))) for code in distinct]
    return pd.Series([*answers, pd.NA], dtype="boolean").take(numbers).set_axis(isic.index)
