"""Propose pairs of rows that may be one unit; both rows are kept."""

from __future__ import annotations

import pandas as pd

from engine.parsing.rejection import DuplicateReason
from engine.parsing.text import compact_column


def duplicate_pairs(units: pd.DataFrame) -> pd.DataFrame:
    """Pairs of rows with an equal id, or an equal folded name in one county (or with a county not known).

    Of a group of equals, the first row is paired with each of the others.

    Parameters
    ----------
    units
        Unit table with ``sheet`` and ``row``, shape (n, columns), in file order.

    Returns
    -------
    pandas.DataFrame
        ``sheet, row, other_sheet, other_row, code``; the earlier row first, each pair once.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> rows = pd.DataFrame({"unit_id": ["a", "b"], "name": ["واحد نمونه", "واحد  نمونه"], "county": ["Khoy", "Khoy"]})
    >>> duplicate_pairs(unit_table(rows).assign(sheet="s", row=[5, 9]))[["row", "other_row"]].values.tolist()
    [[5, 9]]
    """
    name = compact_column(units["name"])
    position = pd.Series(range(len(units)), index=units.index)
    pairs = pd.concat(
        [
            _pairs(units["business_id"], position, DuplicateReason.SAME_BUSINESS_ID),
            _pairs(units["national_id"], position, DuplicateReason.SAME_NATIONAL_ID),
            _pairs(name + "|" + units["county"], position, DuplicateReason.SAME_NAME),
            _pairs_without_county(name, units["county"], position),
        ]
    )
    pairs = pairs.drop_duplicates(["one", "other"]).sort_values(["one", "other"], ignore_index=True)
    one, other = units.iloc[pairs["one"]], units.iloc[pairs["other"]]
    return pd.DataFrame(
        {
            "sheet": one["sheet"].to_numpy(),
            "row": one["row"].to_numpy(),
            "other_sheet": other["sheet"].to_numpy(),
            "other_row": other["row"].to_numpy(),
            "code": pd.Series(pairs["code"].to_list(), dtype=object),
        }
    )


def _pairs(keys: pd.Series, position: pd.Series, code: DuplicateReason) -> pd.DataFrame:
    several = keys.duplicated(keep=False) & keys.notna()
    first = position[several].groupby(keys[several]).transform("first")
    later = position[several][first != position[several]]
    return pd.DataFrame(
        {
            "one": first[later.index].to_numpy(),
            "other": later.to_numpy(),
            "code": pd.Series([code] * len(later), dtype=object),
        }
    )


def _pairs_without_county(name: pd.Series, county: pd.Series, position: pd.Series) -> pd.DataFrame:
    """A row whose county is not known is paired with the first other row of its name."""
    open_names = set(name[county.isna() & name.notna()])
    pairs = _pairs(name.where(name.isin(open_names)), position, DuplicateReason.SAME_NAME)
    unknown = county.isna().to_numpy()
    return pairs[unknown[pairs["one"]] | unknown[pairs["other"]]]
