"""Rows that bear a new identity and yet speak of a known unit: it gained an id, or its county became known.

See docs/decisions/0007-a-unit-that-gains-an-id.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd

from engine.domain.identity import identity_keys

_DROPPED = (
    ["business_id"],
    ["national_id"],
    ["business_id", "national_id"],
    ["county"],
    ["business_id", "county"],
    ["national_id", "county"],
    ["business_id", "national_id", "county"],
)
"""What a row may have had less, when it was first seen."""

_TELLING = ["business_id", "national_id", "province", "county", "division"]


def weaker_identities(new: pd.DataFrame) -> pd.DataFrame:
    """Identities that the new units had if less were known of them: ``new, origin, identity``."""
    parts = []
    for dropped in _DROPPED:
        rows = new[new[dropped].notna().all(axis=1)]
        keys = identity_keys(rows.assign(**dict.fromkeys(dropped, pd.Series(None, index=rows.index, dtype="str"))))
        part = pd.DataFrame({"new": rows["unit_id"], "origin": rows["origin"], "identity": keys})
        parts.append(part[keys.notna() & (keys != rows["identity"])])
    return pd.concat(parts, ignore_index=True).drop_duplicates()


def candidates(weaker: pd.DataFrame, stored: pd.DataFrame, root_of: Mapping[str, str]) -> pd.DataFrame:
    """New units and the known units that bear one of their weaker identities: ``new, known``.

    Parameters
    ----------
    weaker
        What `weaker_identities` returned.
    stored
        Known units of these identities: ``identity, origin, unit_id``.
    root_of
        Merged unit -> the unit that it shows as.

    Examples
    --------
    >>> weaker = pd.DataFrame({"new": ["U9"], "origin": ["register"], "identity": ["a"]})
    >>> stored = weaker.rename(columns={"new": "unit_id"}).assign(unit_id="U2")
    >>> candidates(weaker, stored, {"U2": "U1"}).values.tolist()
    [['U9', 'U1']]
    """
    pairs = weaker.merge(stored[["identity", "origin", "unit_id"]], on=["identity", "origin"])
    pairs["known"] = pairs["unit_id"].replace(dict(root_of)) if root_of else pairs["unit_id"]
    return pairs[["new", "known"]].drop_duplicates()


def certain_matches(
    pairs: pd.DataFrame, new: pd.DataFrame, known: pd.DataFrame, taken: Collection[str]
) -> dict[str, str]:
    """New units of an import, each with the known unit that it is, where that is beyond doubt.

    A new unit is a known one when, told with fewer ids or without its county, it would have that one's identity;
    nothing that is known of both contradicts; no other unit fits; and no other row of the file fits that unit.

    Parameters
    ----------
    pairs
        What `candidates` returned.
    new
        Units that the import would make: unit table with ``unit_id``, ``identity`` and ``ordinal`` as columns.
    known
        Unit table of the known units among the pairs, as they show.
    taken
        Units that other rows of the file speak of, as they show.
    """
    fits = _agree(pairs, new.set_index("unit_id"), known)
    alone = ~pairs["new"].duplicated(keep=False) & ~pairs["known"].duplicated(keep=False)
    chosen = pairs[fits & alone.to_numpy() & ~pairs["known"].isin(taken).to_numpy()]
    return dict(zip(chosen["new"], chosen["known"], strict=True))


def _agree(pairs: pd.DataFrame, new: pd.DataFrame, known: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Whether all that tells units apart is equal or not known of one of the two."""
    left, right = _telling(new).loc[pairs["new"]], _telling(known).loc[pairs["known"]]
    fits = np.ones(len(pairs), dtype=bool)
    for name in _TELLING:
        one, other = left[name].reset_index(drop=True), right[name].reset_index(drop=True)
        fits &= (one.isna() | other.isna() | (one == other)).to_numpy(dtype=bool)
    return fits


def _telling(units: pd.DataFrame) -> pd.DataFrame:
    return units.assign(division=units["isic"].str.slice(0, 2))[_TELLING]
