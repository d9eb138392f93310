"""Rows that bear a new identity since a name or an ISIC code was corrected, and whose rest is equal: a known unit.

See docs/decisions/0007-a-unit-that-gains-an-id.md.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from engine.domain.unit import Field
from engine.parsing.text import fold_column
from engine.store.columns import CORE

BY_COMPANY, BY_NAME = "national:", "name:"
"""How identities begin that a corrected ISIC division or a corrected name changes (`engine.domain.identity`)."""

LEAST_EQUAL = 3
"""Figures that must be known, and equal, before two rows of other names are one unit (assumed): two rows that give no
more than place and trade are equal by chance."""

_FIGURES = [
    Field.STOPPED_ON, Field.ESTABLISHED_ON, Field.CAPACITY_TEXT, Field.JOBS_BEFORE_STOP, Field.LAND_M2,
    Field.BUILDING_M2, Field.MACHINERY_YEAR, Field.POWER_KW, Field.GAS_M3_PER_HOUR, Field.WATER_L_PER_S,
    Field.BANK_DEBT_RIAL, Field.CAPITAL_NEEDED_RIAL,
]  # fmt: skip
_ALL_ELSE = [name for name in CORE if name not in (Field.NAME, Field.NOTES)]
_PAIR = ["new", "known"]


class Corrections(NamedTuple):
    """Which new units are known ones, and which may be.

    Parameters
    ----------
    same
        New unit -> the known unit that it is.
    doubtful
        ``new, known``: pairs that fit where more than one does.
    """

    same: dict[str, str]
    doubtful: pd.DataFrame


def corrections(
    new: pd.DataFrame, stored: pd.DataFrame, root_of: Mapping[str, str], taken: Collection[str]
) -> Corrections:
    """Find the known units that a corrected name or ISIC code hid.

    A corrected code: national id, county and estate are equal, and the name where both have one. A corrected name, of
    rows without an id: everything but name and notes is equal, with `LEAST_EQUAL` figures known. Either way the known
    unit is one that no other row of the file speaks of.

    Parameters
    ----------
    new
        Units that the import would make: unit table with ``unit_id`` and ``identity`` as columns.
    stored
        Known units in the same columns: those of the national ids and of the counties of ``new``.
    root_of
        Merged unit -> the unit that it shows as.
    taken
        Units that rows of the file speak of, as they show.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> row = {"unit_id": "U1", "national_id": "14077631706", "county": "Khoy", "isic": "1061"}
    >>> one = unit_table(pd.DataFrame([row])).reset_index().assign(identity="national:14077631706|Khoy|10")
    >>> other = one.assign(unit_id="U2", isic="1071", identity="national:14077631706|Khoy|11")
    >>> corrections(other, one, {}, ()).same
    {'U2': 'U1'}
    """
    pairs = pd.concat([_of_codes(new, stored), _of_names(new, stored)], ignore_index=True)
    pairs["known"] = pairs["known"].map(lambda unit_id: root_of.get(unit_id, unit_id))
    pairs = pairs[~pairs["known"].isin(set(taken)).to_numpy(dtype=bool)].drop_duplicates()
    alone = ~pairs["new"].duplicated(keep=False) & ~pairs["known"].duplicated(keep=False)
    same = pairs[alone]
    return Corrections(dict(zip(same["new"], same["known"], strict=True)), pairs[~alone])


def _of_codes(new: pd.DataFrame, stored: pd.DataFrame) -> pd.DataFrame:
    keys = ["origin", "national_id", "county", "estate"]
    pairs = _paired(_bearing(new, BY_COMPANY), _bearing(stored, BY_COMPANY), keys)
    names = pairs[["name", "name_of_known"]]
    agree = names.isna().any(axis=1) | (names["name"] == names["name_of_known"])
    return pairs.loc[agree, _PAIR]


def _of_names(new: pd.DataFrame, stored: pd.DataFrame) -> pd.DataFrame:
    sides = [_bearing(side, BY_NAME) for side in (new, stored)]
    told = [side[(side[_FIGURES].notna().sum(axis=1) >= LEAST_EQUAL).to_numpy()] for side in sides]
    left, right = (side.assign(rest=pd.util.hash_pandas_object(side[_ALL_ELSE], index=False)) for side in told)
    return _paired(left, right, ["origin", "county", "estate", "rest"])[_PAIR]


def _bearing(units: pd.DataFrame, beginning: str) -> pd.DataFrame:
    rows = units[units["identity"].str.startswith(beginning).to_numpy(dtype=bool)]
    folded = {name: fold_column(rows[name]) for name in ("name", "estate")}
    return rows.assign(**folded)


def _paired(left: pd.DataFrame, right: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    # What is not known of both is equal too, and pandas joins missing keys.
    columns = ["unit_id", "name", *keys]
    renamed = right[columns].rename(columns={"unit_id": "known", "name": "name_of_known"})
    pairs = left[columns].rename(columns={"unit_id": "new"}).merge(renamed, on=keys)
    return pairs[np.asarray(pairs["new"] != pairs["known"])]
