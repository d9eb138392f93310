"""Rows of ``units`` as the database gives them, in the types of the unit table."""

from __future__ import annotations

import pandas as pd

from engine.domain.unit import unit_table
from engine.store.schema import DERIVED


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
