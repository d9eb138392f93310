"""Columns of a register that no field knows: kept with their heading and the type of each value.

They travel as one compact text a unit (`engine.domain.items`), with the parts ``header``, ``kind`` and ``value``, in
the order of the headings. They may hold anything that a register holds, so they never leave by HTTP.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import compute

from engine.domain.items import ITEM, PART, exploded, unescape, unescape_column

EXTRAS = "extras"
"""Name of the column that holds them."""

EXTRA_PARTS = ("header", "kind", "value")


class ExtraKind(StrEnum):
    """Type of a value that no field knows."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"  # whole rial
    DATE = "date"  # ISO day
    MONTH = "month"  # ISO first day of a month
    FLAG = "flag"  # true or false


def extra_columns(extras: pd.Series) -> pd.DataFrame:
    """One column a heading.

    Parameters
    ----------
    extras
        Compact text or missing, shape (n,).

    Returns
    -------
    pandas.DataFrame
        Shape (n, headings), ``str``, columns named by the escaped headings in their order; values are ``kind|value``.

    Examples
    --------
    >>> extra_columns(pd.Series(["Storeys|number|2;Zone|text|B", None], dtype="str"))["Storeys"].tolist()
    ['number|2', nan]
    """
    places = pd.Series(extras.to_numpy(), index=pd.RangeIndex(len(extras)), dtype="str").dropna()
    if places.empty:
        return pd.DataFrame(index=extras.index)
    items = places.str.split(ITEM).explode().astype("str").str.split(PART, n=1, expand=True)
    columns = {}
    for header, own in sorted(items.groupby(0).indices.items()):
        told = items[1].iloc[own]
        columns[str(header)] = told[~told.index.duplicated(keep="last")].reindex(range(len(extras))).astype("str")
    return pd.DataFrame(columns).set_axis(extras.index)


def extra_texts(columns: pd.DataFrame) -> pd.Series:
    """The inverse of :func:`extra_columns`: one compact text a row, missing where no column says anything.

    Examples
    --------
    >>> told = pd.DataFrame({"Zone": ["text|B", None], "Storeys": ["number|2", None]}, dtype="str")
    >>> extra_texts(told).tolist()
    ['Storeys|number|2;Zone|text|B', nan]
    """
    names = sorted(map(str, columns.columns))
    if not names or columns.empty:
        return pd.Series(None, index=columns.index, dtype="str")
    # Joining with null_handling="skip" drops a row of which every part is null.
    said = [pa.array((ITEM + name + PART + columns[name]).fillna("").astype(object), pa.string()) for name in names]
    text = compute.binary_join_element_wise(*said, "").to_pandas().to_numpy()
    joined = pd.Series(text, index=columns.index, dtype="str").str.slice(1)
    return joined.where(joined != "")


def extra_table(extras: pd.Series) -> pd.DataFrame:
    """All values in a long table: ``unit_id, header, kind, value``; texts are as they were, not escaped.

    Examples
    --------
    >>> extra_table(pd.Series(["Storeys|number|2;Zone|text|B"], index=["U1"], dtype="str")).values.tolist()
    [['U1', 'Storeys', 'number', '2'], ['U1', 'Zone', 'text', 'B']]
    """
    items = exploded(extras, EXTRA_PARTS).rename_axis("unit_id").reset_index()
    return items.assign(header=unescape_column(items["header"]), value=unescape_column(items["value"]))


def extra_objects(extras: object) -> list[dict[str, Any]]:
    """Extras of one unit as objects: ``header``, ``kind``, ``value``; numbers are numbers, flags are flags.

    Examples
    --------
    >>> extra_objects("Storeys|number|2;Zone|text|B")[0]
    {'header': 'Storeys', 'kind': 'number', 'value': 2}
    """
    if not isinstance(extras, str) or not extras:
        return []
    split = (item.split(PART) for item in extras.split(ITEM))
    return [
        {"header": unescape(header), "kind": kind, "value": extra_value(kind, value)} for header, kind, value in split
    ]


def extra_value(kind: str, value: str) -> Any:
    """One value in the type that JSON has for it.

    Examples
    --------
    >>> extra_value("number", "2.5"), extra_value("flag", "true"), extra_value("date", "2020-01-02")
    (2.5, True, '2020-01-02')
    """
    if kind in (ExtraKind.NUMBER, ExtraKind.MONEY):
        number = float(value)
        return int(value) if value.lstrip("-").isdigit() else number
    return value == "true" if kind == ExtraKind.FLAG else unescape(value)
