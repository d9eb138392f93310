"""Which rows speak of the same unit."""

from __future__ import annotations

import pandas as pd

from engine.parsing.text import fold_column

_WEIGHTS = (29, 27, 23, 19, 17, 29, 27, 23, 19, 17)


def identity_keys(units: pd.DataFrame) -> pd.Series:
    """Identity of each unit: the first of three keys that the row can fill.

    Business id; else national id, county and ISIC division (a national id names a company, which may own several
    units); else folded name, county and estate.

    Parameters
    ----------
    units
        Unit table, shape (n, columns).

    Returns
    -------
    pandas.Series
        ``str``, shape (n,), index of ``units``; missing where a row has neither id nor name.

    Examples
    --------
    >>> from engine.domain.unit import unit_table
    >>> rows = {"unit_id": ["a", "b", "c"], "business_id": ["123456789012", None, None], "county": ["Khoy"] * 3}
    >>> more = {"national_id": ["14077631706"] * 2 + [None], "isic": ["1030"] * 3, "name": ["واحد نمونه"] * 3}
    >>> identity_keys(unit_table(pd.DataFrame(rows | more))).tolist()
    ['business:123456789012', 'national:14077631706|Khoy|10', 'name:واحد نمونه|Khoy|']
    """
    keys = ("business:" + units["business_id"]).rename("identity")
    open_rows = keys.isna().to_numpy()
    if open_rows.any():
        keys[open_rows] = _without_licence(units[open_rows]).array
    return keys


def _without_licence(units: pd.DataFrame) -> pd.Series:
    county = units["county"].fillna("")
    division = units["isic"].str.slice(0, 2).fillna("")
    estate = fold_column(units["estate"]).fillna("")
    by_name = "name:" + fold_column(units["name"]) + "|" + county + "|" + estate
    by_company = "national:" + units["national_id"] + "|" + county + "|" + division
    return by_company.fillna(by_name)


def national_id_check_digit(first_ten: str) -> int:
    """Last digit of the national id of a legal person, from the ten before it.

    The tenth digit plus two is added to each digit; the sums are weighed by 29, 27, 23, 19, 17 twice over; the
    remainder of the total by 11 is the digit, 10 counting as 0 (the rule the national registry publishes).

    Raises
    ------
    ValueError
        When not exactly ten digits are given.

    Examples
    --------
    >>> national_id_check_digit("1038028492")
    3
    """
    if len(first_ten) != 10 or not (first_ten.isascii() and first_ten.isdigit()):
        raise ValueError(f"ten digits are needed, not {len(first_ten)} characters")
    shift = int(first_ten[9]) + 2
    total = sum((int(digit) + shift) * weight for digit, weight in zip(first_ten, _WEIGHTS, strict=True))
    return total % 11 % 10
