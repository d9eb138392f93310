"""What a record said of a field: its own line, or what it repeated."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd


def valued(last: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """The value that each record gave of a field, where the history keeps no line of it either.

    It is that of its own line; else of a line of the same source and day before it, which it repeated; else of the line
    that showed then, with which it agreed.

    Parameters
    ----------
    last
        ``unit_id, field, import_id, source, as_of``, one line a record and field that it gave.
    lines
        Lines of history: the same columns, ``id, value, precision, shown``.

    Returns
    -------
    pandas.DataFrame
        ``last`` with ``value`` and ``precision``, without records of which no line speaks.

    Examples
    --------
    >>> record = {"unit_id": "U1", "field": "jobs_now", "source": "a", "as_of": pd.Timestamp("2025-01-01")}
    >>> lines = pd.DataFrame([record | {"import_id": 1, "id": 1, "value": "30", "precision": None, "shown": True}])
    >>> valued(pd.DataFrame([record | {"import_id": 2, "source": "b"}]), lines)["value"].tolist()
    ['30']
    """
    found = pd.DataFrame({"value": pd.Series(None, index=last.index, dtype="str")}).assign(precision=None)
    found["precision"] = found["precision"].astype("str")
    told = last.assign(at=last.index).sort_values("import_id", kind="stable")
    by_import = lines.sort_values(["import_id", "id"], kind="stable")
    own = ["unit_id", "field"]
    for by, among in (
        ([*own, "import_id"], by_import),
        ([*own, "source", "as_of"], by_import),
        (own, by_import[by_import["shown"].to_numpy()]),
    ):
        open_words = told[found.loc[told["at"], "value"].isna().to_numpy()]
        if open_words.empty or among.empty:
            continue
        if "import_id" in by:
            newest = among.drop_duplicates(by, keep="last")
            read_off = open_words[[*by, "at"]].merge(newest[[*by, "value", "precision"]], on=by)
        else:
            key = _keys(open_words, among, by)
            left = open_words[["at", "import_id"]].assign(key=key[: len(open_words)])
            right = among[["import_id", "value", "precision"]].assign(key=key[len(open_words) :])
            right = right.drop_duplicates(["key", "import_id"], keep="last")
            read_off = pd.merge_asof(left, right, on="import_id", by="key").dropna(subset="value")
        for name in ("value", "precision"):
            found.loc[read_off["at"], name] = read_off[name].to_numpy()
    return last.assign(value=found["value"], precision=found["precision"]).dropna(subset="value")


def _keys(left: pd.DataFrame, right: pd.DataFrame, by: list[str]) -> npt.NDArray[np.int64]:
    """Equal numbers for lines of both tables that agree in all columns, missing ones included."""
    both = pd.concat([left[by], right[by]], ignore_index=True)
    return np.asarray(both.groupby(by, dropna=False, sort=False).ngroup(), dtype=np.int64)
