"""Rows as the database gives them, in the types that tables have outside."""

from __future__ import annotations

import pandas as pd

from engine.domain.unit import DERIVED, unit_table

_TYPES = {
    "id": "int64",
    "row": "int64",
    **dict.fromkeys(("new_count", "updated_count", "unchanged_count"), "int64"),
    **dict.fromkeys(("rejected_row_count", "rejected_cell_count"), "int64"),
    "happened_on": "datetime64[s]",
    "known_on": "datetime64[s]",
    "revised_on": "datetime64[s]",
    "shown_on": "datetime64[s]",
    "as_of": "datetime64[s]",
    "model_data_until": "datetime64[s]",
    "made_at": "datetime64[us]",
    "imported_at": "datetime64[us]",
    "undone_at": "datetime64[us]",
    "event_id": "int64",
    "replacement_id": "Int64",
    "capacity_share": "float64",
    "propensity": "float64",
    "low": "float64",
    "point": "float64",
    "high": "float64",
    "jobs": "Int64",
    "rial": "Int64",
    "position": "int64",
    "prior_driven": "boolean",
    "out_of_fold": "boolean",
}


def typed_units(raw: pd.DataFrame) -> pd.DataFrame:
    """Give the columns of ``units``, as read, their types; the index stays plain."""
    table = unit_table(raw.set_index("unit_id")).drop(columns=DERIVED)
    texts = raw[["identity", "ordinal", "extras"]].set_axis(table.index)
    typed = table.assign(
        identity=texts["identity"].astype("str"),
        ordinal=texts["ordinal"].astype("int64"),
        extras=texts["extras"].astype("str"),
    )
    return typed.reset_index()


def typed_lines(raw: pd.DataFrame) -> pd.DataFrame:
    """Give the columns of any other table, as read, their types; what is no number, day or flag is text.

    Examples
    --------
    >>> raw = pd.DataFrame({"id": [1], "jobs": [None], "source": [None]}, dtype=object)
    >>> typed_lines(raw).dtypes.astype(str).tolist()
    ['int64', 'Int64', 'str']
    """
    return raw.astype({name: _TYPES.get(name, "str") for name in raw.columns})
