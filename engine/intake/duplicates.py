"""Propose pairs of rows that may be one unit; both rows are kept."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from engine.intake.lexicon import in_names
from engine.parsing.rejection import DuplicateReason
from engine.parsing.text import arrow, compact_column, fold_column


def duplicate_pairs(units: pd.DataFrame) -> pd.DataFrame:
    """Pairs of rows with an equal id, or an equal folded name in one county (or with a county not known).

    Names are also equal that differ by no more than a legal form or the kind of unit ("company", "factory"), unless
    both rows state a national id and these differ: then they are two companies that share a name. Of a group of
    equals, the first row is paired with each of the others.

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
    name, bare = compact_column(units["name"]), bare_names(units["name"])
    position = pd.Series(range(len(units)), index=units.index)
    pairs = pd.concat(
        [
            _pairs(units["business_id"], position, DuplicateReason.SAME_BUSINESS_ID),
            _pairs(units["national_id"], position, DuplicateReason.SAME_NATIONAL_ID),
            _pairs(name + "|" + units["county"], position, DuplicateReason.SAME_NAME),
            _pairs_without_county(name, units["county"], position, DuplicateReason.SAME_NAME),
            _of_one_company(
                pd.concat(
                    [
                        _pairs(bare + "|" + units["county"], position, DuplicateReason.SAME_BARE_NAME),
                        _pairs_without_county(bare, units["county"], position, DuplicateReason.SAME_BARE_NAME),
                    ]
                ),
                units["national_id"],
            ),
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


def bare_names(names: pd.Series) -> pd.Series:
    """Names as :func:`engine.parsing.text.compact_column` gives them, without legal forms and kinds of unit.

    Parameters
    ----------
    names
        Shape (n,); text or missing.

    Returns
    -------
    pandas.Series
        ``str``, shape (n,); missing where less than three letters are left: such a rest tells no unit from another.

    Examples
    --------
    >>> bare_names(pd.Series(["آذرپلاستیک", "شرکت آذر پلاستیک (سهامی خاص)", "کارگاه ۱۲"])).tolist()
    ['اذرپلاستیک', 'اذرپلاستیک', nan]
    """
    told = arrow(fold_column(names)).dictionary_encode()
    anywhere, first = _patterns()
    text = pc.replace_substring_regex(told.dictionary, r"[^\p{L}\p{N}]+", "  ")
    blank = pa.scalar("  ", pa.large_string())
    text = pc.replace_substring_regex(
        pc.binary_join_element_wise(blank, text, blank, pa.scalar("", pa.large_string())), anywhere, " "
    )
    text = pc.replace_substring(pc.replace_substring_regex(text, first, " "), " ", "")
    text = pc.if_else(pc.match_substring_regex(text, r"(?:\p{L}.*){3}"), text, pa.scalar(None, pa.large_string()))
    return pd.Series(pd.array(text.take(told.indices), dtype="str"), index=names.index)


@cache
def _patterns() -> tuple[str, str]:
    """What is left out of names, longest first; between words stand two blanks, so that each has one on either side."""

    def any_of(place: str) -> str:
        return "|".join(sorted((word.replace(" ", "  ") for word in in_names(place)), key=len, reverse=True))

    return f" (?:{any_of('anywhere')}) ", f"^ *(?:(?:{any_of('first')}) +)+"


def _of_one_company(pairs: pd.DataFrame, national_id: pd.Series) -> pd.DataFrame:
    ids = national_id.to_numpy(dtype=object)
    one, other = ids[pairs["one"].to_numpy(dtype=int)], ids[pairs["other"].to_numpy(dtype=int)]
    both = pd.notna(one) & pd.notna(other)
    of_two: pd.Series = pd.Series(both & np.asarray(one != other, dtype=bool), index=pairs.index)
    one_company: pd.DataFrame = pairs[~of_two.to_numpy()]
    return one_company


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


def _pairs_without_county(
    name: pd.Series, county: pd.Series, position: pd.Series, code: DuplicateReason
) -> pd.DataFrame:
    """A row whose county is not known is paired with the first other row of its name."""
    open_names = set(name[county.isna() & name.notna()])
    pairs = _pairs(name.where(name.isin(open_names)), position, code)
    unknown = county.isna().to_numpy()
    return pairs[unknown[pairs["one"]] | unknown[pairs["other"]]]
