"""Which rows of a table speak of an activity, where each row lists the ISIC codes that it covers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd


def rows_about(code: str, covered: Sequence[str]) -> npt.NDArray[np.intp]:
    """Places of the rows that speak of an activity.

    Rows that cover the code, or the nearest activity above it; where there are none, the rows of all activities below.

    Parameters
    ----------
    code
        ISIC Rev. 4 code, a division, group or class.
    covered
        What each row covers: codes joined by ``;``, shape (n,).

    Returns
    -------
    numpy.ndarray
        Places, rising; empty where no row speaks of it.

    Examples
    --------
    >>> covered = ["101;102", "105", "13"]
    >>> [rows_about(code, covered).tolist() for code in ("1050", "10", "1311", "27")]
    [[1], [0, 1], [2], []]
    """
    sets = [set(codes.split(";")) for codes in covered]
    for length in range(len(code), 1, -1):
        above = [place for place, codes in enumerate(sets) if code[:length] in codes]
        if above:
            return np.array(above, dtype=np.intp)
    below = [place for place, codes in enumerate(sets) if len(code) > 1 and any(one.startswith(code) for one in codes)]
    return np.array(below, dtype=np.intp)


def by_activity(isic: pd.Series, rows: pd.DataFrame, columns: Sequence[str], weight: pd.Series) -> pd.DataFrame:
    """Figures of each unit's activity; of an activity that several rows make up, their weighted mean.

    Parameters
    ----------
    isic
        ISIC codes, shape (n,).
    rows
        A reference table with the column ``isic``, shape (m, any).
    columns
        Columns to bring.
    weight
        Weight of each row, shape (m,). Of several rows, those without a weight do not count.

    Returns
    -------
    pandas.DataFrame
        float64, shape (n, columns), index of ``isic``; missing where no row speaks of the activity, and where several
        do and none has a weight.

    Examples
    --------
    >>> rows = pd.DataFrame({"isic": ["101", "105"], "wages_share": [0.1, 0.4]})
    >>> by_activity(pd.Series(["1010", "10", None]), rows, ["wages_share"], pd.Series([1.0, 2.0])).values.tolist()
    [[0.1], [0.3], [nan]]
    """
    figures, weights, covered = rows[list(columns)].to_numpy(dtype=np.float64), weight.to_numpy(), list(rows["isic"])
    numbers, distinct = pd.factorize(isic)
    found = np.full((len(distinct) + 1, len(columns)), np.nan)
    for number, code in enumerate(distinct):
        places = rows_about(str(code), covered)
        weighed = places[~np.isnan(weights[places])]
        if len(places) == 1:
            found[number] = figures[places[0]]
        elif len(weighed) and weights[weighed].sum() > 0:
            found[number] = weights[weighed] @ figures[weighed] / weights[weighed].sum()
    return pd.DataFrame(found[numbers], columns=list(columns), index=isic.index)
