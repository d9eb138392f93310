"""Rows that bear a new identity and yet speak of a known unit: it gained an id, or its county became known.

See docs/decisions/0007-a-unit-that-gains-an-id.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pandas as pd
from sqlalchemy import Connection, select

from engine.domain.extras import EXTRAS
from engine.domain.identity import identity_keys
from engine.store import schema
from engine.store.bulk import read_where
from engine.store.merges import folded, roots, sightings_of
from engine.store.typed import typed_units

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


def matches(connection: Connection, new: pd.DataFrame, seen: Collection[str]) -> dict[str, str]:
    """New units of an import, each with the known unit that it is, where that is beyond doubt.

    A new unit is a known one when, told with fewer ids or without its county, it would have that one's identity;
    nothing that is known of both contradicts; no other unit fits; and no other row of the file fits that unit.

    Parameters
    ----------
    connection
        Where to read.
    new
        Units that the import would make: unit table with ``unit_id``, ``identity`` and ``ordinal`` as columns.
    seen
        Units that other rows of the file speak of.
    """
    if new.empty or connection.execute(select(schema.units.c.unit_id).limit(1)).first() is None:
        return {}
    weaker = _weaker(new)
    stored = typed_units(read_where(connection, select(schema.units), schema.units.c.identity, weaker["identity"]))
    pairs = weaker.merge(stored[["identity", "origin", "unit_id"]], on=["identity", "origin"])
    root_of = roots(connection)
    pairs["known"] = pairs["unit_id"].replace(root_of) if root_of else pairs["unit_id"]
    pairs = pairs[["new", "known"]].drop_duplicates()
    taken = {root_of.get(name, name) for name in seen}
    fits = _agree(pairs, new.set_index("unit_id"), _shown(connection, pairs["known"], root_of))
    alone = ~pairs["new"].duplicated(keep=False) & ~pairs["known"].duplicated(keep=False)
    chosen = pairs[fits & alone.to_numpy() & ~pairs["known"].isin(taken).to_numpy()]
    return dict(zip(chosen["new"], chosen["known"], strict=True))


def _weaker(new: pd.DataFrame) -> pd.DataFrame:
    """Identities that the new units had if less were known of them: ``new, origin, identity``."""
    parts = []
    for dropped in _DROPPED:
        rows = new[new[dropped].notna().all(axis=1)]
        keys = identity_keys(rows.assign(**dict.fromkeys(dropped, pd.Series(None, index=rows.index, dtype="str"))))
        part = pd.DataFrame({"new": rows["unit_id"], "origin": rows["origin"], "identity": keys})
        parts.append(part[keys.notna() & (keys != rows["identity"])])
    return pd.concat(parts, ignore_index=True).drop_duplicates()


def _shown(connection: Connection, unit_ids: pd.Series, root_of: Mapping[str, str]) -> pd.DataFrame:
    wanted = set(unit_ids)
    concerned = {lost: root for lost, root in root_of.items() if root in wanted}
    raw = read_where(connection, select(schema.units), schema.units.c.unit_id, [*wanted, *concerned])
    table = typed_units(raw).set_index("unit_id").drop(columns=["identity", "ordinal", EXTRAS])
    return folded(table, concerned, sightings_of(connection, concerned)) if concerned else table


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
