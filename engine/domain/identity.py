"""Which rows speak of the same unit."""

from __future__ import annotations

from collections.abc import Collection
from itertools import product

import pandas as pd

from engine.parsing.text import fold_column

_BY_NAME = "name:"
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
    by_name = _BY_NAME + fold_column(units["name"]) + "|" + county + "|" + estate
    by_company = "national:" + units["national_id"] + "|" + county + "|" + division
    return by_company.fillna(by_name)


def renamed_identities(identities: Collection[str], name: str, place: tuple[str, str] = ("", "")) -> list[str]:
    """Identities under which a unit would be told whose name was mended; those that no name is in stay as they are.

    A source goes on telling the county and the estate that it told (or not), unless these were mended too.

    Parameters
    ----------
    identities
        Those by which the unit is known.
    name
        Its new name.
    place
        County and estate that were mended with it; empty where they were not.

    Returns
    -------
    list of str
        Sorted, without those that it has already.

    Examples
    --------
    >>> renamed_identities(["name:الف|Khoy|", "business:1"], "ب")
    ['name:ب|Khoy|']
    """
    county, (folded, estate) = place[0], fold_column(pd.Series([name, place[1]], dtype="str")).fillna("").tolist()
    found = set()
    for identity in identities:
        if identity.startswith(_BY_NAME):
            _, old_county, old_estate = identity.rsplit("|", 2)
            places = product({old_county, county or old_county}, {old_estate, estate or old_estate})
            found |= {f"{_BY_NAME}{folded}|{one}|{other}" for one, other in places}
    return sorted(found - set(identities))


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
