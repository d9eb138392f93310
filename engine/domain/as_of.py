"""As-of search: the last row of a unit on a day."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd


def row_as_of(unit: pd.Series, day: pd.Series, of_unit: pd.Series, on_day: pd.Series) -> npt.NDArray[np.intp]:
    """For each unit and day, the last row of that unit whose day is not later.

    Parameters
    ----------
    unit, day
        The rows to search, in any order: shape (rows,). Of rows of one day the last in order counts.
    of_unit, on_day
        What to search for: shape (n,).

    Returns
    -------
    numpy.ndarray
        Shape (n,): number of the row, -1 where there is none.

    Examples
    --------
    >>> days = pd.Series(pd.to_datetime(["2020-01-01", "2021-01-01", "2021-01-01"]))
    >>> asked = pd.Series(pd.to_datetime(["2020-06-01", "2022-01-01", "2019-01-01"]))
    >>> row_as_of(pd.Series(["a", "a", "b"]), days, pd.Series(["a", "b", "a"]), asked).tolist()
    [0, 2, -1]
    """
    rows = pd.DataFrame({"unit": unit.to_numpy(), "day": _whole(day), "row": np.arange(len(unit))})
    asked = pd.DataFrame({"unit": of_unit.to_numpy(), "day": _whole(on_day), "place": np.arange(len(of_unit))})
    answer = np.full(len(asked), -1, dtype=np.intp)
    if rows.empty or asked.empty:
        return answer
    found = pd.merge_asof(
        asked.astype({"unit": "str"}).sort_values("day", kind="stable"),
        rows.astype({"unit": "str"}).sort_values("day", kind="stable"),
        on="day",
        by="unit",
    )
    answer[found["place"].to_numpy()] = found["row"].fillna(-1).to_numpy(dtype=np.intp)
    return answer


def _whole(day: pd.Series) -> npt.NDArray[np.datetime64]:
    return day.to_numpy().astype("datetime64[D]").astype("datetime64[s]")
