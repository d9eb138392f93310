"""The register as a person works through it: searched, filtered, sorted, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from engine.domain.unit import FIELDS, Field
from engine.errors import EhyaError, ErrorCode
from engine.parsing.text import fold
from engine.ranking.selection import select
from engine.reference.tables import table as reference
from serving.desk.appraisal import Appraised

PAGE = 50
"""Rows of a page."""
SORTS = ("rank", "name", "county", "feasibility_unit_point", "jobs_expected_point", "capital_needed_rial", "as_of")
"""Columns that a list may be sorted by; behind a minus the other way round."""
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


class Searched:
    """Texts of an appraisal, ready to be searched: folded once, since they are asked for with every key.

    Parameters
    ----------
    appraised
        The appraisal.
    """

    def __init__(self, appraised: Appraised) -> None:
        self.appraised = appraised
        table = appraised.table
        places = names_of_places()
        joined = table.index.to_series().astype(str)
        for name in _SEARCHED:
            column = table[name].fillna("").astype(str)
            joined = joined + "\n" + column
            if name in ("county", "province"):
                joined = joined + "\n" + column.map(places).fillna("")
        self._texts = joined.map(fold)

    def find(self, request: UnitsRequest) -> UnitList:
        """The page of units that is asked for.

        Raises
        ------
        EhyaError
            ``unknown_option`` for another order or field, ``place_unknown``, ``sector_unknown``.
        """
        table = self.appraised.table
        for word in fold(request.words).split():
            table = table[self._texts.reindex(table.index).str.contains(word, regex=False)]
        chosen = select(table, **request.wishes)
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
