"""Blank the private fields of units before anything is computed for the public."""

from __future__ import annotations

from enum import StrEnum

import pandas as pd

from engine.domain.standing import FIRST_LOOK
from engine.domain.unit import FIELDS, Kind, column_dtypes, public_fields


class Audience(StrEnum):
    """For whom a figure is computed."""

    OFFICE = "office"  # the planners: every field counts
    PUBLIC = "public"  # investors and whoever is not known: private fields count as not known


def private_columns() -> list[str]:
    """Columns of the unit table that hold private fields.

    Examples
    --------
    >>> "bank_debt_rial" in private_columns(), "county" in private_columns()
    (True, False)
    """
    names = [field.value for field, spec in FIELDS.items() if not spec.public]
    dated = [f"{name}_precision" for name in names if FIELDS[name].kind is Kind.DATE]  # type: ignore[index]
    return names + dated


def visible(units: pd.DataFrame, audience: Audience) -> pd.DataFrame:
    """Blank what an audience may not see.

    A figure computed from this table tells nothing of a private field, in whatever way it is rounded, ordered,
    filtered or compared: prediction, triage, score, fit and counts are computed with that field unknown.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).
    audience
        For whom the figures are.

    Returns
    -------
    pandas.DataFrame
        The table itself for the office. For the public the same rows and dtypes: private fields are missing, the day
        of the first look, which is the office's log, is no column,
        ``derived`` names public fields only, ``source`` holds web addresses only (the name of a file is the office's).

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "isic": ["10"], "bank_debt_rial": [5], "source": ["x.csv"]}))
    >>> visible(units, Audience.PUBLIC)[["isic", "bank_debt_rial", "source"]].isna().values.tolist()
    [[False, True, True]]
    """
    if audience is Audience.OFFICE:
        return units
    dtypes, public = column_dtypes(), set(public_fields())
    blank = {name: pd.Series(None, index=units.index, dtype=dtypes[name]) for name in private_columns()}
    named = units["derived"].fillna("").str.split(";").map(lambda names: ";".join(n for n in names if n in public))
    address = units["source"].where(units["source"].str.match(r"https?://[^/\s]").fillna(False).astype(bool))
    return units.drop(columns=FIRST_LOOK, errors="ignore").assign(
        **blank,
        derived=named.where(units["derived"].notna()).astype("str"),
        source=address.astype("str"),
    )
