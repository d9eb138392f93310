"""Which unit of the register a row speaks of."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import numpy.typing as npt
import pandas as pd

_KEY = ["origin", "identity"]


def unit_ids(keys: pd.DataFrame, stored: pd.DataFrame) -> pd.Series:
    """Names of units; a new one is ``U`` and ten characters of base32 of the sha256 of origin, identity and ordinal.

    Parameters
    ----------
    keys
        Columns ``origin``, ``identity``, ``ordinal``, shape (n, 3 or more).
    stored
        The same columns and ``unit_id``: units that have their name already and keep it.

    Returns
    -------
    pandas.Series
        ``str``, shape (n,). The same key always gives the same name, on every machine.

    Examples
    --------
    >>> keys = pd.DataFrame({"origin": ["register"], "identity": ["business:1"], "ordinal": [0]})
    >>> unit_ids(keys, keys.iloc[:0].assign(unit_id="")).tolist()
    ['U43NUG4PY5Z']
    """
    joined = _numbered(keys)
    names = joined.map(pd.Series(stored["unit_id"].to_numpy(dtype=object), index=_numbered(stored))).astype(object)
    nameless = names.isna()
    names[nameless] = joined[nameless].map(_name)
    return names.astype("str")


def ordinals(rows: pd.DataFrame, stored: pd.DataFrame, content: list[str]) -> pd.Series:
    """Give each row the ordinal of the unit it speaks of, among units of equal origin and identity.

    A row whose content equals a stored unit's takes that unit, so a file whose equal keys changed places still changes
    nothing. Rows that are left take the units that are left, both in their order; then new ordinals begin.

    Parameters
    ----------
    rows
        Incoming rows in their order: ``origin``, ``identity`` and the columns ``content``.
    stored
        Units of the register with the same columns and ``ordinal``.
    content
        Columns that tell two rows apart.

    Returns
    -------
    pandas.Series
        ``int64``, index of ``rows``.

    Examples
    --------
    >>> rows = pd.DataFrame({"origin": ["register"] * 2, "identity": ["a"] * 2, "jobs_now": [7, 5]})
    >>> stored = rows.assign(jobs_now=[5, 7], ordinal=[0, 1])
    >>> ordinals(rows, stored, ["jobs_now"]).tolist()
    [1, 0]
    """
    result = pd.Series(0, index=rows.index, dtype="int64")
    key, stored_key = _joined(rows), _joined(stored)
    crowded = set(key[key.duplicated()]) | set(stored_key[stored_key.duplicated() | (stored["ordinal"] != 0)])
    if not crowded:
        return result
    several, others = key.isin(crowded), stored_key.isin(crowded)
    result[several] = _ordinals_of_crowd(
        pd.DataFrame({"key": key, "content": _fingerprint(rows, content)})[several],
        pd.DataFrame(
            {"key": stored_key, "content": _fingerprint(stored, content), "ordinal": stored["ordinal"].astype("int64")}
        )[others],
    )
    return result


def _ordinals_of_crowd(rows: pd.DataFrame, stored: pd.DataFrame) -> pd.Series:
    stored = stored.sort_values("ordinal")
    found = _paired(rows, stored, ["key", "content"])
    free = stored[~(stored["key"] + _number(stored["ordinal"])).isin(rows["key"] + _number(found))]
    rest = rows[found.isna()]
    found.update(_paired(rest, free, ["key"]))
    rest = rows[found.isna()]
    first = (stored.groupby("key")["ordinal"].max() + 1).reindex(rest["key"]).fillna(0).to_numpy()
    found[found.isna()] = first + rest.groupby("key").cumcount().to_numpy()
    return found.astype("int64")


def _paired(rows: pd.DataFrame, stored: pd.DataFrame, by: list[str]) -> pd.Series:
    left = rows[by].assign(turn=rows.groupby(by).cumcount())
    right = stored[[*by, "ordinal"]].assign(turn=stored.groupby(by).cumcount())
    ordinal = left.merge(right, on=[*by, "turn"], how="left")["ordinal"]
    return pd.Series(ordinal.to_numpy(dtype="float64"), index=rows.index)


def _numbered(frame: pd.DataFrame) -> pd.Series:
    return (_joined(frame) + "|" + frame["ordinal"].astype("str")).astype(object)


def _number(values: pd.Series) -> pd.Series:
    return "|" + values.fillna(-1).astype("int64").astype("str")


def _joined(frame: pd.DataFrame) -> pd.Series:
    return frame["origin"].astype("str") + "|" + frame["identity"].astype("str")


def _fingerprint(frame: pd.DataFrame, content: list[str]) -> npt.NDArray[Any]:
    return pd.util.hash_pandas_object(frame[content], index=False).to_numpy()


def _name(joined: str) -> str:
    return "U" + base64.b32encode(hashlib.sha256(joined.encode()).digest()).decode()[:10]
