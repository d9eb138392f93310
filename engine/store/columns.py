"""Columns of the unit table as the register keeps them: which there are, and their values as text, there and back."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from engine.domain.extras import EXTRAS, extra_columns, extra_texts
from engine.domain.unit import FIELDS, Field, Kind, column_dtypes, stored_dtypes

CORE = [field.value for field in FIELDS]
CONTENT = [*CORE, EXTRAS]
"""Columns whose values have a history; each heading of ``extras`` has one of its own."""

DATES = [field.value for field, spec in FIELDS.items() if spec.kind is Kind.DATE]
MONEY = [*(field.value for field, spec in FIELDS.items() if spec.kind is Kind.MONEY), Field.DEBTS.value]
FOLLOWING = ["source", "as_of", "confidence", "price_year"]
"""Record columns: they follow the newest record of the unit."""

COLUMNS = [*stored_dtypes(), EXTRAS]
SIGHTING = ["unit_id", *FOLLOWING, "given"]

EXTRA = "extra:"
"""Begins the name, in the history, of a column that no field knows; its escaped heading follows."""


def is_extra(field: str) -> bool:
    """Whether the history of a column that no field knows stands under this name.

    Examples
    --------
    >>> is_extra("extra:Storeys"), is_extra("jobs_now")
    (True, False)
    """
    return field.startswith(EXTRA)


def to_text(column: pd.Series) -> pd.Series:
    """Write the values of one field as text; no value may be missing.

    Returns
    -------
    pandas.Series
        ``str``: ISO dates, ``true`` or ``false``, whole numbers, the shortest digits that give the same float back.

    Examples
    --------
    >>> to_text(pd.Series([0.1, 30.0])).tolist(), to_text(pd.Series([True], dtype="boolean")).tolist()
    (['0.1', '30.0'], ['true'])
    """
    if pd.api.types.is_datetime64_dtype(column.dtype):
        text = np.datetime_as_string(column.to_numpy().astype("datetime64[D]")).astype(object)
    elif pd.api.types.is_bool_dtype(column.dtype):
        text = np.where(column.to_numpy(dtype=bool), "true", "false").astype(object)
    else:
        text = column.astype(object).map(str).to_numpy(dtype=object)
    return pd.Series(text, index=column.index, dtype="str")


def from_text(column: pd.Series, field: str) -> pd.Series:
    """Read the text of one field back into the field's own type; missing stays missing.

    Examples
    --------
    >>> from_text(pd.Series(["30", None], dtype="str"), "jobs_now").dtype
    Int64Dtype()
    """
    dtype: Any = "str" if is_extra(field) else column_dtypes()[field]
    if dtype == "boolean":
        return column.map({"true": True, "false": False}).astype(object).where(column.notna(), None).astype("boolean")
    typed: pd.Series = column.astype(dtype)
    return typed


def with_extra_columns(rows: pd.DataFrame) -> pd.DataFrame:
    """The same rows with ``extras`` parted into one column a heading, named as in the history."""
    columns = extra_columns(rows[EXTRAS])
    return pd.concat([rows.drop(columns=EXTRAS), columns.add_prefix(EXTRA)], axis=1)


def without_extra_columns(rows: pd.DataFrame) -> pd.DataFrame:
    """The inverse of `with_extra_columns`."""
    headings = [str(name) for name in rows.columns if is_extra(str(name))]
    extras = extra_texts(rows[headings].rename(columns=lambda name: name.removeprefix(EXTRA)))
    return rows.drop(columns=headings).assign(**{EXTRAS: extras})
