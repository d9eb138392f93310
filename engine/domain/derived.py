"""What the lists of a unit tell of fields that nobody stated."""

from __future__ import annotations

import numpy as np
import pandas as pd

from engine.domain.items import exploded
from engine.domain.unit import PARTS, Creditor, Field

DEBT_FIELDS: dict[Creditor, Field] = {
    Creditor.BANK: Field.BANK_DEBT_RIAL,
    Creditor.TAX: Field.TAX_DEBT_RIAL,
    Creditor.SOCIAL_SECURITY: Field.SOCIAL_SECURITY_DEBT_RIAL,
    Creditor.OTHER: Field.OTHER_DEBT_RIAL,
}
"""The sum that a kind of creditor belongs to."""

DERIVED_FIELDS = (Field.MACHINERY_YEAR, *DEBT_FIELDS.values())
"""Fields that a list can stand in for."""

_LARGEST = 9.2e18  # just below 2**63


def with_derived(units: pd.DataFrame) -> pd.DataFrame:
    """Fill sums of debts and the year of the machinery from the lists, where they are not stated themselves.

    A debt is the sum over the creditors of its kind; a list that names no creditor of a kind says nothing of that
    kind. The year of the machinery is the median over machines of known year, each counted as often as there are of
    it, the older of two in the middle. What was filled is named in the column ``derived``.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).

    Returns
    -------
    pandas.DataFrame
        The same table, filled.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> debts = {"debts": ["bank|Melli|12000;bank|Saderat|500;tax||300"], "tax_debt_rial": [250]}
    >>> units = unit_table(pd.DataFrame({"unit_id": ["a"], "equipment": ["3|press|2009|;1|saw|1995|"]} | debts))
    >>> filled = with_derived(units).loc["a"]
    >>> int(filled["bank_debt_rial"]), int(filled["tax_debt_rial"]), int(filled["machinery_year"]), filled["derived"]
    (12500, 250, 2009, 'machinery_year;bank_debt_rial')
    """
    told = {**_years(units[Field.EQUIPMENT.value]), **_sums(units[Field.DEBTS.value])}
    fills = {name: units[name].isna() & value.reindex(units.index).notna() for name, value in told.items()}
    if not any(fill.any() for fill in fills.values()):
        return units
    table = units.copy()
    names = pd.Series("", index=units.index, dtype=object)
    for name, fill in fills.items():
        table[name] = units[name].where(~fill, told[name].reindex(units.index).astype("Int64"))
        names += np.where(fill, f";{name}", "")
    table["derived"] = names.str.lstrip(";").replace("", None).astype("str")
    return table


def _years(equipment: pd.Series) -> dict[str, pd.Series]:
    if equipment.isna().all():
        return {}
    items = exploded(equipment, PARTS[Field.EQUIPMENT])[["count", "year"]].dropna(subset="year")
    if items.empty:
        return {}
    counted = items.assign(count=items["count"].astype("float64").fillna(1), year=items["year"].astype("int64"))
    counted = counted.rename_axis("unit_id").reset_index().sort_values(["unit_id", "year"], kind="stable")
    groups = counted.groupby("unit_id")["count"]
    half = groups.transform("sum") / 2
    middle = counted[groups.cumsum() >= half].drop_duplicates("unit_id").set_index("unit_id")["year"]
    return {Field.MACHINERY_YEAR.value: middle.astype("Int64")}


def _sums(debts: pd.Series) -> dict[str, pd.Series]:
    if debts.isna().all():
        return {}
    items = exploded(debts, PARTS[Field.DEBTS])[["creditor", "rial"]]
    if items.empty:
        return {}
    amounts = items.assign(rial=items["rial"].astype("int64"), rough=items["rial"].astype("float64"))
    sums = amounts.rename_axis("unit_id").reset_index().groupby(["creditor", "unit_id"])[["rial", "rough"]].sum()
    sums = sums[sums["rough"] <= _LARGEST]  # beyond it the whole numbers wrap around
    kinds = sums.index.get_level_values("creditor")
    return {
        field.value: sums.loc[kinds == creditor.value, "rial"].droplevel("creditor").astype("Int64")
        for creditor, field in DEBT_FIELDS.items()
    }
