"""The register as a person works through it: searched, filtered, sorted, a page at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

import pandas as pd

from engine.domain.unit import FIELDS, Field
from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import compact, compact_column, fold, fold_column
from engine.ranking.selection import select
from engine.reference.tables import table as reference
from serving.desk.appraisal import Appraised

PAGE = 50
"""Rows of a page."""
SORTS = ("rank", "name", "county", "feasibility_unit_point", "jobs_expected_point", "capital_needed_rial", "as_of")
"""Columns that a list may be sorted by; behind a minus the other way round."""
_ACROSS = 4
"""Letters of a word that is found across blanks too: a shorter one would be found wherever two words meet."""
_SEARCHED = ("name", "estate", "sector_text", "national_id", "business_id", "county", "province")


@dataclass(frozen=True, slots=True)
class UnitsRequest:
    """Which units are looked at.

    Parameters
    ----------
    words
        Words that a unit's name, id, place, sector or estate must all hold.
    wishes
        Filters by name, as `engine.ranking.selection.select` takes them.
    missing
        Fields of which a unit must lack one at least.
    sort
        One of `SORTS`, or one behind a minus.
    start
        First row, from 0.
    """

    words: str = ""
    wishes: Mapping[str, Any] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    sort: str = "rank"
    start: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class UnitList:
    """A page of units.

    Parameters
    ----------
    rows
        Rows of the appraisal table that are shown.
    chosen
        All units that were asked for, in their order.
    request
        What was asked; where it begins beyond the last row, the last page of it.
    """

    rows: pd.DataFrame
    chosen: pd.DataFrame
    request: UnitsRequest


class UnitTexts:
    """Texts of units, folded once, and searched by words: the one search of the register and of who merges units.

    A unit has a word where its name, id, place, sector or estate holds it in any spelling; a word of four letters or
    more also where blanks or signs stand within it there.

    Parameters
    ----------
    units
        Unit table, or a table with its columns.

    Examples
    --------
    >>> units = pd.DataFrame({"name": ["آهن ميان دوآب", "Steel works"]}, index=["U1", "U2"])
    >>> texts = UnitTexts(units.reindex(columns=["name", *_SEARCHED[1:]]))
    >>> texts.having("steelworks").tolist(), texts.having("میاندوآب آهن").tolist(), texts.having("lwo").tolist()
    ([False, True], [True, False], [False, False])
    """

    def __init__(self, units: pd.DataFrame) -> None:
        places = names_of_places()
        columns = [units.index.to_series().astype(str)]
        for name in _SEARCHED:
            column = units[name].astype("str")
            columns += [column, column.map(places).astype("str")] if name in ("county", "province") else [column]
        self._folded, self._joined = (_lines(columns, change) for change in (fold_column, compact_column))

    def having(self, words: str) -> pd.Series:
        """Which units have all these words; all of them where there is no word."""
        found = pd.Series(True, index=self._folded.index)
        for word in fold(words).split():
            joined = compact(word)
            texts, sought = (self._folded, word) if len(joined) < _ACROSS else (self._joined, joined)
            found &= texts.str.contains(sought, regex=False).astype(bool)
        return found


def _lines(columns: list[pd.Series], change: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Texts of each unit, a line each, so that no word is found across two of them."""
    return reduce(lambda lines, more: lines + "\n" + more, (change(column).fillna("") for column in columns))


class Searched:
    """An appraisal with its texts, ready to be searched, since that is asked for with every key.

    Parameters
    ----------
    appraised
        The appraisal.
    """

    def __init__(self, appraised: Appraised) -> None:
        self.appraised = appraised
        self._texts = UnitTexts(appraised.table)

    def find(self, request: UnitsRequest) -> UnitList:
        """The page of units that is asked for.

        Raises
        ------
        EhyaError
            ``unknown_option`` for another order or field, ``place_unknown``, ``sector_unknown``.
        """
        table = self.appraised.table
        chosen = select(table[self._texts.having(request.words).to_numpy()], **request.wishes)
        if request.missing:
            chosen = chosen[chosen[_fields(request.missing)].isna().any(axis=1)]
        chosen = _sorted(chosen, request.sort)
        start = first_shown(request.start, PAGE, len(chosen))
        return UnitList(chosen.iloc[start : start + PAGE], chosen, replace(request, start=start))


def first_shown(start: int, length: int, total: int) -> int:
    """Row that a page begins with; beyond the last row, as where rows went away meanwhile, the last page.

    Examples
    --------
    >>> first_shown(50, 50, 120), first_shown(500, 50, 120), first_shown(50, 50, 0)
    (50, 100, 0)
    """
    return start if start < total else max(0, total - 1) // length * length


def _sorted(chosen: pd.DataFrame, sort: str) -> pd.DataFrame:
    column, down = sort.removeprefix("-"), sort.startswith("-")
    if column not in SORTS:
        raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="sort", given=sort, allowed=list(SORTS))
    return chosen.sort_values(column, ascending=not down, na_position="last", kind="stable")


def _fields(named: tuple[str, ...]) -> list[str]:
    for name in named:
        if name not in FIELDS:
            allowed = [one.value for one in Field]
            raise EhyaError(ErrorCode.UNKNOWN_OPTION, option="missing", given=name, allowed=allowed)
    return list(named)


def names_of_places() -> dict[str, str]:
    """Persian name of each place by its canonical one: people search in the words that they see."""
    counties, provinces = reference("counties"), reference("provinces")
    names = dict(zip(counties["county"], counties["name_fa"], strict=True))
    return names | dict(zip(provinces["province"], provinces["name_fa"], strict=True))
