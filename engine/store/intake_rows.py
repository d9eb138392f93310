"""Rows of an intake in the shape of the register."""

from __future__ import annotations

from typing import Any

import pandas as pd

from engine.domain.extras import EXTRAS
from engine.domain.unit import DERIVED, Origin, unit_table
from engine.store.columns import CONTENT, DATES, MONEY


def register_rows(units: pd.DataFrame, *, source: str | None, as_of: pd.Timestamp | None) -> pd.DataFrame:
    """Bring the unit table of an intake to the columns of the register.

    Parameters
    ----------
    units
        Unit table with the columns ``sheet``, ``row``, ``identity`` and maybe ``extras``, shape (n, any).
    source, as_of
        Stand in for rows that name no source or date of their own.

    Returns
    -------
    pandas.DataFrame
        Shape (n, unit table + ``extras``, ``identity``, ``sheet``, ``row``), a plain index. An empty text is missing;
        a price year without money, or a precision without its date, says nothing and is dropped.

    Examples
    --------
    >>> units = pd.DataFrame({"unit_id": ["x"], "sheet": ["1"], "row": [5], "identity": ["a"]})
    >>> line = register_rows(units.assign(jobs_now=3, price_year=1403), source="list.xlsx", as_of=None).iloc[0]
    >>> line["source"], line["origin"], bool(pd.isna(line["price_year"]))
    ('list.xlsx', 'register', True)
    """
    rows = unit_table(units).reset_index(drop=True).drop(columns=DERIVED)
    extras: Any = units[EXTRAS].to_numpy() if EXTRAS in units.columns else None
    rows[EXTRAS] = pd.Series(extras, index=rows.index, dtype="str")
    texts = [name for name in rows.columns if rows[name].dtype == "str"]
    rows[texts] = rows[texts].replace("", None)
    rows["identity"] = pd.Series(units["identity"].to_numpy(), index=rows.index, dtype="str")
    rows["sheet"] = pd.Series(units["sheet"].to_numpy(), index=rows.index, dtype="str")
    rows["row"] = pd.Series(units["row"].to_numpy(), index=rows.index, dtype="int64")
    rows["origin"] = rows["origin"].fillna(Origin.REGISTER.value)
    if source is not None:
        rows["source"] = rows["source"].fillna(source)
    if as_of is not None:
        rows["as_of"] = rows["as_of"].fillna(as_of)
    rows["price_year"] = rows["price_year"].where(rows[MONEY].notna().any(axis=1))
    for name in DATES:
        rows[f"{name}_precision"] = rows[f"{name}_precision"].where(rows[name].notna())
    return rows


def content_columns() -> list[str]:
    """Columns that tell two rows of equal identity apart.

    Examples
    --------
    >>> "stopped_on_precision" in content_columns(), "source" in content_columns()
    (True, False)
    """
    return [*CONTENT, *(f"{name}_precision" for name in DATES)]
